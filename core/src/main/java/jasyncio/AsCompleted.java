package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What [Asyncio#asCompleted] gives: awaitables in the order in which they get done. Iterate once,
/// either way.
///
/// The plain form gives fresh futures at once: awaiting the first gives the first result, and so
/// on. [#async()] gives the very futures that were passed (tasks, for coroutines), and waits for
/// each in `next()`. Python: `asyncio.as_completed`, with `for` and `async for`.
///
/// @param <T> the type of the results
public final class AsCompleted<T extends @Nullable Object> implements Iterable<Future<T>> {
  private final EventLoop loop;
  private final Set<Future<T>> todo = new LinkedHashSet<>();
  private final ArrayDeque<Future<T>> done = new ArrayDeque<>();
  private final ArrayDeque<Future<T>> promised =
      new ArrayDeque<>(); // fresh futures, waiting for one that is done
  private final ArrayDeque<Future<Boolean>> waiting =
      new ArrayDeque<>(); // next() calls of the other form
  private final @Nullable TimerHandle timer;
  private final @Nullable Task<?> task = Asyncio.currentTask();
  private int left;
  private boolean timedOut;
  private boolean iterated;

  @SuppressWarnings("unchecked") // futures of what is a T are only read
  AsCompleted(
      Collection<? extends Awaitable<? extends T>> awaitables, double timeout, EventLoop loop) {
    Times.checkNumber(timeout);
    this.loop = loop;
    var known = new IdentityHashMap<Object, Boolean>();
    for (var awaitable : awaitables) {
      if (awaitable instanceof Future<?> || awaitable instanceof Coroutine<?>) {
        if (known.put(awaitable, true) != null) {
          continue;
        }
      }
      todo.add((Future<T>) Asyncio.ensureFuture(awaitable, loop));
    }
    left = todo.size();
    for (var future : todo) {
      future.whenDone(new OneDone(future));
    }
    timer =
        todo.isEmpty() || timeout == Double.POSITIVE_INFINITY
            ? null
            : loop.callLater(timeout, this::timeOut);
  }

  private void oneDone(Future<T> future) {
    if (!todo.remove(future)) {
      return; // timed out
    }
    done.add(future);
    if (todo.isEmpty() && timer != null) {
      timer.cancel();
    }
    while (!promised.isEmpty() && !done.isEmpty()) {
      keep(promised.remove());
    }
    wakeOne();
  }

  private void timeOut() {
    timedOut = true;
    todo.forEach(
        f -> f.forgetIf(e -> e instanceof AsCompleted<?>.OneDone one && one.owner() == this));
    todo.clear();
    for (var promise : promised) {
      if (!promise.done()) {
        promise.setException(new TimeoutException());
      }
    }
    promised.clear();
    while (!waiting.isEmpty()) {
      wakeOne();
    }
  }

  private void wakeOne() {
    while (!waiting.isEmpty()) {
      var w = waiting.remove();
      if (!w.done()) {
        w.setResult(true);
        return;
      }
    }
  }

  /// Gives a promised future the next result.
  private void keep(Future<T> promise) {
    var future = done.peek();
    if (promise.done()) { // cancelled by who awaited it: the result stays for the next
      return;
    }
    done.remove();
    if (future.cancelled()) {
      promise.cancelWith(future.makeCancelledError());
      return;
    }
    future.markRead();
    var error = future.peekException();
    if (error != null) {
      promise.fail(error);
    } else {
      promise.finish(future.result());
    }
  }

  private void begin() {
    if (iterated) {
      throw new IllegalStateException("asCompleted can be iterated only once");
    }
    iterated = true;
  }

  /// {@return an iterator of fresh futures; `next()` does not suspend}
  ///
  /// Each of them fails with [TimeoutException] if the time is over before it is done.
  @Override
  public Iterator<Future<T>> iterator() {
    begin();
    return new Items() {
      @Override
      Future<T> item() {
        var promise = new Future<T>(loop);
        if (!done.isEmpty()) {
          keep(promise);
        } else if (timedOut) {
          promise.setException(new TimeoutException());
        } else {
          promised.add(promise);
        }
        return promise;
      }
    };
  }

  /// {@return the futures themselves, as they get done; `next()` suspends until one is}
  ///
  /// `next()` throws [TimeoutException] if the time is over before.
  public Iterable<Future<T>> async() {
    begin();
    return () ->
        new Items() {
          @Override
          Future<T> item() {
            while (done.isEmpty()) {
              if (timedOut) {
                throw Sneaky.sneak(new TimeoutException());
              }
              var w = new Future<Boolean>(loop);
              waiting.add(w);
              w.await();
            }
            return done.remove();
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

  private final class OneDone extends Entry implements Waits.Awaiter {
    private final Future<T> future;

    OneDone(Future<T> future) {
      this.future = future;
    }

    AsCompleted<T> owner() {
      return AsCompleted.this;
    }

    @Override
    protected @Nullable Fiber turn() {
      if (future.failedOrCancelled()) {
        return IN_PLACE; // may start a thread, to watch over the error
      }
      oneDone(future);
      return null;
    }

    @Override
    protected void run() {
      oneDone(future);
    }

    @Override
    public @Nullable Future<?> awaiter() {
      return task;
    }

    @Override
    public String toString() {
      return "as_completed.<locals>._on_completion()";
    }
  }
}
