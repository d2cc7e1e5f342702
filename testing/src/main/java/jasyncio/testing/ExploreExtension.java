package jasyncio.testing;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/// Runs [Explore] tests: the method, and the lifecycle methods around it, once for each run.
final class ExploreExtension
    implements BeforeEachCallback, InvocationInterceptor, ParameterResolver {
  /* Overview
   * JUnit calls a test method once. Here its call is skipped, and so are those of @BeforeEach and @AfterEach; in their
   * place an Exploration calls all of them, in JUnit's order, in each of its runs.
   */

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
    var exploration =
        new ExploredTest(test, context.getRequiredTestInstances().getAllInstances())
            .exploration(LoopExtension.settings(context));
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
