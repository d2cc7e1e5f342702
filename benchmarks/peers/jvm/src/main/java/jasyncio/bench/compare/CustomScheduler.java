package jasyncio.bench.compare;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/// Virtual threads whose scheduler is a queue, drained by one thread. The JDK has no public way to
/// say so.
final class CustomScheduler implements Floor.Fibers {
  private static final Method NEW_VIRTUAL_THREAD = newVirtualThread();

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final Executor scheduler = ready::add;

  private static Method newVirtualThread() {
    try {
      var method =
          Class.forName("java.lang.ThreadBuilders")
              .getDeclaredMethod(
                  "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
      method.setAccessible(true);
      return method;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Object start(Runnable body) {
    try {
      var thread = (Thread) NEW_VIRTUAL_THREAD.invoke(null, scheduler, null, 0, body);
      thread.start();
      return thread;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // a virtual thread is asked, not the system
  public void pause() {
    Thread.yield();
  }

  @Override
  public Runnable parking() {
    return LockSupport::park;
  }

  @Override
  public void drain() {
    for (var next = ready.poll(); next != null; next = ready.poll()) {
      next.run();
    }
  }
}
