package jasyncio.internal.fiber;

import java.util.function.BooleanSupplier;

/// Lets a virtual thread have something run by a platform thread, and waits for it. An interrupt of
/// the one is passed on to the other, or to whoever wants to know of it.
final class CarrierThread {
  private CarrierThread() {}

  static void run(Runnable job, BooleanSupplier onInterrupt) {
    var failure = new Throwable[1];
    var interrupted = new boolean[1];
    var carrier =
        Thread.ofPlatform()
            .name("jasyncio-carrier")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> {
              try {
                job.run();
              } catch (Throwable e) {
                failure[0] = e;
              }
              interrupted[0] = Thread.interrupted();
            });
    boolean before = Thread.interrupted();
    carrier.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    carrier.start();
    while (true) {
      try {
        carrier.join();
        break;
      } catch (InterruptedException e) {
        if (!onInterrupt.getAsBoolean()) {
          carrier.interrupt();
        }
      }
    }
    if (before || interrupted[0]) {
      Thread.currentThread().interrupt();
    }
    switch (failure[0]) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}
