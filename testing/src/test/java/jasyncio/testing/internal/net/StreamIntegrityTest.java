package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.ManualWorld.MS;
import static jasyncio.testing.internal.net.ManualWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a line does, TCP delivers each byte, once, in order, and then the end; and then nothing
/// is left to be done.
class StreamIntegrityTest {
  /// One direction of a connection: what goes in comes out.
  private static final class Flow {
    private final SocketChannel from;
    private final SocketChannel to;
    private final int length;
    private final Random random;
    private int written;
    private int read;
    private boolean ended;

    Flow(SocketChannel from, SocketChannel to, int length, Random random) {
      this.from = from;
      this.to = to;
      this.length = length;
      this.random = random;
    }

    private static byte pattern(int position) {
      return (byte) (position * 31 + (position >> 8));
    }

    void write() throws IOException {
      if (written == length) {
        return;
      }
      var some = ByteBuffer.allocate(Math.min(length - written, 1 + random.nextInt(20_000)));
      for (int i = 0; i < some.capacity(); i++) {
        some.put(i, pattern(written + i));
      }
      written += from.write(some);
      if (written == length) {
        from.shutdownOutput();
      }
    }

    void read() throws IOException {
      var some = ByteBuffer.allocate(1 + random.nextInt(30_000));
      int n = to.read(some);
      if (n < 0) {
        ended = true;
        return;
      }
      for (int i = 0; i < n; i++) {
        if (some.get(i) != pattern(read + i)) {
          throw new AssertionError("byte " + (read + i) + " is wrong");
        }
      }
      read += n;
    }

    boolean isOver() {
      return ended;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void bytes_arriveInOrder_overABadLine(long seed) throws Exception {
    var random = new Random(seed);
    var net = new TwoHosts();
    net.world.choose((_, bound) -> random.nextInt(bound));
    var pair = net.connect();
    for (var link : new Link[] {net.there, net.back}) {
      link.loss(random.nextInt(2) * 0.1).jitter(random.nextInt(2) * (30 * MS));
      link.splitting(random.nextInt(2) * 0.3).bandwidth(random.nextInt(3) * 1_000_000L);
      link.latency(random.nextInt(3) * (5 * MS));
    }
    if (random.nextBoolean()) {
      pair.client().setOption(StandardSocketOptions.SO_SNDBUF, 3000 + random.nextInt(5000));
      pair.server().setOption(StandardSocketOptions.SO_RCVBUF, 2000 + random.nextInt(5000));
    }
    var there = new Flow(pair.client(), pair.server(), 300_000, random);
    var back = new Flow(pair.server(), pair.client(), random.nextInt(300_000), random);
    for (int i = 0; !there.isOver() || !back.isOver(); i++) {
      assertThat(i).as("it gets on").isLessThan(100_000);
      step(net, random, there, back);
    }
    assertThat(there.read).isEqualTo(there.length);
    assertThat(back.read).isEqualTo(back.length);
    finish(net, pair);
  }

  private static void step(TwoHosts net, Random random, Flow there, Flow back) throws IOException {
    switch (random.nextInt(200)) {
      case 0 -> net.there.cut();
      case 1, 2, 3 -> net.there.repair();
      case 4 -> net.back.hold();
      case 5, 6, 7 -> net.back.release();
      case 8 -> net.back.cut();
      case 9, 10, 11 -> net.back.repair();
      case 12 -> net.world.run(SECOND);
      default -> net.world.run(random.nextInt(20) * MS);
    }
    there.write();
    back.write();
    there.read();
    back.read();
  }

  private static void finish(TwoHosts net, TwoHosts.Pair pair) throws IOException {
    net.there.repair();
    net.back.repair();
    net.back.release();
    net.world.run();
    assertThat(net.network.connections())
        .allMatch(c -> c.unacknowledged() == 0 && c.unread() == 0)
        .extracting("state")
        .containsOnly("TIME_WAIT");
    pair.client().close();
    pair.server().close();
    assertThat(net.world.pending()).isZero();
    assertThat(net.a.descriptors() + net.b.descriptors()).isZero();
  }
}
