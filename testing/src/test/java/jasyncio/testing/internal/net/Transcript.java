package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// What a script does on one provider, and what it is told there.
final class Transcript implements AutoCloseable {
  interface Call {
    Object run() throws Exception;
  }

  interface Action {
    void run() throws Exception;
  }

  private static final long PATIENCE = 30_000; // ms; never reached unless something is wrong

  final SelectorProvider provider;
  final Path folder;
  private final List<String> lines = new ArrayList<>();
  private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();

  Transcript(SelectorProvider provider, Path folder) {
    this.provider = provider;
    this.folder = folder;
  }

  List<String> lines() {
    return lines;
  }

  // ---- what is written down ---------------------------------------------------------------------

  void say(String what, Object value) {
    lines.add(what + ": " + value);
  }

  /// Writes down what a call returns, or how it fails.
  void tries(String what, Call call) {
    try {
      var value = call.run();
      say(
          what,
          value instanceof SelectableChannel c ? c.getClass().getSuperclass().getName() : value);
    } catch (Exception e) {
      say(what, e.getClass().getName() + ": " + e.getMessage());
    }
  }

  void does(String what, Action action) {
    tries(
        what,
        () -> {
          action.run();
          return "done";
        });
  }

  // ---- sockets ----------------------------------------------------------------------------------

  static InetAddress loopback() {
    return Addresses.LOOPBACK_4;
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(loopback(), port);
  }

  <C extends AutoCloseable> C keep(C channel) {
    open.push(channel);
    return channel;
  }

  SocketChannel socket() throws IOException {
    return keep(provider.openSocketChannel(StandardProtocolFamily.INET));
  }

  SocketChannel socket(ProtocolFamily family) throws IOException {
    return keep(provider.openSocketChannel(family));
  }

  ServerSocketChannel server() throws IOException {
    return keep(provider.openServerSocketChannel(StandardProtocolFamily.INET));
  }

  ServerSocketChannel listening() throws IOException {
    return server().bind(loopback(0));
  }

  DatagramChannel datagram() throws IOException {
    return keep(provider.openDatagramChannel(StandardProtocolFamily.INET));
  }

  Selector selector() throws IOException {
    return keep(provider.openSelector());
  }

  /// Two ends of a connection, in blocking mode.
  record Pair(SocketChannel client, SocketChannel server) {}

  Pair pair() throws IOException {
    try (var listening = server().bind(loopback(0))) {
      return pair(socket(), listening);
    }
  }

  Pair pair(SocketChannel client, ServerSocketChannel listening) throws IOException {
    client.connect(listening.getLocalAddress());
    return new Pair(client, keep(listening.accept()));
  }

  static int port(SelectableChannel channel) throws IOException {
    var address =
        switch (channel) {
          case ServerSocketChannel c -> c.getLocalAddress();
          case SocketChannel c -> c.getLocalAddress();
          case DatagramChannel c -> c.getLocalAddress();
          default -> throw new AssertionError(channel);
        };
    return ((InetSocketAddress) address).getPort();
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  static ByteBuffer room(int size) {
    return ByteBuffer.allocate(size);
  }

  static String text(ByteBuffer buffer) {
    return StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
  }

  /// Reads once, and says how much and what.
  static String read(SocketChannel from) throws IOException {
    var buffer = room(1000);
    int n = from.read(buffer);
    return n + " " + text(buffer);
  }

  /// Waits until a channel, in non-blocking mode, is ready for an operation.
  void awaitReady(SelectableChannel channel, int ops) throws IOException {
    try (var selector = provider.openSelector()) {
      var key = channel.register(selector, ops);
      if (selector.select(PATIENCE) == 0) {
        throw new AssertionError(channel + " does not get ready for " + ops);
      }
      key.cancel();
      selector.selectNow();
    }
  }

  /// The same for one in blocking mode.
  void awaitReadyOf(SelectableChannel channel, int ops) throws IOException {
    channel.configureBlocking(false);
    awaitReady(channel, ops);
    channel.configureBlocking(true);
  }

  /// Waits until a thread waits in a channel or selector, where it does nothing else that waits.
  static void awaitWaiting(Thread thread) throws InterruptedException {
    while (!waits(thread)) {
      Thread.sleep(1);
    }
  }

  /// A thread in a system call is runnable: what it calls tells.
  private static boolean waits(Thread thread) {
    if (thread.getState() == Thread.State.WAITING) {
      return true;
    }
    var trace = thread.getStackTrace();
    return trace.length > 0
        && trace[0].isNativeMethod()
        && trace[0].getMethodName().matches("poll|wait|read0|write0|accept0?");
  }

  @Override
  public void close() throws Exception {
    for (var each = open.poll(); each != null; each = open.poll()) {
      each.close();
    }
  }
}
