package jasyncio.util;

import jasyncio.Awaitable;
import jasyncio.ExceptionGroup;
import jasyncio.Task;
import jasyncio.TaskGroup;
import jasyncio.internal.base.Members;
import jasyncio.internal.base.Sneaky;
import jasyncio.sync.Semaphore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Many calls side by side, but only so many at a time.
///
/// Other than [jasyncio.Asyncio#gather], which leaves the others alone, the first failure cancels
/// those that are under way, and none is begun any more; when they have ended it is thrown, the
/// very object, with what else failed as suppressed.
public final class Bounded {
  private Bounded() {}

  /// What is called with each item.
  ///
  /// @param <T> what it is given
  /// @param <R> what it gives
  /// @param <X> what it throws
  @FunctionalInterface
  public interface Mapper<
      T extends @Nullable Object, R extends @Nullable Object, X extends Exception> {
    /// Makes something of an item; may suspend.
    ///
    /// @param item the item
    /// @return what it gives
    /// @throws X what the code throws
    R map(T item) throws X;
  }

  /// Calls `mapper` with each item, in a task of its own, with at most `limit` of them at a time.
  /// Suspends until all have ended. The next item is taken when there is a place for it, so `items`
  /// may be long, or wait for what comes.
  ///
  /// **Cancellation** cancels all that are under way, and is passed on when they have ended.
  ///
  /// @param <T> what the items are
  /// @param <R> what `mapper` gives
  /// @param <X> what it throws
  /// @param limit how many at a time
  /// @param items the items
  /// @param mapper what to call
  /// @return what it gave, in the order of the items
  /// @throws X what the first one that failed has thrown
  /// @throws jasyncio.CancelledError if one of the calls was cancelled, too
  /// @throws IllegalArgumentException if the limit is not positive
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      List<R> map(int limit, Iterable<? extends T> items, Mapper<? super T, ? extends R, X> mapper)
          throws X {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(mapper, "mapper");
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be positive, not " + limit);
    }
    var places = new Semaphore(limit);
    places.setName("limit of " + limit);
    var tasks = new ArrayList<Task<R>>();
    try {
      new TaskGroup()
          .run(tg -> {
            places.acquire();
            for (var item : items) {
              var task = tg.<R>createTask(() -> mapper.map(item));
              task.addDoneCallback(done -> {
                places.release();
                if (done.cancelled()) {
                  tg.cancel(); // as after a failure
                }
              });
              tasks.add(task);
              places.acquire(); // before the next item is taken
            }
            return tasks;
          });
    } catch (ExceptionGroup e) {
      throw failure(e);
    }
    var results = new ArrayList<R>(tasks.size());
    for (var task : tasks) {
      results.add(task.result());
    }
    return results;
  }

  private static RuntimeException failure(ExceptionGroup group) {
    var first = group.exceptions().getFirst();
    for (var other : group.exceptions()) {
      if (other != first) {
        first.addSuppressed(other);
      }
    }
    return Sneaky.rethrow(first);
  }

  /// Awaits all, with at most `limit` of them at a time: [#map] of what is to be awaited.
  ///
  /// @param <T> what they give
  /// @param <X> what they throw
  /// @param limit how many at a time
  /// @param awaitables lambdas and coroutines; of futures it is the waiting that is limited
  /// @return what they gave, in their order
  /// @throws X what the first one that failed has thrown
  /// @throws IllegalArgumentException if the limit is not positive
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> List<T> gather(
      int limit, Collection<? extends Awaitable<? extends T, ? extends X>> awaitables) throws X {
    return Bounded.<Awaitable<? extends T, ? extends X>, T, X>map(
        limit, Members.copy(awaitables, "awaitable"), Awaitable::await);
  }

  /// Awaits all, with at most `limit` of them at a time, as the other form does.
  ///
  /// @param <T> what they give
  /// @param <X> what they throw
  /// @param limit how many at a time
  /// @param awaitables lambdas and coroutines
  /// @return what they gave, in their order
  /// @throws X what the first one that failed has thrown
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public static <T extends @Nullable Object, X extends Exception> List<T> gather(
      int limit, Awaitable<? extends T, ? extends X>... awaitables) throws X {
    return gather(limit, Arrays.asList(Objects.requireNonNull(awaitables, "awaitables")));
  }
}
