package jasyncio.internal.base;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Executable;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How calls of the JDK that block behave towards an interrupt.
public final class Interrupts {
  public static final int MAX_CAUSES = 100; // there may be a cycle

  private static final Map<String, Boolean> MINDED = new ConcurrentHashMap<>();

  private Interrupts() {}

  /// Whether an interrupt is behind an error: JDBC drivers and the like put others around it.
  public static boolean caused(Throwable error) {
    if (!(error instanceof Exception)) {
      return false;
    }
    @Nullable Throwable e = error;
    for (int i = 0; i < MAX_CAUSES && e != null; i++) {
      if (isOne(e)) {
        return true;
      }
      e = e.getCause();
    }
    return false;
  }

  private static boolean isOne(Throwable e) {
    return e instanceof InterruptedException
        || e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))
        || (e instanceof SocketException && "Closed by interrupt".equals(e.getMessage()));
  }

  /// Whether the call of the JDK's in which a thread waits minds an interrupt: those that do
  /// declare what they throw then. A contended monitor, `lock()` or `join()` of a future wait on,
  /// and of `park()` it is not known.
  public static boolean isMindedBy(Thread thread) {
    if (thread.getState() == Thread.State.BLOCKED) {
      return false;
    }
    var called = BlockingCalls.called(List.of(thread.getStackTrace()));
    return called != null && isMinded(called);
  }

  private static boolean isMinded(StackTraceElement called) {
    return MINDED.computeIfAbsent(
        called.getClassName() + "#" + called.getMethodName(), name -> declaresToMind(called));
  }

  private static boolean declaresToMind(StackTraceElement frame) {
    try {
      var type = Class.forName(frame.getClassName(), false, ClassLoader.getPlatformClassLoader());
      return Arrays.stream(type.getDeclaredMethods())
          .filter(method -> method.getName().equals(frame.getMethodName()))
          .map(Executable::getExceptionTypes)
          .flatMap(Stream::of)
          .anyMatch(e -> e == InterruptedException.class || IOException.class.isAssignableFrom(e));
    } catch (ReflectiveOperationException | LinkageError e) {
      return false; // as of a call of which nothing is known
    }
  }
}
