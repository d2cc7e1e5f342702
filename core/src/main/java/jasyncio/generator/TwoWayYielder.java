package jasyncio.generator;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Yields, for the body of a generator that is sent values. See [Yielder].
///
/// @param <Y> what is yielded
/// @param <S> what is sent
public final class TwoWayYielder<Y extends @Nullable Object, S extends @Nullable Object> {
  private final Frame frame;

  TwoWayYielder(Frame frame) {
    this.frame = frame;
  }

  /// Hands out an item, and waits until the next one is asked for. Python: `yield`.
  ///
  /// Throws what is thrown into the generator, and [jasyncio.GeneratorExit] when it is closed.
  ///
  /// @param item the item
  /// @return what was sent; `null` if the next item was asked for without sending a value
  /// @throws IllegalStateException if something else than the body calls it, or if the body has a
  ///   time limit or a task group open
  @SuppressWarnings({
    "NamedLikeContextualKeyword", // a call has a receiver: g.yield(x)
    "unchecked" // what was sent
  })
  public @Nullable S yield(Y item) {
    return (S) frame.handOut(item);
  }

  /// Yields all items of an iterable, one by one. Python: `yield from`.
  ///
  /// Values that are sent meanwhile go to it if it is a generator; nothing else can take any.
  ///
  /// @param items what has items
  /// @throws IllegalStateException as [#yield], or if a value is sent that `items` cannot take
  public void yieldFrom(Iterable<? extends Y> items) {
    if (items instanceof Cursor<?> generator) {
      frame.delegate(generator);
    } else {
      frame.delegate(Objects.requireNonNull(items, "items").iterator());
    }
  }

  /// Yields the keys of a map, as Python does.
  ///
  /// @param map the map
  /// @throws IllegalStateException as [#yield], or if a value is sent
  public void yieldFrom(Map<? extends Y, ? extends @Nullable Object> map) {
    yieldFrom(map.keySet());
  }

  /// Yields all that a generator yields, hands on to it what is sent, and gives what it returns.
  ///
  /// @param <R> what it returns
  /// @param generator the generator
  /// @return what it returned; `null` if somebody else has taken that
  /// @throws IllegalStateException as [#yield]
  @SuppressWarnings({"unchecked", "NullAway"}) // what the generator returned
  public <R extends @Nullable Object> R yieldFrom(
      TwoWayGenerator<? extends Y, ? super S, R> generator) {
    return (R) frame.delegate(Objects.requireNonNull(generator, "generator"));
  }

  @Override
  public String toString() {
    return "<yielder of " + frame + ">";
  }
}
