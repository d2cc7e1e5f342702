package jasyncio.generator;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A generator whose body awaits: made by [Generators#asyncGenerator].
///
/// It is iterated with `for`, in a task, which is suspended while the body awaits.
///
/// What sets it apart from a [Generator], whose body may await, too, is its end. It belongs to the
/// loop on which it was begun: what [jasyncio.Asyncio#run] finds open in the end is closed there,
/// and one that is dropped earlier is closed by a task of its own when the garbage collector has
/// found it. So its `finally` blocks may await. Where they are to run at a certain time, close it,
/// best by a `try` statement, which is Python's `aclosing`.
///
/// <!-- given: AsyncGenerator<String> query(String text) { return asyncGenerator(g -> g.yield("")); } -->
///
/// ```java fragment
/// try (AsyncGenerator<String> names = query("select name from people")) {
///   for (String name : names) {
///     IO.println(name);
///   }
/// }
/// ```
///
/// Python: an asynchronous generator.
///
/// @param <T> what it yields
public sealed class AsyncGenerator<T extends @Nullable Object> extends Cursor<T>
    permits TwoWayAsyncGenerator {

  AsyncGenerator(Frame frame) {
    super(frame);
  }

  /// Throws an error into the body, at the yield where it waits, and runs it up to its next one.
  /// Suspends while the body awaits. A body that has not begun, or has ended, just ends with the
  /// error.
  ///
  /// @param problem what to throw
  /// @return the next item, if the body caught the error and went on; throws what it throws
  /// @throws StopAsyncIteration if the body caught the error and returned
  /// @throws IllegalStateException if the body is running, for whichever task, or [#hasNext()]
  ///   found an item that has not been taken
  public final T athrow(Throwable problem) {
    return resume("athrow", null, Objects.requireNonNull(problem, "problem"));
  }

  /// Ends the generator: throws [jasyncio.GeneratorExit] into the body, at the yield where it
  /// waits, so that its `finally` blocks run. Suspends while they await. One that has not begun
  /// just ends; one that has ended is left alone. An item that [#hasNext()] found is dropped.
  ///
  /// It throws what the body throws.
  ///
  /// @throws IllegalStateException if the body is running, for whichever task, or yields
  ///   nevertheless
  public final void aclose() {
    close("aclose");
  }

  /// The same as [#aclose()], for `try` statements.
  @Override
  public final void close() {
    aclose();
  }
}
