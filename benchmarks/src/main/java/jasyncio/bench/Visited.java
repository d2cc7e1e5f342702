package jasyncio.bench;

import static jasyncio.Asyncio.*;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/// A loop under load that says how late its own timers are, for each line that it reads: what it
/// notices of visits. The script `visits` visits it.
final class Visited {
  private static final double PAUSE = 0.002; // seconds
  private static final long WORK_NANOS = 5_000; // of each step
  private static final int MAX = 10_000_000;

  private static final long[] lateness = new long[MAX]; // nanoseconds; the loop's, as the next
  private static int size;

  private Visited() {}

  /// Runs until the standard input ends.
  ///
  /// @param arguments how many tasks are at work
  public static void main(String[] arguments) throws IOException {
    run(() -> {
      for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
        createTask(Visited::work);
      }
      IO.println("ready");
      while (toThread(Visited::readsLine)) {
        IO.println(figures());
        size = 0;
      }
    });
  }

  private static void work() {
    while (true) {
      long due = System.nanoTime() + (long) (PAUSE * 1e9);
      sleep(PAUSE);
      long now = System.nanoTime();
      if (size < MAX) {
        lateness[size++] = now - due;
      }
      while (System.nanoTime() - now < WORK_NANOS) {
        Thread.onSpinWait();
      }
    }
  }

  private static boolean readsLine() throws IOException {
    int c;
    do {
      c = System.in.read();
    } while (c >= 0 && c != '\n');
    return c >= 0;
  }

  private static String figures() {
    if (size == 0) {
      return "0 0 0 0";
    }
    Arrays.sort(lateness, 0, size);
    return String.format(
        Locale.ROOT,
        "%d %.1f %.1f %.1f",
        size,
        lateness[size / 2] / 1e3,
        lateness[(int) (size * 0.99)] / 1e3,
        lateness[size - 1] / 1e3);
  }
}
