package jasyncio.queue;

import jasyncio.CancelledError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Hands items between threads and coroutines of any loops, first in, first out.
///
/// Coroutines use its methods, which suspend; threads use those of [#blocking()], which block. What
/// does neither may be called from anywhere.
///
/// ```java fragment
/// var lines = new jasyncio.queue.ThreadsafeQueue<String>(100);
/// Thread.ofPlatform().start(() -> {
///   try {
///     lines.blocking().put("hello"); // blocks while the queue is full
///     lines.shutdown();
///   } catch (InterruptedException e) {
///     Thread.currentThread().interrupt();
///   }
/// });
/// for (var line : lines) { // suspends while the queue is empty
///   IO.println(line);
/// }
/// ```
///
/// Fair: who waits is served in the order of arrival, threads and coroutines alike, and nobody who
/// comes later goes first. No item is lost to a cancellation, an interrupt or the end of a time
/// limit: a `get` that throws has taken nothing, and a `put` that throws has put nothing. What a
/// thread did before it put an item happens before what is done by who gets it. Python: `Queue` of
/// the library janus.
///
/// @param <T> the items; never `null`
public final class ThreadsafeQueue<T> implements Iterable<T> {
  /* Overview
   * Fields are guarded by `lock`, which is held for moments only; nobody is woken under it.
   *
   * To wait is to stand in a line: `takers` for an item, `putters` for room. Who is served leaves the line with
   * a promise: one item, or room for one, is set aside for it (but not assigned: it takes the oldest item
   * there is when it goes on). It then keeps the promise, in takePromised() or putPromised(), or gives it
   * back, in giveUp(), so that the next in line gets it.
   *
   *   item put     -> promised to the first taker
   *   item taken   -> its room is promised to the first putter
   *   shut down    -> all lines are sent away without a promise; promised items can still be taken, promised
   *                   room is worth nothing any more
   *
   * Invariants: takers stand in line only if each item is promised, putters only if all room is taken or
   * promised. So whoever comes and finds something that is not promised overtakes nobody.
   */
  private final SpinLock lock = new SpinLock();
  private final int maxsize;
  private final ArrayDeque<T> items = new ArrayDeque<>();
  private final Line takers = new Line();
  private final Line putters = new Line();
  private final Line joiners = new Line();
  private final Blocking blocking = new Blocking();
  private int unfinished;
  private boolean shutDown;

  /// Those that wait for the same, and how many have left the line with a promise.
  private static final class Line {
    final LinkedHashSet<Waiter> waiters = new LinkedHashSet<>();
    int promised;

    /// Lets the first one out with a promise; `null` if there is none.
    @Nullable Waiter promiseToFirst() {
      if (waiters.isEmpty()) {
        return null;
      }
      var first = waiters.removeFirst();
      first.promised = true;
      promised++;
      return first;
    }

    List<Waiter> sendAway() {
      var all = List.copyOf(waiters);
      waiters.clear();
      return all;
    }
  }

  /// A queue without a maximal size.
  public ThreadsafeQueue() {
    this(0);
  }

  /// A queue.
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit
  public ThreadsafeQueue(int maxsize) {
    this.maxsize = maxsize;
  }

  // ---- for coroutines ---------------------------------------------------------------------------

  /// Puts an item into the queue. Suspends while it is full.
  ///
  /// **Cancellation** ends the wait; the item is not in the queue then.
  ///
  /// @param item the item
  /// @throws QueueShutDownException if the queue is shut down, or is while this waits
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine
  public void put(T item) {
    Objects.requireNonNull(item, "item");
    if (tryPut(item)) {
      return;
    }
    var waiter = new Waiter.OfTask("put()", "blocking().put()");
    if (!standInLineToPut(waiter)) {
      await(waiter, putters);
    }
    putPromised(waiter, item);
  }

  /// Takes the oldest item out of the queue. Suspends while it is empty.
  ///
  /// **Cancellation** ends the wait; nothing has been taken then.
  ///
  /// @return the item
  /// @throws QueueShutDownException if the queue is shut down and empty, or gets so while this
  ///   waits
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine
  public T get() {
    var item = tryTake();
    if (item != null) {
      return item;
    }
    var waiter = new Waiter.OfTask("get()", "blocking().take()");
    if (!standInLineToTake(waiter)) {
      await(waiter, takers);
    }
    return takePromised(waiter);
  }

  /// Takes items, as [#get()] does, until the queue is shut down and empty.
  ///
  /// Its `hasNext()` suspends while the queue is empty, and takes the item that `next()` gives.
  ///
  /// @return an iterator that removes what it gives, for one coroutine
  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private @Nullable T taken;

      @Override
      public boolean hasNext() {
        if (taken == null) {
          try {
            taken = get();
          } catch (QueueShutDownException e) {
            return false;
          }
        }
        return true;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the queue is shut down and empty");
        }
        var item = Objects.requireNonNull(taken);
        taken = null;
        return item;
      }
    };
  }

  /// Waits until all items that were put have been dealt with, as told by [#taskDone()]. Suspends
  /// unless they are. **Cancellation** ends the wait.
  ///
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine
  public void join() {
    if (!allFinished()) {
      var waiter = new Waiter.OfTask("join()", "blocking().join()");
      if (!standInLineToJoin(waiter)) {
        await(waiter, joiners);
      }
    }
  }

  private void await(Waiter.OfTask waiter, Line line) {
    try {
      waiter.await();
    } catch (Throwable e) {
      giveUp(waiter, line);
      throw e;
    }
  }

  // ---- for threads ------------------------------------------------------------------------------

  /// {@return the same queue, for threads that may block}
  public Blocking blocking() {
    return blocking;
  }

  /// What threads use of a [ThreadsafeQueue], with the names of
  /// [java.util.concurrent.BlockingQueue]. In a coroutine it must not have to wait, except under
  /// the blocking policy `SWITCH`.
  public final class Blocking {
    private Blocking() {}

    /// Puts an item into the queue. Blocks while it is full.
    ///
    /// @param item the item
    /// @throws QueueShutDownException if the queue is shut down, or is while this waits
    /// @throws InterruptedException if the thread is interrupted while it waits; the item is not in
    ///   the queue then
    /// @throws IllegalStateException if it has to wait and would block an event loop
    public void put(T item) throws InterruptedException {
      putWithin(item, Long.MAX_VALUE);
    }

    /// Puts an item into the queue. Blocks while it is full, for a while.
    ///
    /// @param item the item
    /// @param timeout seconds
    /// @return whether there was room in time; if not, the item is not in the queue
    /// @throws QueueShutDownException if the queue is shut down, or is while this waits
    /// @throws InterruptedException if the thread is interrupted while it waits
    /// @throws IllegalStateException if it has to wait and would block an event loop
    public boolean offer(T item, double timeout) throws InterruptedException {
      return putWithin(item, nanos(timeout));
    }

    /// Puts an item into the queue. Blocks while it is full, for a while.
    ///
    /// @param item the item
    /// @param timeout the time
    /// @return whether there was room in time
    /// @throws QueueShutDownException as the other form
    /// @throws InterruptedException as the other form
    public boolean offer(T item, Duration timeout) throws InterruptedException {
      return putWithin(item, nanos(timeout));
    }

    private boolean putWithin(T item, long nanos) throws InterruptedException {
      Objects.requireNonNull(item, "item");
      if (tryPut(item)) {
        return true;
      }
      var waiter = new Waiter.OfThread("put()", "the queue's own put()");
      if (!standInLineToPut(waiter) && !await(waiter, putters, nanos)) {
        return false;
      }
      putPromised(waiter, item);
      return true;
    }

    /// Takes the oldest item out of the queue. Blocks while it is empty.
    ///
    /// @return the item
    /// @throws QueueShutDownException if the queue is shut down and empty, or gets so
    /// @throws InterruptedException if the thread is interrupted while it waits; nothing has been
    ///   taken then
    /// @throws IllegalStateException if it has to wait and would block an event loop
    public T take() throws InterruptedException {
      return Objects.requireNonNull(takeWithin(Long.MAX_VALUE));
    }

    /// Takes the oldest item out of the queue. Blocks while it is empty, for a while.
    ///
    /// @param timeout seconds
    /// @return the item, or `null` if there was none in time
    /// @throws QueueShutDownException if the queue is shut down and empty, or gets so
    /// @throws InterruptedException if the thread is interrupted while it waits
    /// @throws IllegalStateException if it has to wait and would block an event loop
    public @Nullable T poll(double timeout) throws InterruptedException {
      return takeWithin(nanos(timeout));
    }

    /// Takes the oldest item out of the queue. Blocks while it is empty, for a while.
    ///
    /// @param timeout the time
    /// @return the item, or `null` if there was none in time
    /// @throws QueueShutDownException as the other form
    /// @throws InterruptedException as the other form
    public @Nullable T poll(Duration timeout) throws InterruptedException {
      return takeWithin(nanos(timeout));
    }

    private @Nullable T takeWithin(long nanos) throws InterruptedException {
      var item = tryTake();
      if (item != null) {
        return item;
      }
      var waiter = new Waiter.OfThread("take()", "get()");
      if (!standInLineToTake(waiter) && !await(waiter, takers, nanos)) {
        return null;
      }
      return takePromised(waiter);
    }

    /// Waits until all items that were put have been dealt with, as told by [#taskDone()]. Blocks
    /// unless they are.
    ///
    /// @throws InterruptedException if the thread is interrupted while it waits
    /// @throws IllegalStateException if it has to wait and would block an event loop
    public void join() throws InterruptedException {
      if (!allFinished()) {
        var waiter = new Waiter.OfThread("join()", "the queue's own join()");
        if (!standInLineToJoin(waiter)) {
          await(waiter, joiners, Long.MAX_VALUE);
        }
      }
    }

    /// Whether it was served, or sent away, in time.
    private boolean await(Waiter.OfThread waiter, Line line, long nanos)
        throws InterruptedException {
      try {
        return waiter.await(nanos) || !leaveUnserved(waiter, line);
      } catch (InterruptedException e) {
        giveUp(waiter, line);
        throw e;
      }
    }

    private static long nanos(double seconds) {
      if (Double.isNaN(seconds)) {
        throw new IllegalArgumentException("the timeout is not a number");
      }
      return (long) Math.min(seconds * 1e9, Long.MAX_VALUE);
    }

    private static long nanos(Duration timeout) {
      return nanos(timeout.getSeconds() + timeout.getNano() / 1e9);
    }
  }

  // ---- for everybody ----------------------------------------------------------------------------

  /// Puts an item into the queue at once. Any thread; neither suspends nor blocks.
  ///
  /// @param item the item
  /// @throws QueueFullException if there is no room, or only room that those who wait get
  /// @throws QueueShutDownException if the queue is shut down
  public void putNowait(T item) {
    Objects.requireNonNull(item, "item");
    if (!tryPut(item)) {
      throw new QueueFullException("the queue is full");
    }
  }

  /// Takes the oldest item out of the queue at once. Any thread; neither suspends nor blocks.
  ///
  /// @return the item
  /// @throws QueueEmptyException if there is none, or only such as those who wait get
  /// @throws QueueShutDownException if the queue is shut down and empty
  public T getNowait() {
    var item = tryTake();
    if (item == null) {
      throw new QueueEmptyException("the queue is empty");
    }
    return item;
  }

  /// Tells that an item that was taken has been dealt with: for [#join()]. Any thread.
  ///
  /// @throws IllegalStateException if called more often than items were put
  public void taskDone() {
    List<Waiter> joined;
    lock.lock();
    try {
      if (unfinished <= 0) {
        throw new IllegalStateException("task_done() called too many times");
      }
      joined = finished(1);
    } finally {
      lock.unlock();
    }
    joined.forEach(Waiter::wake);
  }

  private List<Waiter> finished(int count) {
    unfinished -= count;
    return unfinished == 0 ? joiners.sendAway() : List.of();
  }

  /// Shuts the queue down: nothing can be put any more, and what is in it can still be taken. Any
  /// thread; neither suspends nor blocks.
  public void shutdown() {
    shutdown(false);
  }

  /// Shuts the queue down. Those that wait to put get a [QueueShutDownException], and, if the queue
  /// is empty, those that wait to take. May be called again. Any thread.
  ///
  /// @param immediate whether to drop the items that are in it, as if they had been taken and dealt
  ///   with
  public void shutdown(boolean immediate) {
    List<Waiter> joined = List.of();
    List<Waiter> sentFromTakers;
    List<Waiter> sentFromPutters;
    lock.lock();
    try {
      shutDown = true;
      sentFromTakers = takers.sendAway();
      sentFromPutters = putters.sendAway();
      if (immediate) {
        int dropped = items.size();
        items.clear();
        joined = finished(Math.min(dropped, unfinished));
      }
    } finally {
      lock.unlock();
    }
    sentFromTakers.forEach(Waiter::wake);
    sentFromPutters.forEach(Waiter::wake);
    joined.forEach(Waiter::wake);
  }

  /// {@return whether the queue was shut down; any thread}
  public boolean isShutdown() {
    lock.lock();
    try {
      return shutDown;
    } finally {
      lock.unlock();
    }
  }

  /// {@return how many items are in the queue now; any thread}
  public int qsize() {
    lock.lock();
    try {
      return items.size();
    } finally {
      lock.unlock();
    }
  }

  /// {@return how many items it holds at most; 0 or less is no limit; any thread}
  public int maxsize() {
    return maxsize;
  }

  /// {@return whether there is nothing in the queue now; any thread}
  public boolean empty() {
    return qsize() == 0;
  }

  /// {@return whether it holds as many items as it may now; any thread}
  public boolean full() {
    return maxsize > 0 && qsize() >= maxsize;
  }

  /// {@return `<ThreadsafeQueue maxsize=2 size=1 putters[1]>`; any thread}
  @Override
  public String toString() {
    lock.lock();
    try {
      return "<ThreadsafeQueue maxsize="
          + maxsize
          + " size="
          + items.size()
          + count("takers", takers)
          + count("putters", putters)
          + (unfinished > 0 ? " tasks=" + unfinished : "")
          + (shutDown ? " shutdown>" : ">");
    } finally {
      lock.unlock();
    }
  }

  private static String count(String name, Line line) {
    return line.waiters.isEmpty() ? "" : " " + name + "[" + line.waiters.size() + "]";
  }

  // ---- the machine ------------------------------------------------------------------------------

  /// What is not promised to anybody.
  private boolean hasItem() {
    return items.size() > takers.promised;
  }

  private boolean hasRoom() {
    return maxsize <= 0 || items.size() + putters.promised < maxsize;
  }

  private static void wake(@Nullable Waiter waiter) {
    if (waiter != null) {
      waiter.wake();
    }
  }

  private static QueueShutDownException shutDownToPut() {
    return new QueueShutDownException("the queue is shut down: nothing can be put into it");
  }

  private static QueueShutDownException shutDownToTake() {
    return new QueueShutDownException("the queue is shut down and empty");
  }

  private boolean tryPut(T item) {
    Waiter taker;
    lock.lock();
    try {
      if (shutDown) {
        throw shutDownToPut();
      }
      if (!hasRoom()) {
        return false;
      }
      taker = add(item);
    } finally {
      lock.unlock();
    }
    wake(taker);
    return true;
  }

  /// Under the lock: puts an item. Whoever is returned is to be woken.
  private @Nullable Waiter add(T item) {
    items.add(item);
    unfinished++;
    return takers.promiseToFirst();
  }

  private @Nullable T tryTake() {
    T item;
    Waiter putter;
    lock.lock();
    try {
      if (!hasItem()) {
        if (shutDown) {
          throw shutDownToTake();
        }
        return null;
      }
      item = items.remove();
      putter = nextPutter();
    } finally {
      lock.unlock();
    }
    wake(putter);
    return item;
  }

  /// Under the lock: who is to be woken because there may be room.
  private @Nullable Waiter nextPutter() {
    return hasRoom() ? putters.promiseToFirst() : null;
  }

  /// Whether room was promised at once.
  private boolean standInLineToPut(Waiter waiter) {
    lock.lock();
    try {
      if (shutDown) {
        throw shutDownToPut();
      }
      return standInLine(waiter, putters, hasRoom());
    } finally {
      lock.unlock();
    }
  }

  /// Whether an item was promised at once.
  private boolean standInLineToTake(Waiter waiter) {
    lock.lock();
    try {
      boolean there = hasItem();
      if (!there && shutDown) {
        throw shutDownToTake();
      }
      return standInLine(waiter, takers, there);
    } finally {
      lock.unlock();
    }
  }

  private static boolean standInLine(Waiter waiter, Line line, boolean there) {
    line.waiters.add(waiter);
    return there && line.promiseToFirst() == waiter;
  }

  private boolean allFinished() {
    lock.lock();
    try {
      return unfinished == 0;
    } finally {
      lock.unlock();
    }
  }

  /// Whether all was finished by then.
  private boolean standInLineToJoin(Waiter waiter) {
    lock.lock();
    try {
      return unfinished == 0 || !joiners.waiters.add(waiter);
    } finally {
      lock.unlock();
    }
  }

  /// It was served, or sent away: puts the item where room was promised.
  private void putPromised(Waiter waiter, T item) {
    Waiter taker;
    lock.lock();
    try {
      if (waiter.promised) {
        putters.promised--;
      }
      if (shutDown) {
        throw shutDownToPut();
      }
      taker = add(item);
    } finally {
      lock.unlock();
    }
    wake(taker);
  }

  /// It was served, or sent away: takes the item that was promised.
  private T takePromised(Waiter waiter) {
    T item;
    Waiter putter;
    lock.lock();
    try {
      if (!waiter.promised) {
        throw shutDownToTake();
      }
      takers.promised--;
      item = items.poll();
      if (item == null) { // shut down immediately
        throw shutDownToTake();
      }
      putter = nextPutter();
    } finally {
      lock.unlock();
    }
    wake(putter);
    return item;
  }

  /// It waits no longer: what it was promised, if anything, goes to the next.
  private void giveUp(Waiter waiter, Line line) {
    Waiter next = null;
    lock.lock();
    try {
      if (waiter.promised) {
        line.promised--;
        next = (line == takers ? hasItem() : hasRoom()) ? line.promiseToFirst() : null;
      } else {
        line.waiters.remove(waiter);
      }
    } finally {
      lock.unlock();
    }
    wake(next);
  }

  /// Leaves the line, unless it was served, or sent away, meanwhile; whether it left.
  private boolean leaveUnserved(Waiter waiter, Line line) {
    lock.lock();
    try {
      return line.waiters.remove(waiter);
    } finally {
      lock.unlock();
    }
  }
}
