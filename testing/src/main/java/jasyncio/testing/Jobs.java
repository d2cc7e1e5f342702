package jasyncio.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// The executor of a loop that is driven: each job waits until it is chosen.
///
/// Jobs come from any thread; the loop's thread chooses.
final class Jobs extends AbstractExecutorService {
  /// How often in a row a job is seen to wait before it counts: locks are held for a moment, too.
  private static final int LOOKS = 5;

  private static final Duration A_MOMENT = Duration.ofMillis(1);

  private final UnaryOperator<Runnable> decorator;
  private final List<Runnable> pending = new ArrayList<>(); // guarded by this
  private volatile boolean shutDown;
  private volatile boolean leftAlone;

  Jobs() {
    this(job -> job);
  }

  /// @param decorator makes of a job what is run in its place
  Jobs(UnaryOperator<Runnable> decorator) {
    this.decorator = decorator;
  }

  /// How many wait to be run.
  synchronized int pending() {
    return pending.size();
  }

  /// One of those that wait, for the caller to run.
  synchronized Runnable take(int index) {
    return pending.remove(index);
  }

  /// Runs one of those that wait, on a thread of its own, and waits until it is over. One that
  /// waits itself, for the loop perhaps, is left alone.
  void run(int index) {
    var job = take(index);
    var thread =
        Thread.ofPlatform()
            .name("asyncio_" + index)
            .daemon()
            .inheritInheritableThreadLocals(false)
            .start(job);
    try {
      int waiting = 0;
      while (!leftAlone && waiting < LOOKS && !thread.join(A_MOMENT)) {
        waiting = waits(thread) ? waiting + 1 : 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean waits(Thread thread) {
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      default -> false;
    };
  }

  /// Waits for no job any more: they take too long. Any thread.
  void leaveAlone() {
    leftAlone = true;
  }

  @Override
  public synchronized void execute(Runnable job) {
    pending.add(decorator.apply(job));
  }

  @Override
  public void shutdown() {
    shutDown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutDown;
  }

  /// What is not run by then never will be.
  @Override
  public boolean isTerminated() {
    return shutDown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }
}
