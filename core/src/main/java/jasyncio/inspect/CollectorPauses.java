package jasyncio.inspect;

import java.lang.management.ManagementFactory;

/// For how long the garbage collector has stopped this JVM.
final class CollectorPauses {
  private static final boolean PRESENT =
      ModuleLayer.boot().findModule("java.management").isPresent();

  private CollectorPauses() {}

  /// All pauses up to now, in seconds, to a millisecond; `NaN` if the JVM does not know. What a
  /// collector does while the program goes on is none. Any thread.
  static double seconds() {
    if (!PRESENT) {
      return Double.NaN;
    }
    long millis = 0;
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (stops(collector.getName())) {
        millis += Math.max(0, collector.getCollectionTime()); // -1: it does not know
      }
    }
    return millis / 1e3;
  }

  /// Whether the time of a collector is that of pauses: those of G1, ZGC and Shenandoah that go on
  /// beside the program have a name of their own.
  static boolean stops(String collector) {
    return !collector.endsWith("Cycles") && !collector.contains("Concurrent");
  }
}
