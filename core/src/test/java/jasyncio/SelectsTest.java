package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jasyncio.net.DatagramStream;
import jasyncio.net.Datagrams;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Pipes;
import jasyncio.net.Protocol;
import jasyncio.net.Sockets;
import jasyncio.net.Streams;
import jasyncio.net.WriteTransport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How often the selector is asked, which costs a system call and a look at all that is ready: not
/// once for each channel.
@Timeout(600)
@Tag("slow")
class SelectsTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final int MANY = 200;
  private static final int FEW = 60; // iterations and all

  private static long selects() {
    return getRunningLoop().core.channels().selects();
  }

  private static InetSocketAddress any() {
    return new InetSocketAddress(HERE, 0);
  }

  /// Two connected sockets.
  private record Pair(SocketChannel left, SocketChannel right) {
    static List<Pair> open(int n) throws IOException {
      var pairs = new ArrayList<Pair>();
      try (var listening = ServerSocketChannel.open().bind(any())) {
        for (int i = 0; i < n; i++) {
          var left = SocketChannel.open(listening.getLocalAddress());
          left.configureBlocking(false);
          pairs.add(new Pair(left, listening.accept()));
        }
      }
      return pairs;
    }

    static void close(List<Pair> pairs) throws IOException {
      for (var pair : pairs) {
        pair.left.close();
        pair.right.close();
      }
    }
  }

  private static void write(SocketChannel channel) throws IOException {
    channel.write(ByteBuffer.wrap(new byte[1]));
  }

  @Test
  void pipes_closedInOneStep_areLetGoTogether() throws Exception {
    run(() -> {
      var sources = new ArrayList<Pipe.SourceChannel>();
      var transports = new ArrayList<WriteTransport>();
      for (int i = 0; i < MANY; i++) {
        var pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        sources.add(pipe.source());
        transports.add(Pipes.connectWritePipe(() -> new Protocol() {}, pipe.sink()).transport());
      }
      sleep(0);
      long before = selects();
      transports.forEach(WriteTransport::close);
      sleep(0);
      sleep(0);
      assertThat(selects() - before).isLessThan(FEW);
      for (var source : sources) {
        assertThat(source.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        source.close();
      }
    });
  }

  @Test
  void datagrams_closedInOneStep_areLetGoTogether_andTheirPortsCanBeBound() throws Exception {
    run(() -> {
      var streams = new ArrayList<DatagramStream>();
      for (int i = 0; i < MANY; i++) {
        streams.add(Datagrams.bind(HERE.getHostAddress(), 0));
      }
      sleep(0);
      var addresses = new ArrayList<InetSocketAddress>();
      for (var stream : streams) {
        addresses.add((InetSocketAddress) stream.transport().getExtraInfo(ExtraInfo.SOCKNAME));
      }
      long before = selects();
      streams.forEach(DatagramStream::close);
      sleep(0); // the iteration in which they are closed
      var again = Datagrams.bind(HERE.getHostAddress(), addresses.getLast().getPort());
      for (var address : addresses.subList(0, MANY - 1)) {
        DatagramChannel.open().bind(address).close();
      }
      again.close();
      assertThat(selects() - before).isLessThan(FEW);
    });
  }

  @Test
  void socketsThatAreReadAgainInTheSameStep_comeBackTogether() throws Exception {
    run(() -> {
      var pairs = Pair.open(MANY);
      int[] received = {0};
      var readers = new ArrayList<Task<Void>>();
      for (var pair : pairs) {
        readers.add(
            createTask(() -> {
              for (int i = 0; i < 3; i++) {
                int n = Sockets.sockRecv(pair.left, 1).length; // suspends
                received[0] += n;
              }
            }));
      }
      sleep(0);
      long before = selects();
      for (int i = 1; i <= 3; i++) {
        for (var pair : pairs) {
          write(pair.right);
        }
        while (received[0] < i * MANY) {
          sleep(0.001);
        }
      }
      await(gather(readers));
      assertThat(selects() - before).isLessThan(FEW);
      Pair.close(pairs);
    });
  }

  @Test
  void connectsThatFail_areLetGoTogether() throws Exception {
    int port;
    try (var taken = new ServerSocket(0, 1, HERE)) {
      port = taken.getLocalPort();
    }
    run(() -> {
      sleep(0);
      var attempts = new ArrayList<Task<Object>>();
      long before = selects();
      for (int i = 0; i < MANY; i++) {
        attempts.add(
            createTask(() -> {
              assertThatIOException()
                  .isThrownBy(() -> Streams.openConnection(HERE.getHostAddress(), port))
                  .isInstanceOf(ConnectException.class);
              return null;
            }));
      }
      await(gather(attempts));
      assertThat(selects() - before).isLessThan(FEW);
    });
  }

  @Test
  void socketOnItsWayBack_isClosed_andWhoWaitsIsTold() throws Exception {
    run(() -> {
      var pair = Pair.open(1);
      var left = pair.getFirst().left;
      getRunningLoop().callSoon(() -> send(pair.getFirst().right));
      Sockets.sockRecv(left, 1);
      var again =
          createTask(() -> Sockets.sockRecv(left, 1), TaskOptions.defaults().eagerStart(true));
      left.close();
      assertThatIOException().isThrownBy(() -> await(again, IOException.class));
      Pair.close(pair);
    });
  }

  private static void send(SocketChannel channel) {
    try {
      write(channel);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void socketOnItsWayBack_thatBlocksNow_isRefused() throws Exception {
    run(() -> {
      var pair = Pair.open(1);
      var left = pair.getFirst().left;
      getRunningLoop().callSoon(() -> send(pair.getFirst().right));
      Sockets.sockRecv(left, 1);
      var again =
          createTask(() -> Sockets.sockRecv(left, 1), TaskOptions.defaults().eagerStart(true));
      left.configureBlocking(true);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> await(again))
          .withMessageContaining("must be non-blocking");
      Pair.close(pair);
    });
  }

  @Test
  void socketOnItsWayBack_canBeLeftAndTakenAgain() throws Exception {
    run(() -> {
      var pair = Pair.open(1);
      var left = pair.getFirst().left;
      getRunningLoop().callSoon(() -> send(pair.getFirst().right));
      Sockets.sockRecv(left, 1);
      int[] calls = {0, 0};
      Sockets.addReader(left, () -> calls[0]++);
      assertThat(Sockets.removeReader(left)).isTrue();
      assertThat(Sockets.removeReader(left)).isFalse();
      Sockets.addReader(left, () -> calls[1]++);
      send(pair.getFirst().right);
      while (calls[1] == 0) {
        sleep(0);
      }
      assertThat(calls[0]).isZero();
      assertThat(Sockets.removeReader(left)).isTrue();
      Pair.close(pair);
    });
  }
}
