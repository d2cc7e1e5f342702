package jasyncio;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What the library logs while this is open; nothing of it is printed.
public final class Logs extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("jasyncio");
  private final boolean printed = logger.getUseParentHandlers();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private Logs() {
    setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  /// Begins to collect.
  public static Logs capture() {
    return new Logs();
  }

  /// Each record as `LEVEL text`, followed by the exception if there is one.
  public List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord entry) {
    var text = entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry);
    lines.add(entry.getThrown() == null ? text : text + "\n" + entry.getThrown());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(printed);
  }
}
