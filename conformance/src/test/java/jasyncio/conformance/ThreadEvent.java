package jasyncio.conformance;

import java.util.concurrent.CountDownLatch;

/// Blocks threads until it is set. Python: `threading.Event`.
final class ThreadEvent {
  private final CountDownLatch latch = new CountDownLatch(1);

  void set() {
    latch.countDown();
  }

  void waitUntilSet() {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for a thread", e);
    }
  }
}
