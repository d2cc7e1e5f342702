package jasyncio.recipes.redis;

import static jasyncio.Asyncio.*;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;

/// Jobs in Redis, by commands that are awaited: no thread waits, and no policy is needed.
public final class LettuceJobs {
  private final RedisClient client;
  private final RedisURI url;
  private final StatefulRedisConnection<String, String> shared;

  public LettuceJobs(RedisClient client, RedisURI url) {
    this.client = client;
    this.url = url;
    shared = client.connect(StringCodec.UTF8, url);
  }

  /// All tasks send on one connection, and need not wait for each other's answers.
  public void put(String job) {
    await(shared.async().rpush("jobs", job).toCompletableFuture());
  }

  /// Waits until there is a job. The server keeps others on the same connection waiting meanwhile,
  /// and gives a job to whoever has left if the connection stays: so this has one of its own.
  public String take() {
    var connecting = client.connectAsync(StringCodec.UTF8, url).toCompletableFuture();
    try {
      var connection = await(connecting.copy()); // who is cancelled leaves the connecting alone
      return await(connection.async().blpop(0, "jobs").toCompletableFuture()).getValue();
    } finally {
      var _ = connecting.thenCompose(connection -> connection.closeAsync()); // in any case
    }
  }

  static void main(String[] urls) {
    try (var client = RedisClient.create()) {
      var jobs = new LettuceJobs(client, RedisURI.create(urls[0]));
      run(() -> {
        var worker = createTask(() -> jobs.take());
        jobs.put("wash up");
        IO.println("done: " + await(worker));
      });
    }
  }
}
