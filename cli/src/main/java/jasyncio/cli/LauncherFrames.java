package jasyncio.cli;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the launcher's own frames off the stack traces that a user gets to see.
final class LauncherFrames {
  private LauncherFrames() {}

  /// Shortens the stack trace of `problem`, and of what it was caused by or suppressed.
  ///
  /// @param depth how many frames lie below the program's first one
  static void trim(Throwable problem, int depth) {
    trim(problem, depth, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void trim(@Nullable Throwable problem, int depth, Set<Throwable> seen) {
    if (problem == null || !seen.add(problem)) {
      return;
    }
    StackTraceElement[] trace = problem.getStackTrace();
    int kept = trace.length - depth;
    if (kept >= 0 && isLauncher(trace[trace.length - 1])) {
      problem.setStackTrace(Arrays.copyOf(trace, kept));
    }
    trim(problem.getCause(), depth, seen);
    for (Throwable suppressed : problem.getSuppressed()) {
      trim(suppressed, depth, seen);
    }
  }

  private static boolean isLauncher(StackTraceElement frame) {
    return frame.getClassName().equals(Main.class.getName());
  }
}
