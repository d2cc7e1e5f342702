package jasyncio.recipes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.qpid.server.SystemLauncher;

/// Apache Qpid's broker of AMQP 0-9-1, in a JVM of its own.
public final class QpidServer extends LocalServer {
  QpidServer() {
    super("java");
  }

  /// Its address.
  public String url() {
    return "amqp://guest:guest@127.0.0.1:" + port();
  }

  @Override
  protected Stream<Path> folders() {
    return Stream.of(Path.of(System.getProperty("java.home"), "bin"));
  }

  @Override
  protected void start(Path program, Path folder) throws IOException {
    serve(
        List.of(
            program.toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Drecipes.port=" + port(),
            "-cp",
            System.getProperty("java.class.path"),
            QpidServer.class.getName()),
        Map.of(),
        "BRK-1004"); // it is ready
  }

  /// The broker.
  static void main() throws Exception {
    var settings = QpidServer.class.getResource("/qpid.json").toString();
    new SystemLauncher()
        .startup(
            Map.of(
                "type",
                "Memory",
                "initialConfigurationLocation",
                settings,
                "startupLoggedToSystemOut",
                true));
  }
}
