package jasyncio.testing;

import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import jasyncio.EventLoop;
import jasyncio.FiberKind;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/// Gives tests their loops: see [OnLoop].
final class LoopExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        InvocationInterceptor,
        ParameterResolver,
        TestTemplateInvocationContextProvider {
  /* Overview
   * A loop is kept in the store of the context whose scope it is: that of a test, or of a class. Contexts look into the
   * stores of those they lie in, so a test finds its class's. A loop of scope CLASS is made before @BeforeAll, one of
   * scope TEST before @BeforeEach. A class whose loops are its tests' has one for each call of @BeforeAll and
   * @AfterAll, made and finished there.
   */
  private static final Namespace NAMESPACE = Namespace.create(LoopExtension.class);
  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";
  private static final OnLoop PLAIN = plain();

  private static OnLoop plain() {
    return AnnotationSupport.findAnnotation(AsyncTest.class, OnLoop.class).orElseThrow();
  }

  // ---- settings ---------------------------------------------------------------------------------

  /// What holds for a test, or a class.
  static Settings settings(ExtensionContext context) {
    var settings = settings(context.getRequiredTestClass(), context.getTestMethod().orElse(null));
    var kind = isOnEachRuntime(context) ? runtimeOf(context) : null;
    return kind == null ? settings : settings.on(kind);
  }

  /// What the annotations of a test say, or of a class.
  static Settings settings(Class<?> type, @Nullable Method method) {
    var ofClass = ofClass(type);
    var ofMethod = method == null ? null : of(method);
    return Settings.of(ofMethod != null ? ofMethod : ofClass != null ? ofClass : PLAIN);
  }

  /// The one of a method, unless it is that of `@AsyncTest`, which says nothing.
  private static @Nullable OnLoop of(Method method) {
    if (method.isAnnotationPresent(OnLoop.class)) {
      return method.getAnnotation(OnLoop.class);
    }
    var annotation = AnnotationSupport.findAnnotation(method, OnLoop.class).orElse(null);
    return PLAIN.equals(annotation) ? null : annotation;
  }

  private static @Nullable OnLoop ofClass(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
      var annotation = AnnotationSupport.findAnnotation(c, OnLoop.class).orElse(null);
      if (annotation != null) {
        return annotation;
      }
    }
    return null;
  }

  /// @throws IllegalStateException if a test has annotations that do not go together
  static void checkAnnotations(Method method) {
    boolean isExplored = isAnnotated(method, Explore.class);
    if (kinds(method) > 1) {
      throw new IllegalStateException(
          method.getName()
              + "() is a test of two kinds, and run as both: "
              + (isExplored
                  ? "@Explore is a @Test already; for another kind of test, call"
                      + " Exploration.of(...) in it"
                  : isAnnotated(method, OnEachRuntime.class)
                      ? "@OnEachRuntime stands alone; to have other kinds on each runtime, put them"
                          + " into a class that two others extend, with @OnLoop(fibers = ...) each"
                      : "@AsyncTest is a @Test already; beside another kind of test, write"
                          + " @OnLoop"));
    } else if (!isExplored && isAnnotated(method, Replay.class)) {
      throw new IllegalStateException(
          method.getName() + "() has @Replay, and no @Explore whose run that could be: write both");
    }
  }

  /// Of how many kinds a test is: `@Test`, `@TestFactory`, and each that is a `@TestTemplate`.
  private static long kinds(Method method) {
    return Stream.of(Test.class, TestFactory.class).filter(k -> isAnnotated(method, k)).count()
        + Stream.of(method.getAnnotations())
            .map(Annotation::annotationType)
            .filter(type -> type == TestTemplate.class || isAnnotated(type, TestTemplate.class))
            .count();
  }

  private static LoopScope scope(ExtensionContext context) {
    var annotation = ofClass(context.getRequiredTestClass());
    return annotation == null ? LoopScope.TEST : annotation.scope();
  }

  // ---- on each runtime --------------------------------------------------------------------------

  private static boolean isOnEachRuntime(ExtensionContext context) {
    return context.getTestMethod().filter(m -> isAnnotated(m, OnEachRuntime.class)).isPresent();
  }

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return isOnEachRuntime(context);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    return runtimes().stream().map(OfRuntime::new);
  }

  /// One invocation: named after the runtime.
  private record OfRuntime(FiberKind kind) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int index) {
      return kind.toString();
    }
  }

  private static List<FiberKind> runtimes() {
    return Stream.of(FiberKind.values()).filter(LoopExtension::worksHere).toList();
  }

  private static boolean worksHere(FiberKind kind) {
    try (var _ = EventLoop.create(kind)) {
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /// That of an invocation, which is named after it.
  private static @Nullable FiberKind runtimeOf(ExtensionContext context) {
    return runtimes().stream()
        .filter(kind -> kind.toString().equals(context.getDisplayName()))
        .findFirst()
        .orElse(null);
  }

  // ---- lives ------------------------------------------------------------------------------------

  /// Whether runs of an exploration take the place of the test.
  private static boolean isExplored(ExtensionContext context) {
    return context.getTestMethod().filter(m -> isAnnotated(m, Explore.class)).isPresent();
  }

  /// A loop and who may use it now: tests that share one do so one after the other.
  private record Held(TestRun run, ReentrantLock lock) {}

  private static Held open(ExtensionContext context, String kind) {
    boolean parallel =
        context.getConfigurationParameter(PARALLEL, Boolean::parseBoolean).orElse(false);
    return new Held(
        new TestRun(label(context, kind), settings(context), !parallel), new ReentrantLock());
  }

  private static String label(ExtensionContext context, String kind) {
    var type = context.getRequiredTestClass().getSimpleName();
    var method = context.getTestMethod().map(m -> "." + m.getName()).orElse("");
    return kind + " " + type + method + "()".repeat(method.isEmpty() ? 0 : 1);
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  private static @Nullable Held held(ExtensionContext context) {
    return store(context).get(Held.class, Held.class);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (scope(context) == LoopScope.CLASS && held(context) == null) {
      store(context).put(Held.class, open(context, "class"));
      store(context).put(context.getUniqueId(), true); // who is to finish it
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (store(context).remove(context.getUniqueId()) != null) {
      var held = Objects.requireNonNull(held(context));
      store(context).remove(Held.class);
      held.run.finish();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getTestMethod().ifPresent(LoopExtension::checkAnnotations);
    if (isExplored(context)) {
      return;
    }
    var held = held(context);
    if (held == null) {
      store(context).put(Held.class, open(context, "test"));
      store(context).put(context.getUniqueId(), true);
    } else {
      checkShared(held.run.settings(), settings(context));
      held.lock.lock();
    }
  }

  /// A test cannot have another loop than the one that it shares.
  private static void checkShared(Settings shared, Settings wanted) {
    var other = wanted.otherThan(shared);
    if (!other.isEmpty()) {
      throw new ExtensionConfigurationException(
          "a test that shares the loop of its class cannot have settings of its own: " + other);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (isExplored(context)) {
      return;
    }
    var held = held(context);
    if (held == null) {
      return;
    } else if (store(context).remove(context.getUniqueId()) != null) {
      store(context).remove(Held.class);
      held.run.finish();
    } else if (held.lock.isHeldByCurrentThread()) { // else it was not to begin
      held.lock.unlock();
    }
  }

  // ---- invocations ------------------------------------------------------------------------------

  private static <T extends @Nullable Object> T onLoop(
      Invocation<T> invocation, ExtensionContext context, String name) throws Throwable {
    if (isExplored(context)) {
      return invocation.proceed();
    }
    var held = held(context);
    if (held != null) {
      return held.run.run(name, invocation::proceed);
    }
    var run = open(context, "@BeforeAll or @AfterAll of class").run; // of loops that are the tests'
    T value;
    try {
      value = run.run(name, invocation::proceed);
    } catch (Throwable e) {
      try {
        run.finish();
      } catch (Throwable x) {
        e.addSuppressed(x);
      }
      throw e;
    }
    run.finish();
    return value;
  }

  private static String name(String kind, ReflectiveInvocationContext<Method> invocation) {
    return kind + " " + invocation.getExecutable().getName() + "()";
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, name("@BeforeAll", method));
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, name("@BeforeEach", method));
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, name("test", method));
  }

  @Override
  public <T extends @Nullable Object> T interceptTestFactoryMethod(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    return onLoop(invocation, context, name("factory", method));
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, name("test", method));
  }

  @Override
  public void interceptDynamicTest(
      Invocation<@Nullable Void> invocation,
      DynamicTestInvocationContext test,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, "test '" + context.getDisplayName() + "'");
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, name("@AfterEach", method));
  }

  @Override
  public void interceptAfterAllMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onLoop(invocation, context, name("@AfterAll", method));
  }

  // ---- parameters -------------------------------------------------------------------------------

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return !isExplored(context)
        && Parameters.areOf(parameter.getParameter().getType())
        && !(parameter.getDeclaringExecutable() instanceof Constructor<?>)
        && held(context) != null;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    var run = Objects.requireNonNull(held(context)).run;
    return Parameters.of(parameter.getParameter().getType(), run.scope());
  }
}
