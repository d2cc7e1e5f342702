package jasyncio.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WakeLogTest {
  private static final class Named extends Entry {}

  private final WakeLog log = new WakeLog(new ReadyQueue());

  /// Adds so many, each by the turn of its number.
  private List<Entry> add(int first, int last) {
    var entries = new ArrayList<Entry>();
    for (int i = first; i <= last; i++) {
      log.turnBegins(i);
      var entry = new Named();
      entries.add(entry);
      log.add(entry);
    }
    return entries;
  }

  @Test
  void whatWasReadyBefore_hasNoKnownCause() {
    var before = new ReadyQueue();
    var entry = new Named();
    before.add(entry);
    var log = new WakeLog(before);
    assertThat(log.remove()).isSameAs(entry);
    assertThat(log.causeOfTurn()).isEqualTo(WakeLog.UNKNOWN);
    assertThat(before.size()).isZero();
  }

  @Test
  void causes_staySorted_whileTheRingGrowsAndWanders() {
    var expected = new ArrayList<>(add(1, 100));
    for (int i = 1; i <= 90; i++) {
      assertThat(log.remove()).isSameAs(expected.removeFirst());
      assertThat(log.causeOfTurn()).isEqualTo(i);
    }
    expected.addAll(add(101, 1000));
    for (int i = 91; i <= 1000; i++) {
      assertThat(log.remove()).isSameAs(expected.removeFirst());
      assertThat(log.causeOfTurn()).isEqualTo(i);
    }
    assertThat(log.size()).isZero();
  }

  @Test
  void readySince_isWhenItWasAdded() {
    long before = System.nanoTime();
    log.add(new Named());
    long after = System.nanoTime();
    log.remove();
    assertThat(log.readySince()).isBetween(before, after);
  }

  @Test
  void entryThatIsTakenBack_takesItsCauseAlong() {
    var entries = add(1, 5);
    assertThat(log.removeLast(entries.get(2))).isEqualTo(2);
    assertThat(log.removeLast(entries.get(2))).isEqualTo(-1);
    for (int i : new int[] {1, 2, 4, 5}) {
      log.remove();
      assertThat(log.causeOfTurn()).isEqualTo(i);
    }
  }

  @Test
  void turnOfTheMachine_passesItsCauseOn_untilTheIterationEnds() {
    add(7, 7);
    log.remove(); // and no step begins
    long since = log.readySince();
    log.add(new Named());
    log.remove();
    assertThat(log.causeOfTurn()).isEqualTo(7);
    assertThat(log.readySince()).isEqualTo(since);
    log.iterationEnds();
    log.add(new Named());
    log.remove();
    assertThat(log.causeOfTurn()).isEqualTo(WakeLog.OUTSIDE);
  }

  @Test
  void whatAnotherThreadHasGiven_isFromOutside_whoeverTakesItIn() {
    log.turnBegins(7);
    var inbox = new Inbox();
    inbox.push(new Named());
    inbox.drainTo(log);
    log.remove();
    assertThat(log.causeOfTurn()).isEqualTo(WakeLog.OUTSIDE);
  }

  @Test
  void timer_isReadySinceItWasDue() {
    long before = System.nanoTime();
    log.addDue(new Named(), 1_000, 6_000);
    long after = System.nanoTime();
    log.remove();
    assertThat(log.causeOfTurn()).isEqualTo(WakeLog.OUTSIDE);
    assertThat(log.readySince()).isBetween(before - 5_000, after - 5_000);
  }

  @Test
  void turn_isThatOfTheEntryTakenLast_once() {
    add(1, 1);
    log.remove();
    assertThat(log.turnBegins(2)).isTrue();
    assertThat(log.turnBegins(3)).isFalse(); // within it
    log.turnGoesOn(2);
    log.add(new Named());
    log.remove();
    assertThat(log.causeOfTurn()).isEqualTo(2);
  }

  @Test
  void clear_forgetsTheNotes() {
    add(1, 300);
    log.clear();
    add(1, 1);
    log.remove();
    assertThat(log.causeOfTurn()).isEqualTo(1);
  }
}
