package jasyncio.generator;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Code that hands out values one by one, as an iterator: made by [Generators#generator].
///
/// The body runs when an item is asked for, up to its next `yield`, and waits there. It needs no
/// event loop. In a task its body may also await: then the whole task waits.
///
/// <!-- given: Generator<String> linesOf(java.nio.file.Path file) { return generator(g -> g.yield("")); } -->
///
/// ```java fragment
/// try (Generator<String> lines = linesOf(Path.of("notes.txt"))) { // closes the file, come what may
///   for (String line : lines) {
///     if (line.isEmpty()) {
///       break;
///     }
///   }
/// }
/// ```
///
/// One that is dropped before its end is closed when the garbage collector has found it; where that
/// is to happen at a certain time, close it, best by a `try` statement. Not for use by several
/// threads at once. Python: a generator.
///
/// @param <T> what it yields
public sealed class Generator<T extends @Nullable Object> extends Cursor<T>
    permits TwoWayGenerator {

  /// The body of a generator.
  ///
  /// @param <T> what it yields
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /// Runs the body.
    ///
    /// @param yielder yields
    /// @throws Exception what the code throws; it comes out of whatever asked for an item
    void run(Yielder<T> yielder) throws Exception;
  }

  Generator(Frame frame) {
    super(frame);
  }

  /// Throws an error into the body, at the yield where it waits, and runs it up to its next one. A
  /// body that has not begun, or has ended, just ends with the error. Python: `throw`.
  ///
  /// @param problem what to throw
  /// @return the next item, if the body caught the error and went on; throws what it throws
  /// @throws jasyncio.StopIteration if the body caught the error and returned
  /// @throws IllegalStateException if the body is running, or [#hasNext()] found an item that has
  ///   not been taken
  public final T throwError(Throwable problem) {
    return resume("throwError", null, Objects.requireNonNull(problem, "problem"));
  }

  /// Ends the generator: throws [jasyncio.GeneratorExit] into the body, at the yield where it
  /// waits, so that its `finally` blocks run. One that has not begun just ends; one that has ended
  /// is left alone. An item that [#hasNext()] found is dropped.
  ///
  /// It throws what the body throws.
  ///
  /// @throws IllegalStateException if the body is running, or yields nevertheless
  @Override
  public final void close() {
    close("close");
  }
}
