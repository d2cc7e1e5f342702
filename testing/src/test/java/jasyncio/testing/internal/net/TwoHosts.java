package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.ManualWorld.MS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Two hosts, 10 ms from each other, in time that a test moves.
final class TwoHosts {
  static final long LATENCY = 10 * MS;
  static final int PORT = 80;

  final ManualWorld world = new ManualWorld();
  final SimNetwork network = new SimNetwork(world);
  final SimHost a = network.host("a", InetAddress.ofLiteral("10.0.0.1"));
  final SimHost b = network.host("b", InetAddress.ofLiteral("10.0.0.2"));
  final Link there = network.link(a, b).latency(LATENCY);
  final Link back = network.link(b, a).latency(LATENCY);

  static InetSocketAddress at(SimHost host, int port) {
    return new InetSocketAddress(host.addresses().getFirst(), port);
  }

  ServerSocketChannel listen(SimHost host, int backlog) throws IOException {
    var server = host.provider().openServerSocketChannel(StandardProtocolFamily.INET);
    server.bind(new InetSocketAddress("0.0.0.0", PORT), backlog).configureBlocking(false);
    return server;
  }

  SocketChannel socket(SimHost host) throws IOException {
    var channel = host.provider().openSocketChannel(StandardProtocolFamily.INET);
    channel.configureBlocking(false);
    return channel;
  }

  /// Has begun to connect from a to b.
  SocketChannel connecting() throws IOException {
    var channel = socket(a);
    channel.connect(at(b, PORT));
    return channel;
  }

  /// Two ends of a connection, in non-blocking mode.
  record Pair(SocketChannel client, SocketChannel server) {}

  /// From a to b.
  Pair connect() throws IOException {
    try (var server = listen(b, 10)) {
      var client = connecting();
      world.run(4 * LATENCY);
      if (!client.finishConnect()) {
        throw new AssertionError("not connected");
      }
      var accepted = server.accept();
      accepted.configureBlocking(false);
      return new Pair(client, accepted);
    }
  }

  DatagramChannel datagram(SimHost host, int port) throws IOException {
    var channel = host.provider().openDatagramChannel(StandardProtocolFamily.INET);
    channel.configureBlocking(false);
    channel.bind(new InetSocketAddress("0.0.0.0", port));
    return channel;
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// What has come; `end` at the end.
  static String read(SocketChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(1 << 20);
    int n = channel.read(buffer);
    return n < 0 ? "end" : StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
  }

  static String receive(DatagramChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(70_000);
    var from = channel.receive(buffer);
    return from == null ? "nothing" : StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
  }

  /// Writes zeros until there is no room.
  static int fill(SocketChannel channel) throws IOException {
    int sum = 0;
    for (int n = -1; n != 0; sum += n) {
      n = channel.write(ByteBuffer.allocate(10_000));
    }
    return sum;
  }

  /// Reads all that has come.
  static int drain(SocketChannel channel) throws IOException {
    int sum = 0;
    for (int n = -1; n != 0; sum += n) {
      n = channel.read(ByteBuffer.allocate(10_000));
      if (n < 0) {
        return sum;
      }
    }
    return sum;
  }
}
