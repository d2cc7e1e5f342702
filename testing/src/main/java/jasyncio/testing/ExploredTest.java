package jasyncio.testing;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

  /// `AccountTest.nothingIsLost`
  String name() {
    return test.target.getClass().getSimpleName() + "." + test.method.getName();
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
