package jasyncio;

import jasyncio.internal.base.Log;
import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Tells of things that were forgotten: exceptions that nobody read, coroutines that nobody
/// awaited.
///
/// As in asyncio they are reported when the object has been collected. A loop that closes while
/// something may have been forgotten asks for a collection, so that the report comes at the latest
/// then.
final class Losses {
  /// Something that may turn out to be lost.
  interface Loss {
    /// Whether it has been dealt with after all.
    boolean settled();

    /// Tells of it, after its object has been collected. Any thread.
    void report();
  }

  /// The exception of a future, and whether anybody has seen it.
  static final class Failure {
    final Throwable error;
    volatile boolean read;

    Failure(Throwable error) {
      this.error = error;
    }
  }

  /// Stands for a future that has been collected, in the report of its exception.
  static final class Shadow extends Future<Object> {
    private final String description;

    Shadow(EventLoop loop, String description, Throwable error) {
      super(loop);
      this.description = description;
      fail(error);
      markRead();
    }

    @Override
    public String toString() {
      return description;
    }
  }

  private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();
  private static final long COLLECTION_MILLIS =
      200; // from a collection until its references are here
  private static final long MOMENT_MILLIS = 20; // from one of its references to the others
  private static final long REPORT_MILLIS = 5000; // a report may have to load the logging system
  private static final int MIN_LIMIT = 64;
  private static boolean cleaning; // guarded by the class

  private volatile int limit = MIN_LIMIT; // of watches, until the next sweep; need not be exact
  private final AtomicInteger reporting = new AtomicInteger(); // reports under way
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet(); // keeps the references alive

  /// Reports the failure of `future` if it is collected before anybody read it.
  void watch(Future<?> future, Failure failure) {
    if (future instanceof Shadow) {
      return;
    }
    var loop = future.getLoop();
    var subject = future instanceof Task ? "Task" : "Future";
    var beginning =
        "<" + future.kind() + " finished" + future.details(); // calls nobody else's code
    var source = future.source();
    watch(
        future,
        new Loss() {
          @Override
          public boolean settled() {
            return failure.read;
          }

          @Override
          public void report() {
            var description = beginning + " exception=" + Describe.value(failure.error) + ">";
            var context =
                new ErrorContext(
                    subject + " exception was never retrieved",
                    failure.error,
                    new Shadow(loop, description, failure.error),
                    null,
                    null,
                    source,
                    List.of(),
                    List.of(),
                    Map.of());
            loop.reportFromAnywhere(context);
          }
        });
  }

  /// Reports `loss` if `object` is collected before it is settled.
  void watch(Object object, Loss loss) {
    startCleaning();
    watches.add(new Watch(object, loss, this));
    if (watches.size() > limit) { // sweep seldom, so that it costs little per watch
      watches.removeIf(w -> w.loss.settled());
      limit = Math.max(MIN_LIMIT, 2 * watches.size());
    }
  }

  /// Reports what has been forgotten by now.
  void flush() {
    watches.removeIf(w -> w.loss.settled());
    if (watches.isEmpty()) {
      return;
    }
    if (Boolean.parseBoolean(System.getProperty("jasyncio.collect", "true"))) {
      var last = new Last();
      var reference = new Watch(new Object(), last, this);
      try {
        System.gc();
        awaitReferences(last);
      } finally {
        Reference.reachabilityFence(reference);
      }
    }
  }

  /// Waits for the references of a collection to come out of the queue; `last` among them, so most
  /// of the others are there when that is, and are given a moment.
  private void awaitReferences(Last last) {
    long began = System.nanoTime();
    while (!watches.isEmpty()) {
      long now = System.nanoTime();
      boolean over =
          reporting.get() > 0
              ? now - began > TimeUnit.MILLISECONDS.toNanos(REPORT_MILLIS)
              : now - began > TimeUnit.MILLISECONDS.toNanos(COLLECTION_MILLIS)
                  || (last.seen != 0
                      && now - last.seen > TimeUnit.MILLISECONDS.toNanos(MOMENT_MILLIS));
      if (over) {
        return;
      }
      try {
        handle(COLLECTED.remove(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
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
                handle(COLLECTED.remove());
              } catch (InterruptedException e) {
                Thread.onSpinWait(); // nobody has a reason to interrupt it: go on
              }
            }
          });
    }
  }

  private static void handle(@Nullable Reference<?> reference) {
    if (reference instanceof Watch watch) {
      var owner = watch.owner;
      owner.reporting.incrementAndGet();
      try {
        if (!watch.loss.settled()) {
          watch.loss.report();
        }
      } catch (Throwable e) { // this report is lost, and no other
        Log.log(Level.ERROR, "cannot report what was forgotten", e);
      } finally {
        owner.watches.remove(watch); // last: flush() waits for that
        owner.reporting.decrementAndGet();
      }
    }
  }

  /// Tells that the references of a collection are coming.
  private static final class Last implements Loss {
    volatile long seen; // when

    @Override
    public boolean settled() {
      seen = System.nanoTime();
      return true;
    }

    @Override
    public void report() {}
  }

  private static final class Watch extends PhantomReference<Object> {
    final Loss loss;
    final Losses owner;

    Watch(Object object, Loss loss, Losses owner) {
      super(object, COLLECTED);
      this.loss = loss;
      this.owner = owner;
    }
  }
}
