package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.Transcript.bytes;
import static jasyncio.testing.internal.net.Transcript.loopback;
import static jasyncio.testing.internal.net.Transcript.read;
import static jasyncio.testing.internal.net.Transcript.room;
import static jasyncio.testing.internal.net.Transcript.text;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/// What programs do with Unix-domain sockets, and with pipes.
final class LocalScripts {
  private LocalScripts() {}

  private static UnixDomainSocketAddress address(Transcript t, String name) {
    return UnixDomainSocketAddress.of(t.folder.resolve(name));
  }

  private static ServerSocketChannel server(Transcript t) throws Exception {
    return t.keep(t.provider.openServerSocketChannel(StandardProtocolFamily.UNIX));
  }

  private static SocketChannel client(Transcript t) throws Exception {
    return t.socket(StandardProtocolFamily.UNIX);
  }

  private static Transcript.Pair pair(Transcript t) throws Exception {
    var server = server(t).bind(address(t, "s"));
    return t.pair(client(t), server);
  }

  static void unix(Transcript t) throws Exception {
    var server = server(t);
    t.tries("unbound", server::getLocalAddress);
    server.bind(address(t, "s"));
    t.say("bound", server.getLocalAddress());
    t.say("file", Files.exists(address(t, "s").getPath()));
    t.say("plain", Files.isRegularFile(address(t, "s").getPath()));
    var client = client(t);
    client.configureBlocking(false);
    t.tries("connect", () -> client.connect(address(t, "s")));
    t.say("connected", client.isConnected());
    t.say("local", "[" + client.getLocalAddress() + "]");
    t.say("remote", client.getRemoteAddress());
    var accepted = t.keep(server.accept());
    t.say("local", accepted.getLocalAddress());
    t.say("remote", "[" + accepted.getRemoteAddress() + "]");
    t.tries("write", () -> client.write(bytes("hello")));
    t.tries("read", () -> read(accepted));
    t.tries("read", () -> read(client));
    accepted.shutdownOutput();
    t.tries("read", () -> read(client));
    t.tries("write", () -> client.write(bytes("still")));
    t.tries("read", () -> read(accepted));
    t.tries("socket", client::socket);
    t.tries("socket", server::socket);
    server.close();
    t.say("file", Files.exists(address(t, "s").getPath()));
    t.tries("refused", () -> client(t).connect(address(t, "s")));
    t.tries("no file", () -> client(t).connect(address(t, "t")));
    t.tries("taken", () -> server(t).bind(address(t, "s")));
    t.tries("no folder", () -> server(t).bind(address(t, "no/s")));
    t.tries("no name", () -> server(t).bind(UnixDomainSocketAddress.of("")));
    t.tries("wrong address", () -> client(t).connect(loopback(1)));
    t.tries("wrong address", () -> server(t).bind(loopback(1)));
    t.tries("wrong address", () -> t.socket().connect(address(t, "s")));
    t.tries("null", () -> client(t).bind(null).getLocalAddress().toString().isEmpty());
    t.tries("some name", () -> server(t).bind(null).getLocalAddress() != null);
  }

  static void options(Transcript t) throws Exception {
    t.tries("other's", () -> client(t).setOption(StandardSocketOptions.TCP_NODELAY, true));
    t.tries("linger", () -> client(t).getOption(StandardSocketOptions.SO_LINGER));
    t.tries("reuse", () -> server(t).getOption(StandardSocketOptions.SO_REUSEADDR));
  }

  static void unixEnds(Transcript t) throws Exception {
    var pair = pair(t);
    pair.server().write(bytes("last"));
    pair.server().close();
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("read", () -> read(pair.client()));
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("x")));
  }

  static void unixReset(Transcript t) throws Exception {
    var pair = pair(t);
    pair.client().write(bytes("unread"));
    pair.server().close();
    t.awaitReadyOf(pair.client(), OP_READ);
    t.tries("read", () -> read(pair.client()));
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.client().write(bytes("x")));
  }

  static void unixHalfClose(Transcript t) throws Exception {
    var pair = pair(t);
    pair.client().shutdownOutput();
    t.tries("write", () -> pair.client().write(bytes("x")));
    t.tries("read", () -> read(pair.server()));
    pair.client().shutdownInput();
    t.tries("read", () -> read(pair.client()));
    t.tries("write", () -> pair.server().write(bytes("x")));
  }

  static void unixBacklog(Transcript t) throws Exception {
    var server = server(t).bind(address(t, "s"), 1);
    for (int i = 0; i < 2; i++) {
      var client = client(t);
      client.configureBlocking(false);
      t.tries("connect", () -> client.connect(address(t, "s")));
    }
    t.tries("accept", () -> t.keep(server.accept()).isConnected());
    t.tries("accept", () -> t.keep(server.accept()).isConnected());
  }

  static void unixBackPressure(Transcript t) throws Exception {
    var pair = pair(t);
    pair.client().configureBlocking(false);
    var chunk = ByteBuffer.allocate(1 << 16);
    long written = 0;
    int n;
    do {
      n = pair.client().write(chunk.clear());
      written += n;
    } while (n > 0);
    var selector = t.selector();
    pair.client().register(selector, OP_WRITE);
    t.say("writable", selector.selectNow());
    long read = 0;
    while (read < written) {
      read += pair.server().read(chunk.clear());
    }
    t.say("writable", selector.select());
  }

  static void unixCloses(Transcript t) throws Exception {
    var server = server(t).bind(address(t, "s"));
    var client = client(t);
    client.connect(address(t, "s"));
    server.close();
    t.tries("read", () -> read(client));
    t.tries("write", () -> client.write(bytes("x")));
  }

  static void pipe(Transcript t) throws Exception {
    var pipe = t.provider.openPipe();
    var source = t.keep(pipe.source());
    var sink = t.keep(pipe.sink());
    t.tries("write", () -> sink.write(bytes("hello")));
    var buffer = room(100);
    t.tries("read", () -> source.read(buffer));
    t.say("got", text(buffer));
    source.configureBlocking(false);
    t.tries("nothing", () -> source.read(room(10)));
    sink.configureBlocking(false);
    var selector = t.selector();
    var reading = source.register(selector, OP_READ);
    var writing = sink.register(selector, OP_WRITE);
    t.say("select", selector.selectNow() + " " + reading.readyOps() + " " + writing.readyOps());
    sink.write(new ByteBuffer[] {bytes("a"), bytes("b")});
    selector.selectedKeys().clear();
    t.say("select", selector.selectNow() + " " + reading.readyOps() + " " + writing.readyOps());
    int n;
    do {
      n = sink.write(room(1 << 16));
    } while (n > 0);
    t.say("full", n);
    selector.selectedKeys().clear();
    t.say("select", selector.selectNow());
    sink.close();
    selector.selectNow();
    long sum = 0;
    do {
      n = source.read(room(1 << 16));
      sum += Math.max(0, n);
    } while (n > 0);
    t.say("end", n + " " + (sum > 50_000)); // how much fits depends on what was written
    selector.selectedKeys().clear();
    t.say("ended", selector.selectNow() + " " + reading.readyOps());
    source.close();
    t.tries("closed", () -> source.read(room(1)));
    t.tries("closed", () -> sink.write(room(1)));
  }

  static void brokenPipe(Transcript t) throws Exception {
    var pipe = t.provider.openPipe();
    var sink = t.keep(pipe.sink());
    pipe.source().close();
    t.tries("write", () -> sink.write(bytes("x")));
    sink.configureBlocking(false);
    var selector = t.selector();
    var key = sink.register(selector, OP_WRITE);
    t.say("select", selector.selectNow() + " " + key.readyOps());
    t.tries("write", () -> sink.write(bytes("x")));
  }
}
