package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.ManualWorld.MS;
import static jasyncio.testing.internal.net.TwoHosts.LATENCY;
import static jasyncio.testing.internal.net.TwoHosts.at;
import static jasyncio.testing.internal.net.TwoHosts.bytes;
import static jasyncio.testing.internal.net.TwoHosts.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Datagrams in time that the test moves.
class UdpInTimeTest {
  private final TwoHosts net = new TwoHosts();
  private final ManualWorld world = net.world;
  private DatagramChannel a;
  private DatagramChannel b;

  @BeforeEach
  void open() throws Exception {
    a = net.datagram(net.a, 1000);
    b = net.datagram(net.b, 1000);
  }

  private void send(String text) throws Exception {
    a.send(bytes(text), at(net.b, 1000));
  }

  @Test
  void datagram_arrivesAfterTheLatency() throws Exception {
    send("hello");
    world.run(LATENCY - 1);
    assertThat(receive(b)).isEqualTo("nothing");
    world.run(1);
    var buffer = ByteBuffer.allocate(10);
    assertThat(b.receive(buffer)).isEqualTo(at(net.a, 1000));
    assertThat(buffer.position()).isEqualTo(5);
  }

  @Test
  void datagram_thatIsLost_neverComes() throws Exception {
    net.there.loss(0.25);
    world.choices("loss", 1, 0);
    send("lost");
    send("there");
    world.run();
    assertThat(receive(b)).isEqualTo("there");
    assertThat(receive(b)).isEqualTo("nothing");
    assertThat(world.notes()).containsExactly("a -> b: datagram of 4 bytes is lost by loss");
  }

  @Test
  void datagram_mayArriveTwice() throws Exception {
    net.there.duplication(0.5);
    world.choices("duplication", 1);
    send("twice");
    world.run();
    assertThat(receive(b)).isEqualTo("twice");
    assertThat(receive(b)).isEqualTo("twice");
    assertThat(receive(b)).isEqualTo("nothing");
  }

  @Test
  void datagram_mayBeOvertaken() throws Exception {
    net.there.reordering(0.1);
    world.choices("reordering", 1);
    send("first");
    world.run(MS);
    send("second");
    world.run();
    assertThat(receive(b)).isEqualTo("second");
    assertThat(receive(b)).isEqualTo("first");
  }

  @Test
  void longDatagram_goesInFragments_ofWhichNoneMayBeLost() throws Exception {
    net.there.loss(0.5);
    world.choices("loss", 0, 0, 1);
    a.send(ByteBuffer.allocate(4000), at(net.b, 1000));
    world.run();
    assertThat(receive(b)).isEqualTo("nothing");
    a.send(ByteBuffer.allocate(4000), at(net.b, 1000));
    world.run();
    assertThat(receive(b)).hasSize(4000);
  }

  @Test
  void fullQueue_dropsDatagrams() throws Exception {
    net.there.bandwidth(1000).queueLimit(250);
    for (int i = 0; i < 5; i++) {
      a.send(ByteBuffer.allocate(72), at(net.b, 1000));
    }
    world.run();
    int count = 0;
    while (!receive(b).equals("nothing")) {
      count++;
    }
    assertThat(count).isEqualTo(2);
  }

  @Test
  void fullReceiveBuffer_dropsDatagrams() throws Exception {
    b.setOption(StandardSocketOptions.SO_RCVBUF, 5000);
    for (int i = 0; i < 100; i++) {
      send("x");
    }
    world.run();
    int count = 0;
    while (!receive(b).equals("nothing")) {
      count++;
    }
    assertThat(count).isBetween(5, 20);
    send("room again");
    world.run();
    assertThat(receive(b)).isEqualTo("room again");
  }

  @Test
  void closedPort_isTold_toWhoIsConnected() throws Exception {
    b.close();
    a.connect(at(net.b, 1000));
    a.write(bytes("x"));
    world.run(2 * LATENCY - 1);
    assertThat(a.read(ByteBuffer.allocate(1))).isZero();
    world.run(1);
    assertThatThrownBy(() -> a.read(ByteBuffer.allocate(1)))
        .isInstanceOf(PortUnreachableException.class);
    assertThat(a.read(ByteBuffer.allocate(1))).isZero();
  }

  @Test
  void hostThatIsDown_saysNothing() throws Exception {
    net.b.up(false);
    a.connect(at(net.b, 1000));
    a.write(bytes("x"));
    world.run();
    assertThat(a.read(ByteBuffer.allocate(1))).isZero();
  }

  @Test
  void groups_areHeardByTheirMembers_onAllHosts() throws Exception {
    var group = InetAddress.ofLiteral("239.1.1.1");
    var on = NetworkInterface.networkInterfaces().findFirst().orElseThrow();
    var c = net.datagram(net.network.host("c", InetAddress.ofLiteral("10.0.0.3")), 1000);
    b.join(group, on);
    a.join(group, on);
    a.send(bytes("hello"), new InetSocketAddress(group, 1000));
    world.run();
    assertThat(receive(a)).isEqualTo("hello");
    assertThat(receive(b)).isEqualTo("hello");
    assertThat(receive(c)).isEqualTo("nothing");
    a.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
    a.send(bytes("others"), new InetSocketAddress(group, 1000));
    world.run();
    assertThat(receive(a)).isEqualTo("nothing");
    assertThat(receive(b)).isEqualTo("others");
  }

  @Test
  void group_mayBeOfOneSource_orBlockOne() throws Exception {
    var group = InetAddress.ofLiteral("239.1.1.1");
    var on = NetworkInterface.networkInterfaces().findFirst().orElseThrow();
    b.join(group, on, InetAddress.ofLiteral("10.0.0.9"));
    a.send(bytes("stranger"), new InetSocketAddress(group, 1000));
    world.run();
    assertThat(receive(b)).isEqualTo("nothing");
    var all = b.join(group, on);
    all.block(net.a.addresses().getFirst());
    a.send(bytes("blocked"), new InetSocketAddress(group, 1000));
    world.run();
    assertThat(receive(b)).isEqualTo("nothing");
    all.unblock(net.a.addresses().getFirst());
    a.send(bytes("heard"), new InetSocketAddress(group, 1000));
    world.run();
    assertThat(receive(b)).isEqualTo("heard");
  }

  @Test
  void broadcast_reachesAll() throws Exception {
    a.setOption(StandardSocketOptions.SO_BROADCAST, true);
    a.send(bytes("all"), new InetSocketAddress("255.255.255.255", 1000));
    world.run();
    assertThat(receive(b)).isEqualTo("all");
  }
}
