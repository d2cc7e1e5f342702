package jasyncio.bench;

/// One workload of the peer harness, run on jasyncio: `Peer WORKLOAD` prints one line of JSON,
/// `Peer serve KIND PORT` serves until it is ended, `Peer hello` prints `hello` from inside the
/// loop.
public final class Peer {
  private static final int EXIT_UNSUPPORTED = 64;

  private Peer() {}

  /// Runs the workload that is named by the first argument.
  ///
  /// @param arguments a workload, or `hello`
  public static void main(String[] arguments) throws Exception {
    var workload = arguments.length == 0 ? "" : arguments[0];
    switch (workload) {
      case "hello" -> Hello.main(arguments);
      case "switch" -> Workloads.switches();
      case "spawn_gather" -> Workloads.spawnGather();
      case "await_depth" -> Workloads.awaitDepth();
      case "timers" -> Workloads.timers();
      case "timers.task" -> Workloads.timersOfTasks();
      case "queue.1" -> Workloads.queue(workload, 1);
      case "queue.1000" -> Workloads.queue(workload, 1000);
      case "lock" -> Workloads.lock();
      case "memory.100k" -> MemoryWorkload.run(workload, 100_000);
      case "memory.1m" -> MemoryWorkload.run(workload, 1_000_000);
      case "cross_thread" -> Workloads.crossThread();
      case "files.small" -> OutsideWorkloads.smallReads();
      case "files.large" -> OutsideWorkloads.largeFile();
      case "process" -> OutsideWorkloads.processes();
      case "echo" -> {
        if (arguments.length > 1) {
          Workloads.echo(Integer.parseInt(arguments[1]));
        } else {
          Workloads.echo();
        }
      }
      case "serve" -> {
        if (arguments.length < 3 || !Servers.serve(arguments[1], Integer.parseInt(arguments[2]))) {
          unsupported(arguments);
        }
      }
      default -> unsupported(arguments);
    }
  }

  private static void unsupported(String[] arguments) {
    System.err.println("jasyncio has no workload '" + String.join(" ", arguments) + "' yet");
    System.exit(EXIT_UNSUPPORTED);
  }
}
