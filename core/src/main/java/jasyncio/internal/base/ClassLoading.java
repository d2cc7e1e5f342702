package jasyncio.internal.base;

/// Tells by its stack that a thread is about to load classes, or to link what it uses for the first
/// time. That takes long when a program begins, and says nothing of its code.
public final class ClassLoading {
  private static final int DEPTH = 60; // of loaders that ask each other

  private ClassLoading() {}

  /// Whether it is, as far as Java has a part in it.
  ///
  /// @param stack innermost frame first
  public static boolean isOn(StackTraceElement[] stack) {
    for (int i = 0; i < Math.min(stack.length, DEPTH); i++) {
      if (isOf(stack[i])) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(StackTraceElement frame) {
    var name = frame.getClassName();
    return switch (frame.getMethodName()) {
      case "loadClass" -> name.startsWith("java.") || name.startsWith("jdk.");
      case "linkCallSite", "linkMethod", "linkMethodHandleConstant", "linkDynamicConstant" ->
          name.equals("java.lang.invoke.MethodHandleNatives");
      case "allocateInstance", "ensureClassInitialized", "ensureClassInitialized0" ->
          name.startsWith("jdk.internal.misc.");
      case "<clinit>" -> JdkClasses.areOf(name);
      default -> false;
    };
  }
}
