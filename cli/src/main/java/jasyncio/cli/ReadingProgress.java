package jasyncio.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// Says how much of a large file has been read: on a terminal one line that is written over,
/// elsewhere a line now and then.
final class ReadingProgress implements LongConsumer {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1); // on a terminal
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10); // elsewhere

  private final PrintStream out;
  private final boolean isTerminal;
  private final LongSupplier clock; // nanoseconds
  private long next; // time to say something
  private boolean isShown;

  ReadingProgress(PrintStream out, boolean isTerminal, LongSupplier clock) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.clock = clock;
    next = clock.getAsLong() + (isTerminal ? PATIENCE_NANOS : INTERVAL_NANOS);
  }

  @Override
  public void accept(long events) {
    long now = clock.getAsLong();
    if (now - next < 0) {
      return;
    }
    isShown = true;
    String text = String.format(Locale.ROOT, "%,d events have been read", events);
    if (isTerminal) {
      out.print("\rjasyncio: " + text);
    } else {
      next = now + INTERVAL_NANOS;
      out.println("jasyncio report: " + text);
    }
  }

  /// All has been read.
  void end() {
    if (isShown && isTerminal) {
      out.print("\r\033[K");
    }
  }
}
