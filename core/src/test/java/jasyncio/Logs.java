package jasyncio;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

  private final boolean slowSteps; // are told of, too

  private Logs(boolean slowSteps) {
    this.slowSteps = slowSteps;
    setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  /// Begins to collect.
  public static Logs capture() {
    return new Logs(false);
  }

  /// Begins to collect, remarks on slow steps as well.
  public static Logs captureAll() {
    return new Logs(true);
  }

  /// Each record as `LEVEL text`, followed by the exception if there is one.
  public List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord entry) {
    if (!slowSteps && isOnSlowStep(entry)) {
      return;
    }
    var text = entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry);
    lines.add(entry.getThrown() == null ? text : text + "\n" + entry.getThrown());
  }

  static boolean isOnSlowStep(LogRecord entry) {
    var text = entry.getMessage();
    return text.startsWith("Executing ") || text.contains(" up the event loop");
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(printed);
  }
}
