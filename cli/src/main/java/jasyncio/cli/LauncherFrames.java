package jasyncio.cli;

import jasyncio.internal.base.AwaitedAt;
import jasyncio.internal.base.Traces;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Takes the launcher's own frames off the stack traces that a user gets to see, and folds those of
/// the library.
final class LauncherFrames {
  private static final String PREFIX = Main.class.getPackageName() + ".";

  /// Whose `check` is woven in: see [StopCheckWeaver].
  private static final Set<String> WOVEN =
      Set.of(StopCheck.class.getName(), AttachedInput.class.getName());

  private LauncherFrames() {}

  /// Lets the stack trace of `problem` begin with the program's `main`, as well as the traces of
  /// what caused it or was suppressed by it.
  ///
  /// However long the chain of causes, and whatever leads back to what: it needs no stack, and
  /// looks at each once.
  static void trim(Throwable problem) {
    var seen = Collections.newSetFromMap(new IdentityHashMap<Throwable, Boolean>());
    var todo = new ArrayDeque<Throwable>(List.of(problem));
    while (!todo.isEmpty()) {
      var each = todo.pop();
      if (!seen.add(each)) {
        continue;
      }
      each.setStackTrace(programFrames(each.getStackTrace()));
      var cause = each.getCause();
      if (cause != null) {
        todo.push(cause);
      }
      todo.addAll(List.of(each.getSuppressed()));
    }
    Traces.fold(problem);
  }

  /// Leaves out the launcher's call, which itself goes through reflection in the JDK, and what is
  /// below it: of the stack that threw the error, and of each that awaited it.
  private static StackTraceElement[] programFrames(StackTraceElement[] trace) {
    List<StackTraceElement> frames = new ArrayList<>();
    boolean below = false;
    for (StackTraceElement frame : trace) {
      below &= !AwaitedAt.isLabelled(frame);
      if (below || isWoven(frame)) {
        continue;
      } else if (!isOurs(frame)) {
        frames.add(frame);
        continue;
      }
      below = true;
      while (!frames.isEmpty() && "java.base".equals(frames.getLast().getModuleName())) {
        frames.removeLast();
      }
    }
    return frames.toArray(StackTraceElement[]::new);
  }

  /// Whether the frame is of what the prompt weaves into a program: above its frames, and not
  /// below.
  private static boolean isWoven(StackTraceElement frame) {
    return frame.getMethodName().equals("check") && WOVEN.contains(frame.getClassName());
  }

  /// Whether the frame is the launcher's, with a label in front or without.
  private static boolean isOurs(StackTraceElement frame) {
    String name = frame.getClassName();
    return name.substring(name.lastIndexOf(' ') + 1).startsWith(PREFIX);
  }
}
