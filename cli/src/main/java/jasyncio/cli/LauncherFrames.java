package jasyncio.cli;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the launcher's own frames off the stack traces that a user gets to see.
final class LauncherFrames {
  private static final String PREFIX = Main.class.getPackageName() + ".";

  private LauncherFrames() {}

  /// Lets the stack trace of `problem` begin with the program's `main`, as well as the traces of
  /// what caused it or was suppressed by it.
  static void trim(Throwable problem) {
    trim(problem, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void trim(@Nullable Throwable problem, Set<Throwable> seen) {
    if (problem == null || !seen.add(problem)) {
      return;
    }
    StackTraceElement[] trace = problem.getStackTrace();
    problem.setStackTrace(Arrays.copyOf(trace, programFrames(trace)));
    trim(problem.getCause(), seen);
    for (Throwable suppressed : problem.getSuppressed()) {
      trim(suppressed, seen);
    }
  }

  /// Counts the frames above the launcher's call, which itself goes through reflection in the JDK.
  private static int programFrames(StackTraceElement[] trace) {
    int call = 0;
    while (call < trace.length && !trace[call].getClassName().startsWith(PREFIX)) {
      call++;
    }
    if (call == trace.length) {
      return trace.length; // another thread's
    }
    while (call > 0 && "java.base".equals(trace[call - 1].getModuleName())) {
      call--;
    }
    return call;
  }
}
