package jasyncio.recipes.redis;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.RedisServer;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;

@Recipe(
    name = "Redis: Jedis",
    program = JedisJobs.class,
    libraries = RedisClient.class,
    servers = RedisServer.class,
    notes = "the pool has 8 connections by default: no more tasks wait in the server at a time")
class JedisJobsTest {
  private static RedisServer server;
  private static RedisClient redis;
  private static JedisJobs jobs;

  @BeforeAll
  static void open(RedisServer started) {
    server = started;
    redis = RedisClient.create(server.url());
    jobs = new JedisJobs(redis);
  }

  @AfterAll
  static void close() {
    if (redis != null) {
      redis.close();
    }
  }

  @BeforeEach
  void forgetJobs() {
    redis.del("jobs");
  }

  @Test
  void main_printsTheJob() throws Exception {
    assertThat(Output.of(() -> JedisJobs.main(new String[] {server.url()})))
        .containsExactly("done: wash up");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void take_waitsForAJob_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var taken = createTask(() -> mode.call(() -> jobs.take()));
      mode.until(() -> hasWaiter());
      mode.call(() -> jobs.put("dry up"));
      assertThat(await(taken)).isEqualTo("dry up");
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`BLOCK`: the call goes on, and `take` gets the next job for nobody; `SWITCH`: the connection is"
              + " closed, no job is lost, but `take` ends with Jedis' own error")
  void take_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    mode.run(() -> {
      var taken = createTask(() -> mode.call(() -> jobs.take()));
      mode.until(() -> hasWaiter());
      taken.cancel();
      if (mode == Mode.BLOCK) {
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(taken));
      } else {
        assertThatExceptionOfType(JedisConnectionException.class).isThrownBy(() -> await(taken));
        mode.until(() -> !hasWaiter()); // the server has seen it
      }
      mode.call(() -> jobs.put("dry up"));
      assertThat(mode.call(() -> redis.llen("jobs"))).isEqualTo(mode == Mode.BLOCK ? 0 : 1);
    });
  }

  @EachMode
  void put_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    mode.run(() -> {
      server.pause();
      try {
        var put = createTask(() -> mode.call(() -> jobs.put("dry up")));
        sleep(0);
        put.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(put));
      } finally {
        server.resume();
      }
      mode.call(() -> redis.ping());
    });
  }

  /// Whether somebody waits for a job.
  private static boolean hasWaiter() {
    return !redis.info("clients").contains("blocked_clients:0");
  }
}
