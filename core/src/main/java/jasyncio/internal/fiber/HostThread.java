package jasyncio.internal.fiber;

/// Lets a virtual thread have something run by a platform thread, and waits for it.
final class HostThread {
  private HostThread() {}

  static void run(Runnable job) {
    var failure = new Throwable[1];
    var host =
        Thread.ofPlatform()
            .name("jasyncio-host")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> {
              try {
                job.run();
              } catch (Throwable e) {
                failure[0] = e;
              }
            });
    host.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    host.start();
    boolean interrupted = false;
    while (true) {
      try {
        host.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
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
