package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.Transcript.bytes;
import static jasyncio.testing.internal.net.Transcript.loopback;
import static jasyncio.testing.internal.net.Transcript.port;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// What programs do with the sockets of channels.
final class AdaptorScripts {
  private AdaptorScripts() {}

  static void streams(Transcript t) throws Exception {
    var pair = t.pair();
    var client = pair.client().socket();
    var server = pair.server().socket();
    t.say("same", client == pair.client().socket() && client.getChannel() == pair.client());
    client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
    client.getOutputStream().write('!');
    var in = server.getInputStream();
    t.say("read", in.read() + " " + new String(in.readNBytes(5), StandardCharsets.US_ASCII));
    t.say("available", in.available());
    server.setSoTimeout(10);
    t.tries("late", in::read);
    t.tries("late", () -> in.read(new byte[10]));
    t.tries("none", () -> in.read(new byte[10], 0, 0));
    t.tries("bad", () -> in.read(new byte[10], 5, 6));
    client.shutdownOutput();
    t.tries("end", in::read);
    t.say("shut", client.isOutputShutdown() + " " + client.isInputShutdown());
    t.tries("output", client::getOutputStream);
    t.say("state", client.isConnected() + " " + client.isBound() + " " + client.isClosed());
    t.say("port", client.getPort() == port(pair.server()));
    t.say("local port", client.getLocalPort() == port(pair.client()));
    t.say("address", client.getInetAddress() + " " + client.getLocalAddress());
    pair.server().configureBlocking(false);
    t.tries("non-blocking", in::read);
    in.close();
    t.say("closed", pair.server().isOpen() + " " + server.isClosed());
    t.tries("closed", server::getInputStream);
    t.tries("closed", in::read);
    t.tries("closed", server::getSoTimeout);
    t.tries("closed", server::getTcpNoDelay);
    t.say("text", client.toString().replaceAll("\\d{4,}", "port"));
  }

  static void unconnected(Transcript t) throws Exception {
    var socket = t.socket().socket();
    t.tries("input", socket::getInputStream);
    t.tries(
        "shutdown",
        () -> {
          socket.shutdownInput();
          return "?";
        });
    t.say("ports", socket.getPort() + " " + socket.getLocalPort());
    t.say("addresses", socket.getInetAddress() + " " + socket.getLocalAddress());
    t.say("text", socket);
    t.tries(
        "null",
        () -> {
          socket.connect(null);
          return "?";
        });
    t.tries(
        "negative",
        () -> {
          socket.connect(loopback(1), -1);
          return "?";
        });
    int port;
    try (var server = t.listening()) {
      port = port(server);
    }
    t.tries(
        "refused",
        () -> {
          socket.connect(loopback(port), 1000);
          return "?";
        });
    t.say("closed", socket.isClosed());
    var other = t.socket().socket();
    t.tries(
        "unresolved",
        () -> {
          other.connect(InetSocketAddress.createUnresolved("nowhere", 1));
          return "?";
        });
    t.tries(
        "size",
        () -> {
          t.socket().socket().setSendBufferSize(0);
          return "?";
        });
    t.tries(
        "timeout",
        () -> {
          t.socket().socket().setSoTimeout(-1);
          return "?";
        });
  }

  static void options(Transcript t) throws Exception {
    var socket = t.socket().socket();
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    socket.setSoLinger(true, 5);
    socket.setReuseAddress(true);
    socket.setTrafficClass(8);
    socket.setSendBufferSize(10_000);
    t.say("no delay", socket.getTcpNoDelay() + " " + socket.getKeepAlive());
    t.say("linger", socket.getSoLinger() + " " + socket.getReuseAddress());
    t.say("class", socket.getTrafficClass() + " " + socket.getSendBufferSize());
    socket.setSoLinger(false, 5);
    t.say("linger", socket.getSoLinger());
  }

  static void server(Transcript t) throws Exception {
    var channel = t.server();
    var server = channel.socket();
    t.say("unbound", server + " " + server.isBound() + " " + server.getLocalPort());
    t.tries("accept", server::accept);
    server.bind(loopback(0));
    t.say("bound", server.isBound() + " " + server.getInetAddress());
    server.setSoTimeout(10);
    t.tries("nobody", server::accept);
    var client = t.socket();
    client.connect(channel.getLocalAddress());
    var accepted = t.keep(server.accept());
    t.say("accepted", accepted.getChannel() != null && accepted.isConnected());
    channel.configureBlocking(false);
    t.tries("non-blocking", server::accept);
    server.setSoTimeout(0);
    t.tries("non-blocking", server::accept);
    server.close();
    t.say("closed", server.isClosed() + " " + channel.isOpen());
    t.tries("closed", server::accept);
  }

  static void datagrams(Transcript t) throws Exception {
    var one = t.datagram().bind(loopback(0));
    var socket = one.socket();
    var other = t.datagram().bind(loopback(0));
    other.send(bytes("hello"), one.getLocalAddress());
    var packet = new DatagramPacket(new byte[10], 10);
    socket.receive(packet);
    t.say("length", packet.getLength() + " " + (packet.getPort() == port(other)));
    socket.setSoTimeout(10);
    t.tries(
        "late",
        () -> {
          socket.receive(packet);
          return "?";
        });
    packet.setSocketAddress(other.getLocalAddress());
    socket.send(packet);
    var room = Transcript.room(100);
    other.receive(room);
    t.say("sent", room.position());
    t.say("state", socket.isBound() + " " + socket.isConnected() + " " + socket.getPort());
    socket.connect(other.getLocalAddress());
    t.say("state", socket.isConnected() + " " + (socket.getPort() == port(other)));
    t.say("local", socket.getLocalPort() == port(one));
    packet.setPort(1);
    t.tries(
        "elsewhere",
        () -> {
          socket.send(packet);
          return "?";
        });
    socket.disconnect();
    t.say("state", socket.isConnected());
    one.configureBlocking(false);
    t.tries(
        "non-blocking",
        () -> {
          socket.receive(packet);
          return "?";
        });
    socket.close();
    t.say("closed", socket.isClosed() + " " + one.isOpen() + " " + socket.getLocalPort());
    t.tries(
        "closed",
        () -> {
          socket.receive(packet);
          return "?";
        });
    t.tries("closed", socket::getSoTimeout);
  }
}
