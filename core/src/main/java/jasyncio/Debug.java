package jasyncio;

import java.lang.StackWalker.StackFrame;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/// Debug mode's switch and stacks.
final class Debug {
  /// Whether debug mode was on when the program began.
  static final boolean DEFAULT = isDefault();

  private static final int STACK_DEPTH = 10;

  /// Where futures were made, if in debug mode: not in the futures, because there may be a million
  /// of them.
  private static final Map<Future<?>, List<StackTraceElement>> ORIGINS =
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
                .dropWhile(f -> isOurs(f.getClassName()))
                .filter(f -> !isMachinery(f.getClassName()))
                .limit(STACK_DEPTH)
                .map(StackFrame::toStackTraceElement)
                .toArray(StackTraceElement[]::new));
  }

  /// Notes where the user's code makes a future.
  static void noteOrigin(Future<?> future) {
    ORIGINS.put(future, List.of(callerStack()));
  }

  /// Where the future was made, innermost frame first; empty if that was not in debug mode.
  static List<StackTraceElement> origin(Future<?> future) {
    return ORIGINS.getOrDefault(future, List.of());
  }

  static List<StackTraceElement> list(StackTraceElement @Nullable [] stack) {
    return stack == null ? List.of() : List.of(stack);
  }

  /// The user's part of a task's stack, innermost frame first: without what suspended it, and
  /// without what started it. A call of the JDK's that blocks is part of it.
  static List<StackTraceElement> userStack(StackTraceElement[] stack) {
    int top = 0;
    while (top < stack.length && isParking(stack[top].getClassName())) {
      top++;
    }
    boolean byUs =
        top < stack.length
            && (stack[top].getClassName().startsWith("jasyncio.internal.")
                || stack[0].getMethodName().equals("getStackTrace")); // it looks at itself
    return Arrays.stream(stack)
        .dropWhile(f -> byUs ? isParking(f.getClassName()) : isUnmounting(f.getClassName()))
        .dropWhile(f -> byUs && isOurs(f.getClassName()))
        .takeWhile(f -> !isStart(f))
        .filter(f -> !isMachinery(f.getClassName()) || f.getClassName().equals("java.lang.Thread"))
        .filter(f -> !isWrapper(f.getClassName()))
        .toList();
  }

  private static boolean isStart(StackTraceElement frame) {
    return frame.getClassName().equals("jasyncio.Task") && frame.getMethodName().equals("run");
  }

  private static boolean isWrapper(String className) {
    return className.equals("jasyncio.Bodies") || className.equals("jasyncio.ActionBody");
  }

  /// Above what everybody calls to wait: of no interest.
  private static boolean isUnmounting(String className) {
    return className.startsWith("java.lang.VirtualThread")
        || className.startsWith("jdk.internal.vm.")
        || className.equals("java.lang.System$1");
  }

  private static boolean isParking(String className) {
    return isUnmounting(className)
        || className.equals("java.lang.Thread")
        || className.equals("java.util.concurrent.locks.LockSupport");
  }

  private static boolean isOurs(String className) {
    if (!className.startsWith("jasyncio.")) {
      return false;
    }
    var rest = className.substring("jasyncio.".length());
    var top = rest.indexOf('$') < 0 ? rest : rest.substring(0, rest.indexOf('$'));
    return top.startsWith("internal.") || top.startsWith("inspect.") || Face.CLASSES.contains(top);
  }

  private static boolean isMachinery(String className) {
    return className.startsWith("jasyncio.internal.")
        || className.startsWith("java.lang.VirtualThread")
        || className.equals("java.lang.Thread")
        || className.startsWith("jdk.internal.vm.")
        || className.startsWith("java.util.concurrent.ThreadPerTaskExecutor");
  }

  /// The classes of this package through which user code comes in; tests live in this package, too.
  private static final class Face {
    static final Set<String> CLASSES =
        Set.of(
            "Asyncio",
            "ActionBody",
            "Action",
            "AsCompleted",
            "Bodies",
            "Bridges",
            "Context",
            "Coroutine",
            "Debug",
            "DoneCallback",
            "EventLoop",
            "Future",
            "Gather",
            "Handle",
            "Offload",
            "Runner",
            "Task",
            "TaskGroup",
            "Timeout",
            "TimerHandle",
            "Waits");
  }
}
