package jasyncio.gevent;

import jasyncio.CancelledError;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Hands items from greenlet to greenlet, first in, first out, also among those who wait. Python:
/// `gevent.queue.Queue`, with the `join` of `JoinableQueue`; with capacity 0
/// `gevent.queue.Channel`.
///
/// @param <T> the type of the items
public final class Queue<T> {
  /* Overview
   * An item goes to a waiting getter directly, else into the queue if there is room, else it waits with its putter.
   * Whoever takes an item out makes room for the first putter. So getters wait only while there is neither an item nor a
   * putter, and putters only while the queue is full. A waiter that has got its item is woken with it in hand: a
   * kill or a timeout that comes then finds it done, and waits (see Execution).
   */
  private final int capacity;
  private final ArrayDeque<T> items = new ArrayDeque<>();
  private final LinkedHashSet<Exchange<T>> getters = new LinkedHashSet<>(); // sets: many may leave
  private final LinkedHashSet<Exchange<T>> putters = new LinkedHashSet<>();
  private final Event finished = new Event();
  private int unfinished;

  /// There was no item in time. Python: `gevent.queue.Empty`.
  public static final class Empty extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Empty() {
      super();
    }
  }

  /// There was no room in time. Python: `gevent.queue.Full`.
  public static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Full() {
      super();
    }
  }

  /// A getter that waits for an item, or a putter that waits with one.
  private static final class Exchange<T> {
    final Waiter waiter;
    @Nullable T item;

    Exchange(Waiter waiter, @Nullable T item) {
      this.waiter = waiter;
      this.item = item;
    }
  }

  /// A queue without a limit.
  public Queue() {
    this(Integer.MAX_VALUE);
  }

  /// A queue for a limited number of items; with 0 each one goes from hand to hand.
  ///
  /// @param capacity how many
  /// @throws IllegalArgumentException if it is negative
  public Queue(int capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException("the capacity of a queue must not be negative");
    }
    this.capacity = capacity;
    finished.set();
  }

  // ---- putting ----------------------------------------------------------------------------------

  /// Puts an item. Suspends while there is no room.
  ///
  /// @param item the item
  public void put(T item) {
    put(item, Seconds.FOREVER);
  }

  /// Puts an item, if there is room in time.
  ///
  /// @param item the item
  /// @param timeout seconds to wait at most
  /// @throws Full if there is no room in time
  public void put(T item, double timeout) {
    Objects.requireNonNull(item, "item");
    if (offer(item)) {
      return;
    }
    var me = new Exchange<>(waiter("put", "room in "), item);
    putters.add(me);
    boolean taken = false;
    try {
      taken = me.waiter.await(timeout);
    } catch (CancelledError e) {
      if (!me.waiter.wasWoken()) {
        throw e;
      }
      taken = true; // the item is in already: like a kill, it comes with the next wait
      Current.cancelAgain(e);
    } finally {
      if (!taken) {
        putters.remove(me);
      }
    }
    if (!taken) {
      throw new Full();
    }
  }

  /// Puts an item, if there is room in time.
  ///
  /// @param item the item
  /// @param timeout how long to wait at most
  /// @throws Full if there is no room in time
  public void put(T item, Duration timeout) {
    put(item, Seconds.of(timeout));
  }

  /// Puts an item if there is room; never suspends.
  ///
  /// @param item the item
  /// @throws Full if there is none
  public void putNowait(T item) {
    Objects.requireNonNull(item, "item");
    if (!offer(item)) {
      throw new Full();
    }
  }

  private boolean offer(T item) {
    var getter = pollLive(getters);
    if (getter != null) {
      getter.item = item;
      getter.waiter.wake();
    } else if (items.size() < capacity) {
      items.add(item);
    } else {
      return false;
    }
    entered();
    return true;
  }

  private Waiter waiter(String call, String what) {
    return new Waiter(Execution.current(), call, this, () -> waitInfo(what));
  }

  private WaitInfo waitInfo(String what) {
    var name = capacity == 0 ? "gevent Channel" : "gevent Queue";
    return new WaitInfo(
        what + name,
        new WaitInfo.Depth(
            name,
            System.identityHashCode(this),
            items.size(),
            capacity == Integer.MAX_VALUE ? 0 : capacity,
            getters.size(),
            putters.size()));
  }

  private void entered() {
    unfinished++;
    finished.clear();
  }

  // ---- getting ----------------------------------------------------------------------------------

  /// Takes an item. Suspends while there is none.
  ///
  /// @return the item
  public T get() {
    return get(Seconds.FOREVER);
  }

  /// Takes an item, if there is one in time.
  ///
  /// @param timeout seconds to wait at most
  /// @return the item
  /// @throws Empty if there is none in time
  public T get(double timeout) {
    var item = poll();
    if (item != null) {
      return item;
    }
    var me = new Exchange<T>(waiter("get", "an item of "), null);
    getters.add(me);
    boolean got = false;
    try {
      got = me.waiter.await(timeout);
    } finally {
      if (!got) {
        getters.remove(me);
        if (me.item != null) { // it came, and then an error
          putBack(me.item);
        }
      }
    }
    item = me.item;
    if (item == null) {
      throw new Empty();
    }
    return item;
  }

  /// Takes an item, if there is one in time.
  ///
  /// @param timeout how long to wait at most
  /// @return the item
  /// @throws Empty if there is none in time
  public T get(Duration timeout) {
    return get(Seconds.of(timeout));
  }

  /// Takes an item if there is one; never suspends.
  ///
  /// @return the item
  /// @throws Empty if there is none
  public T getNowait() {
    var item = poll();
    if (item == null) {
      throw new Empty();
    }
    return item;
  }

  private @Nullable T poll() {
    var item = items.poll();
    var putter = pollLive(putters);
    if (putter != null) {
      if (item == null) {
        item = putter.item;
      } else {
        items.add(Objects.requireNonNull(putter.item));
      }
      entered();
      putter.waiter.wake();
    }
    return item;
  }

  private void putBack(T item) {
    var getter = pollLive(getters);
    if (getter != null) {
      getter.item = item;
      getter.waiter.wake();
    } else {
      items.addFirst(item);
    }
  }

  private static <T> @Nullable Exchange<T> pollLive(SequencedSet<Exchange<T>> waiting) {
    while (!waiting.isEmpty()) {
      var first = waiting.removeFirst();
      if (!first.waiter.future.done()) {
        return first;
      }
    }
    return null;
  }

  // ---- the rest ---------------------------------------------------------------------------------

  /// Says that an item that was taken has been dealt with: see [#join()].
  ///
  /// @throws IllegalStateException if that was said more often than items were put
  public void taskDone() {
    if (unfinished == 0) {
      throw new IllegalStateException("task_done() called too many times");
    }
    if (--unfinished == 0) {
      finished.set();
    }
  }

  /// Waits until all items that were put have been dealt with.
  public void join() {
    finished.await();
  }

  /// Waits until all items that were put have been dealt with, or the time is over.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether that was so in time
  public boolean join(double timeout) {
    return finished.await(timeout);
  }

  /// Waits until all items that were put have been dealt with, or the time is over.
  ///
  /// @param timeout how long to wait at most
  /// @return whether that was so in time
  public boolean join(Duration timeout) {
    return finished.await(timeout);
  }

  /// {@return the number of items}
  public int qsize() {
    return items.size();
  }

  /// {@return whether there is no item}
  public boolean empty() {
    return items.isEmpty();
  }

  /// {@return whether there is no room}
  public boolean full() {
    return items.size() >= capacity;
  }

  /// {@return `<Queue size=0 getters=1 putters=0>`}
  @Override
  public String toString() {
    return "<Queue size="
        + items.size()
        + " getters="
        + getters.size()
        + " putters="
        + putters.size()
        + ">";
  }
}
