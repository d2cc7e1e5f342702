package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.ManualWorld.MS;
import static jasyncio.testing.internal.net.ManualWorld.SECOND;
import static jasyncio.testing.internal.net.TwoHosts.LATENCY;
import static jasyncio.testing.internal.net.TwoHosts.PORT;
import static jasyncio.testing.internal.net.TwoHosts.at;
import static jasyncio.testing.internal.net.TwoHosts.bytes;
import static jasyncio.testing.internal.net.TwoHosts.drain;
import static jasyncio.testing.internal.net.TwoHosts.fill;
import static jasyncio.testing.internal.net.TwoHosts.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TCP in time that the test moves.
class TcpInTimeTest {
  private final TwoHosts net = new TwoHosts();
  private final ManualWorld world = net.world;

  @Test
  void connect_takesOneWayThereAndOneBack() throws Exception {
    var server = net.listen(net.b, 10);
    var client = net.connecting();
    world.run(LATENCY - 1);
    assertThat(net.network.inFlight()).singleElement().extracting("kind").isEqualTo("SYN");
    world.run(LATENCY);
    assertThat(client.finishConnect()).isFalse();
    world.run(1);
    assertThat(client.finishConnect()).isTrue();
    assertThat(server.accept()).as("the third part of the handshake is on the way").isNull();
    world.run(LATENCY);
    assertThat(server.accept().getRemoteAddress()).isEqualTo(client.getLocalAddress());
  }

  @Test
  void connect_whenNobodyListens_isRefusedWhenTheAnswerIsBack() throws Exception {
    var client = net.connecting();
    world.run(2 * LATENCY - 1);
    assertThat(client.finishConnect()).isFalse();
    world.run(1);
    assertThatThrownBy(client::finishConnect)
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection refused");
  }

  @Test
  void connect_toAnAddressOfNobody_hasNoRoute() throws Exception {
    var client = net.socket(net.a);
    client.connect(new InetSocketAddress("10.9.9.9", 1));
    world.run();
    assertThatThrownBy(client::finishConnect)
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessage("No route to host");
    assertThat(world.nanos()).isEqualTo(3 * SECOND);
  }

  @Test
  void connect_toAHostThatIsDown_timesOutAfterSevenAttempts() throws Exception {
    net.b.up(false);
    var client = net.connecting();
    world.run();
    assertThat(world.nanos()).isEqualTo(127 * SECOND);
    assertThatThrownBy(client::finishConnect)
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection timed out");
  }

  @Test
  void data_arrivesAfterTheLatency_inOrder() throws Exception {
    var pair = net.connect();
    pair.client().write(bytes("one "));
    world.run(MS);
    pair.client().write(bytes("two"));
    world.run(LATENCY - MS - 1);
    assertThat(read(pair.server())).isEmpty();
    world.run(1);
    assertThat(read(pair.server())).isEqualTo("one ");
    world.run(MS);
    assertThat(read(pair.server())).isEqualTo("two");
  }

  @Test
  void idleConnection_hasNoEvents() throws Exception {
    var pair = net.connect();
    pair.client().write(bytes("x"));
    world.run();
    assertThat(world.pending()).isZero();
    assertThat(net.network.connections()).extracting("state").containsOnly("ESTABLISHED");
    world.run(3600 * SECOND);
    assertThat(world.pending()).isZero();
  }

  @Test
  void bandwidth_letsBytesLeaveOneAfterTheOther() throws Exception {
    var pair = net.connect();
    net.there.bandwidth(1_000_000).latency(0);
    pair.client().write(ByteBuffer.allocate(100_000));
    world.run(50 * MS);
    assertThat(drain(pair.server())).isBetween(45_000, 50_000);
    world.run(55 * MS);
    assertThat(drain(pair.server())).isBetween(48_000, 55_000);
  }

  @Test
  void slowReader_stopsTheWriter_untilItReads() throws Exception {
    var pair = net.connect();
    int sum = fill(pair.client());
    world.run();
    sum += fill(pair.client());
    world.run();
    assertThat(fill(pair.client())).as("all buffers are full").isZero();
    assertThat(world.pending()).as("nobody asks again and again").isZero();
    assertThat(pair.client().write(bytes("x"))).isZero();
    int half = pair.server().read(ByteBuffer.allocate(50_000));
    world.run();
    assertThat(half).isEqualTo(50_000);
    assertThat(fill(pair.client())).isBetween(40_000, 60_000);
    world.run();
    int read = half;
    for (int n = -1; n != 0; world.run()) {
      n = drain(pair.server());
      read += n;
    }
    assertThat(read).isBetween(sum + 40_000, sum + 60_000);
  }

  @Test
  void buffersThatWereSet_holdAsMuch() throws Exception {
    var pair = net.connect();
    pair.client().setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
    assertThat(fill(pair.client())).isEqualTo(20_000);
  }

  @Test
  void lostSegment_isSentAgain_andWhatComesAfterItWaits() throws Exception {
    var pair = net.connect();
    net.there.loss(0.1);
    world.choices("loss", 1, 0, 1);
    pair.client().write(bytes("lost twice, "));
    pair.client().write(bytes("not lost"));
    world.run(600 * MS);
    assertThat(read(pair.server())).as("200 ms and 400 ms, and the way back").isEmpty();
    world.run(100 * MS);
    assertThat(read(pair.server()) + read(pair.server())).isEqualTo("lost twice, not lost");
    assertThat(world.notes()).anySatisfy(n -> assertThat(n).contains("a -> b: data of 12 bytes"));
  }

  @Test
  void cut_hitsWhatIsOnTheWay_andAfterTheRepairItComes() throws Exception {
    var pair = net.connect();
    pair.client().write(bytes("caught"));
    world.run(LATENCY / 2);
    net.there.cut();
    assertThat(net.network.inFlight()).isEmpty();
    world.run(5 * SECOND);
    assertThat(read(pair.server())).isEmpty();
    net.there.repair();
    world.run(10 * SECOND);
    assertThat(read(pair.server())).isEqualTo("caught");
  }

  @Test
  void cutThatStays_timesOut_andTheOtherEndNeverHears() throws Exception {
    var pair = net.connect();
    net.there.cut();
    net.back.cut();
    pair.client().write(bytes("x"));
    world.run(1800 * SECOND);
    assertThatThrownBy(() -> read(pair.client()))
        .isInstanceOf(IOException.class)
        .hasMessage("Connection timed out");
    assertThat(read(pair.server())).isEmpty();
    net.there.repair();
    net.back.repair();
    pair.server().write(bytes("anybody there?"));
    world.run(SECOND);
    assertThatThrownBy(() -> read(pair.server()))
        .isInstanceOf(SocketException.class)
        .hasMessage("Connection reset");
  }

  @Test
  void cutOfOneWay_letsDataThrough_butNobodyKnows() throws Exception {
    var pair = net.connect();
    net.back.cut();
    pair.client().write(bytes("hello"));
    world.run(SECOND);
    assertThat(read(pair.server())).isEqualTo("hello");
    assertThat(net.network.connections())
        .filteredOn(c -> c.host().equals("a"))
        .extracting("unacknowledged")
        .containsExactly(5);
    net.back.repair();
    world.run(60 * SECOND);
    assertThat(net.network.connections()).extracting("unacknowledged").containsOnly(0);
  }

  @Test
  void hold_keepsAll_andReleaseDeliversItInOrder() throws Exception {
    var pair = net.connect();
    pair.client().write(bytes("one "));
    net.there.hold();
    pair.client().write(bytes("two"));
    pair.client().shutdownOutput();
    world.run(3600 * SECOND);
    assertThat(read(pair.server())).isEmpty();
    assertThat(net.network.inFlight()).extracting("kind").containsExactly("data", "data", "FIN");
    net.there.release();
    world.run(0);
    assertThat(read(pair.server())).isEqualTo("one two");
    assertThat(read(pair.server())).isEqualTo("end");
  }

  @Test
  void jitter_delaysSegments_butKeepsTheirOrder() throws Exception {
    var pair = net.connect();
    net.there.jitter(32 * MS);
    world.choices("delay", 7, 0);
    pair.client().write(bytes("late "));
    pair.client().write(bytes("early"));
    world.run(LATENCY + 31 * MS);
    assertThat(read(pair.server())).isEmpty();
    world.run(MS);
    assertThat(read(pair.server())).isEqualTo("late early");
  }

  @Test
  void splitting_showsTheReaderHalfOfIt() throws Exception {
    var pair = net.connect();
    net.there.splitting(0.5).jitter(32 * MS);
    var halves = new ArrayList<String>();
    var delays = new ArrayDeque<>(List.of(0, 3));
    var splits = new ArrayDeque<>(List.of(1, 0));
    world.choose((what, _) -> (what.equals("split") ? splits : delays).poll());
    pair.client().write(bytes("frame!"));
    for (int i = 0; i < 40; i++) {
      world.run(MS);
      var read = read(pair.server());
      if (!read.isEmpty()) {
        halves.add(read);
      }
    }
    assertThat(halves).containsExactly("fra", "me!");
  }

  @Test
  void smallMtu_makesSmallSegments() throws Exception {
    var pair = net.connect();
    net.there.mtu(576);
    pair.client().write(ByteBuffer.allocate(2000));
    assertThat(net.network.inFlight()).hasSize(4).extracting("bytes").startsWith(524, 524);
  }

  @Test
  void close_sendsWhatWasWritten_thenTheEnd() throws Exception {
    var pair = net.connect();
    pair.client().write(bytes("bye"));
    pair.client().close();
    assertThat(net.network.connections()).extracting("state").contains("FIN_WAIT1");
    world.run(LATENCY);
    assertThat(read(pair.server())).isEqualTo("bye");
    assertThat(read(pair.server())).isEqualTo("end");
    pair.server().close();
    world.run();
    assertThat(net.network.connections()).extracting("state").containsExactly("TIME_WAIT");
    assertThat(net.a.descriptors() + net.b.descriptors()).isZero();
  }

  @Test
  void dataForAClosedSocket_isAnsweredByAReset_oneWayLater() throws Exception {
    var pair = net.connect();
    pair.client().close();
    world.run();
    pair.server().write(bytes("x"));
    world.run(2 * LATENCY - 1);
    assertThat(pair.server().write(bytes("y"))).isEqualTo(1);
    world.run(1);
    assertThatThrownBy(() -> pair.server().write(bytes("z"))).hasMessage("Broken pipe");
  }

  @Test
  void reset_doesNotOvertakeWhatWasSentBefore() throws Exception {
    var pair = net.connect();
    net.there.jitter(32 * MS);
    world.choices("delay", 7, 0);
    pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.client().write(bytes("last"));
    pair.client().close();
    world.run();
    assertThat(read(pair.server())).isEqualTo("last");
    assertThatThrownBy(() -> read(pair.server())).hasMessage("Connection reset");
  }

  // ---- crashes ----------------------------------------------------------------------------------

  @Test
  void crash_isFoundOutByWhoSends() throws Exception {
    var pair = net.connect();
    pair.server().write(bytes("on the way"));
    net.b.crash(false);
    world.run(3600 * SECOND);
    assertThat(read(pair.client())).isEqualTo("on the way");
    assertThat(read(pair.client())).isEmpty();
    pair.client().write(bytes("anybody there?"));
    world.run(2 * LATENCY);
    assertThatThrownBy(() -> read(pair.client())).hasMessage("Connection reset");
  }

  @Test
  void crash_withResets_isHeardAtOnce() throws Exception {
    var pair = net.connect();
    net.b.crash(true);
    world.run(LATENCY);
    assertThatThrownBy(() -> read(pair.client())).hasMessage("Connection reset");
  }

  @Test
  void crash_freesPortsAndDescriptors_andLeavesTheChannelsUseless() throws Exception {
    var pair = net.connect();
    var server = net.listen(net.b, 10);
    net.b.crash(false);
    assertThat(net.b.descriptors()).isZero();
    assertThatThrownBy(() -> read(pair.server())).hasMessage("The host has crashed");
    assertThatThrownBy(server::accept).hasMessage("The host has crashed");
    pair.server().close();
    server.close();
    var again = net.listen(net.b, 10);
    net.connecting();
    world.run();
    assertThat(again.accept()).isNotNull();
  }

  @Test
  void hostThatIsDown_answersNobody_andLaterResets() throws Exception {
    var pair = net.connect();
    net.b.crash(false);
    net.b.up(false);
    pair.client().write(bytes("x"));
    world.run(10 * SECOND);
    assertThat(read(pair.client())).isEmpty();
    net.b.up(true);
    world.run(60 * SECOND);
    assertThatThrownBy(() -> read(pair.client())).hasMessage("Connection reset");
  }

  // ---- limits -----------------------------------------------------------------------------------

  @Test
  void fullBacklog_dropsTheNext_whoComesWhenThereIsRoom() throws Exception {
    var server = net.listen(net.b, 1);
    for (int i = 0; i < 2; i++) {
      var client = net.connecting();
      world.run(2 * LATENCY);
      assertThat(client.finishConnect()).isTrue();
      world.run(LATENCY);
    }
    var late = net.connecting();
    world.run(4 * LATENCY);
    assertThat(late.finishConnect()).isFalse();
    assertThat(server.accept()).isNotNull();
    world.run(800 * MS);
    assertThat(late.finishConnect()).as("asks again a second later").isFalse();
    world.run(200 * MS);
    assertThat(late.finishConnect()).isTrue();
  }

  @Test
  void fullBacklog_whenManyAskAtOnce_haveTheOthersWait_andNothingIsLost() throws Exception {
    var server = net.listen(net.b, 1);
    var clients = new ArrayList<SocketChannel>();
    for (int i = 0; i < 5; i++) {
      clients.add(net.connecting());
    }
    world.run(2 * LATENCY);
    for (var client : clients) {
      assertThat(client.finishConnect()).as("each was answered").isTrue();
      client.write(bytes("hello"));
    }
    world.run(LATENCY);
    int count = 0;
    for (int i = 0; i < 200; i++) {
      int now = 0;
      for (var accepted = server.accept(); accepted != null; accepted = server.accept()) {
        now++;
      }
      assertThat(now).isLessThanOrEqualTo(2);
      count += now;
      world.run(100 * MS);
    }
    assertThat(count).isEqualTo(5);
    assertThat(net.network.connections()).extracting("unacknowledged").containsOnly(0);
  }

  @Test
  void unixSocket_hasItsFile_whereTheHostSays(@TempDir Path folder) throws Exception {
    net.a.files(path -> folder.resolve("disk").resolve(path.getFileName()));
    Files.createDirectory(folder.resolve("disk"));
    var address = UnixDomainSocketAddress.of("/var/run/socket");
    var server = net.a.provider().openServerSocketChannel(StandardProtocolFamily.UNIX);
    server.bind(address);
    assertThat(folder.resolve("disk/socket")).exists();
    var client = net.a.provider().openSocketChannel(StandardProtocolFamily.UNIX);
    assertThat(client.connect(address)).isTrue();
    var other = net.b.provider().openSocketChannel(StandardProtocolFamily.UNIX);
    assertThatThrownBy(() -> other.connect(address)).hasMessage("No such file or directory");
    net.a.crash(false);
    assertThatThrownBy(() -> client.write(bytes("x"))).hasMessage("The host has crashed");
    var again = net.a.provider().openSocketChannel(StandardProtocolFamily.UNIX);
    assertThatThrownBy(() -> again.connect(address))
        .as("the file is still there")
        .hasMessage("Connection refused");
  }

  @Test
  void ephemeralPorts_areDifferent_andRunOut() throws Exception {
    net.listen(net.b, 50_000);
    for (int i = 0; i < 28_232; i++) {
      net.connecting();
    }
    world.run(4 * LATENCY);
    assertThat(net.network.connections())
        .filteredOn(c -> c.host().equals("a"))
        .extracting("local")
        .doesNotHaveDuplicates()
        .hasSize(28_232);
    assertThatThrownBy(net::connecting)
        .isInstanceOf(BindException.class)
        .hasMessage("Cannot assign requested address");
  }

  @Test
  void descriptorLimit_isTold_byEachCallThatNeedsOne() throws Exception {
    var server = net.listen(net.b, 10);
    net.connecting();
    world.run();
    net.b.descriptorLimit(1);
    var selector = net.a.provider().openSelector();
    selector.close();
    assertThatThrownBy(() -> net.socket(net.b))
        .isInstanceOf(SocketException.class)
        .hasMessage("Too many open files");
    assertThatThrownBy(server::accept)
        .isInstanceOf(IOException.class)
        .hasMessage("Too many open files");
    assertThatThrownBy(() -> net.b.provider().openSelector()).hasMessage("Too many open files");
    assertThatThrownBy(() -> net.b.provider().openPipe()).hasMessage("Too many open files");
    net.b.descriptorLimit(2);
    assertThat(server.accept()).as("it was not lost").isNotNull();
    assertThat(net.b.descriptors()).isEqualTo(2);
  }

  @Test
  void timeWait_keepsThePort_forAMinute() throws Exception {
    var pair = net.connect();
    pair.server().close();
    world.run();
    pair.client().close();
    world.run();
    var plain = net.b.provider().openServerSocketChannel();
    plain.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    assertThatThrownBy(() -> plain.bind(new InetSocketAddress(PORT)))
        .hasMessage("Address already in use");
    world.run(61 * SECOND);
    assertThat(plain.bind(new InetSocketAddress(PORT)).getLocalAddress()).isNotNull();
  }

  // ---- who waits --------------------------------------------------------------------------------

  @Test
  void hook_tellsThatASelectorIsReady_andOnlyThen() throws Exception {
    var pair = net.connect();
    var selector = net.b.provider().openSelector();
    pair.server().register(selector, SelectionKey.OP_READ);
    assertThat(selector.selectNow()).isZero();
    int[] calls = {0};
    net.b.onReady(() -> calls[0]++);
    pair.server().write(bytes("x"));
    world.run();
    assertThat(calls[0]).as("what is acknowledged does not make it readable").isZero();
    assertThat(SimHost.isReady(selector)).isFalse();
    pair.client().write(bytes("x"));
    world.run();
    assertThat(calls[0]).isPositive();
    assertThat(SimHost.isReady(selector)).isTrue();
    assertThat(selector.selectNow()).isEqualTo(1);
    read(pair.server());
    assertThat(SimHost.isReady(selector)).isFalse();
    selector.wakeup();
    assertThat(SimHost.isReady(selector)).isTrue();
  }

  @Test
  void loopback_takesNoTime_andIsEachHostsOwn() throws Exception {
    var server = net.listen(net.b, 10);
    var own = net.socket(net.b);
    own.connect(new InetSocketAddress(Addresses.LOOPBACK_4, PORT));
    assertThat(own.finishConnect()).isTrue();
    var accepted = server.accept();
    own.write(bytes("hello"));
    accepted.configureBlocking(false);
    assertThat(read(accepted)).isEqualTo("hello");
    var other = net.socket(net.a);
    other.connect(new InetSocketAddress(Addresses.LOOPBACK_4, PORT));
    assertThatThrownBy(other::finishConnect).hasMessage("Connection refused");
    assertThat(world.pending()).isZero();
  }

  @Test
  void addresses_areUnique() {
    assertThatThrownBy(() -> net.network.host("a")).hasMessageContaining("a host a already");
    assertThatThrownBy(() -> net.network.host("c", InetAddress.ofLiteral("10.0.0.1")))
        .hasMessageContaining("is an address of a");
    net.a.close();
    assertThat(net.network.host("a", InetAddress.ofLiteral("10.0.0.1"))).isNotNull();
    assertThat(at(net.b, 1).getPort()).isEqualTo(1);
  }
}
