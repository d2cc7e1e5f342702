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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/// Runs [Explore] tests: the method, and the lifecycle methods around it, once for each run.
final class ExploreExtension
    implements BeforeEachCallback, InvocationInterceptor, ParameterResolver {
  /* Overview
   * JUnit calls a test method once. Here its call is skipped, and so are those of @BeforeEach and @AfterEach; in their
   * place an Exploration calls all of them, in JUnit's order, in each of its runs.
   */

  /// A method and whose it is: the test's object, or one that this lies in.
  private record Call(Method method, Object target) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    LoopExtension.checkAnnotations(context.getRequiredTestMethod());
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context) {
    invocation.skip();
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context) {
    invocation.skip();
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context) {
    invocation.skip();
    var test = context.getRequiredTestMethod();
    var explore = AnnotationSupport.findAnnotation(test, Explore.class).orElseThrow();
    var before = calls(context, BeforeEach.class);
    var after = calls(context, AfterEach.class).reversed();
    var call = new Call(test, context.getRequiredTestInstance());
    var exploration =
        Exploration.of(
                "test "
                    + context.getRequiredTestClass().getSimpleName()
                    + "."
                    + test.getName()
                    + "()",
                scope -> run(before, call, after, scope))
            .settings(LoopExtension.settings(context))
            .runs(explore.runs())
            .seconds(explore.seconds())
            .level(explore.level())
            .strategy(explore.strategy())
            .seed(explore.seed());
    var calls = Stream.of(before, List.of(call), after).flatMap(List::stream);
    if (calls.anyMatch(c -> List.of(c.method.getParameterTypes()).contains(Simulation.class))) {
      exploration.simulated();
    }
    var replay = AnnotationSupport.findAnnotation(test, Replay.class).orElse(null);
    if (replay != null) {
      exploration.replay(replay.value()).check();
      context.publishReportEntry(
          "replayed", "it passes; without the @Replay the test explores again");
      return;
    }
    var result = exploration.check();
    context.publishReportEntry(
        "explored",
        result.runs()
            + (result.runs() == 1 ? " run" : " runs")
            + (result.exhausted() ? ", which are all" : ""));
  }

  private static List<Call> calls(ExtensionContext context, Class<? extends Annotation> kind) {
    var calls = new ArrayList<Call>();
    for (var instance : context.getRequiredTestInstances().getAllInstances()) {
      AnnotationSupport.findAnnotatedMethods(
              instance.getClass(), kind, HierarchyTraversalMode.TOP_DOWN)
          .forEach(method -> calls.add(new Call(method, instance)));
    }
    return calls;
  }

  private static void run(List<Call> before, Call test, List<Call> after, TestScope scope)
      throws Exception {
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

  // ---- parameters -------------------------------------------------------------------------------

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Parameters.areOf(parameter.getParameter().getType());
  }

  /// JUnit's own call is skipped: each run has its own.
  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return null;
  }
}
