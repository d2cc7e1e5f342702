package jasyncio;

import jasyncio.internal.base.Sneaky;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// What [Asyncio#asCompleted] gives: awaitables in the order in which they get done. Iterate once,
/// either way.
///
/// The plain form gives fresh futures at once: whoever waits first gets the first result, and so
/// on. Such a future takes its result when it is first waited for, by [Future#await()] or with a
/// callback; until then it is not done. [#async()] gives the very futures that were passed (tasks,
/// for coroutines), and waits for each in `next()`. Whoever is cancelled while they wait leaves the
/// result to the next. Python: `asyncio.as_completed`, with `for` and `async for`.
///
/// @param <T> the type of the results
public final class AsCompleted<T extends @Nullable Object> implements Iterable<Future<T>> {
  /* Overview
   * What is done lies in `ready` until somebody takes it, and belongs to nobody before: so it cannot be lost with
   * whoever was woken for it. Who has to wait takes a place in `waiters`; until the time is over, there are never more
   * of them woken than there are items.
   *
   * A future of the plain form takes its item on the stack of who awaits it. Where a callback waits for it, a task of
   * its own does that.
   *
   * The futures that were passed know of us weakly, and so does the timer: one who stops iterating in the middle
   * leaves nothing behind with futures that never end.
   */
  private final EventLoop loop;
  private final Map<Future<T>, OneDone<T>> todo = new LinkedHashMap<>();
  private final ArrayDeque<Future<T>> ready = new ArrayDeque<>();
  private final WaitList waiters = new WaitList("asCompleted(...)", this::waitInfo);
  private final double timeout;
  private final @Nullable TimerHandle timer;
  private int left; // to be handed out
  private boolean timedOut;
  private boolean iterated;

  @SuppressWarnings("unchecked") // futures of what is a T are only read
  AsCompleted(
      Collection<? extends Awaitable<? extends T, ?>> awaitables, double timeout, EventLoop loop) {
    Times.checkNumber(timeout);
    this.loop = loop;
    this.timeout = timeout;
    var self = new WeakReference<>(this);
    var known = new IdentityHashMap<Object, Boolean>();
    for (var awaitable : awaitables) {
      if (awaitable instanceof Future<?> || awaitable instanceof Coroutine<?>) {
        if (known.put(awaitable, true) != null) {
          continue;
        }
      }
      var future = (Future<T>) Future.ensure(awaitable, loop);
      todo.put(future, new OneDone<>(future, self));
    }
    left = todo.size();
    todo.forEach(Future::whenDone);
    timer =
        todo.isEmpty() || timeout == Double.POSITIVE_INFINITY
            ? null
            : loop.callLater(timeout, () -> timeOut(self.get()));
  }

  private void oneDone(Future<T> future) {
    if (todo.remove(future) == null) {
      return; // timed out
    }
    ready.add(future);
    if (todo.isEmpty() && timer != null) {
      timer.cancel();
    }
    wake();
  }

  private static void timeOut(@Nullable AsCompleted<?> completed) {
    if (completed != null) {
      completed.timeOut();
    }
  }

  private void timeOut() {
    timedOut = true;
    todo.forEach(Future::forget);
    todo.clear();
    wake();
  }

  /// Wakes as many as there are items for; all, if no more will come.
  private void wake() {
    if (timedOut) {
      waiters.wakeAll();
    }
    wakeForItems();
  }

  private void wakeForItems() {
    while (ready.size() > waiters.size() - waiters.waiting() && waiters.wakeFirst()) {
      // one more
    }
  }

  /// Whether nobody who came before has to have something first.
  private boolean isFirst() {
    return ready.size() > waiters.size() || (timedOut && ready.isEmpty());
  }

  /// Takes the next that is done, and waits for it if need be; `null` if the time is over before.
  private @Nullable Future<T> take(@Nullable Promise taker) {
    if (isFirst()) {
      return ready.poll();
    }
    var place = waiters.enter();
    wakeForItems(); // if the time is over, those before it wake it as they leave
    try {
      if (taker != null) {
        taker.place = place;
      }
      place.await();
      return ready.poll(); // before it looks as if there were something for the next
    } finally {
      if (taker != null) {
        taker.place = null;
      }
      place.leave();
      wake(); // if this one was woken in vain
    }
  }

  private WaitInfo waitInfo() {
    long open = todo.keySet().stream().filter(future -> !future.done()).count();
    return new WaitInfo(WaitInfo.Kind.TASKS, "asCompleted(...), " + open + " not done");
  }

  private void begin() {
    if (iterated) {
      throw new IllegalStateException("asCompleted can be iterated only once");
    }
    iterated = true;
  }

  /// {@return an iterator of fresh futures; `next()` does not suspend}
  ///
  /// Each of them fails with [java.util.concurrent.TimeoutException] if the time is over before
  /// there is a result for it.
  ///
  /// @throws IllegalStateException if this is iterated already
  @Override
  public Iterator<Future<T>> iterator() {
    begin();
    return new Items() {
      @Override
      Future<T> item() {
        return new Promise();
      }
    };
  }

  /// {@return the futures themselves, as they get done; `next()` suspends until one is}
  ///
  /// `next()` throws [java.util.concurrent.TimeoutException] if the time is over before.
  /// **Cancellation** leaves the future to the next call.
  ///
  /// @throws IllegalStateException if this is iterated already
  public Iterable<Future<T>> async() {
    begin();
    return () ->
        new Items() {
          @Override
          Future<T> item() {
            Future<T> item;
            try {
              item = take(null);
            } catch (Throwable e) {
              left++;
              throw e;
            }
            if (item == null) {
              throw Sneaky.sneak(Timeout.timedOut(timeout, null));
            }
            return item;
          }
        };
  }

  private abstract class Items implements Iterator<Future<T>> {
    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public Future<T> next() {
      if (left == 0) {
        throw new NoSuchElementException();
      }
      left--;
      return item();
    }

    abstract Future<T> item();
  }

  /// A future of the plain form.
  final class Promise extends Future<T> {
    private boolean wanted;
    private WaitList.@Nullable Place place; // it waits for its item
    private @Nullable Task<?> helper; // that takes it, if nobody awaits this

    private Promise() {
      super(AsCompleted.this.loop);
    }

    @Override
    public T await() {
      if (!done() && !wanted && Running.loop() == loop && Running.code() != null) {
        wanted = true;
        takeItem();
      }
      return super.await();
    }

    @Override
    void whenDone(Entry entry) {
      super.whenDone(entry);
      if (!done() && !wanted) {
        wanted = true;
        if (isFirst()) {
          become(ready.poll());
        } else if (!loop.isClosed()) {
          helper = new Task<Void>(loop, (Action<?>) this::takeItem, TaskOptions.defaults());
          helper.reportIfDestroyed = false;
        }
      }
    }

    @Override
    WaitInfo waitInfo() {
      return AsCompleted.this.waitInfo();
    }

    private void takeItem() {
      Future<T> item;
      try {
        item = take(this);
      } catch (Throwable e) {
        if (e instanceof CancelledError cancelled) {
          cancelBy(Cancellation.again(this, cancelled));
        } else {
          wanted = false; // it could not wait
        }
        throw e;
      } finally {
        helper = null;
      }
      become(item);
    }

    private void become(@Nullable Future<T> item) {
      if (done()) { // cancelled meanwhile
        if (item != null) {
          ready.addFirst(item);
          wake();
        }
      } else if (item == null) {
        fail(Timeout.timedOut(timeout, null));
      } else if (item.cancelled()) {
        cancelWith(item.makeCancelledError());
      } else {
        item.markRead();
        var error = item.peekException();
        if (error != null) {
          fail(error);
        } else {
          finish(item.result());
        }
      }
    }

    /// Leaves what it would have got to the next.
    @Override
    boolean cancelBy(Cancellation cancellation) {
      if (!super.cancelBy(cancellation)) {
        return false;
      }
      left++;
      if (place != null) {
        place.cancelBy(cancellation);
      }
      if (helper != null) {
        helper.cancelBy(cancellation);
      }
      return true;
    }
  }

  private static final class OneDone<T extends @Nullable Object> extends Entry
      implements Waits.Awaiter {
    private final Future<T> future;
    private final WeakReference<AsCompleted<T>> owner;

    OneDone(Future<T> future, WeakReference<AsCompleted<T>> owner) {
      this.future = future;
      this.owner = owner;
    }

    @Override
    protected @Nullable Fiber turn() {
      var completed = owner.get();
      if (completed != null) {
        completed.oneDone(future);
      }
      return null;
    }

    @Override
    public @Nullable Future<?> awaiter() {
      var completed = owner.get();
      return completed == null ? null : completed.waiters.firstWaiting();
    }

    @Override
    public boolean isStale() {
      return owner.refersTo(null);
    }

    @Override
    public String toString() {
      return "as_completed.<locals>._on_completion()";
    }
  }
}
