package jasyncio.generator;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Yields, for the body of a generator. Methods that the body calls may be given it, and yield,
/// too: what is one `yield from` after the other in Python can be a plain recursion.
///
/// Its methods are called by the code that the generator runs, and by nobody else.
///
/// @param <T> what is yielded
public final class Yielder<T extends @Nullable Object> {
  private final Frame frame;

  Yielder(Frame frame) {
    this.frame = frame;
  }

  /// Hands out an item, and waits until the next one is asked for. Python: `yield`.
  ///
  /// Throws what is thrown into the generator, and [jasyncio.GeneratorExit] when it is closed:
  /// clean up, and let it go on.
  ///
  /// @param item the item
  /// @throws IllegalStateException if something else than the body calls it, or if the body has a
  ///   time limit or a task group open
  @SuppressWarnings("NamedLikeContextualKeyword") // a call has a receiver: g.yield(x)
  public void yield(T item) {
    frame.handOut(item);
  }

  /// Yields all items of an iterable, one by one. Python: `yield from`.
  ///
  /// If it is a generator, errors that are thrown into this one go to it first, and closing this
  /// one closes it.
  ///
  /// @param items what has items
  /// @throws IllegalStateException as [#yield]
  public void yieldFrom(Iterable<? extends T> items) {
    if (items instanceof Cursor<?> generator) {
      frame.delegate(generator);
    } else {
      frame.delegate(Objects.requireNonNull(items, "items").iterator());
    }
  }

  /// Yields the keys of a map, as Python does.
  ///
  /// @param map the map
  /// @throws IllegalStateException as [#yield]
  public void yieldFrom(Map<? extends T, ? extends @Nullable Object> map) {
    yieldFrom(map.keySet());
  }

  /// Yields all that a generator yields, and gives what it returns.
  ///
  /// @param <R> what it returns
  /// @param generator the generator
  /// @return what it returned; `null` if somebody else has taken that
  /// @throws IllegalStateException as [#yield]
  @SuppressWarnings({"unchecked", "NullAway"}) // what the generator returned
  public <R extends @Nullable Object> R yieldFrom(TwoWayGenerator<? extends T, ?, R> generator) {
    return (R) frame.delegate(Objects.requireNonNull(generator, "generator"));
  }

  @Override
  public String toString() {
    return "<yielder of " + frame + ">";
  }
}
