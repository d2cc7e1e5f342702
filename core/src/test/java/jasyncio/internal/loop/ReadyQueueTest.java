package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
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
  void burst_comesOutInOrder_andSoDoesWhatFollowsIt() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 100_000; i++) {
        queue.add(new Numbered(i));
      }
      for (int i = 0; i < 100_000; i++) {
        assertThat(removeNumber()).isEqualTo(i);
      }
    }
    assertThat(queue.size()).isZero();
  }

  @Test
  void removeLast_takesOutTheYoungestPlaceAndKeepsTheOrder() {
    var entries = new ArrayList<Numbered>();
    for (int i = 0; i < 70; i++) {
      entries.add(new Numbered(i));
    }
    for (int i = 0; i < 40; i++) {
      queue.add(entries.get(i));
    }
    for (int i = 0; i < 30; i++) {
      queue.remove();
    }
    for (int i = 40; i < 70; i++) { // wraps round
      queue.add(entries.get(i));
    }
    queue.add(entries.get(30)); // for the second time

    assertThat(queue.removeLast(entries.get(30))).isEqualTo(40);
    assertThat(queue.removeLast(entries.get(50))).isEqualTo(20);
    assertThat(queue.removeLast(entries.get(50))).isEqualTo(-1);

    assertThat(queue.size()).isEqualTo(39);
    for (int i = 30; i < 70; i++) {
      if (i != 50) {
        assertThat(removeNumber()).isEqualTo(i);
      }
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
