package jasyncio.generator;

import org.jspecify.annotations.Nullable;

/// A generator that is sent values, that returns one, or both: made by
/// [Generators#twoWayGenerator].
///
/// ```java skip
/// TwoWayGenerator<Double, Double, Integer> averager = twoWayGenerator(g -> {
///   double total = 0;
///   int count = 0;
///   for (Double x = g.yield(0.0); x != null; x = g.yield(total / count)) {
///     total += x;
///     count++;
///   }
///   return count;
/// });
/// averager.next();      // up to the first yield
/// averager.send(10.0);  // 10.0
/// averager.send(20.0);  // 15.0
/// ```
///
/// Python: a generator, of type `Generator[Y, S, R]`.
///
/// @param <Y> what it yields
/// @param <S> what it is sent; [Void] if nothing
/// @param <R> what it returns; [Void] if nothing
public final class TwoWayGenerator<
        Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
    extends Generator<Y> {

  /// The body of a generator that is sent values, or returns one.
  ///
  /// @param <Y> what it yields
  /// @param <S> what it is sent
  /// @param <R> what it returns
  @FunctionalInterface
  public interface Body<
      Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object> {
    /// Runs the body.
    ///
    /// @param yielder yields, and gives what is sent
    /// @return the value for [TwoWayGenerator#result()], and for who yields from the generator
    /// @throws Exception what the code throws; it comes out of whatever asked for an item
    R run(TwoWayYielder<Y, S> yielder) throws Exception;
  }

  TwoWayGenerator(Frame frame) {
    super(frame);
  }

  /// Goes on with a value for the yield where the body waits, and runs it up to its next one.
  ///
  /// @param value what that yield gives; `null`, as [#next()] sends, to a body that has not begun
  /// @return the next item; throws what the body throws
  /// @throws jasyncio.StopIteration if the body returned; the first one has the value, as has
  ///   [#result()]
  /// @throws IllegalArgumentException if a value is sent to a body that has not begun
  /// @throws IllegalStateException if the body is running, or [#hasNext()] found an item that has
  ///   not been taken
  public Y send(@Nullable S value) {
    return resume("send", value, null);
  }

  /// {@return what the body returned, also in answer to [#close()]}
  ///
  /// @throws IllegalStateException if it has not returned: it is under way, failed, or was closed
  @SuppressWarnings({"unchecked", "NullAway"}) // what the body returned
  public R result() {
    return (R) frame.result();
  }
}
