package jasyncio.bench.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the system tells about itself.
final class Machine {
  private static final double TICK = 0.01; // seconds
  private static final double QUIET = 0.25; // cores
  private static final int PROBE_MILLIS = 500;

  private Machine() {}

  /// Some of the numbers of a line of `/proc`, their sum last.
  static long[] ticks(String file, int from, int count) throws IOException {
    var line = Files.readString(Path.of(file)).lines().findFirst().orElseThrow();
    var words = line.substring(line.lastIndexOf(')') + 1).strip().split(" +", -1);
    int shift = line.indexOf(')') < 0 ? 0 : 2; // the number and the name of the process
    var ticks = new long[count + 1];
    for (int i = 0; i < count; i++) {
      ticks[i] = Long.parseLong(words[from - shift + i]);
      ticks[count] += ticks[i];
    }
    return ticks;
  }

  /// Seconds that all cores were busy so far.
  static double busy() throws IOException {
    var all = ticks("/proc/stat", 1, 8);
    return (all[8] - all[3] - all[4]) * TICK; // without idle and iowait
  }

  /// Seconds of CPU of those processes that this one has waited for.
  static double children() throws IOException {
    return ticks("/proc/self/stat", 15, 2)[2] * TICK;
  }

  /// Waits until nothing else runs, for so long at most.
  static void settle(double seconds) throws IOException, InterruptedException {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    double before;
    do {
      before = busy();
      Thread.sleep(PROBE_MILLIS);
    } while (busy() - before > QUIET * PROBE_MILLIS / 1000 && System.nanoTime() < end);
  }

  /// What a program writes.
  static String output(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + text);
    }
    return text;
  }
}
