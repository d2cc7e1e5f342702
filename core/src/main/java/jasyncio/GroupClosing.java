package jasyncio;

import jasyncio.internal.base.Steps;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The end of a [LoopGroup], which its threads go through together. Any thread.
final class GroupClosing {
  /* Overview
   *   OPEN -> CLOSING    begin(), once: all loops are told to stop
   *   CLOSING -> ENDED   the last thread has closed its loop: `ended`
   *
   * While it is CLOSING, loops go on to run, since `finally` blocks elsewhere may call them:
   *   1. each notes its tasks; once all have (`noted`), no task that is called by clean-up is among them
   *   2. each cancels those, and waits for them
   *   3. when all have (`unwound`), each is closed; what such calls have left ends then
   *
   * The request to cancel is one object for all loops. It comes to a task from its own loop, and by calls from others,
   * in any order, and is known by that: see Cancellation.reach. It also ends the wait for the end of another group,
   * which may wait for this one.
   */
  final Gate noted;
  final Gate unwound;
  final Gate ended;
  private final AtomicBoolean begun = new AtomicBoolean();
  private @Nullable Cancellation cancellation; // guarded by this

  GroupClosing(int threads) {
    this.noted = new Gate(threads);
    this.unwound = new Gate(threads);
    this.ended = new Gate(threads);
  }

  /// Whether the caller is the one who begins it.
  boolean begin() {
    return begun.compareAndSet(false, true);
  }

  boolean hasBegun() {
    return begun.get();
  }

  boolean hasEnded() {
    return ended.open.isDone();
  }

  /// What all tasks are cancelled by; made when the first is.
  ///
  /// @param loop whose clock tells when
  synchronized Cancellation cancellation(EventLoop loop) {
    if (cancellation == null) {
      cancellation = Cancellation.groupCloses(loop);
    }
    return cancellation;
  }

  /// Opens when all threads have come to it.
  static final class Gate {
    private final AtomicInteger missing;
    final CompletableFuture<Boolean> open = new CompletableFuture<>();

    private Gate(int threads) {
      this.missing = new AtomicInteger(threads);
    }

    /// A thread has come, and does not wait for others.
    void pass() {
      if (missing.decrementAndGet() == 0) {
        open.complete(true);
      }
    }

    /// A thread has come; `loop` runs until all have, whatever forces its way out of it.
    void passWith(EventLoop loop, Steps steps) {
      pass();
      while (!open.isDone() && !loop.life.isClosing()) {
        steps.take(() -> loop.runUntilComplete(opening(loop)));
      }
    }

    /// A future of `loop` for it, whose cancellation is nobody else's.
    Future<Boolean> opening(EventLoop loop) {
      return JdkFutures.wrap(
          open.copy(),
          loop,
          () -> new WaitInfo(WaitInfo.Kind.THREAD, "the loops of a group to end"));
    }
  }
}
