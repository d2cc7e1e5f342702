package jasyncio.util;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What a [Flow.Publisher] sends, for a `for` loop in a coroutine: `hasNext()` suspends until there
/// is an item, or no more. See [Flows#iterate].
///
/// Its end ends the loop; its error is thrown there, the very object, after what was sent before.
/// All iterators share the one subscription. Belongs to the loop on which it was made; one task at
/// a time may wait.
///
/// **Cancellation** of a task that waits loses no item.
///
/// @param <T> the items
public final class FlowItems<T> implements Iterable<T>, AutoCloseable {
  /* Overview
   * The publisher's thread: onNext puts an item into `items`, and `end` is set once nothing more comes. The loop's: next()
   * takes them, and asks for more when three quarters of the buffer are taken. `wanted` counts what was asked for and has
   * not come; below zero the publisher has broken the rules, which would be a buffer without limit.
   *
   * `subscription`: null -> the publisher's -> GONE, by close() or a broken rule; or null -> GONE. Who sets GONE cancels.
   */

  private static final Object COMPLETE = new Object();

  private final EventLoop loop;
  private final int buffer;
  private final Bell bell;
  private final Queue<T> items = new ConcurrentLinkedQueue<>(); // any thread, as the next
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
  private volatile @Nullable Object end; // COMPLETE, or an error
  private int taken; // since more was asked for

  FlowItems(EventLoop loop, Flow.Publisher<?> publisher, int buffer) {
    this.loop = loop;
    this.buffer = buffer;
    this.bell = new Bell(loop, () -> new WaitInfo(WaitInfo.Kind.OTHER, "an item of " + publisher));
  }

  /// The publisher's side. Any thread.
  Flow.Subscriber<T> subscriber() {
    return new Flow.Subscriber<>() {
      @Override
      public void onSubscribe(Flow.Subscription given) {
        Objects.requireNonNull(given, "subscription");
        if (subscription.compareAndSet(null, given)) {
          ask(given, buffer);
        } else {
          given.cancel(); // a second one, or closed meanwhile
        }
      }

      @Override
      public void onNext(T item) {
        Objects.requireNonNull(item, "item");
        if (wanted.decrementAndGet() < 0) {
          fail(new IllegalStateException("the publisher sends more than it was asked for"));
        } else if (loop.isClosed()) {
          cancel(); // nobody will take it
        } else if (!isClosed() && end == null) {
          items.add(item);
          bell.ring();
        }
      }

      @Override
      public void onError(Throwable error) {
        finish(Objects.requireNonNull(error, "error"));
      }

      @Override
      public void onComplete() {
        finish(COMPLETE);
      }
    };
  }

  private void ask(Flow.Subscription whom, int n) {
    wanted.addAndGet(n); // before, as the items may come at once
    try {
      whom.request(n);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void fail(Throwable error) {
    finish(error);
    cancel();
  }

  private void finish(Object how) {
    if (end == null) {
      end = how;
      bell.ring();
    }
  }

  private void cancel() {
    var given = subscription.getAndSet(NoSubscription.GONE);
    if (given != null) {
      given.cancel();
    }
  }

  private boolean isClosed() {
    return subscription.get() == NoSubscription.GONE;
  }

  /// {@return the items that have not been taken yet; its methods suspend}
  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return awaitItem();
      }

      @Override
      public T next() {
        if (!awaitItem()) {
          throw new NoSuchElementException("the publisher has ended");
        }
        return take();
      }
    };
  }

  /// Waits until there is an item, or none any more.
  private boolean awaitItem() {
    if (Current.loop() != loop) {
      throw new IllegalStateException(
          "these items belong to another loop; subscribe on the loop where they are taken");
    }
    bell.await(() -> end != null || !items.isEmpty() || isClosed());
    var ended = end; // before the items are looked at, the last of which is put there before it
    if (items.isEmpty() && ended instanceof Throwable error) {
      throw Sneaky.rethrow(error);
    }
    return !items.isEmpty();
  }

  private T take() {
    T item = Objects.requireNonNull(items.poll());
    var whom = subscription.get();
    if (++taken >= Math.max(1, buffer - buffer / 4) && whom != null) {
      int n = taken;
      taken = 0;
      ask(whom, n);
    }
    return item;
  }

  /// Ends the subscription, and a loop that waits. What has not been taken is dropped. Does not
  /// suspend. A second call has no effect.
  @Override
  public void close() {
    cancel();
    items.clear();
    bell.ring();
  }

  /// {@return `<FlowItems items=3>`, with ` ended` or ` closed` if it is}
  @Override
  public String toString() {
    var state = end != null ? " ended" : isClosed() ? " closed" : "";
    return "<FlowItems items=" + items.size() + state + ">";
  }
}
