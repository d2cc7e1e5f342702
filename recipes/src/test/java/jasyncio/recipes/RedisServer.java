package jasyncio.recipes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Redis.
public final class RedisServer extends LocalServer {
  RedisServer() {
    super("redis-server");
  }

  /// Its address.
  public String url() {
    return "redis://127.0.0.1:" + port();
  }

  @Override
  protected void start(Path program, Path folder) throws IOException {
    var port = Integer.toString(port());
    serve(
        List.of(program.toString(), "--port", port, "--bind", "127.0.0.1", "--save", ""),
        Map.of(),
        "eady to accept connections"); // with a capital letter since 5
  }
}
