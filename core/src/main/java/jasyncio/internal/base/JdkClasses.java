package jasyncio.internal.base;

import java.util.List;

/// Which classes are the JDK's, by name: for who reads a stack, where that is all there is.
public final class JdkClasses {
  private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

  /// Files, sockets, other processes: what somebody waits for who is not of this program.
  private static final List<String> DEVICES =
      List.of("java.io.", "java.lang.Process", "java.net.", "sun.net.", "sun.nio.");

  private JdkClasses() {}

  /// Whether it is one of the JDK's.
  public static boolean areOf(String className) {
    return startsWithAny(className, JDK);
  }

  /// Whether who waits there waits for a device.
  public static boolean areOfDevices(String className) {
    return startsWithAny(className, DEVICES);
  }

  /// Whether a name is that of something in one of the packages, or of one of the classes.
  public static boolean startsWithAny(String className, List<String> beginnings) {
    for (var beginning : beginnings) {
      if (className.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }
}
