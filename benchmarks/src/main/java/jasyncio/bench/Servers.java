package jasyncio.bench;

import static jasyncio.Asyncio.run;

import jasyncio.net.Protocol;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The servers of the peer harness: `serve KIND PORT`.
final class Servers {
  private static final String HOST = "127.0.0.1";
  private static final int BACKLOG = 4096;
  private static final int CHUNK = 64 * 1024;

  private static final Map<String, Starter> KINDS =
      Map.of(
          "echo-proto", Servers::echoProto,
          "echo-stream", Servers::echoStream,
          "tls-proto", (port, options) -> echoProto(port, options.tls(tls())),
          "tls-stream", (port, options) -> echoStream(port, options.tls(tls())),
          "http", Servers::http);

  private Servers() {}

  /// Listens on a port.
  private interface Starter {
    Server start(int port, ServerOptions options) throws IOException;
  }

  /// Serves until the process is ended; `false` if there is no such kind of server.
  static boolean serve(String kind, int port) throws Exception {
    var starter = KINDS.get(kind);
    if (starter == null) {
      return false;
    }
    run(() -> {
      var server = starter.start(port, ServerOptions.defaults().backlog(BACKLOG));
      System.out.println("READY");
      server.serveForever();
    });
    return true;
  }

  private static Server echoProto(int port, ServerOptions options) throws IOException {
    return Transports.createServer(Echo::new, HOST, port, options);
  }

  /// A task for each connection: read, write, drain.
  static Server echoStream(int port, ServerOptions options) throws IOException {
    return Streams.startServer(
        (reader, writer) -> {
          try (writer) {
            for (var data = reader.read(CHUNK); data.length > 0; data = reader.read(CHUNK)) {
              writer.write(data);
              writer.drain();
            }
          } catch (IOException e) {
            // the load generator ends its connections as it likes
          }
        },
        HOST,
        port,
        options);
  }

  private static TlsOptions tls() {
    var directory =
        Path.of(Objects.requireNonNull(System.getenv("BENCH_TLS_DIR"), "BENCH_TLS_DIR"));
    try {
      var certificate = directory.resolve("cert.pem");
      return TlsOptions.of(TlsContexts.server(certificate, directory.resolve("key.pem")));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no certificate in " + directory, e);
    }
  }

  private static Server http(int port, ServerOptions options) throws IOException {
    return Transports.createServer(HelloHttp::new, HOST, port, options);
  }

  /// Sends back what comes, where it lies.
  private static final class Echo implements Protocol {
    private @Nullable Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      if (transport != null) {
        transport.write(data);
      }
    }
  }
}
