package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.Future;
import jasyncio.Logs;
import jasyncio.internal.net.Peers;
import jasyncio.internal.net.UdpTransport;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Endpoints for datagrams, as protocols see them.
@ExtendWith(OpenSockets.class)
@Timeout(600)
class DatagramsTest {
  private static final String HOST = Loopback.HOST;

  // ---- sending and receiving --------------------------------------------------------------------

  @Test
  void datagrams_keepTheirBoundariesAndTellTheirSender() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.bound();
      a.send("one", b);
      a.send("", b);
      a.send("three", b);
      b.awaitDatagrams(3);
      assertThat(b.texts()).containsExactly("one", "", "three");
      assertThat(b.received.getFirst())
          .isEqualTo(new Datagram("one".getBytes(UTF_8), a.address()))
          .hasToString("Datagram[3 bytes from " + a.address() + "]");
      a.end();
      b.end();
      assertThat(b.calls).containsExactly("made", "datagram", "datagram", "datagram", "lost");
    });
  }

  @Test
  void datagram_isReadWhereItLies() throws Exception {
    run(() -> {
      var done = getRunningLoop().<String>createFuture();
      var connection =
          Datagrams.createDatagramEndpoint(
              () ->
                  new DatagramProtocol() {
                    @Override
                    public void datagramReceived(ByteBuffer data, SocketAddress from) {
                      done.setResult(
                          data.isDirect() + " " + UTF_8.decode(data) + " " + data.remaining());
                    }
                  },
              DatagramOptions.local(HOST, 0));
      var a = DatagramRecorder.bound();
      var buffer = ByteBuffer.wrap("-hello-".getBytes(UTF_8), 1, 5);
      a.transport().sendto(buffer, connection.transport().getExtraInfo(ExtraInfo.SOCKNAME));
      assertThat(buffer.remaining()).isZero();
      assertThat(done.await()).isEqualTo("true hello 0");
      connection.transport().close();
      a.end();
    });
  }

  @Test
  void longestDatagram_comesWhole() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.bound();
      a.transport().sendto(new byte[65507], b.address());
      b.awaitDatagrams(1);
      assertThat(b.received.getFirst().data()).hasSize(65507);
      a.transport().sendto(new byte[65508], b.address());
      assertThat(a.errors).singleElement().isInstanceOf(IOException.class);
      a.send("it goes on", b);
      b.awaitDatagrams(2);
      a.end();
      b.end();
    });
  }

  @Test
  void connected_hearsItsPeerAlone() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.connectedTo(a);
      var stranger = DatagramRecorder.bound();
      stranger.send("stranger", b);
      a.send("peer", b);
      b.awaitDatagrams(1);
      assertThat(b.texts()).containsExactly("peer");
      b.transport().sendto("to the peer".getBytes(UTF_8));
      b.send("named", a);
      a.awaitDatagrams(2);
      assertThat(b.transport().getExtraInfo(ExtraInfo.PEERNAME)).isEqualTo(a.address());
      a.end();
      b.end();
      stranger.end();
    });
  }

  @Test
  void peerThatIsGone_isAnErrorAndNotTheEnd() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.connectedTo(a);
      a.end();
      b.transport().sendto(new byte[1]);
      b.awaitErrors(1);
      assertThat(b.errors).singleElement().isInstanceOf(PortUnreachableException.class);
      assertThat(b.transport().isClosing()).isFalse();
      var again = DatagramRecorder.open(DatagramOptions.defaults().localAddress(a.address()));
      b.transport().sendto("back".getBytes(UTF_8));
      again.awaitDatagrams(1);
      assertThat(b.calls).containsExactly("made", "error");
      again.end();
      b.end();
    });
  }

  @Test
  void protocolThatFails_isReportedAndGoesOn() throws Exception {
    run(() -> {
      var errors = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var failing =
          new DatagramRecorder() {
            @Override
            public void datagramReceived(byte[] data, SocketAddress from) {
              super.datagramReceived(data, from);
              throw new IllegalStateException("no");
            }
          };
      Datagrams.createDatagramEndpoint(() -> failing, DatagramOptions.local(HOST, 0));
      var a = DatagramRecorder.bound();
      a.send("1", failing);
      a.send("2", failing);
      failing.awaitDatagrams(2);
      sleep(0);
      assertThat(errors).extracting(e -> e.exception().getMessage()).containsExactly("no", "no");
      a.end();
      failing.end();
    });
  }

  @Test
  void pausedReading_leavesDatagramsInTheSystemsBuffer() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.bound();
      b.transport().pauseReading();
      b.transport().pauseReading();
      assertThat(b.transport().isReading()).isFalse();
      a.send("1", b);
      a.send("2", b);
      sleep(0.01);
      assertThat(b.received).isEmpty();
      b.transport().resumeReading();
      b.awaitDatagrams(2);
      assertThat(b.texts()).containsExactly("1", "2");
      a.end();
      b.end();
    });
  }

  @Test
  void pauseInConnectionMade_preventsAnyDatagram() throws Exception {
    run(() -> {
      var b =
          new DatagramRecorder() {
            @Override
            public void connectionMade(DatagramTransport newTransport) {
              super.connectionMade(newTransport);
              newTransport.pauseReading();
            }
          };
      Datagrams.createDatagramEndpoint(() -> b, DatagramOptions.local(HOST, 0));
      var a = DatagramRecorder.bound();
      a.send("1", b);
      sleep(0.01);
      assertThat(b.received).isEmpty();
      b.transport().resumeReading();
      b.awaitDatagrams(1);
      a.end();
      b.end();
    });
  }

  // ---- flow control -----------------------------------------------------------------------------

  /// A transport whose socket takes nothing while `full`, or fails with `error`.
  private static final class Throttled extends UdpTransport {
    boolean full = true;
    @Nullable IOException error;

    Throttled(DatagramChannel channel, DatagramProtocol protocol) throws IOException {
      super(getRunningLoop(), channel, protocol, null);
    }

    @Override
    protected boolean send(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
      var e = error;
      if (!full && e != null) {
        error = null;
        throw e;
      }
      return !full && super.send(data, target);
    }
  }

  private static Throttled throttled(DatagramProtocol protocol) throws IOException {
    var channel = DatagramChannel.open(StandardProtocolFamily.INET);
    channel.bind(Loopback.at(0));
    var transport = new Throttled(channel, protocol);
    var waiter = getRunningLoop().<@Nullable Void>createFuture();
    transport.start(waiter);
    waiter.await();
    return transport;
  }

  @Test
  void whatCannotBeSent_waitsWithItsHeader_andPausesTheProtocol() throws Exception {
    run(() -> {
      var b = DatagramRecorder.bound();
      var a = new DatagramRecorder();
      var transport = throttled(a);
      transport.setWriteBufferLimits(30);
      assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(7, 30));
      var data = "0123456789".getBytes(UTF_8);
      transport.sendto(data, b.address());
      assertThat(transport.getWriteBufferSize()).isEqualTo(18);
      assertThat(a.calls).containsExactly("made");
      transport.sendto(data, b.address());
      assertThat(transport.getWriteBufferSize()).isEqualTo(36);
      assertThat(a.calls).containsExactly("made", "pause");
      data[0] = 'x';
      transport.full = false;
      b.awaitDatagrams(2);
      assertThat(b.texts()).containsExactly("0123456789", "0123456789");
      sleep(0);
      assertThat(a.calls).containsExactly("made", "pause", "resume");
      assertThat(transport.getWriteBufferSize()).isZero();
      assertThat(transport.toString())
          .matches("<DatagramTransport open sockname=/127.0.0.1:\\d+ reading bufsize=0>");
      a.end();
      b.end();
    });
  }

  // CPython: test_selector_events.SelectorDatagramTransportTests.test_sendto_no_data,
  //     test_sendto_buffer_nodata
  @Test
  void emptyDatagram_isSent_alsoBehindAnother() throws Exception {
    run(() -> {
      var b = DatagramRecorder.bound();
      var a = new DatagramRecorder();
      var transport = throttled(a);
      a.send("data1", b);
      transport.sendto(new byte[0], b.address());
      assertThat(transport.getWriteBufferSize()).isEqualTo(21);
      transport.full = false;
      b.awaitDatagrams(2);
      transport.sendto(new byte[0], b.address());
      b.awaitDatagrams(3);
      assertThat(b.texts()).containsExactly("data1", "", "");
      a.end();
      b.end();
    });
  }

  @Test
  void errorInTheQueue_losesThatDatagramAlone() throws Exception {
    run(() -> {
      var b = DatagramRecorder.bound();
      var a = new DatagramRecorder();
      var transport = throttled(a);
      a.send("lost", b);
      a.send("sent", b);
      transport.error = new IOException("unlucky");
      transport.full = false;
      b.awaitDatagrams(1);
      assertThat(b.texts()).containsExactly("sent");
      assertThat(a.errors).singleElement().hasToString("java.io.IOException: unlucky");
      sleep(0);
      assertThat(transport.getWriteBufferSize()).isZero();
      a.end();
      b.end();
    });
  }

  @Test
  void targetThatCannotBe_inTheQueue_losesThatDatagramAlone() throws Exception {
    run(() -> {
      var b = DatagramRecorder.bound();
      var a = new DatagramRecorder();
      var transport = throttled(a);
      a.send("first", b);
      assertThatThrownBy(() ->
              transport.sendto(new byte[1], InetSocketAddress.createUnresolved("localhost", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the address is not resolved");
      transport.sendto(new byte[1], new InetSocketAddress(InetAddress.ofLiteral("::1"), 1));
      a.send("last", b);
      transport.full = false;
      b.awaitDatagrams(2);
      assertThat(b.texts()).containsExactly("first", "last");
      assertThat(a.errors)
          .singleElement()
          .satisfies(e -> assertThat(e).hasMessageContaining("an address of another family"));
      a.end();
      b.end();
    });
  }

  @Test
  void channelOfAnEndpoint_isRefused() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var channel = (DatagramChannel) a.transport().getExtraInfo(ExtraInfo.SOCKET);
      assertThatThrownBy(() -> Datagrams.open(channel))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is used by transport " + a.transport());
      assertThat(channel.isOpen()).isTrue();
      a.end();
    });
  }

  @Test
  void close_sendsWhatWaits() throws Exception {
    run(() -> {
      var b = DatagramRecorder.bound();
      var a = new DatagramRecorder();
      var transport = throttled(a);
      a.send("1", b);
      transport.close();
      transport.close();
      sleep(0.01);
      assertThat(a.lost.done()).isFalse();
      transport.full = false;
      assertThat(a.lost.await()).isNull();
      b.awaitDatagrams(1);
      a.send("too late", b);
      b.end();
    });
  }

  @Test
  void abort_dropsWhatWaits() throws Exception {
    run(() -> {
      var b = DatagramRecorder.bound();
      var a = new DatagramRecorder();
      var transport = throttled(a);
      a.send("1", b);
      transport.abort();
      transport.abort();
      assertThat(transport.getWriteBufferSize()).isZero();
      assertThat(a.lost.done()).isFalse();
      assertThat(a.lost.await()).isNull();
      assertThat(a.calls).containsExactly("made", "lost");
      assertThat(b.received).isEmpty();
      b.end();
    });
  }

  @Test
  void sendtoAfterTheEnd_isDroppedAndWarnedOf() throws Exception {
    try (var logs = Logs.capture()) {
      run(() -> {
        var a = DatagramRecorder.bound();
        var b = DatagramRecorder.connectedTo(a);
        b.end();
        for (int i = 0; i < 7; i++) {
          b.transport().sendto(new byte[1]);
        }
        a.end();
      });
      assertThat(logs.lines())
          .filteredOn(line -> line.startsWith("WARNING writing to a transport that is closed"))
          .hasSize(3);
    }
  }

  // ---- making one -------------------------------------------------------------------------------

  @Test
  void hostNames_areLookedUp() throws Exception {
    run(() -> {
      var a = DatagramRecorder.open(DatagramOptions.local("localhost", 0));
      var b = DatagramRecorder.open(DatagramOptions.remote("localhost", a.address().getPort()));
      b.transport().sendto("hello".getBytes(UTF_8));
      a.awaitDatagrams(1);
      a.end();
      b.end();
      assertThatThrownBy(() -> DatagramRecorder.open(DatagramOptions.remote("no.invalid", 1)))
          .isInstanceOf(UnknownHostException.class);
    });
  }

  @Test
  void everywhere_hearsBothFamilies() throws Exception {
    run(() -> {
      var all = DatagramRecorder.open(DatagramOptions.local(null, 0));
      var to = Loopback.at(all.address().getPort());
      var a = DatagramRecorder.open(DatagramOptions.defaults().remoteAddress(to));
      a.transport().sendto("four".getBytes(UTF_8));
      all.awaitDatagrams(1);
      all.transport().sendto("back".getBytes(UTF_8), all.received.getFirst().address());
      a.awaitDatagrams(1);
      a.end();
      all.end();
      var four =
          DatagramRecorder.open(DatagramOptions.local("", 0).family(StandardProtocolFamily.INET));
      assertThat(four.address().getAddress().getHostAddress()).isEqualTo("0.0.0.0");
      four.end();
    });
  }

  @Test
  void familyAlone_isEnough() throws Exception {
    run(() -> {
      var a = DatagramRecorder.open(DatagramOptions.defaults().family(StandardProtocolFamily.INET));
      assertThat(a.address().getPort()).isPositive();
      a.end();
    });
  }

  @Test
  void portInUse_isAnErrorThatNamesIt() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var options = DatagramOptions.defaults().localAddress(a.address());
      assertThatThrownBy(() -> DatagramRecorder.open(options))
          .isInstanceOf(BindException.class)
          .hasMessageStartingWith(
              "error while attempting to bind on address " + Peers.text(a.address()));
      a.end();
    });
  }

  @Test
  void reusePort_letsTwoBind() throws Exception {
    run(() -> {
      var a = DatagramRecorder.open(DatagramOptions.local(HOST, 0).reusePort(true));
      var b =
          DatagramRecorder.open(
              DatagramOptions.defaults().localAddress(a.address()).reusePort(true));
      assertThat(a.address()).isEqualTo(b.address());
      a.end();
      b.end();
    });
  }

  @Test
  void broadcast_isAllowedAndNotConnected() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b =
          DatagramRecorder.open(
              DatagramOptions.defaults().remoteAddress(a.address()).allowBroadcast(true));
      assertThat(
              b.transport()
                  .getExtraInfo(ExtraInfo.SOCKET)
                  .getOption(StandardSocketOptions.SO_BROADCAST))
          .isTrue();
      assertThat(b.transport().getExtraInfo(ExtraInfo.PEERNAME)).isNull();
      b.transport().sendto(new byte[0]);
      a.awaitDatagrams(1);
      var stranger = DatagramRecorder.bound();
      assertThatThrownBy(() -> b.send("x", stranger))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid address: must be null or " + a.address());
      stranger.send(
          "heard",
          new DatagramRecorder() {
            @Override
            InetSocketAddress address() {
              return Loopback.at(b.address().getPort());
            }
          });
      b.awaitDatagrams(1);
      a.end();
      b.end();
      stranger.end();
    });
  }

  @Test
  void givenChannel_isUsedAsItIs() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var channel = DatagramChannel.open(StandardProtocolFamily.INET);
      channel.connect(a.address());
      var b = Datagrams.createDatagramEndpoint(DatagramRecorder::new, channel).protocol();
      assertThat(b.transport().getExtraInfo(ExtraInfo.PEERNAME)).isEqualTo(a.address());
      b.transport().sendto(new byte[1]);
      a.awaitDatagrams(1);
      b.end();
      assertThat(channel.isOpen()).isFalse();
      a.end();
      var unbound = DatagramChannel.open(StandardProtocolFamily.INET);
      var c = Datagrams.createDatagramEndpoint(DatagramRecorder::new, unbound).protocol();
      assertThat(c.address().getPort()).isPositive();
      c.end();
    });
  }

  @Test
  void factoryThatFails_leavesNothingOpen() throws Exception {
    run(() -> {
      var channel = DatagramChannel.open();
      assertThatThrownBy(() ->
              Datagrams.createDatagramEndpoint(
                  () -> {
                    throw new IllegalStateException("no protocol today");
                  },
                  channel))
          .hasMessage("no protocol today");
      assertThat(channel.isOpen()).isFalse();
    });
  }

  @Test
  void cancelledWhileItBegins_isClosed() {
    run(() -> {
      var made = new ArrayList<DatagramRecorder>();
      var task =
          createTask(() ->
              Datagrams.createDatagramEndpoint(
                  () -> {
                    made.add(new DatagramRecorder());
                    return made.getFirst();
                  },
                  DatagramOptions.local(HOST, 0)));
      sleep(0);
      assertThat(made).hasSize(1);
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      made.getFirst().lost.await();
      assertThat(made.getFirst().calls).containsExactly("made", "lost");
    });
  }

  @Test
  void loopThatIsClosed_closesTheSocketWithIt() throws Exception {
    var channels = new ArrayList<DatagramChannel>();
    run(() -> {
      var a = DatagramRecorder.bound();
      channels.add((DatagramChannel) a.transport().getExtraInfo(ExtraInfo.SOCKET));
    });
    assertThat(channels.getFirst().isOpen()).isFalse();
  }

  // ---- multicast --------------------------------------------------------------------------------

  private static NetworkInterface interfaceWith(Predicate<NetworkInterface> what)
      throws IOException {
    var found = NetworkInterface.networkInterfaces().filter(what).findFirst();
    Assumptions.assumeTrue(found.isPresent(), "no such network interface here");
    return found.get();
  }

  private static boolean canMulticast(NetworkInterface each) {
    try {
      return each.isUp()
          && each.supportsMulticast()
          && !each.isLoopback()
          && each.inetAddresses().anyMatch(a -> a.getAddress().length == 4);
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void group_isJoinedByTwoOnOnePort() throws Exception {
    run(() -> {
      var on = interfaceWith(DatagramsTest::canMulticast);
      var group = InetAddress.ofLiteral("239.255.77.77");
      var multicast = MulticastOptions.defaults().join(group, on).outgoing(on).timeToLive(0);
      var a = DatagramRecorder.open(DatagramOptions.local(null, 0).multicast(multicast));
      var port = a.address().getPort();
      var b = DatagramRecorder.open(DatagramOptions.local(null, port).multicast(multicast));
      b.transport().sendto("all".getBytes(UTF_8), new InetSocketAddress(group, port));
      a.awaitDatagrams(1);
      b.awaitDatagrams(1);
      var quiet =
          DatagramRecorder.open(
              DatagramOptions.local(null, 0).multicast(multicast.loopback(false)));
      var channel = quiet.transport().getExtraInfo(ExtraInfo.SOCKET);
      assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)).isFalse();
      assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isZero();
      assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_IF)).isEqualTo(on);
      a.end();
      b.end();
      quiet.end();
    });
  }

  @Test
  void group_withASource_hearsThatAlone() throws Exception {
    run(() -> {
      var on = interfaceWith(DatagramsTest::canMulticast);
      var own =
          on.inetAddresses().filter(a -> a.getAddress().length == 4).findFirst().orElseThrow();
      var group = InetAddress.ofLiteral("232.1.2.3");
      var all = MulticastOptions.defaults().outgoing(on).timeToLive(0);
      var hearing =
          DatagramRecorder.open(
              DatagramOptions.local(null, 0).multicast(all.join(group, null, own)));
      var to = new InetSocketAddress(group, hearing.address().getPort());
      var deaf =
          DatagramRecorder.open(
              DatagramOptions.local(null, to.getPort())
                  .multicast(all.join(group, on, InetAddress.ofLiteral("192.0.2.1"))));
      hearing.transport().sendto("x".getBytes(UTF_8), to);
      hearing.awaitDatagrams(1);
      sleep(0.01);
      assertThat(deaf.received).isEmpty();
      hearing.end();
      deaf.end();
    });
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void misuse_isSaidInOneSentence() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.connectedTo(a);
      assertIllegal(
          "unexpected address family; give an address of this or the other side, or a family",
          () -> DatagramRecorder.open(DatagramOptions.defaults()));
      assertIllegal(
          "can not get address information",
          () ->
              DatagramRecorder.open(
                  DatagramOptions.local(HOST, 0)
                      .remoteAddress(new InetSocketAddress(InetAddress.ofLiteral("::1"), 9))));
      assertThatThrownBy(() ->
              DatagramRecorder.open(
                  DatagramOptions.defaults()
                      .localAddress(Loopback.at(0))
                      .family(StandardProtocolFamily.INET6)))
          .isInstanceOf(UnknownHostException.class)
          .hasMessage("/127.0.0.1:0 is no address of family INET6");
      assertIllegal(
          "sendto() needs an address: the endpoint was made without a remote one",
          () -> a.transport().sendto(new byte[1]));
      assertIllegal("Invalid address: must be null or " + a.address(), () -> b.send("x", b));
      assertIllegal(
          "the JDK cannot send an empty datagram on a connected channel; use one that is not, and"
              + " give the address",
          () -> b.transport().sendto(new byte[0]));
      assertIllegal(
          "the address is not resolved: " + InetSocketAddress.createUnresolved("localhost", 9),
          () ->
              a.transport()
                  .sendto(new byte[1], InetSocketAddress.createUnresolved("localhost", 9)));
      assertThatThrownBy(() ->
              a.transport()
                  .sendto(
                      new byte[1], new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("an address of another family");
      assertThatThrownBy(() -> a.transport().setProtocol(new BaseProtocol() {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("datagrams need a DatagramProtocol, got ");
      assertIllegal(
          "queueLimit must be positive, got 0", () -> DatagramOptions.defaults().queueLimit(0));
      assertIllegal(
          "timeToLive must be between 0 and 255, got 256",
          () -> MulticastOptions.defaults().timeToLive(256));
      assertIllegal(
          "a multicast address was expected, got /127.0.0.1",
          () -> MulticastOptions.defaults().join(InetAddress.ofLiteral(HOST), null));
      assertThatThrownBy(() -> a.transport().sendto((byte[]) null, b.address()))
          .isInstanceOf(NullPointerException.class);
      a.end();
      b.end();
    });
  }

  private static void assertIllegal(
      String sentence, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }

  @Test
  void outsideALoop_isAnError() {
    assertThatThrownBy(() -> DatagramRecorder.open(DatagramOptions.local(HOST, 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no running event loop; ");
  }

  @Test
  void setProtocol_switchesWhoIsTold() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var b = DatagramRecorder.bound();
      var other = new DatagramRecorder();
      b.transport().setProtocol(other);
      assertThat(b.transport().getProtocol()).isSameAs(other);
      a.send("x", b);
      other.awaitDatagrams(1);
      assertThat(b.received).isEmpty();
      b.transport().close();
      other.lost.await();
      a.end();
    });
  }

  @Test
  void manyEndpoints_leaveNothing() throws Exception {
    run(() -> {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        var a = DatagramRecorder.bound();
        var b = DatagramRecorder.connectedTo(a);
        b.transport().sendto(new byte[i + 1]);
        if (i % 3 == 0) {
          a.transport().abort();
        } else {
          a.awaitDatagrams(1);
          a.transport().close();
        }
        b.transport().close();
        ends.add(a.lost);
        ends.add(b.lost);
      }
      for (var end : ends) {
        end.await();
      }
    });
  }
}
