package jasyncio.testing.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {
  @Test
  void ring_isAQueueOfBytes_whateverIsDone() {
    var random = new Random(1);
    var ring = new Ring();
    var other = new Ring();
    var model = new ArrayDeque<Byte>();
    byte next = 0;
    for (int i = 0; i < 20_000; i++) {
      int n = random.nextInt(random.nextInt(10) == 0 ? 5000 : 50);
      switch (random.nextInt(4)) {
        case 0 -> {
          var bytes = new byte[n];
          for (int j = 0; j < n; j++) {
            bytes[j] = next++;
            model.add(bytes[j]);
          }
          ring.put(ByteBuffer.wrap(bytes), n);
        }
        case 1 -> {
          var taken = ByteBuffer.allocate(n);
          assertThat(ring.take(taken)).isEqualTo(Math.min(n, model.size()));
          taken.flip();
          while (taken.hasRemaining()) {
            assertThat(taken.get()).isEqualTo(model.poll());
          }
        }
        case 2 -> {
          int dropped = Math.min(n, model.size());
          ring.drop(dropped);
          for (int j = 0; j < dropped; j++) {
            model.poll();
          }
        }
        default -> {
          int skipped = model.isEmpty() ? 0 : random.nextInt(model.size());
          int copied = model.size() - skipped;
          other.put(ring, skipped, copied);
          var copy = ByteBuffer.allocate(copied);
          other.take(copy);
          var rest = model.stream().skip(skipped).toList();
          for (int j = 0; j < copied; j++) {
            assertThat(copy.get(j)).isEqualTo(rest.get(j));
          }
        }
      }
      assertThat(ring.size()).isEqualTo(model.size());
      assertThat(other.isEmpty()).isTrue();
    }
  }
}
