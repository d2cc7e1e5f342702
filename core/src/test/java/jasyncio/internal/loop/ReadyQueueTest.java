package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadyQueueTest {
  private final ReadyQueue queue = new ReadyQueue();

  private static final class Numbered extends Entry {
    final int number;

    Numbered(int number) {
      this.number = number;
    }
  }

  private int removeNumber() {
    return ((Numbered) queue.remove()).number;
  }

  @Test
  void entries_comeOutInTheOrderTheyWentIn() {
    for (int i = 0; i < 10; i++) {
      queue.add(new Numbered(i));
    }
    for (int i = 0; i < 10; i++) {
      assertThat(queue.size()).isEqualTo(10 - i);
      assertThat(removeNumber()).isEqualTo(i);
    }
    assertThat(queue.size()).isZero();
  }

  @Test
  void growth_withTheHeadInTheMiddle_keepsTheOrder() {
    int added = 0;
    int removed = 0;
    while (added < 40) {
      queue.add(new Numbered(added++));
    }
    while (removed < 30) {
      assertThat(removeNumber()).isEqualTo(removed++);
    }
    while (added < 2000) { // wraps round, and grows several times
      queue.add(new Numbered(added++));
    }
    while (removed < added) {
      assertThat(removeNumber()).isEqualTo(removed++);
    }
  }

  @Test
  void clear_dropsEverything() {
    for (int i = 0; i < 1000; i++) {
      queue.add(new Numbered(i));
    }
    queue.remove();
    queue.clear();
    assertThat(queue.size()).isZero();
    queue.add(new Numbered(7));
    assertThat(removeNumber()).isEqualTo(7);
  }

  @Test
  void randomUse_agreesWithAReference() {
    var random = new Random(42);
    var reference = new ArrayDeque<Integer>();
    for (int i = 0; i < 200_000; i++) {
      int fill = (i / 20_000) % 2 == 0 ? 6 : 4; // now growing, now shrinking
      if (reference.isEmpty() || random.nextInt(10) < fill) {
        queue.add(new Numbered(i));
        reference.add(i);
      } else {
        assertThat(removeNumber()).isEqualTo(reference.remove());
      }
      if (queue.size() != reference.size()) {
        assertThat(queue.size()).isEqualTo(reference.size());
      }
    }
  }
}
