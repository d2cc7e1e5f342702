package jasyncio.recipes.redis;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.RedisServer;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "Redis: Lettuce",
    program = LettuceJobs.class,
    libraries = RedisClient.class,
    servers = RedisServer.class,
    notes = "its futures are awaited, on both runtimes; its threads are Netty's")
class LettuceJobsTest {
  private static RedisServer server;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;
  private static LettuceJobs jobs;

  @BeforeAll
  static void open(RedisServer started) {
    server = started;
    client = RedisClient.create();
    redis = client.connect(RedisURI.create(server.url())).sync();
    jobs = new LettuceJobs(client, RedisURI.create(server.url()));
  }

  @AfterAll
  static void close() {
    if (client != null) {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(10));
    }
  }

  @BeforeEach
  void forgetJobs() {
    redis.del("jobs");
  }

  @Test
  void main_printsTheJob() throws Exception {
    assertThat(Output.of(() -> LettuceJobs.main(new String[] {server.url()})))
        .containsExactly("done: wash up");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "futures are awaited, without `toThread`")
  @Shows(in = Column.SWITCH, value = "futures are awaited")
  void take_waitsForAJob_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var taken = createTask(() -> jobs.take());
      mode.until(() -> hasWaiter());
      jobs.put("dry up");
      assertThat(await(taken)).isEqualTo("dry up");
    });
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "`sync()` overlaps by `toThread`")
  @Shows(in = Column.SWITCH, value = "`sync()` overlaps")
  void sync_waitsForAJob_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      try (var connection = mode.call(() -> client.connect(RedisURI.create(server.url())))) {
        var taken =
            createTask(() -> mode.call(() -> connection.sync().blpop(0, "jobs").getValue()));
        mode.until(() -> hasWaiter());
        mode.call(() -> redis.rpush("jobs", "dry up"));
        assertThat(await(taken)).isEqualTo("dry up");
      }
    });
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "the command has left: close its connection, as the program does, and no job is lost")
  void take_cancelledWhileItWaits_losesNoJob(Mode mode) throws Exception {
    mode.run(() -> {
      var taken = createTask(() -> jobs.take());
      mode.until(() -> hasWaiter());
      taken.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(taken));
      mode.until(() -> !hasWaiter()); // the server has seen it
      jobs.put("dry up");
      assertThat(mode.call(() -> redis.llen("jobs"))).isEqualTo(1);
    });
  }

  /// Whether somebody waits for a job.
  private static boolean hasWaiter() {
    return !redis.info("clients").contains("blocked_clients:0");
  }
}
