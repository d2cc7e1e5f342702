package jasyncio.queue;

import jasyncio.CancelledError;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Hands items from coroutines to coroutines of the same loop, first in, first out.
///
/// With a maximal size, `put` waits while the queue is full. Iterating over the queue takes items
/// until the queue is shut down:
///
/// ```java fragment
/// var queue = new jasyncio.queue.Queue<String>(10);
/// createTask(() -> {
///   for (var item : queue) {
///     IO.println(item);
///   }
/// });
/// queue.put("hello"); // suspends while the queue is full
/// queue.shutdown();
/// ```
///
/// Whoever waits is woken in the order of arrival. As in asyncio, a coroutine that does not have to
/// wait is not made to: it may take an item before another one that was woken for it has had its
/// turn, and that one waits again. Not for use by several threads: see [ThreadsafeQueue]. Python:
/// `asyncio.Queue`.
///
/// @param <T> the items; never `null`
public class Queue<T> implements Iterable<T> {
  /* Overview
   * put and get wait until there is room or an item and look again when they are woken, because others may
   * have been faster. Each item wakes one getter, each item taken one putter. Whoever was woken and is
   * cancelled before it could use that, wakes the next: see waitIn(). CPython: queues.py, Queue.
   */
  private final int maxsize;
  private final java.util.Queue<T> items;
  private final WaitList getters;
  private final WaitList putters;
  private final WaitList joiners;
  private int unfinished;
  private boolean shutDown;

  /// A queue without a maximal size.
  public Queue() {
    this(0);
  }

  /// A queue.
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit
  public Queue(int maxsize) {
    this(maxsize, new ArrayDeque<>());
  }

  /// A queue that keeps its items in a collection of the JDK's, which decides on their order. This
  /// is what overriding `_init`, `_put` and `_get` is for in asyncio.
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit
  /// @param items what keeps the items, by `add`, `remove`, `size`, `isEmpty` and `clear`; for
  ///   nobody else to use. What is in it counts as put
  @SuppressWarnings("this-escape") // only for what it is called, later
  public Queue(int maxsize, java.util.Queue<T> items) {
    this.maxsize = maxsize;
    this.items = Objects.requireNonNull(items, "items");
    this.getters = new WaitList(this, () -> waitInfo("an item of "));
    this.putters = getters.sibling(() -> waitInfo("room in "));
    this.joiners = getters.sibling(this::waitInfoOfJoiners);
    this.unfinished = items.size();
  }

  private WaitInfo waitInfo(String what) {
    var depth = depth();
    return new WaitInfo(what + depth.queue(), depth);
  }

  /// It also says who could end it: nobody, if those that take the items wait for more of them.
  private WaitInfo waitInfoOfJoiners() {
    var depth = depth();
    return new WaitInfo(joinersWaitFor(depth, unfinished), depth);
  }

  static String joinersWaitFor(WaitInfo.Depth depth, int unfinished) {
    int idle = depth.size() > 0 ? 0 : depth.getting();
    return "the items to be done of "
        + depth.queue()
        + ", "
        + unfinished
        + " not done"
        + (idle == 0 ? "" : ", while " + idle + (idle == 1 ? " waits" : " wait") + " for an item");
  }

  /// What [WaitInfo] has of it.
  final WaitInfo.Depth depth() {
    return new WaitInfo.Depth(
        description(),
        System.identityHashCode(this),
        items.size(),
        maxsize,
        getters.waiting(),
        putters.waiting());
  }

  /// What it is called where tasks wait for it.
  final String description() {
    var type = getClass().getSimpleName();
    return WaitInfo.named(type.isEmpty() ? "Queue" : type, getName()); // empty: an anonymous one
  }

  // ---- putting ----------------------------------------------------------------------------------

  /// Puts an item into the queue. Suspends while it is full.
  ///
  /// **Cancellation** ends the wait; the item is not in the queue then. Python:
  /// `asyncio.Queue.put`.
  ///
  /// @param item the item
  /// @throws QueueShutDownException if the queue is shut down, or is while this waits
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine, or in one
  ///   of a loop other than the first that waited for the queue
  public final void put(T item) {
    Objects.requireNonNull(item, "item");
    if (!full() || shutDown) {
      putNowait(item);
      return;
    }
    do {
      waitForRoom();
    } while (full() && !shutDown);
    try {
      putNowait(item);
    } catch (Throwable e) { // the order does not take it: the room for which we were woken is left
      putters.wakeFirst();
      throw e;
    }
  }

  private void waitForRoom() {
    var place = putters.enter();
    try {
      place.await();
    } catch (Throwable e) {
      if (place.woken() && !full()) {
        putters.wakeFirst();
      }
      throw e;
    } finally {
      place.leave();
    }
  }

  /// Puts an item into the queue at once. Does not suspend. Python: `asyncio.Queue.put_nowait`.
  ///
  /// @param item the item
  /// @throws QueueFullException if the queue is full
  /// @throws QueueShutDownException if the queue is shut down
  public final void putNowait(T item) {
    Objects.requireNonNull(item, "item");
    if (shutDown) {
      throw new QueueShutDownException("the queue is shut down: nothing can be put into it");
    }
    if (full()) {
      throw new QueueFullException("the queue is full");
    }
    getters.checkThread();
    items.add(item);
    unfinished++;
    getters.wakeFirst();
  }

  // ---- getting ----------------------------------------------------------------------------------

  /// Takes an item out of the queue. Suspends while it is empty.
  ///
  /// **Cancellation** ends the wait; nothing has been taken then. The same holds for the end of a
  /// time limit: `waitFor(() -> queue.get(), 2)` never loses an item. Python: `asyncio.Queue.get`.
  ///
  /// @return the item
  /// @throws QueueShutDownException if the queue is shut down and empty, or gets so while this
  ///   waits
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine, or in one
  ///   of a loop other than the first that waited for the queue
  public final T get() {
    awaitItem();
    return getNowait();
  }

  /// Waits until there is an item, or will never be one; which of the two it is.
  private boolean awaitItem() {
    while (items.isEmpty()) {
      if (shutDown) {
        return false;
      }
      waitForItem();
    }
    return true;
  }

  private void waitForItem() {
    var place = getters.enter();
    try {
      place.await();
    } catch (Throwable e) {
      handOn(place);
      throw e;
    } finally {
      place.leave();
    }
  }

  /// Somebody who waited for an item does not take one from here.
  final void handOn(WaitList.Place place) {
    if (place.woken() && !items.isEmpty()) {
      getters.wakeFirst();
    }
  }

  /// Takes an item out of the queue at once. Does not suspend. Python: `asyncio.Queue.get_nowait`.
  ///
  /// @return the item
  /// @throws QueueEmptyException if the queue is empty
  /// @throws QueueShutDownException if the queue is shut down and empty
  public final T getNowait() {
    if (items.isEmpty()) {
      if (shutDown) {
        throw new QueueShutDownException("the queue is shut down and empty");
      }
      throw new QueueEmptyException("the queue is empty");
    }
    putters.checkThread();
    var item = items.remove();
    putters.wakeFirst();
    return item;
  }

  /// Takes items, as [#get()] does, until the queue is shut down and empty.
  ///
  /// `hasNext()` suspends while the queue is empty, but takes nothing: items are taken by `next()`.
  /// Several coroutines may iterate at the same time; each item goes to one of them. Whoever asks
  /// `hasNext()` has to go on to `next()`: an item that it has waited for is not offered to others
  /// who wait. asyncio's queues cannot be iterated over.
  ///
  /// @return an iterator that removes what it gives
  @Override
  public final Iterator<T> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return awaitItem();
      }

      @Override
      public T next() {
        if (!awaitItem()) {
          throw new NoSuchElementException("the queue is shut down and empty");
        }
        return getNowait();
      }
    };
  }

  // ---- selecting --------------------------------------------------------------------------------

  /// Takes one item from whichever queue has one. Suspends while all are empty.
  ///
  /// If several have one, that of the first queue in the list is taken. Queues that are shut down
  /// and empty are passed over. Nothing is taken from the others, and nothing at all if this
  /// throws: no item is lost to a **cancellation** or a time limit.
  ///
  /// @param <T> the items
  /// @param queues the queues, all of this loop
  /// @return the item, and from which queue it is
  /// @throws IllegalArgumentException if there are no queues
  /// @throws QueueShutDownException if all queues are shut down and empty, or get so
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException as [#get()]
  public static <T> Selected<T> select(List<? extends Queue<? extends T>> queues) {
    return new Select<T>(queues).take();
  }

  /// Takes one item from whichever queue has one, as [#select(List)]. Suspends while all are empty.
  ///
  /// @param <T> the items
  /// @param queues the queues, all of this loop
  /// @return the item, and from which queue it is
  /// @throws QueueShutDownException if all queues are shut down and empty, or get so
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public static <T> Selected<T> select(Queue<? extends T>... queues) {
    return select(Arrays.asList(Objects.requireNonNull(queues, "queues")));
  }

  final WaitList getters() {
    return getters;
  }

  // ---- finishing --------------------------------------------------------------------------------

  /// Tells that an item that was taken has been dealt with: for [#join()]. Does not suspend.
  /// Python: `asyncio.Queue.task_done`, which raises a `ValueError`.
  ///
  /// @throws IllegalStateException if called more often than items were put
  public final void taskDone() {
    if (unfinished <= 0) {
      throw new IllegalStateException("task_done() called too many times");
    }
    joiners.checkThread();
    finished(1);
  }

  private void finished(int count) {
    unfinished -= count;
    if (unfinished == 0) {
      joiners.wakeAll();
    }
  }

  /// Waits until all items that were put have been dealt with, as told by [#taskDone()]. Suspends
  /// unless they are. **Cancellation** ends the wait. Python: `asyncio.Queue.join`.
  ///
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine, or in one
  ///   of a loop other than the first that waited for the queue
  public final void join() {
    if (unfinished > 0) {
      var place = joiners.enter();
      try {
        place.await();
      } finally {
        place.leave();
      }
    }
  }

  /// Shuts the queue down: nothing can be put any more, and what is in it can still be taken. Does
  /// not suspend. Python: `asyncio.Queue.shutdown`.
  public final void shutdown() {
    shutdown(false);
  }

  /// Shuts the queue down. Those that wait to put get a [QueueShutDownException], and, if the queue
  /// is empty, those that wait to get. May be called again. Does not suspend.
  ///
  /// @param immediate whether to drop the items that are in it, as if they had been taken and dealt
  ///   with
  public final void shutdown(boolean immediate) {
    getters.checkThread();
    putters.checkThread();
    joiners.checkThread();
    shutDown = true;
    if (immediate) {
      int dropped = items.size();
      items.clear();
      finished(Math.min(dropped, unfinished));
    }
    getters.wakeAll();
    putters.wakeAll();
  }

  /// {@return whether the queue was shut down}
  public final boolean isShutdown() {
    return shutDown;
  }

  // ---- asking -----------------------------------------------------------------------------------

  /// {@return how many items are in the queue} Python: `asyncio.Queue.qsize`.
  public final int qsize() {
    return items.size();
  }

  /// {@return how many items it holds at most; 0 or less is no limit} Python:
  /// `asyncio.Queue.maxsize`.
  public final int maxsize() {
    return maxsize;
  }

  /// {@return whether there is nothing in the queue} Python: `asyncio.Queue.empty`.
  public final boolean empty() {
    return items.isEmpty();
  }

  /// {@return whether it holds as many items as it may} Python: `asyncio.Queue.full`.
  public final boolean full() {
    return maxsize > 0 && items.size() >= maxsize;
  }

  /// {@return what it looks like now}
  public final Statistics statistics() {
    return new Statistics(
        items.size(),
        maxsize,
        unfinished,
        getters.waiting(),
        putters.waiting(),
        joiners.waiting(),
        shutDown);
  }

  /// Names the queue, for messages and [jasyncio.Task#waitsFor()].
  ///
  /// @param name the name
  public final void setName(String name) {
    getters.setName(name);
  }

  /// {@return its name, or `null`}
  public final @Nullable String getName() {
    return getters.getName();
  }

  /// {@return `<Queue maxsize=2 _queue=[a, b] _putters[1] tasks=2>`, as asyncio describes it}
  @Override
  public final String toString() {
    var text = new StringBuilder("<").append(description());
    text.append(" maxsize=").append(maxsize);
    if (!items.isEmpty()) {
      text.append(" _queue=").append(items);
    }
    appendCount(text, "_getters", getters);
    appendCount(text, "_putters", putters);
    if (unfinished > 0) {
      text.append(" tasks=").append(unfinished);
    }
    return text.append(shutDown ? " shutdown>" : ">").toString();
  }

  private static void appendCount(StringBuilder text, String name, WaitList list) {
    if (list.waiting() > 0) {
      text.append(' ').append(name).append('[').append(list.waiting()).append(']');
    }
  }

  /// What a queue looks like.
  ///
  /// @param qsize how many items are in it
  /// @param maxsize how many it holds at most; 0 or less is no limit
  /// @param unfinished how many items [#taskDone()] was not called for yet
  /// @param tasksGetting how many tasks wait for an item
  /// @param tasksPutting how many tasks wait for room
  /// @param tasksJoining how many tasks wait in [#join()]
  /// @param isShutdown whether it is shut down
  public record Statistics(
      int qsize,
      int maxsize,
      int unfinished,
      int tasksGetting,
      int tasksPutting,
      int tasksJoining,
      boolean isShutdown) {}

  /// What [Queue#select(List)] took.
  ///
  /// @param <T> the items
  /// @param queue from which queue
  /// @param item what was in it
  public record Selected<T>(Queue<? extends T> queue, T item) {}
}
