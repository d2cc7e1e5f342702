package jasyncio.testing;

import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Keeps from being printed what is logged of tests that are meant to go wrong.
final class HeldBack implements Filter, AutoCloseable {
  private final Logger logger;
  private final @Nullable Filter before;
  private final String part;

  private HeldBack(String logger, String part) {
    this.logger = Logger.getLogger(logger);
    this.before = this.logger.getFilter();
    this.part = part;
    this.logger.setFilter(this);
  }

  /// Holds back what a logger is told with this in its text; all else is printed.
  static HeldBack of(String logger, String part) {
    return new HeldBack(logger, part);
  }

  /// Holds back what the watchdog says as it interrupts a test.
  static HeldBack ofWatchdog() {
    return of("jasyncio.testing", "it is interrupted; if that has no effect, it hangs");
  }

  @Override
  public boolean isLoggable(LogRecord entry) {
    return !entry.getMessage().contains(part) && (before == null || before.isLoggable(entry));
  }

  @Override
  public void close() {
    logger.setFilter(before);
  }
}
