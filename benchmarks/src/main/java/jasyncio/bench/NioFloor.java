package jasyncio.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// What the JDK's selector allows without any library: the peer harness's `serve echo-proto PORT`
/// in one loop on one thread, without state or back-pressure.
public final class NioFloor {
  private static final int EXIT_UNSUPPORTED = 64;
  private static final int BACKLOG = 4096;

  private final Selector selector = Selector.open();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

  private NioFloor() throws IOException {}

  /// Serves until the process is ended.
  ///
  /// @param arguments `serve echo-proto PORT`
  /// @throws IOException if it cannot listen
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3 || !arguments[1].equals("echo-proto")) {
      System.exit(EXIT_UNSUPPORTED);
    }
    new NioFloor().serve(Integer.parseInt(arguments[2]));
  }

  private void serve(int port) throws IOException {
    var listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
    System.out.println("READY");
    while (true) {
      selector.select(this::ready);
    }
  }

  private void ready(SelectionKey key) {
    try {
      if (key.channel() instanceof SocketChannel channel) {
        echo(channel);
      } else {
        accept((ServerSocketChannel) key.channel());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocketChannel listener) throws IOException {
    var channel = listener.accept();
    if (channel != null) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false).register(selector, SelectionKey.OP_READ);
    }
  }

  private void echo(SocketChannel channel) throws IOException {
    try {
      if (channel.read(buffer.clear()) >= 0) {
        channel.write(buffer.flip());
        return;
      }
    } catch (IOException e) {
      // the load generator ends its connections as it likes
    }
    channel.close();
  }
}
