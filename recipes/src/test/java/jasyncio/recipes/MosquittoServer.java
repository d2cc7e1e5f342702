package jasyncio.recipes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Mosquitto, a broker of MQTT.
public final class MosquittoServer extends LocalServer {
  MosquittoServer() {
    super("mosquitto");
  }

  /// Its address.
  public String url() {
    return "tcp://127.0.0.1:" + port();
  }

  @Override
  protected void start(Path program, Path folder) throws IOException {
    var settings = folder.resolve("mosquitto.conf");
    Files.writeString(
        settings, "listener " + port() + " 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n");
    serve(List.of(program.toString(), "-c", settings.toString()), Map.of(), " running");
  }
}
