package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.internal.net.DatagramQueue;
import jasyncio.internal.net.UdpTransport;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Endpoints for datagrams, as coroutines use them.
@ExtendWith(OpenSockets.class)
@Timeout(600)
class DatagramStreamTest {
  private static final String HOST = Loopback.HOST;

  private static int port(DatagramStream stream) {
    return ((InetSocketAddress) stream.localAddress()).getPort();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void sendAndReceive_thereAndBack() throws Exception {
    run(() -> {
      try (var a = Datagrams.bind(HOST, 0);
          var b = Datagrams.connect(HOST, port(a))) {
        b.send(bytes("ping"));
        var ping = a.receive();
        assertThat(ping).isEqualTo(new Datagram(bytes("ping"), b.localAddress()));
        a.send(bytes("pong"), ping.address());
        assertThat(b.receive().text()).isEqualTo("pong");
        var buffer = ByteBuffer.wrap(bytes("-buffer-"), 1, 6);
        b.send(buffer, null);
        assertThat(buffer.remaining()).isZero();
        assertThat(a.receive().text()).isEqualTo("buffer");
        a.send(new byte[0], b.localAddress());
        assertThat(b.receive().data()).isEmpty();
        assertThat(b.remoteAddress()).isEqualTo(a.localAddress());
        assertThat(a.remoteAddress()).isNull();
        assertThat(a.toString()).startsWith("<DatagramStream <DatagramTransport open");
      }
    });
  }

  @Test
  void iteration_endsWhenItIsClosed() throws Exception {
    run(() -> {
      var a = Datagrams.bind(HOST, 0);
      var seen = new ArrayList<String>();
      var server =
          createTask(() -> {
            for (var datagram : a) {
              seen.add(datagram.text());
              a.send(datagram.data(), datagram.address());
            }
          });
      try (var b = Datagrams.connect(HOST, port(a))) {
        for (var text : new String[] {"1", "2", "3"}) {
          b.send(bytes(text));
          assertThat(b.receive().text()).isEqualTo(text);
        }
      }
      a.close();
      server.await();
      assertThat(seen).containsExactly("1", "2", "3");
      assertThatThrownBy(() -> a.iterator().next()).isInstanceOf(NoSuchElementException.class);
    });
  }

  @Test
  void receivers_takeTurns() throws Exception {
    run(() -> {
      try (var a = Datagrams.bind(HOST, 0);
          var b = Datagrams.connect(HOST, port(a))) {
        var first = createTask(() -> a.receive().text());
        var second = createTask(() -> a.receive().text());
        sleep(0);
        b.send(bytes("1"));
        b.send(bytes("2"));
        assertThat(first.await()).isEqualTo("1");
        assertThat(second.await()).isEqualTo("2");
      }
    });
  }

  @Test
  void cancelledReceiver_losesNoDatagram() throws Exception {
    run(() -> {
      try (var a = Datagrams.bind(HOST, 0);
          var b = Datagrams.connect(HOST, port(a))) {
        assertThatThrownBy(() -> waitFor(() -> a.receive(), 0.001))
            .isInstanceOf(TimeoutException.class);
        var queue = new DatagramQueue(8);
        queue.connectionMade(a.transport());
        var woken = createTask(() -> queue.receive());
        var next = createTask(() -> queue.receive());
        sleep(0);
        queue.datagramReceived(bytes("kept"), b.localAddress());
        woken.cancel(); // it was woken already
        assertThatThrownBy(woken::await).isInstanceOf(CancelledError.class);
        assertThat(next.await().text()).isEqualTo("kept");
      }
    });
  }

  @Test
  void nobodyReceives_readingStopsAtTheLimit_andNothingIsDropped() throws Exception {
    run(() -> {
      try (var a = Datagrams.open(DatagramOptions.local(HOST, 0).queueLimit(4));
          var b = Datagrams.connect(HOST, port(a))) {
        for (int i = 0; i < 20; i++) {
          b.send(bytes("" + i));
        }
        while (a.transport().isReading()) {
          sleep(0);
        }
        var texts = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
          texts.add(a.receive().text());
          if (i < 2) {
            assertThat(a.transport().isReading()).as("half of them are taken").isEqualTo(i == 1);
          }
        }
        assertThat(texts).isEqualTo(IntStream.range(0, 20).mapToObj(Integer::toString).toList());
      }
    });
  }

  @Test
  void errors_areToldOnceAndEndNothing() throws Exception {
    run(() -> {
      var a = Datagrams.bind(HOST, 0);
      var address = a.localAddress();
      a.close();
      a.waitClosed();
      try (var b = Datagrams.connect(HOST, ((InetSocketAddress) address).getPort())) {
        b.send(bytes("1"));
        assertThatThrownBy(b::receive).isInstanceOf(PortUnreachableException.class);
        b.send(bytes("2"));
        assertThatThrownBy(() -> b.iterator().hasNext())
            .isInstanceOf(PortUnreachableException.class);
        b.send(bytes("3")); // the answer is there before the next call
        assertThatThrownBy(() -> b.send(bytes("not sent")))
            .isInstanceOf(PortUnreachableException.class);
        try (var again =
            Datagrams.open(DatagramOptions.defaults().localAddress((InetSocketAddress) address))) {
          b.send(bytes("4"));
          assertThat(again.receive().text()).isEqualTo("4");
        }
      }
    });
  }

  @Test
  void tooLong_isThrownWhereItIsSent() throws Exception {
    run(() -> {
      try (var a = Datagrams.bind(HOST, 0)) {
        assertThatThrownBy(() -> a.send(new byte[70_000], a.localAddress()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("too long");
        a.send(bytes("ok"), a.localAddress());
        assertThat(a.receive().text()).isEqualTo("ok");
      }
    });
  }

  @Test
  void close_tellsWhoWaits() throws Exception {
    run(() -> {
      var a = Datagrams.bind(HOST, 0);
      var one = createTask(() -> a.receive());
      var other = createTask(() -> a.receive());
      sleep(0);
      assertThat(a.isClosing()).isFalse();
      a.close();
      a.close();
      assertThat(a.isClosing()).isTrue();
      assertThatThrownBy(one::await).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(other::await).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(a::receive).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> a.send(new byte[1], a.localAddress()))
          .isInstanceOf(ClosedChannelException.class);
      a.waitClosed();
    });
  }

  /// A transport whose socket takes nothing while `full`.
  private static final class Throttled extends UdpTransport {
    boolean full = true;

    Throttled(DatagramChannel channel, DatagramProtocol protocol) throws IOException {
      super(getRunningLoop(), channel, protocol, null);
    }

    @Override
    protected boolean send(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
      return !full && super.send(data, target);
    }
  }

  private static DatagramStream throttled(DatagramQueue queue, List<Throttled> made)
      throws IOException {
    var channel = DatagramChannel.open(StandardProtocolFamily.INET);
    channel.bind(Loopback.at(0));
    made.add(new Throttled(channel, queue));
    var waiter = getRunningLoop().<@Nullable Void>createFuture();
    made.getFirst().start(waiter);
    waiter.await();
    made.getFirst().setWriteBufferLimits(0);
    return new DatagramStream(queue);
  }

  @Test
  void send_waitsWhileTooMuchIsUnsent() throws Exception {
    run(() -> {
      var made = new ArrayList<Throttled>();
      try (var b = Datagrams.bind(HOST, 0);
          var a = throttled(new DatagramQueue(8), made)) {
        var first = createTask(() -> a.send(bytes("1"), b.localAddress()));
        var second = createTask(() -> a.send(bytes("2"), b.localAddress()));
        sleep(0.01);
        assertThat(first.done()).isFalse();
        second.cancel();
        assertThatThrownBy(second::await).isInstanceOf(CancelledError.class);
        made.getFirst().full = false;
        first.await();
        assertThat(b.receive().text()).isEqualTo("1");
        assertThat(b.receive().text()).as("was taken before the cancellation").isEqualTo("2");
      }
    });
  }

  @Test
  void cancelledSenders_leaveAtOnce() throws Exception {
    run(() -> {
      var made = new ArrayList<Throttled>();
      var queue = new DatagramQueue(8);
      try (var a = throttled(queue, made)) {
        var tasks = new ArrayList<Task<Void>>();
        for (int i = 0; i < 3; i++) {
          tasks.add(createTask(() -> a.send(bytes("1"), a.localAddress())));
        }
        sleep(0);
        assertThat(queue.waitingToSend()).isEqualTo(3);
        tasks.get(1).cancel();
        assertThatThrownBy(tasks.get(1)::await).isInstanceOf(CancelledError.class);
        assertThat(queue.waitingToSend()).isEqualTo(2);
        a.transport().abort();
        tasks.get(0).await();
        tasks.get(2).await();
        assertThat(queue.waitingToSend()).isZero();
      }
    });
  }

  @Test
  void abort_wakesWhoWaitsToSend() throws Exception {
    run(() -> {
      var made = new ArrayList<Throttled>();
      try (var a = throttled(new DatagramQueue(8), made)) {
        var sending = createTask(() -> a.send(bytes("1"), a.localAddress()));
        sleep(0);
        assertThat(sending.done()).isFalse();
        a.transport().abort();
        sending.await();
        a.waitClosed();
      }
    });
  }

  @Test
  void givenChannel_isUsed() throws Exception {
    run(() -> {
      var channel = DatagramChannel.open(StandardProtocolFamily.INET);
      channel.bind(Loopback.at(0));
      try (var a = Datagrams.open(channel)) {
        a.send(bytes("self"), a.localAddress());
        assertThat(a.receive().text()).isEqualTo("self");
      }
    });
  }

  @Test
  void datagrams_areEqualByContent() {
    var address = Loopback.at(1);
    var one = new Datagram(bytes("x"), address);
    assertThat(one)
        .isEqualTo(new Datagram(bytes("x"), address))
        .hasSameHashCodeAs(new Datagram(bytes("x"), address))
        .isNotEqualTo(new Datagram(bytes("y"), address))
        .isNotEqualTo(new Datagram(bytes("x"), Loopback.at(2)))
        .isNotEqualTo("x");
  }
}
