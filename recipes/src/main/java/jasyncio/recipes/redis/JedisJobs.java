package jasyncio.recipes.redis;

import static jasyncio.Asyncio.*;

import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import redis.clients.jedis.RedisClient;

/// Jobs in Redis. Nothing in its methods knows of a loop.
public final class JedisJobs {
  private final RedisClient redis;

  public JedisJobs(RedisClient redis) {
    this.redis = redis;
  }

  public void put(String job) {
    redis.rpush("jobs", job);
  }

  /// Waits until there is a job, on a connection of the client's pool.
  public String take() {
    return redis.blpop(0, "jobs").get(1);
  }

  static void main(String[] urls) {
    try (var redis = RedisClient.create(urls[0])) {
      var jobs = new JedisJobs(redis);
      run(
          () -> {
            var worker = createTask(() -> jobs.take());
            jobs.put("wash up");
            IO.println("done: " + await(worker));
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
