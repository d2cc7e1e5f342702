package jasyncio.generator;

import org.jspecify.annotations.Nullable;

/// An asynchronous generator that is sent values: made by [Generators#twoWayAsyncGenerator].
///
/// Python: an asynchronous generator, of type `AsyncGenerator[Y, S]`.
///
/// @param <Y> what it yields
/// @param <S> what it is sent
public final class TwoWayAsyncGenerator<Y extends @Nullable Object, S extends @Nullable Object>
    extends AsyncGenerator<Y> {

  /// The body of an asynchronous generator that is sent values.
  ///
  /// @param <Y> what it yields
  /// @param <S> what it is sent
  @FunctionalInterface
  public interface Body<Y extends @Nullable Object, S extends @Nullable Object> {
    /// Runs the body; may suspend.
    ///
    /// @param yielder yields, and gives what is sent
    /// @throws Exception what the code throws; it comes out of whatever asked for an item
    void run(TwoWayYielder<Y, S> yielder) throws Exception;
  }

  TwoWayAsyncGenerator(Frame frame) {
    super(frame);
  }

  /// Goes on with a value for the yield where the body waits, and runs it up to its next one.
  /// Suspends while the body awaits.
  ///
  /// @param value what that yield gives; `null`, as [#next()] sends, to a body that has not begun
  /// @return the next item; throws what the body throws
  /// @throws StopAsyncIteration if the body returned
  /// @throws IllegalArgumentException if a value is sent to a body that has not begun
  /// @throws IllegalStateException if the body is running, for whichever task, or [#hasNext()]
  ///   found an item that has not been taken
  public Y asend(@Nullable S value) {
    return resume("asend", value, null);
  }
}
