package jasyncio.files;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// An executor whose calls a test makes, one by one, on the loop's thread.
final class StepExecutor extends AbstractExecutorService {
  private final Queue<Runnable> calls = new ArrayDeque<>();
  private boolean rejecting;
  private int steps;

  int waiting() {
    return calls.size();
  }

  /// How many calls were made.
  int steps() {
    return steps;
  }

  /// Makes the next call.
  void step() {
    steps++;
    calls.remove().run();
  }

  void reject(boolean now) {
    rejecting = now;
  }

  @Override
  public void execute(Runnable call) {
    if (rejecting) {
      throw new RejectedExecutionException("no more calls");
    }
    calls.add(call);
  }

  @Override
  public void shutdown() {
    rejecting = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return rejecting;
  }

  @Override
  public boolean isTerminated() {
    return rejecting && calls.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }
}
