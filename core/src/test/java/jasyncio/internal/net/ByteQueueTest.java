package jasyncio.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteQueueTest {

  @Test
  void randomUse_givesTheBytesInOrder() {
    for (int seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var queue = new ByteQueue();
      var in = new ByteArrayOutputStream();
      var out = new ByteArrayOutputStream();
      for (int i = 0; i < 200; i++) {
        if (random.nextInt(3) > 0) {
          var piece = new byte[random.nextInt(random.nextInt(10) == 0 ? 40_000 : 50)];
          random.nextBytes(piece);
          in.writeBytes(piece);
          if (random.nextBoolean()) {
            queue.append(piece);
          } else {
            queue.append(ByteBuffer.wrap(piece));
          }
        } else {
          take(queue, random, out);
        }
        assertThat(queue.size()).isEqualTo(in.size() - out.size());
        assertThat(queue.isEmpty()).isEqualTo(in.size() == out.size());
      }
      out.writeBytes(queue.takeAll());
      assertThat(out.toByteArray()).as("seed %d", seed).isEqualTo(in.toByteArray());
    }
  }

  private static void take(ByteQueue queue, Random random, ByteArrayOutputStream out) {
    int count = random.nextInt(queue.size() + 1);
    switch (random.nextInt(4)) {
      case 0 -> out.writeBytes(queue.take(count));
      case 1 -> {
        var buffer = ByteBuffer.allocate(count);
        assertThat(queue.take(buffer)).isEqualTo(count);
        out.writeBytes(buffer.array());
      }
      case 2 -> {
        var view = queue.view();
        var bytes = new byte[count];
        view.get(bytes);
        out.writeBytes(bytes);
        queue.skip(count);
      }
      default -> {
        if (count > 0) {
          out.write(queue.takeByte());
        }
      }
    }
  }

  @Test
  void indexOf_isWhatASimpleSearchFinds() {
    var random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      var data = new byte[random.nextInt(20)];
      for (int k = 0; k < data.length; k++) {
        data[k] = (byte) random.nextInt(2);
      }
      var queue = new ByteQueue();
      queue.append(new byte[] {1, 0, 1}); // so that it does not begin at the array's beginning
      queue.append(data);
      queue.skip(3);
      var wanted =
          Arrays.copyOf(new byte[] {0, (byte) random.nextInt(2), 0}, 1 + random.nextInt(3));
      int from = random.nextInt(data.length + 1);
      assertThat(queue.indexOf(wanted, from)).isEqualTo(indexOf(data, wanted, from));
    }
  }

  private static int indexOf(byte[] data, byte[] wanted, int from) {
    for (int i = from; i + wanted.length <= data.length; i++) {
      if (Arrays.equals(Arrays.copyOfRange(data, i, i + wanted.length), wanted)) {
        return i;
      }
    }
    return -1;
  }
}
