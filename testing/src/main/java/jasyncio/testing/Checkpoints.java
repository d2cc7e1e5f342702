package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.Coroutine;
import jasyncio.StopIteration;
import jasyncio.lowlevel.Lowlevel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Asserts whether a call gives up control, so that others may run before it comes back.
///
/// ```java fragment
/// var queue = new jasyncio.queue.Queue<String>();
/// jasyncio.testing.Checkpoints.assertDoesNotSuspend(() -> queue.put("a")); // there is room
/// jasyncio.testing.Checkpoints.assertSuspends(() -> sleep(0));
/// ```
///
/// A call *suspends* if somewhere in it, at least once, its task hands control to the loop: what
/// every await does that has to wait, and `sleep(0)`, also where nobody else is ready to run. It is
/// no suspension if the call merely blocks its thread: under policy `SWITCH` others run meanwhile,
/// but that is the policy's doing, and not the call's.
///
/// The call is made once, and to its end, inside the calling task: time limits, context variables
/// and a **cancellation** reach it as ever, and what it gives or throws comes out. It is driven by
/// hand, as the body of a generator is; so the answer is exact, whatever else runs on the loop.
/// trio: `trio.testing.assert_checkpoints`, `assert_no_checkpoints`.
public final class Checkpoints {
  private Checkpoints() {}

  /// Makes a call, and fails unless it suspended. Suspends when the call does.
  ///
  /// @param <T> what it gives
  /// @param <X> what it throws
  /// @param body the call
  /// @return what it gives
  /// @throws X what it throws; then nothing is asserted
  /// @throws AssertionError if it came back without having suspended
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> T assertSuspends(
      Awaitable<T, X> body) throws X {
    var run = new Run<T>(Objects.requireNonNull(body, "body"));
    var result = run.toEnd();
    if (!run.suspended) {
      throw new AssertionError("expected to suspend, but came back without");
    }
    return result;
  }

  /// Makes a call, and fails unless it suspended.
  ///
  /// @param <X> what it throws
  /// @param body the call
  /// @throws X what it throws; then nothing is asserted
  /// @throws AssertionError if it came back without having suspended
  /// @throws IllegalStateException if the caller runs in no task
  public static <X extends Exception> void assertSuspends(Action<X> body) throws X {
    assertSuspends(Objects.requireNonNull(body, "body").asAwaitable());
  }

  /// Makes a call, and fails if it suspended: the cause says where it did so first.
  ///
  /// @param <T> what it gives
  /// @param <X> what it throws
  /// @param body the call
  /// @return what it gives
  /// @throws X what it throws; then nothing is asserted
  /// @throws AssertionError if it suspended
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> T assertDoesNotSuspend(
      Awaitable<T, X> body) throws X {
    var run = new Run<T>(Objects.requireNonNull(body, "body"));
    var result = run.toEnd();
    if (run.suspended) {
      throw run.suspension();
    }
    return result;
  }

  /// Makes a call, and fails if it suspended: the cause says where it did so first.
  ///
  /// @param <X> what it throws
  /// @param body the call
  /// @throws X what it throws; then nothing is asserted
  /// @throws AssertionError if it suspended
  /// @throws IllegalStateException if the caller runs in no task
  public static <X extends Exception> void assertDoesNotSuspend(Action<X> body) throws X {
    assertDoesNotSuspend(Objects.requireNonNull(body, "body").asAwaitable());
  }

  /// A call, driven by hand: only so does every suspension come by here.
  private static final class Run<T extends @Nullable Object> {
    boolean suspended;
    private final Coroutine<Void> coroutine;
    private List<StackTraceElement> stack = List.of(); // where it suspended first
    private @Nullable T result;

    Run(Awaitable<T, ?> body) {
      coroutine = Lowlevel.coroutine("checked", () -> result = body.await());
    }

    @SuppressWarnings("NullAway") // it is what the body gave
    T toEnd() {
      if (Asyncio.currentTask() == null) {
        throw new IllegalStateException(
            "nothing can suspend here: the caller runs in no task; use @AsyncTest, or run(...)");
      }
      Object answer = null;
      Throwable problem = null;
      try {
        while (true) {
          var request = problem != null ? coroutine.throwError(problem) : coroutine.send(answer);
          noteWhere();
          answer = null;
          problem = null;
          try {
            answer = Lowlevel.suspendFor(coroutine, request);
          } catch (Throwable e) {
            problem = e;
          }
        }
      } catch (StopIteration e) {
        return result;
      }
    }

    /// The stack can be read as soon as the task has suspended, too.
    private void noteWhere() {
      if (!suspended) {
        suspended = true;
        var task = Objects.requireNonNull(Asyncio.currentTask());
        Asyncio.getRunningLoop().callSoon(() -> stack = task.getStack());
      }
    }

    AssertionError suspension() {
      var where = new Throwable("it suspended here first");
      where.setStackTrace(stack.toArray(StackTraceElement[]::new));
      return new AssertionError("expected not to suspend, but did", where);
    }
  }
}
