package jasyncio.testing;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/// An [Explore] test: its method, and the lifecycle methods around it, which are called together
/// once for each run.
final class ExploredTest {
  /// A method and whose it is: the test's object, or one that this lies in.
  private record Call(Method method, Object target) {}

  private final List<Call> before;
  private final Call test;
  private final List<Call> after;

  /// @param instances the objects that the test's lies in, from the outermost, and that itself
  ExploredTest(Method method, List<Object> instances) {
    before = calls(instances, BeforeEach.class);
    test = new Call(method, instances.getLast());
    after = calls(instances, AfterEach.class).reversed();
  }

  private static List<Call> calls(List<Object> instances, Class<? extends Annotation> kind) {
    var calls = new ArrayList<Call>();
    for (var instance : instances) {
      AnnotationSupport.findAnnotatedMethods(
              instance.getClass(), kind, HierarchyTraversalMode.TOP_DOWN)
          .forEach(method -> calls.add(new Call(method, instance)));
    }
    return calls;
  }

  /// Those of a class, each with an object of its own.
  ///
  /// @param method the name of one of them; `null` for all
  /// @throws IllegalArgumentException if there is none, or no object can be made
  static List<ExploredTest> in(Class<?> type, @Nullable String method) {
    for (var kind : List.of(BeforeAll.class, AfterAll.class)) {
      if (!AnnotationSupport.findAnnotatedMethods(type, kind, HierarchyTraversalMode.TOP_DOWN)
          .isEmpty()) {
        throw new IllegalArgumentException(
            type.getName()
                + " has @"
                + kind.getSimpleName()
                + ", which only JUnit calls; what a run needs is made in @BeforeEach");
      }
    }
    return AnnotationSupport.findAnnotatedMethods(
            type, Explore.class, HierarchyTraversalMode.TOP_DOWN)
        .stream()
        .filter(m -> method == null || m.getName().equals(method))
        .filter(m -> !AnnotationSupport.isAnnotated(m, Disabled.class))
        .map(m -> new ExploredTest(m, List.of(instance(type))))
        .toList();
  }

  private static Object instance(Class<?> type) {
    try {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "the constructor of " + type.getName() + " fails: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          type.getName() + " has no constructor without parameters, or is abstract", e);
    }
  }

  /// `AccountTest.nothingIsLost`
  String name() {
    return test.target.getClass().getSimpleName() + "." + test.method.getName();
  }

  String methodName() {
    return test.method.getName();
  }

  /// The class, with its package, and the method: a name that no other test has.
  String fullName() {
    return test.target.getClass().getName() + "." + test.method.getName();
  }

  /// What its annotation asks for.
  ///
  /// @throws IllegalArgumentException if that cannot be
  Exploration exploration(Settings settings) {
    var explore = AnnotationSupport.findAnnotation(test.method, Explore.class).orElseThrow();
    var exploration =
        Exploration.of("test " + name() + "()", this::run)
            .settings(settings)
            .runs(explore.runs())
            .seconds(explore.seconds())
            .level(explore.level())
            .strategy(explore.strategy())
            .seed(explore.seed());
    var calls = Stream.of(before, List.of(test), after).flatMap(List::stream);
    if (calls.anyMatch(c -> List.of(c.method.getParameterTypes()).contains(Simulation.class))) {
      exploration.simulated();
    }
    return exploration;
  }

  /// The same, on loops that the annotations of the test and its class ask for.
  ///
  /// @throws IllegalArgumentException if that cannot be
  Exploration exploration() {
    return exploration(LoopExtension.settings(test.target.getClass(), test.method));
  }

  // ---- a run ------------------------------------------------------------------------------------

  private void run(TestScope scope) throws Exception {
    Throwable failure = null;
    try {
      for (var call : before) {
        invoke(call, scope);
      }
      invoke(test, scope);
    } catch (Throwable e) {
      failure = e;
    }
    for (var call : after) {
      try {
        invoke(call, scope);
      } catch (Throwable e) {
        if (failure == null) {
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure instanceof Error e) {
      throw e;
    } else if (failure != null) {
      throw (Exception) failure;
    }
  }

  private static void invoke(Call call, TestScope scope) throws Exception {
    var arguments =
        Arrays.stream(call.method.getParameterTypes())
            .map(type -> Parameters.of(type, scope))
            .toArray();
    try {
      call.method.setAccessible(true);
      call.method.invoke(call.target, arguments);
    } catch (InvocationTargetException e) {
      switch (Objects.requireNonNull(e.getCause())) {
        case Error error -> throw error;
        case Exception exception -> throw exception;
        default -> throw e;
      }
    }
  }
}
