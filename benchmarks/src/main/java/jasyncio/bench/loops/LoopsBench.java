package jasyncio.bench.loops;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static java.nio.charset.StandardCharsets.US_ASCII;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.LoopGroup;
import jasyncio.Task;
import jasyncio.bench.ProcessCpu;
import jasyncio.http.Http;
import jasyncio.http.HttpOptions;
import jasyncio.http.Response;
import jasyncio.net.SharedServer;
import jasyncio.net.Streams;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/// The same work on one loop and on several: how many requests a second of processor time brings,
/// clients and servers together. `benchmarks/loops` starts this.
///
/// Servers are on one group of loops, their clients on another one of the same size, so that both
/// grow. If loops have nothing to do with each other, a request costs the same however many there
/// are.
public final class LoopsBench {
  private static final String HOST = "127.0.0.1";
  private static final int CONNECTIONS = 64;
  private static final double WARM_UP = 2; // seconds
  private static final int CHUNK = 64 * 1024;

  /// What a server does.
  private enum Workload {
    /// Sends back 64 bytes.
    ECHO,
    /// Answers `GET /` with 13 bytes.
    HTTP,
    /// Hashes 4 KiB, which takes about as long as the rest, and sends back the hash.
    MIX;

    private byte[] request() {
      return switch (this) {
        case ECHO -> new byte[64];
        case HTTP -> "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(US_ASCII);
        case MIX -> new byte[4096];
      };
    }
  }

  private LoopsBench() {}

  /// Measures.
  ///
  /// @param arguments rounds, seconds for each, and numbers of loops
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    double seconds = Double.parseDouble(arguments[1]);
    var sizes = Arrays.stream(arguments).skip(2).mapToInt(Integer::parseInt).toArray();
    System.out.println("workload  loops  requests/s  requests per CPU second  of that of one loop");
    for (var workload : Workload.values()) {
      var perCpu = new double[sizes.length][rounds];
      var perSecond = new double[sizes.length][rounds];
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < sizes.length; i++) {
          int loops = sizes[i];
          double[] figures =
              run((Awaitable<double[], Exception>) () -> measure(workload, loops, seconds));
          perSecond[i][round] = figures[0];
          perCpu[i][round] = figures[1];
        }
      }
      for (int i = 0; i < sizes.length; i++) {
        System.out.printf(
            Locale.ROOT,
            "%-9s %5d  %,10.0f  %,12.0f ±%.0f %%  %.2f%n",
            workload.name().toLowerCase(Locale.ROOT),
            sizes[i],
            median(perSecond[i]),
            median(perCpu[i]),
            100 * spread(perCpu[i]),
            median(perCpu[i]) / median(perCpu[0]));
      }
    }
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /// Half of the range, as a part of the median.
  private static double spread(double[] values) {
    var all = Arrays.stream(values).summaryStatistics();
    return (all.getMax() - all.getMin()) / 2 / median(values);
  }

  /// Requests a second, and for each second of processor time.
  private static double[] measure(Workload workload, int loops, double seconds) throws Exception {
    try (var servers = LoopGroup.open(loops);
        var clients = LoopGroup.open(loops)) {
      int port = serve(workload, servers);
      var asked = new LongAdder();
      var figures = new double[2];
      taskGroup(group -> {
        var tasks = new ArrayList<Task<?>>();
        for (int i = 0; i < CONNECTIONS; i++) {
          var loop = clients.loops().get(i % loops);
          tasks.add(
              group.createTask(
                  (Action<?>)
                      () -> await(loop.call((Action<?>) () -> ask(workload, port, asked)))));
        }
        sleep(WARM_UP);
        long count = asked.sum();
        long cpu = ProcessCpu.nanos();
        long began = System.nanoTime();
        sleep(seconds);
        double requests = asked.sum() - count;
        figures[1] = requests / (ProcessCpu.nanos() - cpu) * 1e9;
        figures[0] = requests / (System.nanoTime() - began) * 1e9;
        tasks.forEach(task -> task.cancel());
      });
      return figures;
    }
  }

  private static int serve(Workload workload, LoopGroup servers) throws Exception {
    if (workload == Workload.HTTP) {
      var options = HttpOptions.defaults().reusePort(true);
      int port = 0;
      for (var loop : servers.loops()) {
        int common = port;
        port =
            await(
                loop.call(
                    (Awaitable<Integer, Exception>)
                        () ->
                            Http.start(_ -> Response.text("Hello, World!"), HOST, common, options)
                                .port()));
      }
      return port;
    }
    int length = workload.request().length;
    return SharedServer.start(
            servers,
            0,
            (port, options) ->
                Streams.startServer(
                    (reader, writer) -> {
                      try (writer) {
                        var digest = MessageDigest.getInstance("SHA-256");
                        while (true) {
                          var data = reader.readexactly(length);
                          writer.write(workload == Workload.MIX ? digest.digest(data) : data);
                          writer.drain();
                        }
                      } catch (EOFException e) {
                        // the client has gone
                      }
                    },
                    HOST,
                    port,
                    options))
        .port();
  }

  private static void ask(Workload workload, int port, LongAdder asked) throws IOException {
    var request = workload.request();
    try (var connection = Streams.openConnection(HOST, port)) {
      connection.writer().write(request);
      int length = connection.reader().read(CHUNK).length; // all of it, as it is short
      while (true) {
        connection.writer().write(request);
        connection.reader().readexactly(length);
        asked.increment();
      }
    }
  }
}
