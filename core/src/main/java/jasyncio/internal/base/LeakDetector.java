package jasyncio.internal.base;

import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells of things that were forgotten: exceptions that nobody read, coroutines that nobody
/// awaited, streams that nobody closed.
///
/// As in asyncio they are reported when the object has been collected. A loop that closes while
/// something may have been forgotten asks for a collection, so that the report comes at the latest
/// then.
public final class LeakDetector {
  /* Overview
   * A reference:  TRACKED -> SETTLED   dealt with; a later sweep of track(), or flush(), drops it
   *               TRACKED -> CLAIMED   collected before that; by whoever sees it first, who tells
   *               CLAIMED -> TOLD      it is taken out of `references`, and flush() no longer waits for it
   *
   * Three kinds of threads meet here. Loops (and whoever makes coroutines without one) track() and flush(). The
   * cleaner, one daemon thread for all detectors, takes references out of COLLECTED. flush() does not wait for those
   * to come out of it, which would be a guess: what a collection has found is cleared when that is over.
   */

  /// Says of an object whether it has been forgotten. Must not hold it.
  public interface Tracker {
    /// Whether it has been dealt with after all.
    boolean settled();

    /// Tells of it, after its object has been collected. Any thread.
    void report();

    /// What it would log, if that is all that [#report] does.
    default @Nullable String warning() {
      return null;
    }
  }

  private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();
  private static final long REPORT_MILLIS =
      30_000; // a report may have to load the logging system, on a busy machine
  private static final int MIN_LIMIT = 64;
  private static boolean cleaning; // guarded by the class: whether there is a cleaner

  private volatile int limit = MIN_LIMIT; // of references, until the next sweep; need not be exact
  private final Set<Tracked> references = ConcurrentHashMap.newKeySet(); // keeps them alive

  /// Reports `object` if it is collected before it is settled. Any thread.
  public void track(Object object, Tracker tracker) {
    startCleaning();
    references.add(new Tracked(object, tracker, this));
    if (references.size() > limit) { // sweep seldom, so that it costs little each time
      references.removeIf(t -> t.tracker.settled());
      limit = Math.max(MIN_LIMIT, 2 * references.size());
    }
  }

  /// Reports whatever has not been dealt with, collected or not: nobody will any more. Any thread.
  ///
  /// @param warnings gets what would only be logged
  public void reportAll(Consumer<String> warnings) {
    references.removeIf(tracked -> {
      if (tracked.tracker.settled()) {
        return true;
      } else if (!tracked.claim()) {
        return false; // it is being told, and flush() waits for that
      }
      var warning = tracked.tracker.warning();
      if (warning != null) {
        warnings.accept(warning);
      } else {
        tracked.tracker.report();
      }
      return true;
    });
  }

  /// What has not been dealt with, collected or not, of one kind. Any thread.
  public <T extends Tracker> List<T> unsettled(Class<T> kind) {
    return references.stream()
        .map(tracked -> tracked.tracker)
        .filter(kind::isInstance)
        .map(kind::cast)
        .filter(tracker -> !tracker.settled())
        .toList();
  }

  /// Reports what has been forgotten by now. Any thread; waits for the collector, and for reports
  /// that are under way.
  public void flush() {
    references.removeIf(t -> t.tracker.settled());
    if (references.isEmpty()) {
      return;
    }
    if (Boolean.parseBoolean(System.getProperty("jasyncio.collect", "true"))) {
      System.gc();
    }
    var collected = references.stream().filter(t -> t.refersTo(null)).toList();
    collected.forEach(Tracked::handle);
    awaitTold(collected);
  }

  /// Waits for what other threads tell, for a time.
  private synchronized void awaitTold(List<Tracked> collected) {
    long began = System.nanoTime();
    for (var tracked : collected) {
      while (references.contains(tracked)) {
        long left = REPORT_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        if (left <= 0) {
          return;
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private synchronized void remove(Tracked tracked) {
    references.remove(tracked);
    notifyAll();
  }

  private static synchronized void startCleaning() {
    if (!cleaning) {
      cleaning = true;
      Thread.ofPlatform()
          .name("jasyncio-cleaner")
          .daemon()
          .inheritInheritableThreadLocals(false)
          .start(() -> {
            while (true) {
              try {
                ((Tracked) COLLECTED.remove()).handle();
              } catch (InterruptedException e) {
                Thread.onSpinWait(); // nobody has a reason to interrupt it: go on
              }
            }
          });
    }
  }

  private static final class Tracked extends PhantomReference<Object> {
    final Tracker tracker;
    final LeakDetector owner;
    private boolean claimed; // guarded by this

    Tracked(Object object, Tracker tracker, LeakDetector owner) {
      super(object, COLLECTED);
      this.tracker = tracker;
      this.owner = owner;
    }

    /// Whether the caller is the one who is to tell.
    synchronized boolean claim() {
      boolean first = !claimed;
      claimed = true;
      return first;
    }

    /// Tells of it, unless another thread does. It has been collected.
    void handle() {
      if (!claim()) {
        return;
      }
      try {
        if (!tracker.settled()) {
          tracker.report();
        }
      } catch (Throwable e) { // this report is lost, and no other
        Log.log(Level.ERROR, "cannot report what was forgotten", e);
      } finally {
        owner.remove(this); // last: flush() waits for that
      }
    }
  }
}
