package jasyncio.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testkit.DefaultSignals;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every pair, in and out of debug mode: what Java prints is what CPython prints.
class ConformanceTest {
  private static final boolean UPDATE = Boolean.getBoolean("jasyncio.conformance.update");
  private static final int PYTHONS_AT_A_TIME = 4;
  private static final Map<String, CompletableFuture<List<PythonScenario>>> EXPECTED =
      new HashMap<>();

  @BeforeAll
  static void findPython() {
    DefaultSignals.restore();
    var missing = new TreeSet<String>();
    for (var group : PythonSources.groups()) {
      if (CPython.found(group).isEmpty()) {
        missing.add(
            PythonSources.requirement(group)
                .map(module -> "a Python that has " + module)
                .orElse("CPython 3.13"));
      }
    }
    missing.forEach(what -> System.out.println(what + " not found: comparing with stored output"));
    startPythons();
  }

  /// They sleep most of the time: meanwhile others run, and the pairs before are compared.
  private static void startPythons() {
    var threads = Thread.ofPlatform().daemon().name("python-", 0).factory();
    var pythons = Executors.newFixedThreadPool(PYTHONS_AT_A_TIME, threads);
    for (var group : PythonSources.groups()) {
      EXPECTED.put(group, CompletableFuture.supplyAsync(() -> load(group), pythons));
    }
    pythons.shutdown();
  }

  private static List<PythonScenario> load(String group) {
    return CPython.found(group)
        .map(python -> python.scenarios(group))
        .orElseGet(() -> StoredOutput.read(group));
  }

  @TestFactory
  Stream<DynamicContainer> javaPrintsWhatPythonPrints() {
    return PythonSources.groups().stream()
        .flatMap(group -> Stream.of(container(group, false), container(group, true)));
  }

  private static DynamicContainer container(String group, boolean debug) {
    var title = group + (debug ? " in debug mode" : "");
    return DynamicContainer.dynamicContainer(
        title,
        PythonSources.scenarios(group).keySet().stream()
            .map(name ->
                DynamicTest.dynamicTest(name, () -> comparePair(title, group, name, debug))));
  }

  private static void comparePair(String title, String group, String name, boolean debug) {
    var python = expected(group, name).output(debug).linesOrFail("Python", name);
    var method = JavaScenarios.of(group).get(Names.method(name));
    if (method == null) {
      throw new AssertionError(Names.className(group) + " has no " + Names.method(name));
    }
    assumeTrue(
        JavaScenarios.canRunHere(method),
        "a scenario of blocking calls needs the scheduled fiber runtime; this run is for the portable"
            + " one");
    var java = JavaScenarios.run(method, debug).linesOrFail("Java", Names.method(name));
    SideBySide.compare(title + ": " + name, python, java);
  }

  private static PythonScenario expected(String group, String name) {
    return expected(group).stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the output of " + name + " is not stored"));
  }

  private static List<PythonScenario> expected(String group) {
    try {
      return EXPECTED.get(group).join();
    } catch (CompletionException e) {
      throw new AssertionError("Python's half of " + group + " has failed", e.getCause());
    }
  }

  /// Where CPython is there, the stored output must be its own.
  @TestFactory
  Stream<DynamicTest> theStoredOutputIsCurrent() {
    return PythonSources.groups().stream()
        .flatMap(group ->
            CPython.found(group).stream()
                .map(_ -> DynamicTest.dynamicTest(group, () -> checkStored(group))));
  }

  private static void checkStored(String group) {
    var current = expected(group);
    if (UPDATE) {
      current.forEach(scenario -> {
        scenario.output().linesOrFail("Python", scenario.name());
        scenario.debugOutput().linesOrFail("Python", scenario.name());
      });
      StoredOutput.write(group, current);
    }
    assertThat(StoredOutput.read(group))
        .as("run again with -Djasyncio.conformance.update=true if CPython is right")
        .isEqualTo(current);
  }
}
