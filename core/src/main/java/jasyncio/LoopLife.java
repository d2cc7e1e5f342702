package jasyncio;

import jasyncio.internal.base.Sneaky;
import jasyncio.internal.base.Steps;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/// When a loop runs, and how it ends.
final class LoopLife {
  /* Overview
   * IDLE -> RUNNING -> IDLE    run; any number of times
   * IDLE -> CLOSING -> CLOSED  close
   * and beside that
   * in use -> ENDING           its runner, or its thread in a group, cancels what is left, and closes it then. It
   *                            still runs for that. Set by that thread, read by any
   *
   * Tests may drop a loop as it stands: IDLE -> CLOSED, and nothing of its tasks runs any more.
   *
   * Each arrow out of IDLE is taken by one thread alone, by compare-and-set, before any user code is called; who
   * comes second is refused, or has nothing to do. That thread takes the others, too. CLOSING: tasks are being unwound;
   * they may still schedule, to no effect. Nobody can await from then on.
   */
  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSING = 2;
  private static final int CLOSED = 3;
  private static final AtomicIntegerFieldUpdater<LoopLife> STAGE =
      AtomicIntegerFieldUpdater.newUpdater(LoopLife.class, "stage");

  private final EventLoop loop;
  private volatile int stage = IDLE; // any thread
  private volatile boolean ending; // any thread
  private volatile @Nullable String why; // it ends, if not because it is closed; any thread
  private @Nullable Cancellation cancellation; // of those that are left when it closes
  int refusals; // while it closes: how often the task that is unwound wanted to wait

  LoopLife(EventLoop loop) {
    this.loop = loop;
  }

  boolean isRunning() {
    return stage == RUNNING;
  }

  /// Whether [#close] was called: nobody can await any more.
  boolean isClosing() {
    return stage >= CLOSING;
  }

  boolean isClosed() {
    return stage == CLOSED;
  }

  /// It only runs to end what is left, from now on.
  void startEnding() {
    ending = true;
  }

  /// It is about to end: `the loop was stopped`. What comes first counts.
  void endsBecause(String reason) {
    if (why == null) {
      why = reason;
    }
  }

  /// What has ended it, for who waits for something of it. Any thread.
  String whyEnded() {
    var reason = why;
    return reason != null ? reason : "the loop was closed";
  }

  /// Whether its tasks are being cancelled because it is about to be closed, or it is closed.
  boolean isEnding() {
    return ending || isClosing();
  }

  /// What becomes of tasks that are left when it is closed.
  Cancellation cancellation() {
    if (cancellation == null) {
      cancellation = Cancellation.shutdown(loop, "the closing of the loop");
    }
    return cancellation;
  }

  void checkNotClosed() {
    if (isClosed()) {
      throw new IllegalStateException("Event loop is closed");
    }
  }

  // ---- running ----------------------------------------------------------------------------------

  /// See [EventLoop#runForever()].
  void run() {
    checkRunnable();
    if (!STAGE.compareAndSet(this, IDLE, RUNNING)) {
      throw notIdle();
    }
    try {
      loop.observer.openIfNeeded();
      loop.steps.loopStarts();
      loop.stalls.openIfNeeded();
      loop.core.run();
    } catch (Throwable e) {
      throw Sneaky.rethrow(e);
    } finally {
      loop.steps.loopEnds();
      loop.context = null; // what ran last is not kept until the next run
      stage = IDLE;
      loop.reports.tellPending(); // those that came too late for the last iteration
    }
  }

  /// See [EventLoop#runUntilComplete(Awaitable)].
  <T extends @Nullable Object> T runUntilDone(Awaitable<T, ?> main) {
    checkRunnable();
    boolean isNew = !(main instanceof Future<?>);
    var future = Future.ensure(main, loop);
    future.mark(Future.MAIN);
    if (isNew && future instanceof Task<?> task) {
      task.reportIfDestroyed = false;
    }
    var stopper = new Stopper(loop, future);
    future.whenDone(stopper);
    try {
      run();
    } catch (Throwable e) {
      future.markRead();
      throw e;
    } finally {
      future.forget(stopper);
      loop.core.takeBack(stopper); // queued if something forced its way out before its turn
    }
    if (!future.done()) {
      throw new IllegalStateException("Event loop stopped before Future completed.");
    }
    return future.result();
  }

  private void checkRunnable() {
    if (stage != IDLE) {
      throw notIdle();
    }
    if (Running.loop() != null) {
      throw new IllegalStateException("Cannot run the event loop while another loop is running");
    }
  }

  private IllegalStateException notIdle() {
    return new IllegalStateException(
        switch (stage) {
          case CLOSING -> "Event loop is being closed";
          case CLOSED -> "Event loop is closed";
          default -> "This event loop is already running";
        });
  }

  // ---- closing ----------------------------------------------------------------------------------

  /// See [EventLoop#close()].
  void close() {
    while (!STAGE.compareAndSet(this, IDLE, CLOSING)) {
      int now = stage;
      if (now == RUNNING) {
        throw new IllegalStateException("Cannot close a running event loop");
      } else if (now != IDLE) {
        return;
      }
    }
    var closing = new Steps();
    closing.take(loop.signals::removeAll);
    loop.tasks.abandon(closing);
    stage = CLOSED;
    loop.tasks.abandon(closing); // what `finally` blocks of those made; there can be no more now
    closeMachine(closing);
  }

  /// Closes the loop as it stands: neither tasks that are left nor their `finally` blocks run.
  void drop() {
    if (STAGE.compareAndSet(this, IDLE, CLOSED)) {
      var closing = new Steps();
      closing.take(loop.signals::removeAll);
      closeMachine(closing);
    }
  }

  private void closeMachine(Steps closing) {
    closing.take(loop.calls::close);
    closing.take(loop.core::close);
    closing.take(loop.defaultExecutor::close);
    closing.take(loop.leakDetector::flush);
    loop.idleHooks.clear();
    loop.context = null;
    closing.end();
  }
}
