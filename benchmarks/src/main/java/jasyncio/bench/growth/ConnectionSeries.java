package jasyncio.bench.growth;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import jasyncio.Awaitable;
import jasyncio.bench.LiveHeap;
import jasyncio.net.ConnectOptions;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamConnection;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Connections, and what goes over them. Both ends are in this process, so that one connection is
/// the cost of two ends.
final class ConnectionSeries {
  private static final int CONNECTIONS = 10_000;
  private static final int MIB = 1 << 20;
  private static final int BACKLOG = 4096;
  private static final int CHUNK = 64 * 1024;
  private static final String HOST = "127.0.0.1";

  private ConnectionSeries() {}

  /// All of them; those with TLS only where there is a certificate.
  ///
  /// @param tls a folder with `cert.pem` and `key.pem`
  static List<Series> all(@Nullable Path tls) {
    var all = new ArrayList<Series>();
    all.add(new Series("connections.idle", "bytes a connection", CONNECTIONS, n -> bytes(n, null)));
    all.add(
        new Series("connections.active", "ns a message", CONNECTIONS, ConnectionSeries::active));
    all.add(new Series("message", "ns a byte", MIB, ConnectionSeries::message));
    if (tls != null) {
      all.add(new Series("connections.tls", "bytes a connection", CONNECTIONS, n -> bytes(n, tls)));
    }
    return all;
  }

  /// A server that sends back what comes, and clients of it.
  private static final class World implements AutoCloseable {
    private final Server server;
    private final List<StreamConnection> clients = new ArrayList<>();
    private final ConnectOptions options;

    World(@Nullable Path tls) throws Exception {
      var serving = ServerOptions.defaults().backlog(BACKLOG);
      server =
          Streams.startServer(
              (reader, writer) -> {
                try (writer) {
                  for (var data = reader.read(CHUNK); data.length > 0; data = reader.read(CHUNK)) {
                    writer.write(data);
                    writer.drain();
                  }
                }
              },
              HOST,
              0,
              tls == null
                  ? serving
                  : serving.tls(
                      TlsOptions.of(
                          TlsContexts.server(tls.resolve("cert.pem"), tls.resolve("key.pem")))));
      options =
          tls == null
              ? ConnectOptions.defaults()
              : ConnectOptions.defaults().tls(TlsOptions.of(TlsContexts.insecureClient()));
    }

    void connect(int count) throws IOException {
      for (int i = clients.size(); i < count; i++) {
        var client = Streams.openConnection(HOST, server.port(), options);
        clients.add(client);
        echo(client, new byte[1]); // the other end is there, too
      }
    }

    @Override
    public void close() {
      clients.forEach(StreamConnection::close);
      server.close();
    }
  }

  private static void echo(StreamConnection connection, byte[] message) throws IOException {
    connection.writer().write(message);
    connection.reader().readexactly(message.length);
  }

  private static double bytes(int count, @Nullable Path tls) throws Exception {
    return run(
        (Awaitable<Double, Exception>)
            () -> {
              try (var world = new World(tls)) {
                world.connect(1);
                sleep(0);
                long before = LiveHeap.bytes();
                world.connect(1 + count);
                return Math.max(1, (double) (LiveHeap.bytes() - before) / count);
              }
            });
  }

  /// A message there and back over one connection after the other, while all are open.
  private static double active(int count) throws Exception {
    return run(
        (Awaitable<Double, Exception>)
            () -> {
              try (var world = new World(null)) {
                world.connect(count);
                var message = new byte[64];
                return Meter.<IOException>nanos(() -> {
                  for (var client : world.clients) {
                    echo(client, message);
                  }
                })
                    / count;
              }
            });
  }

  private static double message(int size) throws Exception {
    return run(
        (Awaitable<Double, Exception>)
            () -> {
              try (var world = new World(null)) {
                world.connect(1);
                var message = new byte[size];
                return Meter.<IOException>nanos(() -> echo(world.clients.getFirst(), message))
                    / size;
              }
            });
  }
}
