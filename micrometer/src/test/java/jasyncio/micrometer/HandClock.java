package jasyncio.micrometer;

import jasyncio.EventLoop;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Sleeper;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Loops whose time goes by hand, also while they are busy.
final class HandClock {
  private final AtomicLong now = new AtomicLong(); // nanoseconds

  EventLoop newLoop() {
    EventLoop.running(); // initialises the class that installs the access
    var parts =
        new LoopParts(
            (inbox, channels, _) -> new Sleeper(inbox, channels, now::get), new ReadyQueue());
    var loop = (EventLoop) LoopAccess.get().newLoop(null, parts, null);
    loop.setStallLimit(0); // whose questions would be ready, too
    return loop;
  }

  void pass(double seconds) {
    now.addAndGet((long) (seconds * 1e9));
  }

  /// Runs a loop until its first callback blocks, and `whileBlocked` meanwhile; then to the end of
  /// what is ready.
  static void block(EventLoop loop, Runnable whileBlocked) throws InterruptedException {
    var blocks = new CountDownLatch(1);
    var goesOn = new CountDownLatch(1);
    loop.callSoon(() -> {
      blocks.countDown();
      try {
        goesOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    loop.callSoon(() -> loop.callSoon(loop::stop)); // an iteration more, for what came meanwhile
    var runner = Thread.ofPlatform().start(loop::runForever);
    blocks.await();
    try {
      whileBlocked.run();
    } finally {
      goesOn.countDown();
      runner.join();
    }
  }

  /// Waits until the loop waits for something to do.
  static void awaitWait(EventLoop loop) {
    while (!isWaiting(loop)) {
      Thread.onSpinWait();
    }
  }

  static boolean isWaiting(EventLoop loop) {
    return LoopAccess.get().core(loop).waiting().isWaiting();
  }
}
