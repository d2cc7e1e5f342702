package jasyncio.bench.compare;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// An event loop from supported API alone: virtual threads of which one may run at a time, and
/// wakes the next one when it gives up control. `Baton switch`.
public final class Baton {
  private final ArrayDeque<Runner> ready = new ArrayDeque<>(); // whoever has the baton
  private final CountDownLatch end = new CountDownLatch(1);

  private Baton() {}

  /// Runs the one workload.
  ///
  /// @param arguments its name
  public static void main(String[] arguments) {
    if (!arguments[0].equals("switch")) {
      Bench.unsupported(arguments[0]);
    }
    int tasks = 1000;
    int rounds = Bench.scaled(200);
    Bench.measure(
        "switch",
        (long) tasks * rounds,
        "ns/switch",
        Bench.Figure.WALL_NANOS,
        () -> new Baton().run(tasks, rounds));
  }

  private void run(int tasks, int rounds) throws InterruptedException {
    for (int i = 0; i < tasks; i++) {
      ready.add(new Runner(rounds));
    }
    pass();
    end.await();
  }

  private void pass() {
    var next = ready.poll();
    if (next == null) {
      end.countDown();
    } else {
      next.take();
    }
  }

  private final class Runner {
    private final Thread thread;
    private volatile boolean mayRun;

    Runner(int rounds) {
      thread = Thread.startVirtualThread(() -> run(rounds));
    }

    private void take() {
      mayRun = true;
      LockSupport.unpark(thread);
    }

    private void run(int rounds) {
      waitForBaton();
      for (int k = 0; k < rounds; k++) {
        mayRun = false;
        ready.add(this);
        pass();
        waitForBaton();
      }
      pass();
    }

    private void waitForBaton() {
      while (!mayRun) {
        LockSupport.park();
      }
    }
  }
}
