package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The machines behind `wait`, `waitFor` and `shield`.
final class Waits {
  private Waits() {}

  /// See [Asyncio#sleep(double)].
  static void sleep(double seconds) {
    Times.checkNumber(seconds);
    if (Running.code() instanceof Task<?> task) {
      if (seconds <= 0) {
        task.yieldOnce();
      } else {
        task.sleep(seconds);
      }
    } else {
      sleepByHand(seconds);
    }
  }

  /// The same in a coroutine that is driven by hand.
  static void sleepByHand(double seconds) {
    if (Running.code() == null) {
      throw new IllegalStateException(
          "sleep outside a coroutine: no task runs here that could be suspended; use run(...) or"
              + " createTask(...)");
    }
    if (seconds <= 0) {
      Coroutine.suspend(null);
      return;
    }
    var loop = Running.getRunningLoop();
    var over =
        loop.<Boolean>createFuture(() -> new WaitInfo(WaitInfo.Kind.TIMER, "its sleep to end"));
    var timer =
        loop.callLater(
            seconds,
            () -> {
              if (!over.done()) {
                over.setResult(true);
              }
            });
    try {
      over.await();
    } finally {
      timer.cancel();
    }
  }

  /// A callback on a future that stands for somebody who waits for it: an edge of the await graph.
  interface Awaiter {
    /// Who waits, or `null` if it is nobody's business any more.
    @Nullable Future<?> awaiter();

    /// Whether nobody would notice if it were taken out.
    default boolean isStale() {
      return false;
    }
  }

  // ---- wait -------------------------------------------------------------------------------------

  static <F extends Future<?>> WaitResult<F> wait(
      Collection<F> futures, double timeout, ReturnWhen when) {
    Objects.requireNonNull(futures, "futures");
    Objects.requireNonNull(when, "when");
    if (futures.isEmpty()) {
      throw new IllegalArgumentException("Set of Tasks/Futures is empty.");
    }
    var loop = Running.getRunningLoop();
    Set<F> all = new LinkedHashSet<>(futures);
    for (var future : all) {
      LoopMismatch.check(future, loop);
    }
    new Waiter(all, when, loop).await(timeout);
    Set<F> done = new LinkedHashSet<>();
    Set<F> pending = new LinkedHashSet<>();
    for (var future : all) {
      (future.done() ? done : pending).add(future);
    }
    return new WaitResult<>(done, pending);
  }

  /// Counts futures as they get done, and wakes the one task that waits.
  private static final class Waiter {
    private final Set<? extends Future<?>> all;
    private final ReturnWhen when;
    private final Future<Boolean> enough;
    private final @Nullable Task<?> task = Running.task();
    private int pending;

    Waiter(Set<? extends Future<?>> all, ReturnWhen when, EventLoop loop) {
      this.all = all;
      this.when = when;
      this.pending = all.size();
      this.enough = loop.createFuture(this::waitInfo);
    }

    private WaitInfo waitInfo() {
      long open = all.stream().filter(future -> !future.done()).count();
      return new WaitInfo(
          WaitInfo.Kind.TASKS,
          "wait(..., " + when + "), " + open + " of " + all.size() + " not done");
    }

    void await(double timeout) {
      Times.checkNumber(timeout);
      var loop = enough.getLoop();
      var timer =
          timeout == Double.POSITIVE_INFINITY ? null : loop.callLater(timeout, this::release);
      var entries = new ArrayList<OneDone>(all.size());
      for (var future : all) {
        var entry = new OneDone(future);
        entries.add(entry);
        future.whenDone(entry);
      }
      try {
        enough.await();
      } finally {
        if (timer != null) {
          timer.cancel();
        }
        entries.forEach(entry -> entry.future.forget(entry));
      }
    }

    void oneDone(Future<?> future) {
      pending--;
      if (pending <= 0
          || when == ReturnWhen.FIRST_COMPLETED
          || (when == ReturnWhen.FIRST_EXCEPTION && failed(future))) {
        release();
      }
    }

    private static boolean failed(Future<?> future) {
      future.markRead();
      return future.peekException() != null;
    }

    private void release() {
      if (!enough.done()) {
        enough.setResult(true);
      }
    }

    private final class OneDone extends Entry implements Awaiter {
      private final Future<?> future;

      OneDone(Future<?> future) {
        this.future = future;
      }

      @Override
      protected @Nullable Fiber turn() {
        oneDone(future);
        return null;
      }

      @Override
      public @Nullable Future<?> awaiter() {
        return task;
      }

      @Override
      public String toString() {
        return "_wait.<locals>._on_completion()";
      }
    }
  }

  // ---- waitFor ----------------------------------------------------------------------------------

  static <T extends @Nullable Object, X extends Exception> T waitFor(
      Awaitable<T, X> awaitable, double timeout) throws X, TimeoutException {
    Times.checkNumber(timeout);
    if (timeout > 0) {
      return Timeout.after(timeout).run(awaitable);
    }
    var future = Future.ensure(awaitable);
    if (future.done()) {
      return future.result();
    }
    cancelAndWait(future, awaitable);
    try {
      return future.result();
    } catch (CancelledError e) {
      throw Timeout.timedOut(0, null, e);
    }
  }

  private static void cancelAndWait(Future<?> future, Object limited) {
    var ended =
        future
            .getLoop()
            .<Boolean>createFuture(() -> {
              var info = future.waitInfo();
              return new WaitInfo(info.kind(), "the end of " + info.what());
            });
    var release = new Release(ended);
    future.whenDone(release);
    try {
      future.cancelBy(Cancellation.timeout(future, 0, limited, null));
      ended.await();
    } finally {
      future.forget(release);
    }
  }

  private static final class Release extends Entry implements Awaiter {
    private final Future<Boolean> ended;
    private final @Nullable Task<?> task = Running.task();

    Release(Future<Boolean> ended) {
      this.ended = ended;
    }

    @Override
    protected @Nullable Fiber turn() {
      if (!ended.done()) {
        ended.setResult(true);
      }
      return null;
    }

    @Override
    public @Nullable Future<?> awaiter() {
      return task;
    }

    @Override
    public String toString() {
      return "_release_waiter()";
    }
  }

  // ---- shield -----------------------------------------------------------------------------------

  /// Those that await a shield wait for what is shielded.
  private static WaitInfo.Source shielding(Future<?> inner) {
    var weakly = new WeakReference<>(inner); // a shield that was cancelled may live on
    return () -> {
      var future = weakly.get();
      if (future == null) {
        return new WaitInfo(WaitInfo.Kind.FUTURE, "a shield");
      }
      var info = future.waitInfo(); // once: shields may be shielded
      return new WaitInfo(info.kind(), info.what() + ", shielded", info.heldBy(), info.queues());
    };
  }

  static <T extends @Nullable Object> Future<T> shield(Awaitable<T, ?> awaitable) {
    var inner = Future.ensure(awaitable);
    if (inner.done()) {
      return inner;
    }
    var outer = inner.getLoop().<T>createFuture(shielding(inner));
    var copy = new ShieldedDone<>(inner, outer);
    inner.whenDone(copy);
    outer.whenDone(
        new Entry() {
          @Override
          protected @Nullable Fiber turn() {
            if (!inner.done()) {
              inner.forget(copy);
              if (!inner.has(Future.SHIELDED)) {
                inner.mark(Future.SHIELDED);
                inner.whenDone(new ReportShielded(inner));
              }
            }
            return null;
          }

          @Override
          public String toString() {
            return "shield.<locals>._outer_done_callback()";
          }
        });
    return outer;
  }

  private static final class ShieldedDone<T extends @Nullable Object> extends Entry
      implements Awaiter {
    private final Future<T> inner;
    private final Future<T> outer;
    private final @Nullable Task<?> caller = Running.task();

    ShieldedDone(Future<T> inner, Future<T> outer) {
      this.inner = inner;
      this.outer = outer;
    }

    @Override
    protected @Nullable Fiber turn() {
      if (inner.failedOrCancelled()) {
        return IN_PLACE; // may call the exception handler
      }
      if (!outer.done()) {
        outer.finish(inner.result());
      }
      return null;
    }

    @Override
    protected void run() {
      if (outer.cancelled()) { // in the same iteration in which the inner one ended
        ReportShielded.report(inner);
      } else if (outer.done()) {
        return;
      } else if (inner.cancelled()) {
        var cancellation = inner.cancellation();
        outer.cancelWith(cancellation == null ? null : cancellation.silently());
      } else {
        outer.fail(Objects.requireNonNull(inner.exception()));
      }
    }

    @Override
    public @Nullable Future<?> awaiter() {
      return caller;
    }

    @Override
    public String toString() {
      return "shield.<locals>._inner_done_callback()";
    }
  }

  /// Nobody waits for a shielded future any more: its error would be lost.
  private static final class ReportShielded extends Entry {
    private final Future<?> inner;

    ReportShielded(Future<?> inner) {
      this.inner = inner;
    }

    @Override
    protected void run() {
      report(inner);
    }

    static void report(Future<?> inner) {
      var error = inner.peekException();
      if (error != null) {
        inner.markRead();
        inner
            .getLoop()
            .reports
            .tellOnLoop(
                ErrorContext.of(error.getClass().getSimpleName() + " exception in shielded future")
                    .exception(error)
                    .future(inner));
      }
    }

    @Override
    public String toString() {
      return "shield.<locals>._log_on_exception()";
    }
  }
}
