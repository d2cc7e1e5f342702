package jasyncio.recipes.httpclient;

import static jasyncio.Asyncio.*;

import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/// Pages, read in two ways.
public final class Pages {
  private final HttpClient client;

  public Pages(HttpClient client) {
    this.client = client;
  }

  /// Blocks: nothing in it knows of a loop.
  public String read(URI page) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
  }

  /// Suspends: for new code, under every policy.
  public String fetch(URI page) {
    return await(client.sendAsync(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()))
        .body();
  }

  static void main(String[] args) throws Exception {
    var one = URI.create(args[0]);
    var other = URI.create(args[1]);
    try (var client = HttpClient.newHttpClient()) {
      var pages = new Pages(client);
      run(
          () -> {
            // Side by side, on one thread.
            IO.println(await(gather(() -> pages.read(one), () -> pages.fetch(other))));
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
