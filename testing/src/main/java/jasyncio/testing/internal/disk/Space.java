package jasyncio.testing.internal.disk;

/// How much of the disk is taken, in pages: counted when the cache takes them, as with delayed
/// allocation, which reserves them.
final class Space {
  private long capacity;
  private long used;

  Space(long capacity) {
    this.capacity = capacity;
  }

  long capacity() {
    return capacity;
  }

  void setCapacity(long pages) {
    capacity = pages;
  }

  long used() {
    return used;
  }

  long free() {
    return Math.max(0, capacity - used);
  }

  boolean take() {
    if (used >= capacity) {
      return false;
    }
    used++;
    return true;
  }

  /// Counts what is there already, also beyond the capacity.
  void count(long pages) {
    used += pages;
  }

  void give(long pages) {
    used -= pages;
  }
}
