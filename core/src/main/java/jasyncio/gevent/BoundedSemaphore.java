package jasyncio.gevent;

/// A semaphore that never has more permits than it began with. Python:
/// `gevent.lock.BoundedSemaphore`.
public final class BoundedSemaphore extends Semaphore {
  private final int bound;

  /// A semaphore with one permit.
  public BoundedSemaphore() {
    this(1);
  }

  /// A semaphore.
  ///
  /// @param value the number of permits
  /// @throws IllegalArgumentException if it is negative
  public BoundedSemaphore(int value) {
    super(value);
    bound = value;
  }

  @Override
  public void release() {
    if (counter() >= bound) {
      throw new IllegalStateException("Semaphore released too many times");
    }
    super.release();
  }
}
