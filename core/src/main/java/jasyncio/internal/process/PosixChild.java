package jasyncio.internal.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A child that we started by ourselves.
final class PosixChild implements Child {
  /* Overview
   * A thread waits for the end of the process, but leaves it a zombie: its id stays its own until `reap`, which
   * the owner calls in the same thread as `signal`. So no signal can hit another process that got the id.
   * The status is taken once: by `reap`, or after `abandon` by the waiting thread, or by `abandon` itself if there is
   * no such thread. No signal is sent meanwhile.
   */
  private static final long STACK_SIZE = 64 * 1024;

  private final Libc libc;
  private final int pid;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean reaped = new AtomicBoolean();
  private boolean watched; // by a thread
  private volatile boolean abandoned;

  PosixChild(Libc libc, int pid) {
    this.libc = libc;
    this.pid = pid;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public void whenEnded(Runnable listener) {
    Thread.ofPlatform()
        .daemon()
        .name("jasyncio-child-" + pid)
        .stackSize(STACK_SIZE)
        .inheritInheritableThreadLocals(false)
        .start(() -> {
          libc.awaitEnd(pid);
          ended.countDown();
          if (abandoned) {
            reap();
          }
          listener.run();
        });
    watched = true;
  }

  @Override
  public synchronized int reap() {
    return reaped.compareAndSet(false, true) ? libc.reap(pid) : 255;
  }

  @Override
  public synchronized void signal(int number) {
    if (reaped.get()) {
      return;
    }
    int error = libc.kill(pid, number);
    if (error != 0 && error != Libc.ESRCH) {
      var message =
          "cannot send signal " + number + " to process " + pid + ": " + libc.message(error);
      throw error == Libc.EINVAL
          ? new IllegalArgumentException(message)
          : new IllegalStateException(message);
    }
  }

  @Override
  public boolean awaitEnd(long nanos) throws InterruptedException {
    return ended.await(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void abandon() {
    abandoned = true;
    if (!watched) {
      libc.awaitEnd(pid); // it was killed
      reap();
    } else if (ended.getCount() == 0) {
      reap();
    }
  }

  @Override
  public OutputStream stdin() {
    throw noStream();
  }

  @Override
  public InputStream stdout() {
    throw noStream();
  }

  @Override
  public InputStream stderr() {
    throw noStream();
  }

  private static AssertionError noStream() {
    return new AssertionError("pipes are descriptors here");
  }
}
