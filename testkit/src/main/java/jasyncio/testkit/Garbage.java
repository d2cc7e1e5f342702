package jasyncio.testkit;

import java.util.function.BooleanSupplier;

/// Collects garbage until something shows that an object is gone.
public final class Garbage {
  static volatile Object made = new Object(); // so that it is

  private Garbage() {}

  /// Collects, waits for what follows from it, and collects again, until `done`; if it never is,
  /// the test's time limit ends it.
  ///
  /// Each wait is twice as long as the one before. What follows from a collection is often the work
  /// of another thread, which collections hold up: one after the other, they would leave it no time
  /// on a busy machine.
  ///
  /// @param done whether it is gone
  /// @param pause lets a moment pass
  public static void collectUntil(BooleanSupplier done, Runnable pause) {
    for (long pauses = 1; !done.getAsBoolean(); pauses *= 2) {
      loosenLastException();
      System.gc();
      for (long i = 0; i < pauses && !done.getAsBoolean(); i++) {
        pause.run();
      }
    }
  }

  /// HotSpot itself may keep the exception that has last gone through compiled code of this thread,
  /// in a field of its own, until the thread has the JVM make something else: an array of arrays is
  /// never made without it.
  private static void loosenLastException() {
    made = new int[1][1];
  }
}
