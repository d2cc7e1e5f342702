package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.Transcript.loopback;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.charset.StandardCharsets;

/// What programs do with `java.net`'s sockets.
final class SocketScripts {
  private SocketScripts() {}

  /// As it is with a factory, without one: it would be the whole JVM's.
  private static final class Client extends Socket {
    Client(SocketImpl impl) throws IOException {
      super(impl);
    }
  }

  private static final class Server extends ServerSocket {
    private final SimHost host;

    Server(SimHost host) {
      this.host = host;
      super(new SimSocketImpl(host));
    }

    @Override
    public Socket accept() throws IOException {
      if (isClosed()) {
        throw new SocketException("Socket is closed"); // as the method does that this replaces
      }
      var accepted = new Client(new SimSocketImpl(host));
      implAccept(accepted);
      return accepted;
    }
  }

  private static Socket client(Transcript t) throws IOException {
    return t.keep(
        t.provider instanceof SimProvider sim
            ? new Client(new SimSocketImpl(sim.host()))
            : new Socket());
  }

  private static ServerSocket server(Transcript t) throws IOException {
    return t.keep(
        t.provider instanceof SimProvider sim ? new Server(sim.host()) : new ServerSocket());
  }

  static void echo(Transcript t) throws Exception {
    var server = server(t);
    t.say("bound", server.isBound() + " " + server.getLocalPort());
    server.bind(loopback(0));
    t.say("bound", server.isBound() + " " + server.getInetAddress());
    var client = client(t);
    t.say("unconnected", client + " " + client.isConnected() + " " + client.getPort());
    client.connect(loopback(server.getLocalPort()));
    var accepted = t.keep(server.accept());
    t.say("same", accepted.getPort() == client.getLocalPort());
    t.say("same", client.getPort() == server.getLocalPort());
    t.say("addresses", accepted.getInetAddress() + " " + client.getLocalAddress());
    client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
    t.say("read", new String(accepted.getInputStream().readNBytes(5), StandardCharsets.US_ASCII));
    accepted.setSoTimeout(10);
    t.tries("late", () -> accepted.getInputStream().read());
    server.setSoTimeout(10);
    t.tries("nobody", server::accept);
    client.shutdownOutput();
    t.tries("end", () -> accepted.getInputStream().read());
    t.say("shut", client.isOutputShutdown());
    accepted.getOutputStream().write('!');
    t.tries("answer", () -> client.getInputStream().read());
    client.close();
    t.tries("closed", () -> client.getInputStream());
    t.tries("closed", client::getSoTimeout);
    server.close();
    t.tries("closed", server::accept);
  }

  static void refused(Transcript t) throws Exception {
    int port;
    try (var server = server(t)) {
      server.bind(loopback(0));
      port = server.getLocalPort();
    }
    var client = client(t);
    t.does("connect", () -> client.connect(loopback(port), 1000));
    var other = server(t);
    other.bind(loopback(0));
    t.does("taken", () -> server(t).bind(other.getLocalSocketAddress()));
  }

  static void options(Transcript t) throws Exception {
    var client = client(t);
    client.setTcpNoDelay(true);
    client.setKeepAlive(true);
    client.setSoLinger(true, 3);
    client.setReuseAddress(true);
    client.setSoTimeout(5);
    t.say("options", client.getTcpNoDelay() + " " + client.getKeepAlive());
    t.say("options", client.getSoLinger() + " " + client.getReuseAddress());
    t.say("options", client.getSoTimeout());
    client.setSoLinger(false, 0);
    t.say("linger", client.getSoLinger());
  }

  static void reset(Transcript t) throws Exception {
    var server = server(t);
    server.bind(loopback(0));
    var client = client(t);
    client.connect(server.getLocalSocketAddress());
    var accepted = t.keep(server.accept());
    accepted.setSoLinger(true, 0);
    accepted.close();
    t.tries("read", () -> client.getInputStream().read());
    t.tries("read", () -> client.getInputStream().read());
    t.does("write", () -> client.getOutputStream().write(1));
  }
}
