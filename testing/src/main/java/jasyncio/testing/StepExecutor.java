package jasyncio.testing;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// Does what it is given when it is told to, on the thread that tells it.
final class StepExecutor extends AbstractExecutorService {
  private final Queue<Runnable> jobs = new ConcurrentLinkedQueue<>(); // any thread
  private volatile boolean shutDown;

  /// Does one job; whether there was one.
  boolean runNext() {
    var job = jobs.poll();
    if (job != null) {
      job.run();
    }
    return job != null;
  }

  boolean hasNext() {
    return !jobs.isEmpty();
  }

  @Override
  public void execute(Runnable job) {
    jobs.add(job);
  }

  @Override
  public void shutdown() {
    shutDown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutDown = true;
    var left = new ArrayDeque<Runnable>();
    for (Runnable job; (job = jobs.poll()) != null; ) {
      left.add(job);
    }
    return List.copyOf(left);
  }

  @Override
  public boolean isShutdown() {
    return shutDown;
  }

  @Override
  public boolean isTerminated() {
    return shutDown && jobs.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }
}
