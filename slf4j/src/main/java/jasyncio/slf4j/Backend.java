package jasyncio.slf4j;

import ch.qos.logback.classic.LoggerContext;
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
  static void setInBackend(ILoggerFactory factory, MDCAdapter adapter) {
    if (adapter.getClass().getName().equals("jasyncio.slf4j.LogbackMdcAdapter")) {
      Logback.set(factory, adapter);
    }
  }

  /// Apart, so that logback's classes are not looked for where it is not.
  private static final class Logback {
    static void set(ILoggerFactory factory, MDCAdapter adapter) {
      if (factory instanceof LoggerContext context) {
        context.setMDCAdapter(adapter);
      }
    }
  }
}
