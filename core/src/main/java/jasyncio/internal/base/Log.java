package jasyncio.internal.base;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The one place that logs.
///
/// To log is to call code of others: log handlers, filters, formatters, `toString` and `getMessage`
/// of what is logged, the finder of loggers itself. If any of it fails, with whatever, the message
/// is lost, and nothing else: nobody who logs has to expect that.
public final class Log {
  private Log() {}

  /// The logger, apart from everything else: making one takes longer than all the rest of a short
  /// program.
  private static final class Lazy {
    static final System.Logger LOGGER = System.getLogger("jasyncio");
  }

  /// Logs a text with `{0}` and so on in the places of `values`.
  public static void log(Level level, String format, @Nullable Object... values) {
    try {
      Lazy.LOGGER.log(level, format, values);
    } catch (Throwable e) {
      lost(e);
    }
  }

  /// Logs a text that is made only if somebody wants it.
  public static void log(Level level, Supplier<String> text) {
    try {
      Lazy.LOGGER.log(level, text);
    } catch (Throwable e) {
      lost(e);
    }
  }

  /// Logs a text and an exception.
  public static void log(Level level, String text, @Nullable Throwable error) {
    log(level, () -> text, error);
  }

  /// Logs a text and an exception, whose trace is folded. If that fails, perhaps because the
  /// exception cannot be printed, the text alone is logged.
  public static void log(Level level, Supplier<String> text, @Nullable Throwable error) {
    if (error == null) {
      log(level, text);
      return;
    }
    try {
      if (Lazy.LOGGER.isLoggable(level)) {
        Traces.fold(error);
        Lazy.LOGGER.log(level, text, error);
      }
    } catch (Throwable e) {
      log(
          level,
          () ->
              text.get()
                  + "\n("
                  + error.getClass().getName()
                  + ", which could not be logged: "
                  + e.getClass().getName()
                  + ")");
    }
  }

  @SuppressWarnings("unused") // there is nobody left to tell
  private static void lost(Throwable e) {}
}
