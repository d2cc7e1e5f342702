package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.Transcript.bytes;
import static jasyncio.testing.internal.net.Transcript.loopback;
import static jasyncio.testing.internal.net.Transcript.port;
import static jasyncio.testing.internal.net.Transcript.read;
import static jasyncio.testing.internal.net.Transcript.room;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// What programs do with TCP: each method a script.
final class TcpScripts {
  private TcpScripts() {}

  static void echo(Transcript t) throws Exception {
    var pair = t.pair();
    t.tries("write", () -> pair.client().write(bytes("hello")));
    t.tries("read", () -> read(pair.server()));
    t.tries("write back", () -> pair.server().write(new ByteBuffer[] {bytes("wo"), bytes("rld")}));
    t.tries("read", () -> read(pair.client()));
    t.say("client", pair.client().isConnected() + " " + pair.client().isConnectionPending());
    t.say("same", pair.client().getLocalAddress().equals(pair.server().getRemoteAddress()));
    t.say("same", pair.server().getLocalAddress().equals(pair.client().getRemoteAddress()));
  }

  static void scatteringAndGathering(Transcript t) throws Exception {
    var pair = t.pair();
    ByteBuffer[] out = {bytes("ab"), bytes(""), bytes("cdef"), bytes("g")};
    t.tries("write", () -> pair.client().write(out, 0, 4));
    ByteBuffer[] in = {room(3), room(0), room(1), room(10)};
    t.awaitReadyOf(pair.server(), OP_READ);
    t.tries("read", () -> pair.server().read(in));
    for (var buffer : in) {
      t.say("got", Transcript.text(buffer));
    }
    t.tries("nothing to write", () -> pair.client().write(room(0)));
    t.tries("no room to read", () -> pair.server().read(room(0)));
    t.tries("read only", () -> pair.server().read(room(5).asReadOnlyBuffer()));
    t.tries("bad range", () -> pair.server().read(in, 3, 2));
    t.tries("no buffer", () -> pair.server().read((ByteBuffer) null));
  }

  static void refusedBlocking(Transcript t) throws Exception {
    int port = freePort(t);
    var client = t.socket();
    t.tries("connect", () -> client.connect(loopback(port)));
    t.say("open", client.isOpen());
    t.tries("again", () -> client.connect(loopback(port)));
    t.say("text", client);
  }

  static void refusedNonBlocking(Transcript t) throws Exception {
    int port = freePort(t);
    var client = t.socket();
    client.configureBlocking(false);
    t.tries("connect", () -> client.connect(loopback(port)));
    t.awaitReady(client, OP_CONNECT);
    t.say("pending", client.isConnectionPending());
    t.tries("finish", client::finishConnect);
    t.say("open", client.isOpen());
    t.tries("finish", client::finishConnect);
  }

  private static int freePort(Transcript t) throws Exception {
    try (var server = t.listening()) {
      return port(server);
    }
  }

  static void connectNonBlocking(Transcript t) throws Exception {
    var server = t.listening();
    var client = t.socket();
    client.configureBlocking(false);
    t.say("text", client);
    t.tries("finish", client::finishConnect);
    t.tries("read", () -> read(client));
    t.tries("write", () -> client.write(bytes("x")));
    t.tries("shutdown", client::shutdownOutput);
    t.tries("connect", () -> client.connect(server.getLocalAddress()));
    t.say("pending", client.isConnectionPending());
    t.tries("connect", () -> client.connect(server.getLocalAddress()));
    t.tries("bind", () -> client.bind(null));
    t.awaitReady(client, OP_CONNECT);
    t.tries("finish", client::finishConnect);
    t.tries("finish", client::finishConnect);
    t.tries("connect", () -> client.connect(server.getLocalAddress()));
    t.tries("bind", () -> client.bind(null));
    t.say("connected", client.isConnected());
    t.tries("read", () -> read(client));
  }

  static void wrongAddresses(Transcript t) throws Exception {
    var client = t.socket();
    t.tries("null", () -> client.connect(null));
    t.tries("unresolved", () -> client.connect(InetSocketAddress.createUnresolved("x", 1)));
    t.tries("other", () -> client.connect(new SocketAddress() {}));
    t.tries("IPv6", () -> client.connect(new InetSocketAddress(Addresses.LOOPBACK_6, freePort(t))));
    t.tries("not ours", () -> t.socket().bind(new InetSocketAddress("192.0.2.77", 0)));
    t.tries("not ours", () -> t.server().bind(new InetSocketAddress("192.0.2.77", 0)));
    t.tries("not ours", () -> t.datagram().bind(new InetSocketAddress("192.0.2.77", 0)));
    t.tries("port 0", () -> t.socket().connect(loopback(0)));
    t.tries("wrong family", () -> t.provider.openDatagramChannel(StandardProtocolFamily.UNIX));
    t.tries("no family", () -> t.provider.openSocketChannel(null));
  }

  static void bothFamilies(Transcript t) throws Exception {
    var server = t.keep(t.provider.openServerSocketChannel());
    t.tries("unbound", server::getLocalAddress);
    server.bind(null);
    t.say("any", ((InetSocketAddress) server.getLocalAddress()).getAddress());
    var client = t.keep(t.provider.openSocketChannel());
    t.tries("connect", () -> client.connect(loopback(port(server))));
    var accepted = t.keep(server.accept());
    t.say("from", ((InetSocketAddress) accepted.getRemoteAddress()).getAddress());
    t.say("to", ((InetSocketAddress) accepted.getLocalAddress()).getAddress());
    t.say("local", ((InetSocketAddress) client.getLocalAddress()).getAddress());
    var six = t.keep(t.provider.openSocketChannel());
    t.tries(
        "connect", () -> six.connect(new InetSocketAddress(Addresses.LOOPBACK_6, port(server))));
    var second = t.keep(server.accept());
    t.say("from", ((InetSocketAddress) second.getRemoteAddress()).getAddress());
    var any = t.keep(t.provider.openSocketChannel());
    t.tries("to any", () -> any.connect(new InetSocketAddress(port(server))));
    t.say("remote", ((InetSocketAddress) any.getRemoteAddress()).getAddress());
    var four = t.server().bind(null);
    t.say("any", ((InetSocketAddress) four.getLocalAddress()).getAddress());
    var anySix = t.keep(t.provider.openServerSocketChannel());
    anySix.bind(new InetSocketAddress("0.0.0.0", 0));
    t.say("any", ((InetSocketAddress) anySix.getLocalAddress()).getAddress());
  }

  static void halfClose(Transcript t) throws Exception {
    var pair = t.pair();
    pair.client().write(bytes("last"));
    t.say("shutdown", pair.client().shutdownOutput().isConnected());
    t.say("twice", pair.client().shutdownOutput().isConnected());
    t.tries("read", () -> read(pair.server()));
    t.tries("read", () -> read(pair.server()));
    t.tries("read", () -> read(pair.server()));
    t.tries("answer", () -> pair.server().write(bytes("answer")));
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("x")));
    pair.client().configureBlocking(false);
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.say("text", pair.client().toString().replaceAll("\\d{4,}", "port"));
    pair.server().close();
    t.awaitReady(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
  }

  static void shutdownInput(Transcript t) throws Exception {
    var pair = t.pair();
    pair.server().write(bytes("unread"));
    t.awaitReadyOf(pair.client(), OP_READ);
    pair.client().shutdownInput();
    t.tries("read", () -> read(pair.client()));
    t.tries("peer writes", () -> pair.server().write(bytes("more")));
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("hello")));
    t.tries("peer reads", () -> read(pair.server()));
  }

  static void endOfStream(Transcript t) throws Exception {
    var pair = t.pair();
    pair.client().write(bytes("bye"));
    pair.client().close();
    t.tries("read", () -> read(pair.server()));
    t.tries("read", () -> read(pair.server()));
    t.tries("write", () -> pair.server().write(bytes("first")));
    t.awaitReadyOf(pair.server(), OP_WRITE);
    awaitReset(t, pair.server());
    t.tries("write", () -> pair.server().write(bytes("third")));
    t.tries("read", () -> read(pair.server()));
    t.tries("closed", () -> read(pair.client()));
    t.tries("closed", () -> pair.client().write(bytes("x")));
    t.tries("closed", () -> pair.client().getLocalAddress());
    t.tries("closed", () -> pair.client().setOption(StandardSocketOptions.TCP_NODELAY, true));
    t.tries("closed", () -> pair.client().shutdownInput());
    t.tries("closed", () -> pair.client().configureBlocking(false));
    t.say("closed", pair.client());
  }

  /// The peer is gone: the reset for what was written may take its time.
  private static void awaitReset(Transcript t, SocketChannel channel) {
    for (int i = 0; i < 1000; i++) {
      try {
        channel.write(bytes("again"));
        Thread.sleep(1);
      } catch (Exception e) {
        t.say("then", e.getClass().getName() + ": " + e.getMessage());
        return;
      }
    }
  }

  static void resetByUnreadData(Transcript t) throws Exception {
    var pair = t.pair();
    pair.client().write(bytes("unread"));
    t.awaitReadyOf(pair.server(), OP_READ);
    pair.server().close();
    t.awaitReadyOf(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("shutdown", () -> pair.client().shutdownOutput().isConnected());
  }

  static void resetThenWrite(Transcript t) throws Exception {
    var pair = t.pair();
    pair.client().write(bytes("unread"));
    t.awaitReadyOf(pair.server(), OP_READ);
    pair.server().close();
    t.awaitReadyOf(pair.client(), OP_READ);
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("read", () -> read(pair.client()));
  }

  static void resetByLinger(Transcript t) throws Exception {
    var pair = t.pair();
    pair.server().write(bytes("data before"));
    pair.server().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.server().close();
    t.awaitReadyOf(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
    t.tries("read", () -> read(pair.client()));
    t.tries("read", () -> read(pair.client()));
  }

  static void lingerOnSelector(Transcript t) throws Exception {
    var pair = t.pair();
    pair.server().configureBlocking(false);
    var selector = t.selector();
    pair.server().register(selector, OP_READ);
    pair.server().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.server().close();
    pair.client().configureBlocking(false);
    t.tries("read", () -> read(pair.client()));
    selector.selectNow();
    t.awaitReady(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
  }

  static void closeOnSelector(Transcript t) throws Exception {
    var pair = t.pair();
    pair.server().configureBlocking(false);
    var selector = t.selector();
    var key = pair.server().register(selector, OP_READ);
    pair.client().write(bytes("unread"));
    selector.select();
    pair.server().close();
    t.say("key", key.isValid() + " " + selector.keys().size());
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("x")));
    selector.selectNow();
    t.say("keys", selector.keys().size());
    t.awaitReadyOf(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
  }

  static void resetInBothDirections(Transcript t) throws Exception {
    var pair = t.pair();
    pair.client().shutdownOutput();
    t.tries("end", () -> read(pair.server()));
    pair.server().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.server().close();
    t.awaitReadyOf(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
    t.tries("read", () -> read(pair.client()));
  }

  static void endThenReset(Transcript t) throws Exception {
    var pair = t.pair();
    pair.server().shutdownOutput();
    t.awaitReadyOf(pair.client(), OP_READ);
    pair.server().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.server().close();
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("read", () -> read(pair.client()));
  }

  static void bindTwice(Transcript t) throws Exception {
    var first = t.listening();
    var address = first.getLocalAddress();
    t.tries("again", () -> first.bind(null));
    t.tries("taken", () -> t.server().bind(address));
    t.tries("taken by a client", () -> t.socket().bind(address));
    t.tries("any", () -> t.server().bind(new InetSocketAddress("0.0.0.0", port(first))));
    t.tries(
        "any of both",
        () ->
            t.keep(t.provider.openServerSocketChannel()).bind(new InetSocketAddress(port(first))));
    t.tries("neighbour", () -> t.server().bind(new InetSocketAddress("127.0.0.2", port(first))));
    var closed = t.server();
    closed.close();
    t.tries("closed", () -> closed.bind(null));
    t.tries("closed", closed::accept);
    t.tries("closed", closed::getLocalAddress);
    t.tries("unbound", () -> t.server().accept());
    t.say("text", text(t.server()));
    t.say("text", text(closed));
    t.say("text", text(first).replaceAll("\\d{4,}", "port"));
    int port = port(first);
    first.close();
    t.tries("free again", () -> port(t.server().bind(loopback(port))) == port);
  }

  private static String text(Object channel) {
    var text = channel.toString();
    return text.substring(text.indexOf('['));
  }

  static void rebindWithConnections(Transcript t) throws Exception {
    var first = t.listening();
    int port = port(first);
    var pair = t.pair(t.socket(), first);
    first.close();
    t.tries("with a connection", () -> port(t.server().bind(loopback(port))) == port);
    t.tries("read", () -> pair.client().write(bytes("still there")));
    t.tries("read", () -> read(pair.server()));
  }

  static void rebindWithoutReuse(Transcript t) throws Exception {
    var first = t.listening();
    int port = port(first);
    var pair = t.pair(t.socket(), first);
    first.close();
    pair.server().close();
    t.tries("end", () -> read(pair.client()));
    pair.client().close();
    var plain = t.server();
    plain.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    t.tries("in TIME_WAIT", () -> plain.bind(loopback(port)));
    t.tries("reused", () -> port(t.server().bind(loopback(port))) == port);
  }

  static void clientsPort(Transcript t) throws Exception {
    var server = t.listening();
    var client = t.socket();
    client.bind(loopback(0));
    int port = port(client);
    t.tries("connect", () -> client.connect(server.getLocalAddress()));
    var accepted = t.keep(server.accept());
    t.say("same", ((InetSocketAddress) accepted.getRemoteAddress()).getPort() == port);
    t.tries("taken", () -> t.socket().bind(loopback(port)));
    var any = t.socket();
    any.bind(null);
    t.say("any", ((InetSocketAddress) any.getLocalAddress()).getAddress());
    int before = port(any);
    any.connect(server.getLocalAddress());
    t.say("local", ((InetSocketAddress) any.getLocalAddress()).getAddress());
    t.say("port", before == port(any));
  }

  static void reusePort(Transcript t) throws Exception {
    var first = t.server();
    first.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    first.bind(loopback(0));
    var second = t.server();
    second.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    t.tries("shared", () -> port(second.bind(first.getLocalAddress())) == port(first));
    t.tries("not shared", () -> t.server().bind(first.getLocalAddress()));
    first.configureBlocking(false);
    second.configureBlocking(false);
    for (int i = 0; i < 20; i++) {
      t.socket().connect(first.getLocalAddress());
    }
    int count = 0;
    for (int i = 0; i < 20; i++) {
      count += first.accept() == null ? 0 : 1;
      count += second.accept() == null ? 0 : 1;
    }
    t.say("all are accepted", count);
  }

  static void options(Transcript t) throws Exception {
    var client = t.socket();
    t.say("nodelay", client.getOption(StandardSocketOptions.TCP_NODELAY));
    t.say("keep alive", client.getOption(StandardSocketOptions.SO_KEEPALIVE));
    t.say("reuse", client.getOption(StandardSocketOptions.SO_REUSEADDR));
    t.say("reuse port", client.getOption(StandardSocketOptions.SO_REUSEPORT));
    t.say("linger", client.getOption(StandardSocketOptions.SO_LINGER));
    t.say("TOS", client.getOption(StandardSocketOptions.IP_TOS));
    for (int size : new int[] {0, 1, 5000, 65_536}) { // larger ones, and the standard, can be tuned
      client.setOption(StandardSocketOptions.SO_SNDBUF, size);
      client.setOption(StandardSocketOptions.SO_RCVBUF, size);
      t.say("send", client.getOption(StandardSocketOptions.SO_SNDBUF));
      t.say("receive", client.getOption(StandardSocketOptions.SO_RCVBUF));
    }
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    t.say("nodelay", client.getOption(StandardSocketOptions.TCP_NODELAY));
    for (int linger : new int[] {-5, 0, 7, 100_000}) {
      client.setOption(StandardSocketOptions.SO_LINGER, linger);
      t.say("linger", client.getOption(StandardSocketOptions.SO_LINGER));
    }
    t.tries("bad", () -> client.setOption(StandardSocketOptions.SO_SNDBUF, -1));
    t.tries("bad", () -> client.setOption(StandardSocketOptions.IP_TOS, 256));
    t.tries("null", () -> client.setOption(StandardSocketOptions.SO_SNDBUF, null));
    t.tries("null", () -> client.setOption(null, 1));
    t.tries("other's", () -> client.setOption(StandardSocketOptions.SO_BROADCAST, true));
    t.tries("other's", () -> client.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
    var server = t.server();
    t.say("server reuse", server.getOption(StandardSocketOptions.SO_REUSEADDR));
    t.say("server reuse port", server.getOption(StandardSocketOptions.SO_REUSEPORT));
    t.tries("server send", () -> server.getOption(StandardSocketOptions.SO_SNDBUF));
    var datagram = t.datagram();
    t.say("datagram broadcast", datagram.getOption(StandardSocketOptions.SO_BROADCAST));
    t.say("datagram reuse", datagram.getOption(StandardSocketOptions.SO_REUSEADDR));
    t.say("datagram TTL", datagram.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
    t.say("datagram loop", datagram.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
    t.say("datagram interface", datagram.getOption(StandardSocketOptions.IP_MULTICAST_IF));
    t.tries("bad", () -> datagram.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 256));
  }

  static void backPressure(Transcript t) throws Exception {
    var pair = t.pair();
    pair.client().configureBlocking(false);
    var chunk = ByteBuffer.allocate(1 << 16);
    long written = 0;
    int n;
    do {
      n = pair.client().write(chunk.clear());
      written += n;
    } while (n > 0);
    t.say("full", n);
    try (var selector = t.provider.openSelector()) {
      pair.client().register(selector, OP_WRITE);
      t.say("writable", selector.selectNow());
    }
    long read = 0;
    var in = ByteBuffer.allocate(1 << 16);
    pair.client().configureBlocking(true);
    while (read < written) {
      read += pair.server().read(in.clear());
    }
    t.say("all read", read == written);
    t.awaitReadyOf(pair.client(), OP_WRITE);
    t.tries("write", () -> pair.client().write(bytes("again")));
    t.tries("read", () -> read(pair.server()));
  }

  static void blockingWriteWaits(Transcript t) throws Exception {
    var pair = t.pair();
    int size = 20_000_000;
    var writer =
        Thread.ofPlatform()
            .start(() -> {
              var all = ByteBuffer.allocate(size);
              try {
                while (all.hasRemaining()) {
                  pair.client().write(all);
                }
                pair.client().shutdownOutput();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    long read = 0;
    var in = ByteBuffer.allocate(1 << 16);
    for (int n = 0; n >= 0; n = pair.server().read(in.clear())) {
      read += n;
    }
    writer.join();
    t.say("read", read);
  }

  static void backlog(Transcript t) throws Exception {
    var server = t.server().bind(loopback(0), 2);
    for (int i = 0; i < 3; i++) { // one more than asked for: Linux
      var client = t.socket();
      client.configureBlocking(false);
      client.connect(server.getLocalAddress());
      t.awaitReady(client, OP_CONNECT);
      t.tries("connected", client::finishConnect);
    }
    var late = t.socket();
    late.configureBlocking(false);
    t.tries("connect", () -> late.connect(server.getLocalAddress()));
    try (var selector = t.provider.openSelector()) {
      late.register(selector, OP_CONNECT);
      t.say("ready", selector.select(50));
    }
    t.tries("finish", late::finishConnect);
    t.keep(server.accept());
    t.awaitReady(late, OP_CONNECT);
    t.tries("finish", late::finishConnect);
  }

  static void serverClosesBeforeAccepting(Transcript t) throws Exception {
    var server = t.listening();
    var client = t.socket();
    client.connect(server.getLocalAddress());
    server.close();
    t.awaitReadyOf(client, OP_READ);
    t.tries("read", () -> read(client));
  }

  static void clientLeavesBeforeAccepting(Transcript t) throws Exception {
    var server = t.listening();
    var client = t.socket();
    client.connect(server.getLocalAddress());
    client.write(bytes("hello"));
    client.close();
    var accepted = t.keep(server.accept());
    t.tries("read", () -> read(accepted));
    t.tries("read", () -> read(accepted));
    var second = t.socket();
    second.connect(server.getLocalAddress());
    second.setOption(StandardSocketOptions.SO_LINGER, 0);
    second.close();
    var reset = t.keep(server.accept());
    t.tries("read", () -> read(reset));
  }

  static void acceptNonBlocking(Transcript t) throws Exception {
    var server = t.listening();
    server.configureBlocking(false);
    t.tries("nobody", server::accept);
    t.socket().connect(server.getLocalAddress());
    var accepted = t.keep(server.accept());
    t.say("blocking", accepted.isBlocking());
    t.say("text", accepted.toString().replaceAll("\\d{4,}", "port"));
    t.tries("nobody", server::accept);
  }

  static void asynchronousClose(Transcript t) throws Exception {
    var pair = t.pair();
    var server = t.listening();
    inThread(t, "read", () -> pair.client().read(room(10)), pair.client()::close);
    inThread(t, "accept", server::accept, server::close);
    var other = t.pair();
    var filled = other.client();
    filled.configureBlocking(false);
    while (filled.write(ByteBuffer.allocate(1 << 20)) > 0) {
      // until it is full
    }
    filled.configureBlocking(true);
    inThread(t, "write", () -> filled.write(room(10)), filled::close);
    t.tries("closed", () -> filled.write(room(10)));
  }

  static void interrupt(Transcript t) throws Exception {
    var pair = t.pair();
    var thread = inThread(t, "read", () -> pair.client().read(room(10)), null);
    t.say("open", pair.client().isOpen());
    t.say("alive", thread.isAlive());
    var other = t.pair();
    Thread.currentThread().interrupt();
    t.tries("interrupted before", () -> other.client().read(room(10)));
    t.say("interrupted", Thread.interrupted());
    t.say("open", other.client().isOpen());
  }

  static void shutdownWhileReading(Transcript t) throws Exception {
    var pair = t.pair();
    inThread(t, "read", () -> pair.client().read(room(10)), pair.client()::shutdownInput);
  }

  /// Runs a call in a thread until it waits, then does something, or interrupts it.
  private static Thread inThread(
      Transcript t, String what, Transcript.Call call, Transcript.Action then) throws Exception {
    var thread = Thread.ofPlatform().start(() -> t.tries(what, call));
    Transcript.awaitWaiting(thread);
    if (then == null) {
      thread.interrupt();
    } else {
      then.run();
    }
    thread.join();
    return thread;
  }
}
