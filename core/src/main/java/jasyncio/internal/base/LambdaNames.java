package jasyncio.internal.base;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What tasks run whose function is a lambda or a reference, for people: of `createTask(() ->
/// fetch(url))` it is known that it is a lambda of `Main`, which says little where all are. Its
/// stack says what it has called: `Main.fetch`.
///
/// A stack is looked at once for each lambda. From then on all tasks of that lambda are called
/// likewise, those that are done, too. The loop's thread looks, any thread may ask.
public final class LambdaNames {
  private static final int MAX_LOOKS = 1_000; // at stacks, as not every lambda calls something

  private final Map<Class<?>, String> known = new ConcurrentHashMap<>();
  private int looks; // loop's thread

  /// Looks at a task that waits, if it runs a lambda that is not known yet.
  ///
  /// @param naming what names its function: a class, or the name itself
  /// @param stack of the task, innermost frame first
  public void look(Object naming, Supplier<List<StackTraceElement>> stack) {
    if (looks < MAX_LOOKS
        && naming instanceof Class<?> function
        && function.isHidden()
        && !known.containsKey(function)
        && Functions.name(function).endsWith(Functions.LAMBDA)) {
      looks++;
      var called = called(stack.get());
      if (called != null) {
        known.put(function, called);
      }
    }
  }

  /// The name of a function.
  ///
  /// @param naming its class, or the name itself
  public String of(Object naming) {
    if (naming instanceof Class<?> function) {
      var called = known.get(function);
      return called == null ? Functions.name(function) : called;
    }
    return (String) naming;
  }

  /// The name of a function that runs, or has run, with this stack.
  public static String of(String function, List<StackTraceElement> stack) {
    var called = function.endsWith(Functions.LAMBDA) ? called(stack) : null;
    return called == null ? function : called;
  }

  /// The outermost function of the program that is no lambda; `null` if there is none.
  private static @Nullable String called(List<StackTraceElement> stack) {
    return stack.reversed().stream()
        .filter(frame -> !isLambda(frame) && !isOfJdk(frame))
        .findFirst()
        .map(frame -> Functions.simple(frame.getClassName()) + "." + frame.getMethodName())
        .orElse(null);
  }

  private static boolean isLambda(StackTraceElement frame) {
    return frame.getMethodName().startsWith("lambda$");
  }

  private static boolean isOfJdk(StackTraceElement frame) {
    var module = frame.getModuleName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }
}
