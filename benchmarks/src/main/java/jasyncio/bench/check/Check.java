package jasyncio.bench.check;

import jasyncio.bench.check.Comparison.Figure;
import jasyncio.bench.check.Comparison.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Compares two builds, workload by workload: by counts, which are the same on each machine, and by
/// processor time, in turns. `benchmarks/check` builds the two and starts this.
public final class Check {
  private static final List<String> WORKLOADS =
      List.of(
          "switch",
          "spawn_gather",
          "await_depth",
          "timers",
          "queue.1",
          "queue.1000",
          "lock",
          "echo",
          "memory.100k",
          "hello");

  private final Build base;
  private final Build now;
  private final int rounds;
  private final Map<String, String> settings;
  private final boolean hasStrace;
  private final PrintStream progress;
  private final List<Comparison> found = new ArrayList<>();

  private Check(
      Build base,
      Build now,
      int rounds,
      Map<String, String> settings,
      boolean hasStrace,
      PrintStream progress) {
    this.base = base;
    this.now = now;
    this.rounds = rounds;
    this.settings = settings;
    this.hasStrace = hasStrace;
    this.progress = progress;
  }

  /// Prints what moved; the exit status is 1 if something got worse.
  ///
  /// @param arguments how many rounds, the two jars, and workloads, or none for all
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    var workloads = List.of(arguments).subList(3, arguments.length);
    for (var workload : workloads) {
      if (!WORKLOADS.contains(workload)) {
        System.err.println(
            "check: there is no workload '"
                + workload
                + "'; there are "
                + String.join(", ", WORKLOADS));
        System.exit(2);
      }
    }
    var java = List.of(System.getenv("CHECK_JAVA").split(" +", -1));
    var classPath = System.getenv("CHECK_WORKLOADS");
    var check =
        new Check(
            new Build("the base", Path.of(arguments[1]), java, classPath),
            new Build("this one", Path.of(arguments[2]), java, classPath),
            rounds,
            Map.of("BENCH_WARM_S", System.getenv().getOrDefault("BENCH_WARM_S", "2")),
            System.getenv("CHECK_STRACE") != null,
            System.err);
    try {
      for (var workload : workloads.isEmpty() ? WORKLOADS : workloads) {
        check.compare(workload);
      }
    } catch (IOException e) {
      System.err.println("check: " + e.getMessage());
      System.exit(2);
    }
    System.exit(check.conclude());
  }

  private void compare(String workload) throws IOException, InterruptedException {
    switch (workload) {
      case "hello" -> compare(workload, Figure.CLASSES, Build::classesOfHello);
      case "memory.100k" ->
          compare(workload, Figure.HEAP, build -> figure(build, workload, "heap"));
      default -> {
        compareTimes(workload);
        if (workload.equals("echo") && hasStrace) {
          compare(workload, Figure.CALLS, Build::callsOfEcho);
        }
      }
    }
  }

  /// Looks at a build.
  private interface Look {
    double at(Build build) throws IOException, InterruptedException;
  }

  private void compare(String workload, Figure figure, Look look)
      throws IOException, InterruptedException {
    var before = new ArrayList<Double>();
    var after = new ArrayList<Double>();
    for (int i = 0; i < rounds; i++) {
      tell(workload, i);
      before.add(look.at(base));
      after.add(look.at(now));
    }
    add(new Comparison(workload, figure, before, after));
  }

  private double figure(Build build, String workload, String name)
      throws IOException, InterruptedException {
    return number(build.run(workload, settings), name);
  }

  private static double number(Map<String, Object> figures, String name) {
    return ((Number) Objects.requireNonNull(figures.get(name), name)).doubleValue();
  }

  /// Processor time and bytes are of the same processes.
  private void compareTimes(String workload) throws IOException, InterruptedException {
    var times = List.<List<Double>>of(new ArrayList<>(), new ArrayList<>());
    var bytes = List.<List<Double>>of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < rounds; i++) {
      tell(workload, i);
      for (int side = 0; side < 2; side++) {
        var figures = (side == 0 ? base : now).run(workload, settings);
        times.get(side).add(nanosOfCpu(figures));
        bytes.get(side).add(number(figures, "bytes"));
      }
    }
    add(new Comparison(workload, Figure.BYTES, bytes.get(0), bytes.get(1)));
    add(new Comparison(workload, Figure.CPU, times.get(0), times.get(1)));
  }

  private static double nanosOfCpu(Map<String, Object> figures) {
    double cpu = number(figures, figures.containsKey("cpu") ? "cpu" : "value");
    return String.valueOf(figures.get("unit")).startsWith("us") ? 1000 * cpu : cpu;
  }

  private void tell(String workload, int round) {
    progress.printf("%s: round %d of %d%n", workload, round + 1, rounds);
  }

  private void add(Comparison comparison) {
    found.add(comparison);
    System.out.println(comparison);
  }

  private int conclude() {
    long worse = found.stream().filter(c -> c.verdict() == Verdict.WORSE).count();
    long better = found.stream().filter(c -> c.verdict() == Verdict.BETTER).count();
    System.out.printf(
        "%d of %d figures moved beyond noise: %d better, %d worse%n",
        worse + better, found.size(), better, worse);
    return worse > 0 ? 1 : 0;
  }
}
