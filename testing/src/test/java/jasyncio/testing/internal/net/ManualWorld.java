package jasyncio.testing.internal.net;

import jasyncio.testing.internal.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/// A world whose time a test moves. Choices are the plain ones, unless the test says otherwise.
final class ManualWorld implements World {
  static final long MS = 1_000_000;
  static final long SECOND = 1000 * MS;

  /// Chooses.
  interface Chooser {
    int choose(String what, int bound);
  }

  private record Event(long nanos, long number, Runnable body) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(nanos, other.nanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final ArrayList<String> notes = new ArrayList<>();
  private long now;
  private long count;
  private Chooser chooser = (_, _) -> 0;

  /// From now on, these are the choices of a kind; then the plain ones.
  void choices(String kind, Integer... choices) {
    var left = new ArrayDeque<>(List.of(choices));
    chooser = (what, _) -> what.equals(kind) && !left.isEmpty() ? left.poll() : 0;
  }

  void choose(Chooser all) {
    chooser = all;
  }

  List<String> notes() {
    return notes;
  }

  int pending() {
    return events.size();
  }

  /// Has all happen that will, however long it takes.
  void run() {
    while (!events.isEmpty()) {
      step();
    }
  }

  /// Has happen what does within so long.
  void run(long nanos) {
    long end = now + nanos;
    while (!events.isEmpty() && events.peek().nanos <= end) {
      step();
    }
    now = end;
  }

  private void step() {
    var event = events.poll();
    now = Math.max(now, event.nanos);
    event.body.run();
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void at(long nanos, Runnable event) {
    events.add(new Event(Math.max(nanos, now), count++, event));
  }

  @Override
  public int choose(String what, int bound) {
    return bound <= 1 ? 0 : chooser.choose(what, bound);
  }

  /// One of as many as make the probability.
  @Override
  public boolean happens(String what, double probability) {
    return probability > 0 && choose(what, (int) Math.round(1 / probability)) == 1;
  }

  @Override
  public void note(Supplier<String> what) {
    notes.add(what.get());
  }
}
