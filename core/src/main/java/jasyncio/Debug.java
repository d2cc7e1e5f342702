package jasyncio;

import jasyncio.internal.base.Frames;
import java.lang.StackWalker.StackFrame;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// Debug mode's switch and stacks.
final class Debug {
  /// Whether debug mode was on when the program began.
  static final boolean DEFAULT = isDefault();

  private static final int STACK_DEPTH = 10;

  /// Where futures were made, if in debug mode: not in the futures, because there may be a million
  /// of them.
  private static final Map<Object, List<StackTraceElement>> ORIGINS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private Debug() {}

  /// Whether new loops are in debug mode unless told otherwise.
  static boolean isDefault() {
    var property = System.getProperty("jasyncio.debug");
    if (property != null) {
      return Boolean.parseBoolean(property.strip());
    }
    var environment = System.getenv("JASYNCIO_DEBUG");
    return environment != null && !environment.isBlank() && !environment.equals("0");
  }

  /// Where the user's code called us: innermost frame first.
  static StackTraceElement[] callerStack() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .filter(f -> !Frames.areMachinery(f.getClassName()))
                .limit(STACK_DEPTH)
                .map(StackFrame::toStackTraceElement)
                .toArray(StackTraceElement[]::new));
  }

  /// Notes where the user's code makes a future.
  static void noteOrigin(Object future) {
    ORIGINS.put(future, List.of(callerStack()));
  }

  /// Where the future was made, innermost frame first; empty if that was not in debug mode.
  static List<StackTraceElement> origin(Object future) {
    return ORIGINS.getOrDefault(future, List.of());
  }

  static List<StackTraceElement> list(StackTraceElement @Nullable [] stack) {
    return stack == null ? List.of() : List.of(stack);
  }

  /// The user's part of a stack, innermost frame first: without what suspended it, what started it,
  /// and whatever of ours lies in between. The JDK's calls are part of it, but for those that the
  /// library has made last.
  static List<StackTraceElement> userStack(StackTraceElement[] stack) {
    int end = beginningOf(stack);
    return Arrays.stream(stack, ourTopOf(stack, topOf(stack, end), end), end)
        .dropWhile(f -> isUnmounting(f.getClassName()))
        .filter(f -> !Frames.areOurs(f.getClassName()))
        .toList();
  }

  /// Where the machine calls what belongs to a program: a task, a callback, the body of a
  /// generator. That is the outermost such place: each stack is begun once.
  private static int beginningOf(StackTraceElement[] stack) {
    for (int i = stack.length - 2; i >= 0; i--) {
      var name = stack[i].getClassName();
      if (Frames.areMachine(stack[i + 1].getClassName())
          && !Frames.areMachine(name)
          && Frames.areOurs(name)) {
        return i;
      }
    }
    return stack.length;
  }

  /// Below whatever a fiber does to give up control, or to look at itself.
  private static int topOf(StackTraceElement[] stack, int end) {
    for (int i = end - 1; i >= 0; i--) {
      if (Frames.areOfFibers(stack[i].getClassName())) {
        return i + 1;
      }
    }
    return end > 0 && stack[0].getMethodName().equals("getStackTrace") ? 1 : 0;
  }

  /// Below what the library has called last, be it the JDK or itself.
  private static int ourTopOf(StackTraceElement[] stack, int top, int end) {
    int ourTop = top;
    for (int i = top; i < end; i++) {
      if (Frames.areOurs(stack[i].getClassName())) {
        ourTop = i + 1;
      } else if (!Frames.isOfTheJdk(stack[i])) {
        break;
      }
    }
    return ourTop;
  }

  /// The JDK's part of waiting, above the call that waits.
  private static boolean isUnmounting(String className) {
    return className.startsWith("java.lang.VirtualThread")
        || className.startsWith("jdk.internal.vm.")
        || className.equals("java.lang.System$1");
  }
}
