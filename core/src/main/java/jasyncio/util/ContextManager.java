package jasyncio.util;

import jasyncio.GeneratorExit;
import jasyncio.generator.AsyncGenerator;
import jasyncio.generator.Generators;
import jasyncio.internal.base.Sneaky;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Opening and closing, written as one method: it opens something, hands it over by `yield`, and
/// closes it. While it is in `yield`, the body runs that uses it.
///
/// ```java fragment
/// var transaction =
///     ContextManager.<StringBuilder, RuntimeException>of(scope -> {
///       var text = new StringBuilder("begin; ");
///       try {
///         scope.yield(text);
///         text.append("commit");
///       } catch (Throwable e) {
///         text.append("rollback");
///         throw e;
///       } finally {
///         IO.println(text);
///       }
///     });
/// transaction.run(text -> text.append("insert; "));
/// ```
///
/// What the body throws comes out of `yield`, the very object, so that the method can clean up,
/// throw something else, or, by returning, swallow it. A checked exception is not announced there:
/// catch [Exception], and look at what it is. A manager may be used many times; each time its
/// method runs anew. Method and body may suspend, and run in the task and context of the caller.
/// Python: `contextlib.asynccontextmanager`.
///
/// @param <T> what it hands over
/// @param <X> what the method itself throws
public final class ContextManager<T extends @Nullable Object, X extends Exception> {
  /// The method of a manager.
  ///
  /// @param <T> what it hands over
  /// @param <X> what it throws
  @FunctionalInterface
  public interface Method<T extends @Nullable Object, X extends Exception> {
    /// Opens something, hands it over, and closes it; may suspend.
    ///
    /// @param scope what to hand it over to, once
    /// @throws X what the code throws
    void run(Scope<T> scope) throws X;
  }

  /// To what the method hands over what it has opened.
  ///
  /// @param <T> what is handed over
  @FunctionalInterface
  public interface Scope<T extends @Nullable Object> {
    /// Hands `value` over, and returns when the body has ended. Suspends while the body does. To be
    /// called once.
    ///
    /// Throws what the body throws, the very object; a [CancelledError][jasyncio.CancelledError] if
    /// it is cancelled.
    ///
    /// @param value what to hand over
    /// @throws GeneratorExit if it was handed over by [#enter()], and closed before it was finished
    /// @throws IllegalStateException if it is called a second time
    @SuppressWarnings(
        "NamedLikeContextualKeyword") // asyncio's word; it is always called on a scope
    void yield(T value);
  }

  /// What is done with what is handed over.
  ///
  /// @param <T> what is handed over
  /// @param <R> what the body gives
  /// @param <Y> what it throws
  @FunctionalInterface
  public interface Body<
      T extends @Nullable Object, R extends @Nullable Object, Y extends Exception> {
    /// Runs the body; may suspend.
    ///
    /// @param value what was handed over
    /// @return what it gives
    /// @throws Y what the code throws
    R run(T value) throws Y;
  }

  /// What is done with what is handed over, if it gives nothing.
  ///
  /// @param <T> what is handed over
  /// @param <Y> what the body throws
  @FunctionalInterface
  public interface VoidBody<T extends @Nullable Object, Y extends Exception> {
    /// Runs the body; may suspend.
    ///
    /// @param value what was handed over
    /// @throws Y what the code throws
    void run(T value) throws Y;
  }

  private final Method<T, X> method;

  private ContextManager(Method<T, X> method) {
    this.method = method;
  }

  /// A manager made of one method. Nothing of it runs yet.
  ///
  /// @param <T> what it hands over
  /// @param <X> what the method throws
  /// @param method opens, hands over, closes
  /// @return the manager
  public static <T extends @Nullable Object, X extends Exception> ContextManager<T, X> of(
      Method<T, X> method) {
    return new ContextManager<>(Objects.requireNonNull(method, "method"));
  }

  /// Runs `body` with what the method hands over. Suspends as both do. Python: `async with`.
  ///
  /// **Cancellation** comes to the method like another error of the body.
  ///
  /// @param <Y> what the body throws
  /// @param body what to do
  /// @throws X what the method throws
  /// @throws Y what the body throws, unless the method swallowed it
  /// @throws IllegalStateException if the method did not call `yield`, or called it twice
  public <Y extends Exception> void run(VoidBody<? super T, Y> body) throws X, Y {
    Objects.requireNonNull(body, "body");
    call(value -> {
      body.run(value);
      return Boolean.TRUE;
    });
  }

  /// Runs `body`, as [#run] does, and gives what that gives.
  ///
  /// @param <R> what the body gives
  /// @param <Y> what the body throws
  /// @param body what to do
  /// @return what it gives; `null` if it failed and the method swallowed that
  /// @throws X what the method throws
  /// @throws Y what the body throws, unless the method swallowed it
  /// @throws IllegalStateException if the method did not call `yield`, or called it twice
  public <R extends @Nullable Object, Y extends Exception> @Nullable R call(
      Body<? super T, R, Y> body) throws X, Y {
    var inside = new Inside<T, R>(Objects.requireNonNull(body, "body"));
    method.run(inside);
    if (!inside.yielded) {
      throw new IllegalStateException(DID_NOT_YIELD);
    }
    return inside.result;
  }

  private static final String DID_NOT_YIELD =
      "the method of the context manager has returned without a call of yield()";
  private static final String DID_NOT_STOP =
      "the method of the context manager has called yield() a second time";

  /// Runs the body inside of `yield`.
  private static final class Inside<T extends @Nullable Object, R extends @Nullable Object>
      implements Scope<T> {
    private final Body<? super T, R, ?> body;
    private boolean yielded;
    private @Nullable R result;

    Inside(Body<? super T, R, ?> body) {
      this.body = body;
    }

    @Override
    @SuppressWarnings("NamedLikeContextualKeyword")
    public void yield(T value) {
      if (yielded) {
        throw new IllegalStateException(DID_NOT_STOP);
      }
      yielded = true;
      try {
        result = body.run(value);
      } catch (Exception e) {
        throw Sneaky.sneak(e); // to the method, which cannot name it, and to who called run()
      }
    }
  }

  // ---- in a try statement -----------------------------------------------------------------------

  /// Runs the method up to `yield`, for a `try` statement. Suspends as the method does.
  ///
  /// ```java fragment
  /// var manager = ContextManager.<String, RuntimeException>of(scope -> scope.yield("value"));
  /// try (var entered = manager.enter()) {
  ///   IO.println(entered.value());
  ///   entered.finish();
  /// }
  /// ```
  ///
  /// Such a statement does not tell how it was left. So say it: [Entered#finish()], as the last
  /// call, lets the method go on after `yield`. Without it the method is closed as a generator is:
  /// `yield` throws [GeneratorExit], so that its `finally` blocks run and nothing is committed.
  /// [#run] needs no such thing. The method cannot be in a time limit or a task group while it
  /// yields; with [#run] it can.
  ///
  /// @return what was handed over, to be closed
  /// @throws X what the method throws
  /// @throws IllegalStateException if the method did not call `yield`, or no loop runs here
  public Entered<T, X> enter() throws X {
    var steps = Generators.<T>asyncGenerator(g -> method.run(g::yield));
    if (!steps.hasNext()) {
      throw new IllegalStateException(DID_NOT_YIELD);
    }
    return new Entered<>(steps, steps.next());
  }

  /// What a manager has handed over to a `try` statement.
  ///
  /// @param <T> what it is
  /// @param <X> what the manager's method throws
  public static final class Entered<T extends @Nullable Object, X extends Exception>
      implements AutoCloseable {
    private final AsyncGenerator<T> steps;
    private final T value;

    private Entered(AsyncGenerator<T> steps, T value) {
      this.steps = steps;
      this.value = value;
    }

    /// {@return what was handed over}
    public T value() {
      return value;
    }

    /// Lets the method go on after `yield`, to its end. Suspends as it does. Has no effect on one
    /// that has ended.
    ///
    /// @throws X what it throws
    /// @throws IllegalStateException if it calls `yield` again
    public void finish() throws X {
      if (steps.hasNext()) {
        throw stillThere();
      }
    }

    /// Closes the method: `yield` throws [GeneratorExit]. Suspends as the method does. Has no
    /// effect on one that has ended.
    ///
    /// @throws X what it throws
    /// @throws IllegalStateException if it calls `yield` again
    @Override
    public void close() throws X {
      steps.close();
    }

    /// Throws `error` out of `yield`; whether the method swallowed it. Throws what the method
    /// throws.
    boolean fail(Throwable error) {
      try {
        steps.athrow(error);
      } catch (jasyncio.generator.StopAsyncIteration e) {
        return true;
      }
      throw stillThere();
    }

    private IllegalStateException stillThere() {
      steps.close();
      return new IllegalStateException(DID_NOT_STOP);
    }
  }
}
