package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.ManualWorld.MS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The same choices have the same happen.
class DeterminismTest {
  /// Many clients talk to an echo server over a bad line: all that happens, in its order.
  private static List<String> run(long seed) throws Exception {
    var net = new TwoHosts();
    var log = new ArrayList<String>();
    var random = new Random(seed);
    net.world.choose((what, bound) -> {
      int choice = random.nextInt(bound);
      log.add(net.world.nanos() + " " + what + " " + choice);
      return choice;
    });
    for (var link : List.of(net.there, net.back)) {
      link.loss(0.05).jitter(50 * MS).splitting(0.2).bandwidth(1_000_000);
    }
    var selector = net.b.provider().openSelector();
    net.listen(net.b, 5).register(selector, SelectionKey.OP_ACCEPT);
    var clients = new ArrayList<SocketChannel>();
    for (int i = 0; i < 20; i++) {
      clients.add(net.connecting());
    }
    for (int i = 0; i < 1500; i++) {
      net.world.run(5 * MS);
      while (serve(selector, log)) {
        // until nothing is ready
      }
      var client = clients.get(i % clients.size());
      if (client.isOpen() && client.finishConnect()) {
        client.write(ByteBuffer.allocate(random.nextInt(3000)));
        log.add(net.world.nanos() + " client " + client.read(ByteBuffer.allocate(100_000)));
        if (i > 1000) {
          client.close();
        }
      }
      if (i == 600) {
        net.there.cut();
      } else if (i == 800) {
        net.there.repair();
      }
    }
    net.world.run();
    log.addAll(net.world.notes());
    log.add(net.network.connections().toString());
    return log;
  }

  /// Whether anything was ready.
  private static boolean serve(Selector selector, List<String> log) throws Exception {
    int found = selector.selectNow();
    for (var key : selector.selectedKeys()) {
      if (key.channel() instanceof ServerSocketChannel server) {
        var accepted = server.accept();
        accepted.configureBlocking(false);
        accepted.register(selector, SelectionKey.OP_READ);
        log.add("accepted");
      } else if (key.channel() instanceof SocketChannel channel) {
        var buffer = ByteBuffer.allocate(10_000);
        try {
          int n = channel.read(buffer);
          log.add("read " + n);
          if (n < 0) {
            channel.close();
          } else {
            channel.write(buffer.flip());
          }
        } catch (IOException e) {
          log.add(e.toString());
          channel.close();
        }
      }
    }
    selector.selectedKeys().clear();
    return found > 0;
  }

  @Test
  void sameChoices_haveTheSameHappen_inTheSameOrder() throws Exception {
    for (int seed = 0; seed < 5; seed++) {
      var first = run(seed);
      assertThat(run(seed)).isEqualTo(first);
      assertThat(first).hasSizeGreaterThan(500).anyMatch(line -> line.contains("lost by the cut"));
    }
  }

  @Test
  void otherChoices_haveOtherThingsHappen() throws Exception {
    assertThat(run(1)).isNotEqualTo(run(2));
  }
}
