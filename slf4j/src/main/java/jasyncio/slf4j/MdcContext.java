package jasyncio.slf4j;

import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.spi.MDCAdapter;

/// Has SLF4J's [MDC] keep its values in jasyncio's [Context][jasyncio.Context]: what a coroutine
/// puts there is there after the next await, too, and nowhere else.
///
/// ```java
/// void main() {
///   MdcContext.install();
///   run(() -> handleRequests());
/// }
/// ```
///
/// What holds for a [ContextVar][jasyncio.ContextVar] holds for the values: a task, a callback and
/// a call by `toThread` begin with a copy of those of whoever made it, and what they put there is
/// their own. `runInExecutor` takes none along, as in asyncio. The main coroutine of `run` begins
/// with those of its thread. Under [BlockingPolicy#SWITCH][jasyncio.BlockingPolicy#SWITCH] each
/// task has its own, too, while another one blocks. On a thread without a loop the values are those
/// of the thread, and a thread that the program starts begins with none, as with logback and log4j.
///
/// **logback** asks the MDC for the values of each event. So it is the MDC's adapter that is
/// replaced, in SLF4J and in logback's `LoggerContext`. SLF4J has one public way to do that, a
/// provider that is named by a system property: start the JVM with
/// `-Dslf4j.provider=jasyncio.slf4j.MdcServiceProvider`, and nothing else is to be done (SLF4J
/// 2.0.9 or later, logback 1.5.6 or later). [#install()] is for programs that would rather say it
/// in their code. It takes the same way if nobody has used SLF4J before, and otherwise, as loggers
/// in static fields make likely, sets a field inside of SLF4J, which modules have to allow.
///
/// **log4j 2** asks its own `ThreadContext`, to which the MDC only leads. It takes its map from
/// [Log4jThreadContextMap] by itself, because `log4j2.component.properties` in this jar says so;
/// nothing has to be installed. [#install()] adds the stacks of `MDC.pushByKey`. What
/// `ThreadContext.push` is given stays one stack per thread.
///
/// **Why no copying**, at each switch between coroutines, to the adapter's thread local and back,
/// as Kotlin's coroutines and Reactor do it: each switch would pay for it, also those of programs
/// that do not log; and under `SWITCH` one would see what the other left.
public final class MdcContext {
  private static final String PROVIDER = "slf4j.provider";

  private MdcContext() {}

  /// Replaces the adapter of the MDC by one that keeps the values in the current context. To be
  /// called at the beginning of the program; any thread. The calling thread's values are kept,
  /// those of other threads are lost. Does nothing if that has been done before, or if SLF4J has no
  /// provider and so no MDC.
  ///
  /// @throws IllegalStateException if the provider is one that this library does not know, or too
  ///   old, or if SLF4J or log4j is in use and does not let itself be changed any more: the message
  ///   says which option of the JVM does it
  public static synchronized void install() {
    initialize();
    var adapter = MDC.getMDCAdapter();
    if (!(adapter instanceof InContext)) {
      replace(adapter);
    }
    if (MDC.getMDCAdapter() instanceof Log4jMdcAdapter) {
      Log4jMdcAdapter.checkInUse();
    }
  }

  /// {@return whether the MDC's adapter is one that keeps the values in the current context}
  public static boolean isInstalled() {
    return MDC.getMDCAdapter() instanceof InContext;
  }

  /// Has SLF4J look for its provider, unless it has one: then it finds ours.
  private static void initialize() {
    boolean ours = System.getProperty(PROVIDER) == null;
    if (ours) {
      System.setProperty(PROVIDER, MdcServiceProvider.class.getName());
    }
    try {
      LoggerFactory.getILoggerFactory();
    } finally {
      if (ours) { // an application server's next application may not have this class
        System.clearProperty(PROVIDER);
      }
    }
  }

  private static void replace(MDCAdapter old) {
    var adapter = Backend.adapterInsteadOf(old);
    if (adapter == null) {
      throw new IllegalStateException(
          "the MDC of this SLF4J provider ("
              + old.getClass().getName()
              + ") cannot be kept in coroutines' contexts; it can with logback, log4j 2 and SLF4J's own"
              + " providers");
    }
    if (adapter == old) {
      return;
    }
    var values = old.getCopyOfContextMap();
    setInSlf4j(adapter);
    try {
      Backend.setInBackend(LoggerFactory.getILoggerFactory(), adapter);
    } catch (IllegalStateException e) {
      setInSlf4j(old);
      throw e;
    }
    if (values != null) {
      adapter.setContextMap(values);
    }
  }

  /// SLF4J's method for it is not public, and its name, like the field's, has changed.
  private static void setInSlf4j(MDCAdapter adapter) {
    try {
      for (var field : MDC.class.getDeclaredFields()) {
        if (field.getType() == MDCAdapter.class) {
          field.setAccessible(true);
          field.set(null, adapter);
        }
      }
    } catch (RuntimeException | IllegalAccessException e) { // refused: a module that is not open
      throw refused(e);
    }
    if (MDC.getMDCAdapter() != adapter) {
      throw refused(null);
    }
  }

  private static IllegalStateException refused(@org.jspecify.annotations.Nullable Exception cause) {
    return new IllegalStateException(
        "SLF4J is in use already and lets nobody replace the adapter of its MDC; start the JVM with -D"
            + PROVIDER
            + "="
            + MdcServiceProvider.class.getName()
            + ", or call install() before the first logger is made",
        cause);
  }
}
