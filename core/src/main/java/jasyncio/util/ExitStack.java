package jasyncio.util;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.GeneratorExit;
import jasyncio.internal.base.Sneaky;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Things to be closed together, however many there turn out to be, in reverse order.
///
/// ```java fragment
/// ExitStack.run(stack -> {
///   for (var name : List.of("a", "b")) {
///     stack.callback(() -> IO.println("closes " + name));
///   }
///   IO.println("uses them");
/// });
/// ```
///
/// Errors are what they would be in nested `try` statements. What is closed and does not see errors
/// ([#enter(AutoCloseable)], [#callback]) adds its own to the one that is on its way, as
/// suppressed. What sees it ([#push], [#enter(ContextManager)]) may swallow it or throw another in
/// its place, to which the old one is added as suppressed. A [CancelledError] is always the one
/// that goes on. Everything is closed, whatever the others throw.
///
/// Used by one task. Python: `contextlib.AsyncExitStack`.
@SuppressWarnings("try") // what is on it may be interrupted when it is closed
public final class ExitStack implements AutoCloseable {
  /// The body of [#run].
  ///
  /// @param <X> what it throws
  @FunctionalInterface
  public interface VoidBody<X extends Exception> {
    /// Runs the body; may suspend.
    ///
    /// @param stack the stack
    /// @throws X what the code throws
    void run(ExitStack stack) throws X;
  }

  /// The body of [#call].
  ///
  /// @param <T> what it gives
  /// @param <X> what it throws
  @FunctionalInterface
  public interface Body<T extends @Nullable Object, X extends Exception> {
    /// Runs the body; may suspend.
    ///
    /// @param stack the stack
    /// @return what it gives
    /// @throws X what the code throws
    T run(ExitStack stack) throws X;
  }

  /// Something to be done in the end that sees the error. Python: `__aexit__`.
  @FunctionalInterface
  public interface Exit {
    /// Ends something; may suspend.
    ///
    /// @param error what is on its way, or `null`; a [GeneratorExit] if the stack is closed and
    ///   nobody has said how the body ended, see [ExitStack#close()]
    /// @return whether the error is dealt with, and not to go on
    /// @throws Exception what the code throws, in place of the error
    boolean exit(@Nullable Throwable error) throws Exception;
  }

  private Deque<Exit> exits = new ArrayDeque<>();

  /// A stack with nothing on it.
  public ExitStack() {}

  // ---- pushing ----------------------------------------------------------------------------------

  /// Has `resource` closed in the end. Does not suspend.
  ///
  /// @param <T> the kind of resource
  /// @param resource what is to be closed
  /// @return the resource
  public <T extends AutoCloseable> T enter(T resource) {
    Objects.requireNonNull(resource, "resource");
    exits.push(error -> blind(resource::close, error));
    return resource;
  }

  /// Runs the manager's method up to its `yield`, and the rest in the end, when it sees the error.
  /// Suspends as the method does.
  ///
  /// @param <T> what it hands over
  /// @param <X> what its method throws
  /// @param manager the manager
  /// @return what it hands over
  /// @throws X what its method throws
  public <T extends @Nullable Object, X extends Exception> T enter(ContextManager<T, X> manager)
      throws X {
    var entered = Objects.requireNonNull(manager, "manager").enter();
    exits.push(error -> {
      if (error == null) {
        entered.finish();
        return false;
      }
      return entered.fail(error);
    });
    return entered.value();
  }

  /// Has `exit` called in the end, with the error. Does not suspend.
  ///
  /// @param exit what to call
  public void push(Exit exit) {
    exits.push(Objects.requireNonNull(exit, "exit"));
  }

  /// Has `callback` called in the end. Does not suspend.
  ///
  /// @param callback what to call
  public void callback(Action<?> callback) {
    Objects.requireNonNull(callback, "callback");
    exits.push(error -> blind(callback, error));
  }

  /// Moves everything to another stack, so that it outlives this one: what was opened step by step
  /// and successfully is kept. Does not suspend.
  ///
  /// @return the other stack
  public ExitStack popAll() {
    var other = new ExitStack();
    other.exits = exits;
    exits = new ArrayDeque<>();
    return other;
  }

  /// What sees no error keeps the first one.
  private static boolean blind(Action<?> action, @Nullable Throwable error) throws Exception {
    try {
      action.run();
    } catch (Throwable e) {
      if (error == null || e instanceof CancelledError || error instanceof GeneratorExit) {
        throw e;
      }
      suppress(error, e);
    }
    return false;
  }

  private static void suppress(Throwable kept, Throwable dropped) {
    if (kept != dropped && kept.getCause() != dropped) {
      kept.addSuppressed(dropped);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Runs `body` with a stack, and ends what is on it, which sees what the body throws. Suspends as
  /// they do. Python: `async with AsyncExitStack() as stack`.
  ///
  /// **Cancellation** of the body is an error like others here.
  ///
  /// @param <X> what the body throws
  /// @param body what to do
  /// @throws Exception what the body throws, unless it is swallowed, or what the ending throws
  public static <X extends Exception> void run(VoidBody<X> body) throws Exception {
    Objects.requireNonNull(body, "body");
    call(stack -> {
      body.run(stack);
      return Boolean.TRUE;
    });
  }

  /// Runs `body`, as [#run] does, and gives what that gives.
  ///
  /// @param <T> what the body gives
  /// @param <X> what the body throws
  /// @param body what to do
  /// @return what it gives; `null` if it failed and that was swallowed
  /// @throws Exception what the body throws, unless it is swallowed, or what the ending throws
  public static <T extends @Nullable Object, X extends Exception> @Nullable T call(Body<T, X> body)
      throws Exception {
    Objects.requireNonNull(body, "body");
    var stack = new ExitStack();
    T value;
    try {
      value = body.run(stack);
    } catch (Throwable e) {
      stack.unwind(e);
      return null;
    }
    stack.unwind(null);
    return value;
  }

  /// Ends what is on the stack: all went well. Suspends as that does. The stack is empty then, and
  /// can be used again. Python: `aclose`.
  ///
  /// **Cancellation** ends the wait of what is being closed; the others are closed nevertheless.
  ///
  /// @throws Exception what the ending throws
  public void finish() throws Exception {
    unwind(null);
  }

  /// Ends what is on the stack, for a `try` statement, which does not tell how it was left.
  /// Suspends as that does. What sees errors sees a [GeneratorExit], as in a generator that is
  /// closed, so that nothing is committed by accident: call [#finish()] as the last thing in the
  /// body if it is to be otherwise.
  ///
  /// @throws Exception what the ending throws
  @Override
  public void close() throws Exception {
    if (!exits.isEmpty()) {
      var left = new GeneratorExit();
      try {
        unwind(left);
      } catch (GeneratorExit e) {
        if (e != left) {
          throw e;
        }
      }
    }
  }

  private void unwind(@Nullable Throwable error) throws Exception {
    while (!exits.isEmpty()) {
      try {
        if (exits.pop().exit(error)) {
          error = null;
        }
      } catch (Throwable e) {
        error = replace(error, e);
      }
    }
    if (error instanceof Exception e) {
      throw e;
    } else if (error != null) {
      throw Sneaky.sneak(error);
    }
  }

  /// What goes on when an exit has thrown something.
  private static Throwable replace(@Nullable Throwable old, Throwable thrown) {
    if (old == null || old == thrown || old instanceof GeneratorExit) {
      return thrown;
    } else if (old instanceof CancelledError && !(thrown instanceof CancelledError)) {
      suppress(old, thrown);
      return old;
    }
    suppress(thrown, old);
    return thrown;
  }
}
