package jasyncio.testing.internal.net;

import jasyncio.testing.internal.world.World;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The world as it is: its time is the machine's, a daemon thread has the events happen, and
/// nothing is left to chance: always the plain thing. The thread ends when it has had nothing to do
/// for a second.
public final class RealTimeWorld implements World {
  private static final long IDLE = 1_000_000_000;

  private final long start = System.nanoTime();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Event> events = new PriorityQueue<>(); // under the lock, as the next
  private long count;
  private boolean started;

  private record Event(long nanos, long number, Runnable body) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(nanos, other.nanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  @Override
  public long nanos() {
    return System.nanoTime() - start;
  }

  @Override
  public void at(long nanos, Runnable event) {
    lock.lock();
    try {
      events.add(new Event(nanos, count++, event));
      if (!started) {
        started = true;
        Thread.ofPlatform().daemon().name("simulated network").start(this::run);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    for (var event = next(); event != null; event = next()) {
      event.run();
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (true) {
        var first = events.peek();
        if (first != null && first.nanos <= nanos()) {
          events.poll();
          return first.body;
        }
        long left = changed.awaitNanos(first == null ? IDLE : first.nanos - nanos());
        if (first == null && left <= 0 && events.isEmpty()) {
          started = false;
          return null;
        }
      }
    } catch (InterruptedException e) { // nobody does that
      started = false;
      return null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int choose(String what, int bound) {
    return 0;
  }

  @Override
  public void note(Supplier<String> what) {
    // nobody reads it
  }
}
