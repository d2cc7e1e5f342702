package jasyncio.sync;

/// A semaphore that is not released more often than it was acquired. Python:
/// `asyncio.BoundedSemaphore`.
public final class BoundedSemaphore extends Semaphore {
  private final int bound;

  /// A semaphore with one permit.
  public BoundedSemaphore() {
    this(1);
  }

  /// A semaphore.
  ///
  /// @param value how many can hold it at a time
  /// @throws IllegalArgumentException if that is negative
  public BoundedSemaphore(int value) {
    super(value);
    this.bound = value;
  }

  /// {@inheritDoc} Python: `asyncio.BoundedSemaphore.release`, which raises a `ValueError`.
  ///
  /// @throws IllegalStateException if all permits are back already
  @Override
  public void release() {
    if (value() >= bound) {
      throw new IllegalStateException("BoundedSemaphore released too many times");
    }
    super.release();
  }
}
