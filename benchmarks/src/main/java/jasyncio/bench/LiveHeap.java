package jasyncio.bench;

/// How much of the heap is in use by what is reachable.
public final class LiveHeap {
  private static final int COLLECTIONS = 3; // what finalizers and cleaners leave goes with the next

  private LiveHeap() {}

  /// {@return the bytes in use, after collections}
  public static long bytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
