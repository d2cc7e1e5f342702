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
/// A stack is looked at once for each lambda, and a few times if it has called nothing by then.
/// From then on all tasks of that lambda are called likewise, those that are done, too. The loop's
/// thread looks, any thread may ask.
public final class LambdaNames {
  private static final int MAX_LAMBDAS = 1_000;
  private static final int MAX_LOOKS = 5; // at stacks of one, as not every lambda calls something

  /// What is known of a class that is hidden, as those of lambdas are.
  private static final class Known {
    volatile String name;
    int looksLeft; // loop's thread

    Known(String name) {
      this.name = name;
      looksLeft = name.endsWith(Functions.LAMBDA) ? MAX_LOOKS : 0;
    }

    /// Its stack is there to be looked at.
    void look(List<StackTraceElement> stack) {
      var called = called(stack);
      if (called == null) {
        looksLeft--;
      } else {
        name = called;
        looksLeft = 0;
      }
    }
  }

  private final Map<Class<?>, Known> known = new ConcurrentHashMap<>();

  /// Looks at a task that waits, if it runs a lambda that is not known yet.
  ///
  /// @param naming what names its function: a class, or the name itself
  /// @param stack of the task, innermost frame first
  public void look(Object naming, Supplier<List<StackTraceElement>> stack) {
    if (naming instanceof Class<?> function && function.isHidden()) {
      var lambda = known.get(function);
      if (lambda == null && known.size() < MAX_LAMBDAS) {
        lambda = new Known(Functions.name(function));
        known.put(function, lambda);
      }
      if (lambda != null && lambda.looksLeft > 0) {
        lambda.look(stack.get());
      }
    }
  }

  /// The name of a function.
  ///
  /// @param naming its class, or the name itself
  public String of(Object naming) {
    if (naming instanceof Class<?> function) {
      var lambda = known.get(function);
      return lambda == null ? Functions.name(function) : lambda.name;
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
