package jasyncio.conformance;

import jasyncio.EventLoop;
import jasyncio.FiberKind;
import jasyncio.gevent.HubInVirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The Java halves, and what they print.
final class JavaScenarios {
  private static final Duration TIMEOUT = Duration.ofMinutes(5); // only what hangs takes that long
  private static final String DEBUG = "jasyncio.debug";

  private JavaScenarios() {}

  /// The methods of a group by name.
  static Map<String, Method> of(String group) {
    try {
      return of(Class.forName(Names.className(group)));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(group + ".py has no " + Names.className(group), e);
    }
  }

  static Map<String, Method> of(Class<?> scenarios) {
    return Arrays.stream(scenarios.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Scenario.class))
        .collect(Collectors.toMap(Method::getName, method -> method));
  }

  /// Whether the fiber runtime of this run can do what the scenario needs.
  static boolean canRunHere(Method scenario) {
    if (!scenario.isAnnotationPresent(Scheduled.class)) {
      return true;
    }
    try (var loop = EventLoop.create(null)) {
      return loop.fibers() == FiberKind.SCHEDULED;
    }
  }

  /// Runs a scenario on a thread of its own, as if it were a program's main thread.
  static Output run(Method scenario, boolean debug) {
    return run(scenario, debug, TIMEOUT);
  }

  static Output run(Method scenario, boolean debug, Duration timeout) {
    var before = System.getProperty(DEBUG);
    System.setProperty(DEBUG, Boolean.toString(debug));
    try {
      return run(scenario, timeout);
    } finally {
      if (before == null) {
        System.clearProperty(DEBUG);
      } else {
        System.setProperty(DEBUG, before);
      }
    }
  }

  private static Output run(Method scenario, Duration timeout) {
    Trace.take();
    System.setProperty("jasyncio.mainThread", "main");
    var problem = new Throwable[1]; // written by the thread, read after its end
    var thread =
        Thread.ofPlatform()
            .name("main")
            .daemon()
            .start(() -> {
              try {
                if (scenario.getDeclaringClass() == GreenletsScenarios.class) {
                  HubInVirtualTime.install();
                }
                scenario.invoke(null);
              } catch (InvocationTargetException e) {
                problem[0] = e.getCause();
              } catch (Throwable e) {
                problem[0] = e;
              }
            });
    try {
      if (!thread.join(timeout)) {
        return overdue(thread, timeout);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while a scenario ran", e);
    }
    return problem[0] == null
        ? Output.of(Trace.take())
        : new Output(Trace.take(), stackTrace(problem[0]));
  }

  private static Output overdue(Thread thread, Duration timeout) {
    var stacks =
        Thread.getAllStackTraces().entrySet().stream()
            .filter(entry ->
                entry.getKey() == thread || entry.getKey().getName().startsWith("jasyncio"))
            .map(entry -> entry.getKey() + "\n" + lines(List.of(entry.getValue())))
            .collect(Collectors.joining("\n"));
    thread.interrupt();
    return new Output(Trace.take(), "not done after " + timeout.toMillis() + " ms\n" + stacks);
  }

  private static String stackTrace(Throwable e) {
    return e + "\n" + lines(List.of(e.getStackTrace()));
  }

  private static String lines(List<StackTraceElement> stack) {
    return stack.stream().map(frame -> "  at " + frame + "\n").collect(Collectors.joining());
  }
}
