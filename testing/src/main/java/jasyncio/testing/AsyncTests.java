package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.internal.base.Sneaky;
import java.lang.StackWalker.StackFrame;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What [AsyncTest] does for a test, for a part of one that is no coroutine itself: for those who
/// have another engine than JUnit Jupiter, run several loops one after the other, or look at
/// something before and after.
///
/// ```java fragment
/// jasyncio.testing.AsyncTests.run(() -> sleep(3600)); // takes no time
/// ```
///
/// Counterpart: `runTest` of kotlinx-coroutines-test.
public final class AsyncTests {
  private AsyncTests() {}

  /// Runs `body` as [AsyncTest] runs a test method: on a loop of its own, in virtual time, and with
  /// all that is looked at. In the place of [Asyncio.run][jasyncio.Asyncio#run(Awaitable)], where
  /// no loop runs; any thread.
  ///
  /// @param <T> what the body gives
  /// @param <X> the checked exceptions that it throws
  /// @param body the coroutine
  /// @param allowed what may be left at the end
  /// @return what the body gives
  /// @throws X what the body throws
  /// @throws AssertionError for the reasons for which a test [on a loop][OnLoop] fails
  /// @throws IllegalStateException if a loop runs here
  public static <T extends @Nullable Object, X extends Exception> T run(
      Awaitable<T, X> body, Leftover... allowed) throws X {
    Objects.requireNonNull(body, "body");
    if (EventLoop.running() != null) {
      throw new IllegalStateException(
          "AsyncTests.run() has a loop of its own, and cannot be called where another one runs, "
              + EventLoop.running());
    }
    var run = new TestRun(place(), Settings.plain(allowed), false);
    T value;
    try {
      value = run.run("test", body::await);
    } catch (Throwable e) {
      try {
        run.finish();
      } catch (Throwable x) {
        e.addSuppressed(x);
      }
      throw Sneaky.sneak(e);
    }
    run.finish();
    return value;
  }

  /// Runs `body` as [AsyncTest] runs a test method.
  ///
  /// @param <X> the checked exceptions that it throws
  /// @param body the coroutine
  /// @param allowed what may be left at the end
  /// @throws X what the body throws
  /// @throws AssertionError for the reasons for which a test [on a loop][OnLoop] fails
  /// @throws IllegalStateException if a loop runs here
  public static <X extends Exception> void run(Action<X> body, Leftover... allowed) throws X {
    Objects.requireNonNull(body, "body");
    run(body.asAwaitable(), allowed);
  }

  /// The line of the test from which it is run: names the loop.
  private static String place() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .filter(frame -> !frame.getClassName().equals(AsyncTests.class.getName()))
                .findFirst())
        .map(AsyncTests::text)
        .orElse("test");
  }

  private static String text(StackFrame frame) {
    return frame.getFileName() + ":" + frame.getLineNumber();
  }
}
