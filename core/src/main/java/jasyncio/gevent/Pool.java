package jasyncio.gevent;

import java.time.Duration;

/// A group with a limit: while it is full, whoever wants to add a greenlet waits. Python:
/// `gevent.pool.Pool`.
public final class Pool extends Group {
  private final Semaphore room;

  /// A pool.
  ///
  /// @param size how many greenlets at a time
  /// @throws IllegalArgumentException if it is negative
  public Pool(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative: " + size);
    }
    this.room = new Semaphore(size);
  }

  /// Keeps a greenlet until it has ended. Suspends while the pool is full.
  ///
  /// @param greenlet one that has not been started
  @Override
  public void add(Greenlet<?> greenlet) {
    add(greenlet, Seconds.FOREVER);
  }

  /// Keeps a greenlet, if there is room in time.
  ///
  /// @param greenlet one that has not been started
  /// @param timeout seconds to wait at most; 0 for not at all
  /// @return whether there was room; Python raises `PoolFull`
  public boolean add(Greenlet<?> greenlet, double timeout) {
    if (!contains(greenlet)) {
      if (!(timeout <= 0 ? room.acquireNowait() : room.acquire(timeout))) {
        return false;
      }
      if (!keep(greenlet)) { // somebody else has added it while we waited
        room.release();
      }
    }
    return true;
  }

  /// Keeps a greenlet, if there is room in time.
  ///
  /// @param greenlet one that has not been started
  /// @param timeout how long to wait at most
  /// @return whether there was room
  public boolean add(Greenlet<?> greenlet, Duration timeout) {
    return add(greenlet, Seconds.of(timeout));
  }

  @Override
  void removed() {
    room.release();
  }

  /// Waits until there is room.
  ///
  /// @return for how many greenlets
  public int waitAvailable() {
    return waitAvailable(Seconds.FOREVER);
  }

  /// Waits until there is room, or the time is over.
  ///
  /// @param timeout seconds to wait at most
  /// @return for how many greenlets; 0 if the time is over first, or others wait, too, and get it
  public int waitAvailable(double timeout) {
    if (room.acquire(timeout)) {
      room.release();
    }
    return room.counter();
  }

  /// Waits until there is room, or the time is over.
  ///
  /// @param timeout how long to wait at most
  /// @return for how many greenlets; 0 if the time is over first, or others wait, too, and get it
  public int waitAvailable(Duration timeout) {
    return waitAvailable(Seconds.of(timeout));
  }

  /// {@return for how many greenlets there is room; what was given to one who waits for it is
  /// taken}
  public int freeCount() {
    return room.counter();
  }

  @Override
  public boolean full() {
    return freeCount() == 0;
  }
}
