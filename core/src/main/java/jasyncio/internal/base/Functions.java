package jasyncio.internal.base;

import java.util.Map;

/// What functions are called in descriptions.
public final class Functions {
  /// What the callbacks of some of our classes are for, where the name of the class does not say
  /// it.
  static final Map<String, String> OURS =
      Map.of(
          "jasyncio.DefaultExecutor", "executor",
          "jasyncio.JdkFutures", "wrapFuture",
          "jasyncio.Timeout", "timeout",
          "jasyncio.Waits", "timer",
          "jasyncio.AsCompleted", "asCompleted");

  /// How the name of a lambda ends, which says whose it is and nothing else.
  static final String LAMBDA = ".<lambda>";

  private Functions() {}

  /// `Owner.<lambda>` for the class of a lambda, the name without its package for any other. Of a
  /// lambda of the library's own, which is nobody's to look for, what it is for.
  public static String name(Class<?> type) {
    var name = type.getName();
    int lambda = name.indexOf("$$Lambda");
    if (lambda < 0) {
      return simple(name);
    }
    var owner = name.substring(0, lambda);
    return Frames.areOurs(owner) ? purpose(owner) : simple(owner) + LAMBDA;
  }

  private static String purpose(String owner) {
    int inner = owner.indexOf('$');
    var outermost = inner < 0 ? owner : owner.substring(0, inner);
    return OURS.getOrDefault(outermost, simple(outermost));
  }

  /// `Outer.Inner` for `com.example.Outer$Inner`.
  public static String simple(String className) {
    return className.substring(className.lastIndexOf('.') + 1).replace('$', '.');
  }
}
