package jasyncio.queue;

import jasyncio.CancelledError;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Durations;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
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
   * To wait is to stand in a line: `takers` for an item, `putters` for room. Who is served leaves the line, and is
   * woken. A taker is served by handing it its item; if it gives up before it could go on, the item goes to the next
   * taker, or back to the front of the queue: it is older than what was kept since, and among those that were given
   * back its number tells its place. A putter is served with a promise of room: it puts its
   * item itself when it goes on, so that one who gives up has put nothing.
   *
   *   item put     -> handed to the first taker, or kept
   *   item taken   -> its room is promised to the first putter
   *   shut down    -> all lines are sent away unserved; room that was promised is worth nothing any more
   *
   * Invariants: takers stand in line only if there is no item, putters only if all room is taken or promised. So
   * whoever comes and finds something overtakes nobody.
   */
  private final SpinLock lock = new SpinLock();
  private final int maxsize;
  private final ArrayDeque<T> items = new ArrayDeque<>();
  private final TreeMap<Long, T> givenBack = new TreeMap<>(); // by number; all older than `items`
  private volatile @Nullable String name;
  private final SequencedSet<Waiter> takers = new LinkedHashSet<>();
  private final SequencedSet<Waiter> putters = new LinkedHashSet<>();
  private final SequencedSet<Waiter> joiners = new LinkedHashSet<>();
  private final Blocking blocking = new Blocking();
  private long handed; // how many items were handed to takers
  private int promisedRoom;
  private int unfinished;
  private boolean shutDown;
  private boolean dropping; // shut down immediately

  /// A queue without a maximal size.
  public ThreadsafeQueue() {
    this(0);
  }

  /// A queue.
  ///
  /// @param maxsize how many items it holds at most; 0 or less is no limit. It may hold one more
  ///   for each taker that was handed an item and gives it up, as it is cancelled in that very
  ///   moment
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
    if (tryPut(item, null)) {
      return;
    }
    var waiter = new Waiter.OfTask("put()", "blocking().put()");
    if (tryPut(item, waiter)) {
      return;
    }
    try {
      waiter.await(() -> waitInfo("room in "));
    } catch (Throwable e) {
      giveUpPutting(waiter);
      throw e;
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
    var item = tryTake(null);
    if (item != null) {
      return item;
    }
    var waiter = new Waiter.OfTask("get()", "blocking().take()");
    item = tryTake(waiter);
    if (item != null) {
      return item;
    }
    try {
      waiter.await(() -> waitInfo("an item of "));
    } catch (Throwable e) {
      giveUpTaking(waiter);
      throw e;
    }
    return handed(waiter);
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
    if (!allFinished(null)) {
      var waiter = new Waiter.OfTask("join()", "blocking().join()");
      if (!allFinished(waiter)) {
        try {
          waiter.await(this::waitInfoOfJoiners);
        } finally {
          leave(waiter, joiners);
        }
      }
    }
  }

  // ---- for threads ------------------------------------------------------------------------------

  /// {@return the same queue, for threads that may block}
  public Blocking blocking() {
    return blocking;
  }

  /// What threads use of a [ThreadsafeQueue], with the names of
  /// [java.util.concurrent.BlockingQueue]. In a coroutine it must not have to wait (that is an
  /// [IllegalStateException]), except under the blocking policy `SWITCH`.
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
    /// @param timeout seconds; 0 or less: it does not wait, infinite: as [#put]
    /// @return whether there was room in time; if not, the item is not in the queue
    /// @throws QueueShutDownException if the queue is shut down, or is while this waits
    /// @throws InterruptedException if the thread is interrupted while it waits; the item is not in
    ///   the queue then
    /// @throws IllegalStateException if there is no room and this runs on an event loop
    /// @throws IllegalArgumentException if the timeout is not a number
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
    /// @throws IllegalStateException as the other form
    public boolean offer(T item, Duration timeout) throws InterruptedException {
      return putWithin(item, nanos(timeout));
    }

    private boolean putWithin(T item, long nanos) throws InterruptedException {
      Objects.requireNonNull(item, "item");
      if (tryPut(item, null)) {
        return true;
      }
      var waiter = new Waiter.OfThread("put()", "the queue's own put()");
      if (tryPut(item, waiter)) {
        return true;
      }
      try {
        if (!waiter.await(nanos) && leave(waiter, putters)) {
          return false;
        }
      } catch (InterruptedException e) {
        giveUpPutting(waiter);
        throw e;
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
    /// @param timeout seconds; 0 or less: it does not wait, infinite: as [#take()]
    /// @return the item, or `null` if there was none in time
    /// @throws QueueShutDownException if the queue is shut down and empty, or gets so
    /// @throws InterruptedException if the thread is interrupted while it waits; nothing has been
    ///   taken then
    /// @throws IllegalStateException if there is no item and this runs on an event loop
    /// @throws IllegalArgumentException if the timeout is not a number
    public @Nullable T poll(double timeout) throws InterruptedException {
      return takeWithin(nanos(timeout));
    }

    /// Takes the oldest item out of the queue. Blocks while it is empty, for a while.
    ///
    /// @param timeout the time
    /// @return the item, or `null` if there was none in time
    /// @throws QueueShutDownException as the other form
    /// @throws InterruptedException as the other form
    /// @throws IllegalStateException as the other form
    public @Nullable T poll(Duration timeout) throws InterruptedException {
      return takeWithin(nanos(timeout));
    }

    private @Nullable T takeWithin(long nanos) throws InterruptedException {
      var item = tryTake(null);
      if (item != null) {
        return item;
      }
      var waiter = new Waiter.OfThread("take()", "get()");
      item = tryTake(waiter);
      if (item != null) {
        return item;
      }
      try {
        if (!waiter.await(nanos) && leave(waiter, takers)) {
          return null;
        }
      } catch (InterruptedException e) {
        giveUpTaking(waiter);
        throw e;
      }
      return handed(waiter);
    }

    /// Waits until all items that were put have been dealt with, as told by [#taskDone()]. Blocks
    /// unless they are.
    ///
    /// @throws InterruptedException if the thread is interrupted while it waits
    /// @throws IllegalStateException if it has to wait and would block an event loop
    public void join() throws InterruptedException {
      if (!allFinished(null)) {
        var waiter = new Waiter.OfThread("join()", "the queue's own join()");
        if (!allFinished(waiter)) {
          try {
            waiter.await(Long.MAX_VALUE);
          } finally {
            leave(waiter, joiners);
          }
        }
      }
    }

    private static long nanos(double seconds) {
      if (Double.isNaN(seconds)) {
        throw new IllegalArgumentException("the timeout is not a number");
      }
      return (long) Math.clamp(seconds * 1e9, 0.0, (double) Long.MAX_VALUE);
    }

    private static long nanos(Duration timeout) {
      return nanos(Durations.seconds(timeout, "timeout"));
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
    if (!tryPut(item, null)) {
      throw new QueueFullException("the queue is full");
    }
  }

  /// Takes the oldest item out of the queue at once. Any thread; neither suspends nor blocks.
  ///
  /// @return the item
  /// @throws QueueEmptyException if there is none
  /// @throws QueueShutDownException if the queue is shut down and empty
  public T getNowait() {
    var item = tryTake(null);
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
    return unfinished == 0 ? sendAway(joiners) : List.of();
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
    var woken = new ArrayList<Waiter>();
    lock.lock();
    try {
      shutDown = true;
      woken.addAll(sendAway(takers));
      woken.addAll(sendAway(putters));
      if (immediate) {
        dropping = true;
        int dropped = size();
        items.clear();
        givenBack.clear();
        woken.addAll(finished(Math.min(dropped, unfinished)));
      }
    } finally {
      lock.unlock();
    }
    woken.forEach(Waiter::wake);
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
      return size();
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

  /// {@return what it looks like now; any thread}
  public Statistics statistics() {
    lock.lock();
    try {
      return new Statistics(
          size(), maxsize, unfinished, takers.size(), putters.size(), joiners.size(), shutDown);
    } finally {
      lock.unlock();
    }
  }

  /// Names the queue, for messages and [jasyncio.Task#waitsFor()]. Any thread.
  ///
  /// @param name the name
  public void setName(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /// {@return its name, or `null`; any thread}
  public @Nullable String getName() {
    return name;
  }

  private WaitInfo waitInfo(String what) {
    var depth = depth(statistics());
    return new WaitInfo(what + depth.queue(), depth);
  }

  private WaitInfo waitInfoOfJoiners() {
    var now = statistics();
    var depth = depth(now);
    return new WaitInfo(Queue.joinersWaitFor(depth, now.unfinished()), depth);
  }

  private WaitInfo.Depth depth(Statistics now) {
    return new WaitInfo.Depth(
        WaitInfo.named("ThreadsafeQueue", name),
        System.identityHashCode(this),
        now.qsize(),
        maxsize,
        now.getting(),
        now.putting());
  }

  /// {@return `<ThreadsafeQueue maxsize=2 size=1 putters[1]>`; any thread}
  @Override
  public String toString() {
    lock.lock();
    try {
      return "<"
          + WaitInfo.named("ThreadsafeQueue", name)
          + " maxsize="
          + maxsize
          + " size="
          + size()
          + count("takers", takers)
          + count("putters", putters)
          + (unfinished > 0 ? " tasks=" + unfinished : "")
          + (shutDown ? " shutdown>" : ">");
    } finally {
      lock.unlock();
    }
  }

  /// What a queue looks like.
  ///
  /// @param qsize how many items are in it
  /// @param maxsize how many it holds at most; 0 or less is no limit
  /// @param unfinished how many items [#taskDone()] was not called for yet
  /// @param getting how many tasks and threads wait for an item
  /// @param putting how many tasks and threads wait for room
  /// @param joining how many tasks and threads wait in [#join()]
  /// @param isShutdown whether it is shut down
  public record Statistics(
      int qsize,
      int maxsize,
      int unfinished,
      int getting,
      int putting,
      int joining,
      boolean isShutdown) {}

  private static String count(String name, Set<Waiter> line) {
    return line.isEmpty() ? "" : " " + name + "[" + line.size() + "]";
  }

  // ---- the machine ------------------------------------------------------------------------------

  private static QueueShutDownException shutDownToPut() {
    return new QueueShutDownException("the queue is shut down: nothing can be put into it");
  }

  private static QueueShutDownException shutDownToTake() {
    return new QueueShutDownException("the queue is shut down and empty");
  }

  private static void wake(@Nullable Waiter waiter) {
    if (waiter != null) {
      waiter.wake();
    }
  }

  /// Under the lock.
  private static List<Waiter> sendAway(Set<Waiter> line) {
    var all = List.copyOf(line);
    line.clear();
    return all;
  }

  /// Under the lock.
  private static @Nullable Waiter pollFirst(SequencedSet<Waiter> line) {
    return line.isEmpty() ? null : line.removeFirst();
  }

  /// Leaves the line, unless it was served, or sent away, before; whether it left.
  private boolean leave(Waiter waiter, Set<Waiter> line) {
    lock.lock();
    try {
      return line.remove(waiter);
    } finally {
      lock.unlock();
    }
  }

  // ---- putting

  /// Puts the item if there is room; else stands in line, if somebody is given to do so.
  private boolean tryPut(T item, @Nullable Waiter waiter) {
    Waiter taker;
    lock.lock();
    try {
      if (shutDown) {
        throw shutDownToPut();
      }
      if (!hasRoom()) {
        if (waiter != null) {
          putters.add(waiter);
        }
        return false;
      }
      taker = add(item);
    } finally {
      lock.unlock();
    }
    wake(taker);
    return true;
  }

  /// Under the lock: whether there is room that is not promised.
  private boolean hasRoom() {
    return maxsize <= 0 || size() + promisedRoom < maxsize;
  }

  /// Under the lock: puts an item. Whoever is returned is to be woken.
  private @Nullable Waiter add(T item) {
    unfinished++;
    var taker = hand(item, handed + 1);
    if (taker == null) {
      items.add(item);
    } else {
      handed++;
    }
    return taker;
  }

  /// Under the lock: serves the first taker; `null` if there is none.
  private @Nullable Waiter hand(T item, long number) {
    var taker = pollFirst(takers);
    if (taker != null) {
      taker.served = true;
      taker.item = item;
      taker.number = number;
    }
    return taker;
  }

  /// It has waited: puts the item if room was promised.
  private void putPromised(Waiter waiter, T item) {
    Waiter taker;
    Waiter next;
    lock.lock();
    try {
      if (waiter.served) {
        promisedRoom--;
      }
      if (shutDown) {
        throw shutDownToPut();
      }
      taker = add(item);
      next = promiseRoom(); // there is still room if a taker got the item
    } finally {
      lock.unlock();
    }
    wake(taker);
    wake(next);
  }

  /// It waits no longer: room that was promised goes to the next.
  private void giveUpPutting(Waiter waiter) {
    Waiter next = null;
    lock.lock();
    try {
      if (waiter.served) {
        promisedRoom--;
        next = promiseRoom();
      } else {
        putters.remove(waiter);
      }
    } finally {
      lock.unlock();
    }
    wake(next);
  }

  /// Under the lock: serves the first putter, if there is room; `null` if there is no putter.
  private @Nullable Waiter promiseRoom() {
    var putter = hasRoom() ? pollFirst(putters) : null;
    if (putter != null) {
      putter.served = true;
      promisedRoom++;
    }
    return putter;
  }

  // ---- taking

  /// Takes an item if there is one; else stands in line, if somebody is given to do so.
  private @Nullable T tryTake(@Nullable Waiter waiter) {
    T item;
    Waiter putter;
    lock.lock();
    try {
      item = poll();
      if (item == null) {
        if (shutDown) {
          throw shutDownToTake();
        }
        if (waiter != null) {
          takers.add(waiter);
        }
        return null;
      }
      putter = promiseRoom();
    } finally {
      lock.unlock();
    }
    wake(putter);
    return item;
  }

  /// Under the lock: the oldest item; `null` if there is none.
  private @Nullable T poll() {
    return givenBack.isEmpty() ? items.poll() : givenBack.pollFirstEntry().getValue();
  }

  /// Under the lock.
  private int size() {
    return givenBack.size() + items.size();
  }

  /// It has waited: what it was handed, or what there is though it was sent away.
  @SuppressWarnings("unchecked") // by hand()
  private T handed(Waiter waiter) {
    lock.lock();
    try {
      if (waiter.served) {
        return (T) Objects.requireNonNull(waiter.item);
      }
      var item = poll(); // somebody else may have given one back
      if (item == null) {
        throw shutDownToTake();
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  /// It waits no longer: an item that it was handed goes to the next, or back to the front.
  @SuppressWarnings("unchecked") // by hand()
  private void giveUpTaking(Waiter waiter) {
    var woken = List.<Waiter>of();
    lock.lock();
    try {
      var item = (T) waiter.item;
      if (item == null) {
        takers.remove(waiter);
      } else {
        woken = giveBack(item, waiter.number);
      }
    } finally {
      lock.unlock();
    }
    woken.forEach(Waiter::wake);
  }

  /// Under the lock. Whoever is returned is to be woken.
  private List<Waiter> giveBack(T item, long number) {
    if (dropping) {
      return finished(Math.min(1, unfinished));
    }
    var taker = hand(item, number);
    if (taker == null) {
      givenBack.put(number, item); // more than the maximal size, perhaps, for a moment
      return List.of();
    }
    return List.of(taker);
  }

  // ---- joining

  /// Whether all is finished; if not, stands in line, if somebody is given to do so.
  private boolean allFinished(@Nullable Waiter waiter) {
    lock.lock();
    try {
      if (unfinished > 0 && waiter != null) {
        joiners.add(waiter);
      }
      return unfinished == 0;
    } finally {
      lock.unlock();
    }
  }
}
