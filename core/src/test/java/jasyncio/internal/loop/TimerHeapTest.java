package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerHeapTest {
  private final TimerHeap heap = new TimerHeap();

  private static final class Named extends CancellableEntry {
    final int number;
    final long nanos;

    Named(int number, long nanos) {
      this.number = number;
      this.nanos = nanos;
    }

    @Override
    public String toString() {
      return number + "@" + nanos;
    }
  }

  private Named add(int number, long nanos) {
    var timer = new Named(number, nanos);
    heap.add(nanos, timer);
    return timer;
  }

  private void cancel(CancellableEntry timer) {
    timer.markCancelled();
    heap.noteCancelled(timer);
  }

  private List<Integer> pollAll(long nanos) {
    var numbers = new ArrayList<Integer>();
    for (var t = heap.pollDue(nanos); t != null; t = heap.pollDue(nanos)) {
      numbers.add(((Named) t).number);
    }
    return numbers;
  }

  @Test
  void empty_hasNothingDue() {
    assertThat(heap.firstNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(heap.pollDue(Long.MAX_VALUE - 1)).isNull();
    assertThat(heap.size()).isZero();
  }

  @Test
  void due_countsThoseThatAreWanted_inTheHeapAndBehindIt() {
    for (int i = 0; i < 100; i++) {
      add(i, i * 37 % 100);
    }
    assertThat(heap.due(9)).isEqualTo(10);
    assertThat(heap.firstNanos()).isZero();
    assertThat(heap.due(-1)).isZero();
    assertThat(heap.due(9)).isEqualTo(10);
    assertThat(heap.due(1_000)).isEqualTo(100);
    add(100, 3);
    cancel(add(101, 4));
    add(102, 50);
    assertThat(heap.due(9)).isEqualTo(11);
    heap.pollDue(0);
    assertThat(heap.due(9)).isEqualTo(10);
  }

  @Test
  void pollDue_ofTimersInAnyOrder_givesThemByTime() {
    add(3, 30);
    add(1, 10);
    add(4, 40);
    add(2, 20);
    assertThat(heap.firstNanos()).isEqualTo(10);
    assertThat(pollAll(30)).containsExactly(1, 2, 3);
    assertThat(heap.firstNanos()).isEqualTo(40);
    assertThat(pollAll(39)).isEmpty();
    assertThat(pollAll(40)).containsExactly(4);
  }

  @Test
  void pollDue_ofEqualTimes_givesThemInOrderOfInsertion() {
    for (int i = 0; i < 1000; i++) {
      add(i, i % 3);
    }
    var numbers = pollAll(2);
    assertThat(numbers)
        .hasSize(1000)
        .isSortedAccordingTo(
            Comparator.comparingInt((Integer n) -> n % 3).thenComparingInt(n -> n));
  }

  @Test
  void times_belowZeroAndExtreme_areOrdered() {
    add(2, 0);
    add(1, -5);
    add(4, Long.MAX_VALUE - 1);
    add(0, Long.MIN_VALUE);
    add(3, 5);
    assertThat(pollAll(Long.MAX_VALUE - 1)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void cancelled_timers_areNeverGiven() {
    var timers = new ArrayList<Named>();
    for (int i = 0; i < 50; i++) {
      timers.add(add(i, i));
    }
    for (int i = 0; i < 50; i += 2) {
      cancel(timers.get(i));
    }
    assertThat(heap.firstNanos()).isEqualTo(1);
    assertThat(pollAll(100)).hasSize(25).allMatch(n -> n % 2 == 1);
  }

  @Test
  void cancelled_fewOrSmallHeap_stayUntilTheyReachTheTop() {
    add(0, 0);
    for (int i = 1; i < 100; i++) {
      cancel(add(i, i));
    }
    assertThat(heap.firstNanos()).isZero();
    assertThat(heap.size()).isEqualTo(100); // not more than a hundred: nothing is thrown out
    assertThat(pollAll(0)).containsExactly(0);
    assertThat(heap.firstNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(heap.size()).isZero();
  }

  @Test
  void cancelled_moreThanHalfOfMoreThanAHundred_areThrownOut() {
    var timers = new ArrayList<Named>();
    for (int i = 0; i < 200; i++) {
      timers.add(add(i, i));
    }
    for (int i = 100; i < 200; i++) {
      cancel(timers.get(i));
    }
    assertThat(heap.firstNanos()).isZero();
    assertThat(heap.size()).isEqualTo(200); // half is not more than half
    cancel(timers.get(99));
    assertThat(heap.firstNanos()).isZero();
    assertThat(heap.size()).isEqualTo(99);
    assertThat(pollAll(1000)).hasSize(99).isSorted();
  }

  @Test
  void compaction_ofEqualTimes_keepsTheirOrder() {
    var timers = new ArrayList<Named>();
    for (int i = 0; i < 300; i++) {
      timers.add(add(i, 7));
    }
    for (int i = 0; i < 300; i++) {
      if (i % 3 != 0) {
        cancel(timers.get(i));
      }
    }
    assertThat(heap.firstNanos()).isEqualTo(7);
    assertThat(heap.size()).isEqualTo(100);
    assertThat(pollAll(7)).hasSize(100).isSorted();
  }

  @Test
  void cancel_afterTheTimerWasGiven_doesNotCount() {
    var first = add(0, 0);
    for (int i = 1; i <= 150; i++) {
      add(i, i);
    }
    assertThat(heap.pollDue(0)).isSameAs(first);
    for (int i = 0; i < 200; i++) {
      heap.noteCancelled(first);
    }
    assertThat(heap.firstNanos()).isEqualTo(1);
    assertThat(heap.size()).isEqualTo(150);
  }

  /// Wants the last of its tickets.
  private static final class Renewed extends Entry {
    int ticket;

    @Override
    protected boolean isWanted(int ticket) {
      return ticket == this.ticket;
    }
  }

  @Test
  void entryWithSeveralTickets_isGivenForTheOneThatItWants() {
    var entry = new Renewed();
    heap.addEntry(1, entry);
    entry.ticket = heap.addEntry(3, entry);
    add(2, 2);
    assertThat(heap.firstNanos()).isEqualTo(2);
    assertThat(pollAll(2)).containsExactly(2);
    assertThat(heap.pollDue(2)).isNull();
    assertThat(heap.pollDue(3)).isSameAs(entry);
    assertThat(heap.size()).isZero();
  }

  @Test
  void ticketsThatAreNotWanted_areThrownOutWhenTheyAreMoreThanHalf() {
    var entry = new Renewed();
    for (int i = 0; i < 150; i++) {
      if (i > 0) {
        heap.noteUnwanted();
      }
      entry.ticket = heap.addEntry(i, entry);
    }
    assertThat(heap.firstNanos()).isEqualTo(149);
    assertThat(heap.size()).isEqualTo(1);
  }

  @Test
  void clear_forgetsAllTimers() {
    var timer = add(0, 0);
    add(1, 1);
    heap.clear();
    assertThat(heap.size()).isZero();
    assertThat(heap.firstNanos()).isEqualTo(Long.MAX_VALUE);
    heap.noteCancelled(timer); // is not in there any more
    add(2, 2);
    assertThat(pollAll(5)).containsExactly(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomUse_agreesWithAReference(long seed) {
    var random = new Random(seed);
    int range = random.nextBoolean() ? 10 : 1_000_000;
    var reference =
        new PriorityQueue<Named>(
            Comparator.comparingLong((Named t) -> t.nanos).thenComparingInt(t -> t.number));
    var alive = new ArrayList<Named>();
    long now = 0;
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3, 4 -> {
          var timer = add(i, now + random.nextInt(range));
          reference.add(timer);
          alive.add(timer);
        }
        case 5, 6, 7 -> {
          if (!alive.isEmpty()) {
            var timer = alive.remove(random.nextInt(alive.size()));
            if (reference.remove(timer)) {
              cancel(timer);
            }
          }
        }
        default -> {
          now += random.nextInt(range / 5);
          for (var expected = reference.peek();
              expected != null && expected.nanos <= now;
              expected = reference.peek()) {
            assertThat(heap.pollDue(now)).isSameAs(reference.remove());
          }
          assertThat(heap.pollDue(now)).isNull();
        }
      }
      assertThat(heap.firstNanos())
          .isEqualTo(reference.isEmpty() ? Long.MAX_VALUE : reference.peek().nanos);
      assertThat(heap.size()).isBetween(reference.size(), Math.max(101, 2 * reference.size() + 2));
    }
  }
}
