package jasyncio.bench.compare;

import java.util.ArrayDeque;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/// Raw continuations of the JVM, in turn.
final class Continuations implements Floor.Fibers {
  private static final ContinuationScope SCOPE = new ContinuationScope("floor");

  private final ArrayDeque<Continuation> ready = new ArrayDeque<>();
  private boolean parked;

  @Override
  public Object start(Runnable body) {
    var continuation = new Continuation(SCOPE, body);
    ready.add(continuation);
    return continuation;
  }

  @Override
  public void pause() {
    Continuation.yield(SCOPE);
  }

  @Override
  public Runnable parking() {
    return this::park;
  }

  private void park() {
    parked = true;
    Continuation.yield(SCOPE);
  }

  @Override
  public void drain() {
    for (var next = ready.poll(); next != null; next = ready.poll()) {
      next.run();
      if (parked) {
        parked = false;
      } else if (!next.isDone()) {
        ready.add(next);
      }
    }
  }
}
