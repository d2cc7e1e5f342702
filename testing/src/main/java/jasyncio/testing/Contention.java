package jasyncio.testing;

import java.util.List;

/// Tells waits for a lock inside of the JDK, which another thread holds for a moment, from blocking
/// calls: a test that logs while another thread does is not at fault.
final class Contention {
  private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

  /// What a wait goes through, whoever it is for.
  private static final List<String> WAITS =
      List.of(
          "java.lang.System$",
          "java.lang.VirtualThread",
          "java.util.concurrent.locks.",
          "jdk.internal.misc.InternalLock",
          "jdk.internal.misc.Unsafe");

  /// Who waits on purpose.
  private static final List<String> ON_PURPOSE =
      List.of(
          "java.io.",
          "java.lang.Object",
          "java.lang.Process",
          "java.lang.Thread",
          "java.net.",
          "java.util.concurrent.",
          "sun.net.",
          "sun.nio.");

  private Contention() {}

  /// Whether a stack is that of a lock of the JDK's own.
  static boolean isOn(List<StackTraceElement> stack) {
    boolean throughALock = false;
    for (var frame : stack) {
      var name = frame.getClassName();
      if (startsWithAny(name, WAITS)) {
        throughALock |= name.startsWith("jdk.internal.misc.InternalLock");
      } else {
        return startsWithAny(name, JDK) && (throughALock || !startsWithAny(name, ON_PURPOSE));
      }
    }
    return false;
  }

  private static boolean startsWithAny(String name, List<String> beginnings) {
    return beginnings.stream().anyMatch(name::startsWith);
  }
}
