package jasyncio.recipes.okhttp;

import static jasyncio.Asyncio.*;

import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import jasyncio.RunOptions;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/// Pages, read by OkHttp.
public final class Pages {
  private final OkHttpClient client;

  public Pages(OkHttpClient client) {
    this.client = client;
  }

  /// Blocks: nothing in it knows of a loop.
  public String read(String url) throws IOException {
    return read(call(url));
  }

  /// For the default policy. A task that is cancelled ends the call, too.
  public String readInThread(String url) throws IOException {
    var call = call(url);
    try {
      return toThread(() -> read(call));
    } catch (CancelledError e) {
      call.cancel();
      throw e;
    }
  }

  private Call call(String url) {
    return client.newCall(new Request.Builder().url(url).build());
  }

  private static String read(Call call) throws IOException {
    try (var response = call.execute()) {
      return response.body().string();
    }
  }

  static void main(String[] urls) throws Exception {
    var pages = new Pages(new OkHttpClient());
    run(
        () -> {
          // Side by side, on one thread.
          IO.println(await(gather(() -> pages.read(urls[0]), () -> pages.read(urls[1]))));
        },
        RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
  }
}
