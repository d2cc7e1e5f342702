package jasyncio.testing;

import jasyncio.internal.base.JdkClasses;
import java.util.List;

/// Tells waits for a lock inside of the JDK, which another thread holds for a moment, from blocking
/// calls: a test that logs while another thread does is not at fault.
final class Contention {
  /// What a wait goes through, whoever it is for.
  private static final List<String> WAITS =
      List.of(
          "java.lang.System$",
          "java.lang.VirtualThread",
          "java.util.concurrent.locks.",
          "jdk.internal.misc.InternalLock",
          "jdk.internal.misc.Unsafe");

  /// Who waits on purpose, beside those who wait for devices.
  private static final List<String> ON_PURPOSE =
      List.of("java.lang.Object", "java.lang.Thread", "java.util.concurrent.");

  private Contention() {}

  /// Whether a stack is that of a lock of the JDK's own.
  static boolean isOn(List<StackTraceElement> stack) {
    boolean throughALock = false;
    for (var frame : stack) {
      var name = frame.getClassName();
      if (JdkClasses.startsWithAny(name, WAITS)) {
        throughALock |= name.startsWith("jdk.internal.misc.InternalLock");
      } else {
        return JdkClasses.areOf(name) && (throughALock || !waitsOnPurpose(name));
      }
    }
    return false;
  }

  private static boolean waitsOnPurpose(String name) {
    return JdkClasses.areOfDevices(name) || JdkClasses.startsWithAny(name, ON_PURPOSE);
  }
}
