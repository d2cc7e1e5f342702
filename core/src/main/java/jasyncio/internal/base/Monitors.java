package jasyncio.internal.base;

import java.util.Arrays;

/// Says what is wrong where `wait()` or `notify()` of an object are called as if they were
/// asyncio's: they compile, as every object has methods of these names.
public final class Monitors {
  private static final String ADVICE =
      "wait() and notify() are methods of every Object, for threads that hold its monitor;"
          + " asyncio's are called await() and signal() here";

  private Monitors() {}

  /// Adds a sentence to an error of these methods, once. Others stay as they are.
  ///
  /// @return the error
  public static Throwable explained(Throwable error) {
    if (error instanceof IllegalMonitorStateException
        && isOfObject(error.getStackTrace())
        && !isExplained(error)) {
      var advice = new IllegalMonitorStateException(ADVICE);
      advice.setStackTrace(new StackTraceElement[0]);
      error.addSuppressed(advice);
    }
    return error;
  }

  private static boolean isExplained(Throwable error) {
    return Arrays.stream(error.getSuppressed()).anyMatch(e -> ADVICE.equals(e.getMessage()));
  }

  private static boolean isOfObject(StackTraceElement[] trace) {
    return trace.length > 0 && trace[0].getClassName().equals("java.lang.Object");
  }
}
