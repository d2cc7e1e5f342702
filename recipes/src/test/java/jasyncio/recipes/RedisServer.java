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

  @Override
  protected void start(Path program, Path folder) throws IOException {
    var bind = List.of(program.toString(), "--port", "" + port(), "--bind", "127.0.0.1");
    var files = List.of("--save", "", "--dir", folder.toString());
    var command = new java.util.ArrayList<>(bind);
    command.addAll(files);
    serve(command, Map.of(), "eady to accept connections");
  }
}
