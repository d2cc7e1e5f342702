package jasyncio.net;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is closed is closed at once, and its address is free: the JDK would wait for the selector.
@Timeout(600)
class ClosedMeansClosedTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private static int portOf(Server server) throws IOException {
    return server.port();
  }

  private static Server server(int port) throws IOException {
    return Streams.startServer((reader, writer) -> writer.close(), HERE.getHostAddress(), port);
  }

  private static void assertRefused(int port) {
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> {
          try (var _ = new Socket(HERE, port)) {
            throw new AssertionError("connected");
          }
        });
  }

  @Test
  void server_closed_refusesInTheSameStep() throws Exception {
    run(() -> {
      var server = server(0);
      sleep(0.001); // the selector has seen it
      int port = portOf(server);
      server.close();
      assertRefused(port);
      new ServerSocket(port, 1, HERE).close();
      server.waitClosed();
      var next = server(port);
      next.close();
    });
  }

  @Test
  void server_closedAsTheLastThing_isClosedThoughTheLoopDoesNotRunAnyMore() throws Exception {
    try (var loop = newEventLoop()) {
      var port = new int[1];
      var server = new Server[1];
      loop.runUntilComplete(() -> {
        server[0] = server(0);
        sleep(0.001);
        port[0] = portOf(server[0]);
      });
      server[0].close();
      assertRefused(port[0]);
    }
  }

  @Test
  void connection_endedInTheLastIteration_isClosedThoughTheLoopDoesNotRunAnyMore()
      throws Exception {
    try (var loop = newEventLoop();
        var listening = new ServerSocket(0, 1, HERE)) {
      loop.runUntilComplete(() -> {
        var writer =
            Streams.openConnection(HERE.getHostAddress(), listening.getLocalPort()).writer();
        writer.transport().abort();
        sleep(0);
      });
      try (var accepted = listening.accept()) {
        assertThatIOException()
            .isThrownBy(() -> {
              while (true) { // taken by nobody, as long as the socket is half open
                accepted.getOutputStream().write(1);
              }
            });
      }
    }
  }

  @Test
  void datagrams_closed_freeTheirPortInTheNextIteration() throws Exception {
    run(() -> {
      var stream = Datagrams.bind(HERE.getHostAddress(), 0);
      sleep(0.001);
      var local = (InetSocketAddress) stream.transport().getExtraInfo(ExtraInfo.SOCKNAME);
      stream.close();
      sleep(0);
      new DatagramSocket(local).close();
    });
  }

  @Test
  void listeningChannel_closedByWhoAcceptedFromIt_freesItsPort() throws Exception {
    run(() -> {
      var listening = ServerSocketChannel.open().bind(new InetSocketAddress(HERE, 0));
      listening.configureBlocking(false);
      var address = (InetSocketAddress) listening.getLocalAddress();
      try (var _ = connectLater(address)) {
        Sockets.sockAccept(listening).close();
        listening.close();
        assertRefused(address.getPort());
      }
    });
  }

  /// A connection that comes when somebody waits for it already.
  private static SocketChannel connectLater(InetSocketAddress address) throws IOException {
    var client = SocketChannel.open();
    getRunningLoop()
        .callLater(
            0.001,
            () -> {
              try {
                client.connect(address);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    return client;
  }

  @Test
  void writePipe_closed_tellsTheOtherSideInTheNextIteration() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var connection = Pipes.connectWritePipe(() -> new Protocol() {}, pipe.sink());
      sleep(0.001);
      connection.transport().close();
      sleep(0);
      assertThat(pipe.source().read(ByteBuffer.allocate(1))).isEqualTo(-1);
      pipe.source().close();
    });
  }
}
