package jasyncio.cli;

import jasyncio.internal.base.Traces;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the launcher's own frames off the stack traces that a user gets to see, and folds those of
/// the library.
final class LauncherFrames {
  private static final String PREFIX = Main.class.getPackageName() + ".";

  private LauncherFrames() {}

  /// Lets the stack trace of `problem` begin with the program's `main`, as well as the traces of
  /// what caused it or was suppressed by it.
  static void trim(Throwable problem) {
    trim(problem, Collections.newSetFromMap(new IdentityHashMap<>()));
    Traces.fold(problem);
  }

  private static void trim(@Nullable Throwable problem, Set<Throwable> seen) {
    if (problem == null || !seen.add(problem)) {
      return;
    }
    problem.setStackTrace(programFrames(problem.getStackTrace()));
    trim(problem.getCause(), seen);
    for (Throwable suppressed : problem.getSuppressed()) {
      trim(suppressed, seen);
    }
  }

  /// Leaves out the launcher's frames, and those of the JDK's through which it calls the program.
  /// There may be several rows of them: a trace goes on where another thread awaited.
  private static StackTraceElement[] programFrames(StackTraceElement[] trace) {
    List<StackTraceElement> frames = new ArrayList<>();
    for (StackTraceElement frame : trace) {
      if (!frame.getClassName().startsWith(PREFIX)) {
        frames.add(frame);
        continue;
      }
      while (!frames.isEmpty() && "java.base".equals(frames.getLast().getModuleName())) {
        frames.removeLast();
      }
    }
    return frames.toArray(StackTraceElement[]::new);
  }
}
