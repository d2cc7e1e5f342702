package jasyncio.bench.compare;

import java.util.ArrayList;

/// What the JVM allows with no library on top: `Floor continuation|vt-custom WORKLOAD`.
public final class Floor {
  private static final int CHAIN_LENGTH = 50;

  /// Somewhere to put results, so that they are computed.
  private static volatile int sink;

  private final Fibers fibers;

  private Floor(Fibers fibers) {
    this.fibers = fibers;
  }

  /// A way to run code that suspends itself, all on the thread that drains.
  interface Fibers {
    /// Has `body` run by the next [#drain].
    Object start(Runnable body);

    /// Lets what else is ready run first; called from inside of a body.
    void pause();

    /// A body that suspends itself for good, the same one for all of them.
    Runnable parking();

    /// Runs what is ready until nothing is.
    void drain();
  }

  /// Runs a workload.
  ///
  /// @param arguments the kind of fibers, and the workload
  public static void main(String[] arguments) {
    var continuations = arguments[0].equals("continuation");
    new Floor(continuations ? new Continuations() : new CustomScheduler()).run(arguments[1]);
  }

  private void run(String workload) {
    switch (workload) {
      case "switch" -> switches();
      case "spawn_gather" -> spawnGather();
      case "await_depth" -> awaitDepth();
      case "memory.100k", "memory.1m" -> memory(workload);
      default -> Bench.unsupported(workload);
    }
  }

  private void switches() {
    int tasks = 1000;
    int rounds = Bench.scaled(1000);
    Runnable worker =
        () -> {
          for (int k = 0; k < rounds; k++) {
            fibers.pause();
          }
        };
    Bench.measure(
        "switch",
        (long) tasks * rounds,
        "ns/switch",
        Bench.Figure.WALL_NANOS,
        () -> all(tasks, worker));
  }

  private void spawnGather() {
    int batches = Bench.scaled(20);
    int tasks = 10_000;
    Bench.measure(
        "spawn_gather",
        (long) batches * tasks,
        "ns/task",
        Bench.Figure.WALL_NANOS,
        () -> {
          for (int b = 0; b < batches; b++) {
            all(tasks, () -> sink = 1);
          }
        });
  }

  private void awaitDepth() {
    int workers = 10;
    int chains = Bench.scaled(2000);
    Runnable worker =
        () -> {
          for (int k = 0; k < chains; k++) {
            sink = chain(CHAIN_LENGTH - 1);
          }
        };
    Bench.measure(
        "await_depth",
        (long) workers * chains,
        "ns/chain",
        Bench.Figure.WALL_NANOS,
        () -> all(workers, worker));
  }

  private void all(int count, Runnable body) {
    for (int i = 0; i < count; i++) {
      fibers.start(body);
    }
    fibers.drain();
  }

  private int chain(int depth) {
    if (depth == 0) {
      fibers.pause();
      return 0;
    }
    return chain(depth - 1) + 1;
  }

  /// Each is suspended before the next one starts. There are no timers here.
  private void memory(String workload) {
    int count = Memory.count(workload);
    var memory = new Memory();
    var all = new ArrayList<Object>(count);
    var body = fibers.parking();
    for (int i = 0; i < count; i++) {
      all.add(fibers.start(body));
      fibers.drain();
    }
    memory.print(workload, all, count);
  }
}
