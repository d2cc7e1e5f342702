package jasyncio.bench.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Runs the HTTP benchmarks; `benchmarks/http` starts it, see `benchmarks/README.md`.
public final class HttpBench {
  /* All servers run during a measurement, each warm, and only one has something to do: rounds go through them in turn, so
   * that what slows the machine for a while slows them all. Servers and clients that are measured are on one core, what
   * makes load, or serves the clients, is on another.
   */
  private static final int MEASURED = 0; // core
  private static final int OTHER = 1;
  private static final int CONNECTIONS = 64;
  private static final int PIPELINED = 16;
  private static final int FIRST_PORT = 18_000;
  private static final int[] IDLE = {1, 100, 1000, 10_000};
  private static final double LOAD = 0.7; // of what is possible
  private static final List<String> SERVERS =
      List.of("http", "http.pipeline", "json", "static", "websocket", "http2.1", "http2.32");
  private static final Pattern WRK =
      Pattern.compile(
          "50%\\s+(\\S+)\\s+75%\\s+\\S+\\s+90%\\s+\\S+\\s+99%\\s+(\\S+)\\s+(\\d+) requests in");
  private static final Pattern H2LOAD =
      Pattern.compile(
          "finished in [^,]*, ([\\d.]+) req/s.*?(\\d+) succeeded, (\\d+) failed", Pattern.DOTALL);
  private static final Pattern DURATION = Pattern.compile("([\\d.]+)(us|ms|s)");

  private final List<String> workloads = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Path work; // certificates, files, logs
  private final List<String> java;
  private final Path results;
  private final List<Sample> samples = new ArrayList<>();
  private final Map<String, String> environment;
  private int rounds = 5;
  private double seconds = 1.5;
  private double warmUp = 3;
  private double settle = 60;

  private HttpBench(String[] arguments) {
    work = Path.of(required("BENCH_WORK"));
    java = List.of(required("BENCH_JAVA").split(" ", -1));
    environment =
        Map.of("BENCH_FILES", work.resolve("files").toString(), "BENCH_TLS_DIR", work.toString());
    var file = work.resolve("results.jsonl");
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
        case "--seconds" -> seconds = Double.parseDouble(arguments[++i]);
        case "--warm-up" -> warmUp = Double.parseDouble(arguments[++i]);
        case "--settle" -> settle = Double.parseDouble(arguments[++i]);
        case "--peer" -> names.add(arguments[++i]);
        case "--results" -> file = Path.of(arguments[++i]);
        case "servers" -> workloads.addAll(SERVERS);
        default -> workloads.add(arguments[i]);
      }
    }
    results = file;
    if (workloads.isEmpty()) {
      workloads.addAll(SERVERS);
      workloads.addAll(List.of("client", "idle", "idle.tls", "latency"));
    }
  }

  /// Runs what the arguments name, or everything; or shows the results of a file.
  ///
  /// @param arguments as in `benchmarks/README.md`
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 2 && arguments[0].equals("--table")) {
      System.out.println(Tables.of(Sample.read(Path.of(arguments[1]))));
      return;
    }
    var bench = new HttpBench(arguments);
    bench.run();
    System.out.println(Tables.of(bench.samples));
  }

  private static String required(String variable) {
    return Objects.requireNonNull(System.getenv(variable), variable);
  }

  private void run() throws Exception {
    Files.deleteIfExists(results);
    try (var load =
        new Child(
            OTHER,
            command("-cp", required("BENCH_OWN"), "jasyncio.bench.http.Load"),
            environment,
            log("load"))) {
      servers(load);
      if (workloads.contains("latency")) {
        latency(load);
      }
      if (workloads.contains("client")) {
        clients();
      }
      for (var kind : List.of("idle", "idle.tls")) {
        if (workloads.contains(kind)) {
          for (var contestant : contestants(kind)) {
            idle(load, contestant, kind);
          }
        }
      }
    }
  }

  private List<String> command(String... more) {
    var command = new ArrayList<>(java);
    command.addAll(List.of(more));
    return command;
  }

  private List<Contestant> contestants(String workload) {
    var kind = workload.startsWith("http2") ? "http2" : workload;
    return Contestant.all(
            java,
            required("BENCH_OWN"),
            required("BENCH_PEERS"),
            System.getenv("BENCH_PYTHON"),
            required("BENCH_SCRIPTS"))
        .stream()
        .filter(each -> each.workloads().contains(kind))
        .filter(each -> names.isEmpty() || names.contains(each.name()))
        .toList();
  }

  private Path log(String name) {
    return work.resolve(name + ".log");
  }

  private Child serve(Contestant contestant, String kind, int port) throws IOException {
    return new Child(
        MEASURED,
        contestant.command(kind, Integer.toString(port)),
        environment,
        log(contestant.name()));
  }

  private void say(String text) {
    System.err.println(text);
  }

  private void add(String workload, String peer, int round, Map<String, Double> figures)
      throws IOException {
    var sample = new Sample(workload, peer, round, figures);
    samples.add(sample);
    sample.append(results);
    say(round + " " + workload + " " + peer + " " + figures);
  }

  // ---- servers ----------------------------------------------------------------------------------

  /// A server that runs, and where.
  ///
  /// @param contestant whose
  /// @param child its process
  /// @param port its port
  private record Running(Contestant contestant, Child child, int port) {}

  /// What load was made.
  ///
  /// @param count of requests
  /// @param rate of requests a second
  /// @param p50 microseconds, or NaN
  /// @param p99 microseconds, or NaN
  private record Made(long count, double rate, double p50, double p99) {}

  private void servers(Child load) throws Exception {
    var wanted = workloads.stream().filter(SERVERS::contains).toList();
    if (wanted.isEmpty()) {
      return;
    }
    var all =
        start(wanted.stream().flatMap(each -> contestants(each).stream()).distinct().toList());
    try {
      for (var server : all) {
        for (var workload : wanted) {
          if (contestants(workload).contains(server.contestant())) {
            say("warms up: " + server.contestant().name() + " " + workload);
            make(load, workload, server.port(), warmUp);
          }
        }
      }
      say("is warm");
      Machine.settle(settle);
      for (int round = 1; round <= rounds; round++) {
        for (var workload : wanted) {
          for (var server : all) {
            if (contestants(workload).contains(server.contestant())) {
              measure(load, workload, server, round);
            }
          }
        }
      }
    } finally {
      all.forEach(server -> server.child().close());
    }
  }

  private List<Running> start(List<Contestant> contestants) throws IOException {
    var all = new ArrayList<Running>();
    int port = FIRST_PORT;
    try {
      for (var contestant : contestants) {
        all.add(new Running(contestant, serve(contestant, "serve", ++port), port));
      }
    } catch (IOException e) {
      all.forEach(server -> server.child().close());
      throw e;
    }
    return all;
  }

  private void measure(Child load, String workload, Running server, int round) throws Exception {
    var meter = new Meter(server.child(), load);
    var made = make(load, workload, server.port(), seconds);
    add(workload, server.contestant().name(), round, meter.figures(made));
  }

  /// CPU time between two moments.
  private static final class Meter {
    private final Child measured;
    private final Child load;
    private final long[] ticks;
    private final long cpu;
    private final double busy;
    private final double others;
    private final long time;

    Meter(Child measured, Child load) throws IOException {
      this.measured = measured;
      this.load = load;
      this.ticks = measured.ticks();
      this.busy = Machine.busy();
      this.others = load.cpu() / 1e9 + Machine.children();
      this.time = System.nanoTime();
      this.cpu = measured.cpu();
    }

    Map<String, Double> figures(Made made) throws IOException {
      double nanos = measured.cpu() - cpu;
      double elapsed = (System.nanoTime() - time) / 1e9;
      double foreign =
          Machine.busy() - busy - nanos / 1e9 - (load.cpu() / 1e9 + Machine.children() - others);
      var now = measured.ticks();
      double user = (double) (now[0] - ticks[0]) / Math.max(1, now[2] - ticks[2]);
      var figures = new LinkedHashMap<String, Double>();
      figures.put("cpu_us", nanos / 1e3 / made.count());
      figures.put("user_us", nanos / 1e3 / made.count() * user);
      figures.put("ops_s", made.rate());
      if (!Double.isNaN(made.p99())) {
        figures.put("p50_us", made.p50());
        figures.put("p99_us", made.p99());
      }
      figures.put("load", nanos / 1e9 / elapsed);
      figures.put("foreign", Math.max(0, foreign / elapsed));
      figures.replaceAll((_, value) -> Math.round(value * 1000) / 1000.0);
      return figures;
    }
  }

  private Made make(Child load, String workload, int port, double duration) throws Exception {
    return switch (workload) {
      case "http" -> wrk(port, "/", duration);
      case "http.pipeline" -> wrk(port, "/", duration, "-s", pipeline().toString());
      case "json" -> wrk(port, "/json", duration);
      case "static" -> wrk(port, "/static/64k.bin", duration);
      case "websocket" -> tell(load, "echo " + port + " " + CONNECTIONS + " " + duration);
      case "http2.1" -> h2load(port, CONNECTIONS, 1, duration);
      case "http2.32" -> h2load(port, 4, 32, duration);
      default -> throw new IllegalArgumentException("there is no workload " + workload);
    };
  }

  private Path pipeline() throws IOException {
    var script = work.resolve("pipeline.lua");
    Files.writeString(
        script,
        """
        function init(arguments)
          local requests = {}
          for i = 1, %d do
            requests[i] = wrk.format("GET", "/")
          end
          all = table.concat(requests)
        end

        function request()
          return all
        end
        """
            .formatted(PIPELINED));
    return script;
  }

  private static Made wrk(int port, String path, double duration, String... more) throws Exception {
    var command = new ArrayList<String>();
    command.addAll(List.of("taskset", "-c", "" + OTHER, "wrk", "-t1", "-c" + CONNECTIONS));
    command.addAll(
        List.of("-d" + Math.max(1, Math.round(duration)) + "s", "--latency", "--timeout", "10s"));
    command.addAll(List.of(more));
    command.add("http://127.0.0.1:" + port + path);
    var text = Machine.output(command);
    var match = WRK.matcher(text);
    if (!match.find() || text.contains("Non-2xx") || text.contains("Socket errors")) {
      throw new IOException("wrk says: " + text);
    }
    var rate = text.substring(text.indexOf("Requests/sec:") + 13).strip().split("\\s", 2)[0];
    return new Made(
        Long.parseLong(match.group(3)),
        Double.parseDouble(rate),
        microseconds(match.group(1)),
        microseconds(match.group(2)));
  }

  private static double microseconds(String text) {
    var match = DURATION.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException(text);
    }
    double factor =
        switch (match.group(2)) {
          case "us" -> 1;
          case "ms" -> 1e3;
          default -> 1e6;
        };
    return Double.parseDouble(match.group(1)) * factor;
  }

  private static Made h2load(int port, int connections, int streams, double duration)
      throws Exception {
    var text =
        Machine.output(
            List.of(
                "taskset -c %d h2load -t1 -c%d -m%d -D%d http://127.0.0.1:%d/"
                    .formatted(OTHER, connections, streams, Math.max(1, Math.round(duration)), port)
                    .split(" ", -1)));
    var match = H2LOAD.matcher(text);
    if (!match.find() || match.group(2).equals("0") || !match.group(3).equals("0")) {
      throw new IOException("h2load says: " + text);
    }
    return new Made(
        Long.parseLong(match.group(2)), Double.parseDouble(match.group(1)), Double.NaN, Double.NaN);
  }

  private static Made tell(Child load, String what) throws IOException {
    var words = load.tell(what).split(" ", -1);
    return new Made(
        Long.parseLong(words[0]),
        Double.parseDouble(words[1]),
        Double.parseDouble(words[2]),
        Double.parseDouble(words[3]));
  }

  // ---- latency ----------------------------------------------------------------------------------

  /// Requests at a rate: at 70 % of what a server can do, and at 70 % of what the slowest can do.
  private void latency(Child load) throws Exception {
    var all = start(contestants("latency"));
    try {
      for (var server : all) {
        wrk(server.port(), "/", warmUp);
        tell(load, "rate " + server.port() + " " + CONNECTIONS + " 10000 " + warmUp);
      }
      say("is warm");
      Machine.settle(settle);
      var most = new TreeMap<String, Double>();
      for (var server : all) {
        var rates = new double[3];
        for (int i = 0; i < rates.length; i++) {
          rates[i] = wrk(server.port(), "/", seconds).rate();
        }
        most.put(server.contestant().name(), Tables.median(rates));
      }
      double least = most.values().stream().mapToDouble(rate -> rate).min().orElseThrow();
      say("requests a second at most: " + most);
      for (int round = 1; round <= rounds; round++) {
        for (var server : all) {
          double own = Objects.requireNonNull(most.get(server.contestant().name()));
          atRate(load, "latency.own", server, own * LOAD, round);
          atRate(load, "latency.same", server, least * LOAD, round);
        }
      }
    } finally {
      all.forEach(server -> server.child().close());
    }
  }

  private void atRate(Child load, String workload, Running server, double rate, int round)
      throws IOException {
    var meter = new Meter(server.child(), load);
    var made =
        tell(
            load,
            String.format(
                Locale.ROOT, "rate %d %d %.0f %.1f", server.port(), CONNECTIONS, rate, seconds));
    add(workload, server.contestant().name(), round, meter.figures(made));
  }

  // ---- clients ----------------------------------------------------------------------------------

  private void clients() throws Exception {
    int port = FIRST_PORT;
    var server = contestantsOf("netty-epoll");
    var all = new ArrayList<Running>();
    try (var served =
        new Child(OTHER, server.command("serve", "" + port), environment, log("served"))) {
      for (var contestant : contestants("client")) {
        var command = contestant.command("client", "http://127.0.0.1:" + port + "/");
        all.add(
            new Running(
                contestant,
                new Child(MEASURED, command, environment, log(contestant.name())),
                port));
      }
      for (var client : all) {
        client.child().tell(CONNECTIONS + " " + 2 * warmUp);
      }
      say("is warm");
      Machine.settle(settle);
      for (int round = 1; round <= rounds; round++) {
        for (var client : all) {
          var meter = new Meter(client.child(), served);
          long count = Long.parseLong(client.child().tell(CONNECTIONS + " " + seconds));
          var made = new Made(count, count / seconds, Double.NaN, Double.NaN);
          add("client", client.contestant().name(), round, meter.figures(made));
        }
      }
    } finally {
      all.forEach(client -> client.child().close());
    }
  }

  private Contestant contestantsOf(String name) {
    return Contestant.all(
            java, required("BENCH_OWN"), required("BENCH_PEERS"), null, required("BENCH_SCRIPTS"))
        .stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  // ---- idle connections -------------------------------------------------------------------------

  /// What idle connections cost: memory, and CPU of the requests on other ones.
  private void idle(Child load, Contestant contestant, String kind) throws Exception {
    boolean tls = kind.equals("idle.tls");
    var jcmd = Path.of(java.getFirst()).resolveSibling("jcmd");
    var name = contestant.name();
    try (var server = serve(contestant, tls ? "serve-tls" : "serve", FIRST_PORT)) {
      var open = (tls ? "idle-tls " : "idle ") + FIRST_PORT + " ";
      tell(load, open + 50); // so that all is loaded that will be
      if (!tls) {
        wrk(FIRST_PORT, "/", warmUp);
      }
      tell(load, "close");
      Thread.sleep(500);
      long heap = server.liveBytes(jcmd);
      long resident = server.residentBytes();
      for (int connections : IDLE) {
        tell(load, open + connections);
        Thread.sleep(500);
        var figures = new LinkedHashMap<String, Double>();
        figures.put("heap_each", (double) (server.liveBytes(jcmd) - heap) / connections);
        figures.put("rss_each", (double) (server.residentBytes() - resident) / connections);
        add(kind + "." + connections, name, 1, figures);
        for (int round = 1; !tls && round <= rounds; round++) {
          var meter = new Meter(server, load);
          var made = wrk(FIRST_PORT, "/", seconds);
          add("beside." + connections, name, round, meter.figures(made));
        }
      }
      tell(load, "close");
    }
  }
}
