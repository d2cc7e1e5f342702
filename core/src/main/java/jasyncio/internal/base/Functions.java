package jasyncio.internal.base;

/// What functions are called in descriptions.
public final class Functions {
  private Functions() {}

  /// `Owner.<lambda>` for the class of a lambda, the name without its package for any other.
  public static String name(Class<?> type) {
    var name = type.getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? simple(name) : simple(name.substring(0, lambda)) + ".<lambda>";
  }

  /// `Outer.Inner` for `com.example.Outer$Inner`.
  public static String simple(String className) {
    return className.substring(className.lastIndexOf('.') + 1).replace('$', '.');
  }
}
