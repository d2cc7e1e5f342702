package jasyncio.slf4j;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;

/// What stands behind SLF4J, and where it takes the values from that it logs. Told by names: most
/// programs have but one of them.
final class Backend {
  private static final String LOGBACK = "ch.qos.logback.classic.util.LogbackMDCAdapter";
  private static final String LOG4J = "org.apache.logging.slf4j.Log4jMDCAdapter";

  private Backend() {}

  /// The adapter to have in place of `old`, which may be that itself; `null` if there is none: what
  /// is logged would miss values.
  static @Nullable MDCAdapter adapterInsteadOf(MDCAdapter old) {
    if (old instanceof InContext || old instanceof NOPMDCAdapter) {
      return old;
    }
    if (old.getClass() == BasicMDCAdapter.class) {
      return new ContextMdcAdapter();
    }
    return switch (old.getClass().getName()) {
      case LOGBACK -> new LogbackMdcAdapter();
      case LOG4J -> new Log4jMdcAdapter();
      default -> null;
    };
  }

  /// Has the loggers of `factory` take their values from `adapter`.
  ///
  /// @throws IllegalStateException if they do not, as with logback before 1.5.6
  static void setInBackend(ILoggerFactory factory, MDCAdapter adapter) {
    if (adapter.getClass().getName().equals("jasyncio.slf4j.LogbackMdcAdapter")) {
      Logback.set(factory, adapter);
    }
  }

  /// Apart, so that logback's classes are not looked for where it is not.
  private static final class Logback {
    private static final String PROBE = "jasyncio.slf4j.probe";

    static void set(ILoggerFactory factory, MDCAdapter adapter) {
      if (factory instanceof LoggerContext context) {
        try {
          context.setMDCAdapter(adapter);
          if (isAsked(context, adapter)) {
            return;
          }
        } catch (LinkageError e) { // it knows no such thing
          throw tooOld(e);
        }
        throw tooOld(null);
      }
    }

    /// Whether an event has the values of the adapter: older versions take them from elsewhere.
    private static boolean isAsked(LoggerContext context, MDCAdapter adapter) {
      var logger = context.getLogger(Logger.ROOT_LOGGER_NAME);
      adapter.put(PROBE, PROBE);
      try {
        return new LoggingEvent(Logback.class.getName(), logger, Level.INFO, "", null, null)
            .getMDCPropertyMap()
            .containsKey(PROBE);
      } finally {
        adapter.remove(PROBE);
      }
    }

    private static IllegalStateException tooOld(@Nullable Throwable cause) {
      return new IllegalStateException(
          "this logback, of "
              + LoggerContext.class.getProtectionDomain().getCodeSource().getLocation()
              + ", does not take its values from the MDC's adapter; 1.5.6 and newer do",
          cause);
    }
  }
}
