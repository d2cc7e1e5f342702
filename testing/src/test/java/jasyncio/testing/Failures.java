package jasyncio.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/// Runs tests that are meant to fail, and says how.
final class Failures {
  private static final String DISCOVERY = "org.junit.platform.launcher.core.DiscoveryIssueNotifier";

  private Failures() {}

  private static EngineExecutionResults run(DiscoverySelector selector) {
    try (var _ = HeldBack.ofWatchdog();
        var _ = HeldBack.of(DISCOVERY, "encountered a non-critical issue")) {
      return EngineTestKit.engine("junit-jupiter")
          .selectors(selector)
          .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
          .execute();
    }
  }

  private static DiscoverySelector method(Class<?> type, String name) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst()
        .map(method -> selectMethod(type, method))
        .orElseThrow();
  }

  /// Whether a test method passes.
  static boolean none(Class<?> type, String method) {
    return run(method(type, method)).testEvents().succeeded().count() == 1;
  }

  /// Whether a test method is called off by an assumption.
  static boolean aborts(Class<?> type, String method) {
    return run(method(type, method)).testEvents().aborted().count() == 1;
  }

  /// How a test method fails; there must be exactly one failure.
  static Throwable of(Class<?> type, String method) {
    return run(method(type, method)).allEvents().failed().stream()
        .map(Failures::throwable)
        .reduce((a, b) -> {
          throw new AssertionError("fails twice: " + a + " and " + b);
        })
        .orElseThrow(() -> new AssertionError(type.getSimpleName() + "." + method + " passes"));
  }

  /// How a test method fails, each time that it is run.
  static List<Throwable> allOf(Class<?> type, String method) {
    return run(method(type, method)).testEvents().failed().stream()
        .map(Failures::throwable)
        .toList();
  }

  /// What a test method that passes publishes.
  static Map<String, String> reportEntries(Class<?> type, String method) {
    var found = new LinkedHashMap<String, String>();
    run(method(type, method)).allEvents().reportingEntryPublished().stream()
        .map(event -> event.getRequiredPayload(ReportEntry.class))
        .forEach(entry -> found.putAll(entry.getKeyValuePairs()));
    return found;
  }

  /// How something of a class fails, be it a test or the class.
  static Throwable of(Class<?> type) {
    return run(selectClass(type)).allEvents().failed().stream()
        .map(Failures::throwable)
        .findFirst()
        .orElseThrow(() -> new AssertionError(type.getSimpleName() + " passes"));
  }

  private static Throwable throwable(Event event) {
    return event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
  }
}
