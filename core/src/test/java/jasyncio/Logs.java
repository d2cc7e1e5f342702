package jasyncio;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What the library logs while this is open; nothing of it is printed.
///
/// Remarks on steps that took long, or hold up the loop, are left out, unless they are asked for:
/// which ones there are depends on how busy the machine is.
public final class Logs extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("jasyncio");
  private final boolean printed = logger.getUseParentHandlers();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private final Predicate<LogRecord> leftOut;

  private Logs(Predicate<LogRecord> leftOut) {
    this.leftOut = leftOut;
    setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  /// Begins to collect.
  public static Logs capture() {
    return new Logs(Logs::isOnSlowStep);
  }

  /// Begins to collect, also what the watchdog says of who holds up the loop.
  public static Logs captureStalls() {
    return new Logs(Logs::isOfDebugMode);
  }

  /// Begins to collect, remarks on slow steps as well.
  public static Logs captureAll() {
    return new Logs(_ -> false);
  }

  /// Each record as `LEVEL text`, followed by the exception if there is one.
  public List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord entry) {
    if (leftOut.test(entry)) {
      return;
    }
    var text = entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry);
    lines.add(entry.getThrown() == null ? text : text + "\n" + entry.getThrown());
  }

  static boolean isOnSlowStep(LogRecord entry) {
    return isOfDebugMode(entry) || entry.getMessage().contains(" up the event loop");
  }

  private static boolean isOfDebugMode(LogRecord entry) {
    return entry.getMessage().startsWith("Executing ");
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(printed);
  }
}
