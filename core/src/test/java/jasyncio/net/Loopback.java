package jasyncio.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// A server on this machine with one client, for tests; closed with both sides.
record Loopback(Server server, Recorder client, Recorder peer) implements AutoCloseable {
  static final String HOST = "127.0.0.1";

  /// A port of this machine.
  static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(HOST), port);
  }

  static Loopback open() throws IOException {
    return open(new Recorder(), new Recorder());
  }

  /// @param client the protocol of the client
  /// @param peer the protocol of the server for it
  static Loopback open(Recorder client, Recorder peer) throws IOException {
    var server = Transports.createServer(() -> peer, HOST, 0);
    Transports.createConnection(() -> client, HOST, port(server));
    peer.made.await();
    return new Loopback(server, client, peer);
  }

  static int port(Server server) {
    return server.port();
  }

  int port() {
    return port(server);
  }

  /// Aborts what is open and waits for the end. Suspends.
  @Override
  public void close() {
    client.transport().abort();
    peer.transport().abort();
    client.lost.await();
    peer.lost.await();
    server.close();
    server.waitClosed();
  }
}
