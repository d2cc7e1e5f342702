package jasyncio.testing;

import static jasyncio.Asyncio.sleep;

import jasyncio.net.Streams;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// Prints the figures of `docs/simulation.md`: a program.
final class SimulationFigures {
  private static final int[] HOSTS = {1, 10, 100};
  private static final int IDLE_HOSTS = 200;
  private static final int CONNECTIONS = 2000;

  private SimulationFigures() {}

  public static void main(String[] arguments) {
    ring(10, 200); // warms up
    System.out.println("hosts  simulated s / s      messages / s   µs / message");
    for (int hosts : HOSTS) {
      int seconds = 20_000 / hosts;
      double took = ring(hosts, seconds);
      double messages = (double) seconds * hosts;
      System.out.printf(
          Locale.ROOT,
          "%5d %16.0f %17.0f %14.1f%n",
          hosts,
          seconds / took,
          messages / took,
          took / messages * 1e6);
    }
    print("live heap of an idle host with a server", bytes(SimulationFigures::idleHosts), "bytes");
    print("live heap of a connection, both ends", bytes(SimulationFigures::connections), "bytes");
  }

  private static void print(String what, double value, String unit) {
    System.out.printf(Locale.ROOT, "%-50s %12.0f %s%n", what, value, unit);
  }

  private interface Body {
    void run(Simulation sim) throws Exception;
  }

  private static void simulate(Body body) {
    Exploration.of("figures", scope -> body.run(scope.simulation())).simulated().runs(1).check();
  }

  private static void serve() throws IOException {
    Streams.startServer(
            (reader, writer) -> {
              try (writer) {
                for (var line : reader) {
                  writer.write(line);
                  writer.drain();
                }
              }
            },
            null,
            7000)
        .serveForever();
  }

  /// Each host asks the next one something every second, and waits for the answer: real seconds.
  private static double ring(int hosts, int seconds) {
    var took = new double[1];
    simulate(sim -> {
      sim.hosts("server", hosts, _ -> SimulationFigures::serve);
      sleep(1);
      sim.hosts(
          "client",
          hosts,
          i ->
              () -> {
                var connection = Streams.openConnection("server" + i, 7000);
                try (var writer = connection.writer()) {
                  while (true) {
                    writer.write("hello\n");
                    writer.drain();
                    connection.reader().readline();
                    sleep(1);
                  }
                }
              });
      sleep(5);
      long began = System.nanoTime();
      sleep(seconds);
      took[0] = (System.nanoTime() - began) / 1e9;
    });
    return took[0];
  }

  // ---- memory -----------------------------------------------------------------------------------

  private static long live() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static double bytes(ToDoubleFunction<Simulation> each) {
    var bytes = new double[1];
    simulate(sim -> bytes[0] = each.applyAsDouble(sim));
    return bytes[0];
  }

  private static double idleHosts(Simulation sim) {
    sim.host("first", SimulationFigures::serve);
    sleep(1);
    long before = live();
    sim.hosts("n", IDLE_HOSTS, _ -> SimulationFigures::serve);
    sleep(1);
    return (double) (live() - before) / IDLE_HOSTS;
  }

  private static double connections(Simulation sim) {
    sim.host("server", SimulationFigures::serve);
    sim.host("client", () -> connect(CONNECTIONS));
    sleep(1);
    long before = live();
    sleep(100);
    return (double) (live() - before) / CONNECTIONS;
  }

  private static void connect(int count) throws IOException {
    sleep(10);
    var open = new ArrayList<Object>();
    for (int i = 0; i < count; i++) {
      open.add(Streams.openConnection("server", 7000));
    }
    try {
      sleep(1_000_000);
    } finally {
      Reference.reachabilityFence(open);
    }
  }
}
