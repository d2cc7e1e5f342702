package jasyncio.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every pair, in and out of debug mode: what Java prints is what CPython prints.
class ConformanceTest {
  private static final boolean UPDATE = Boolean.getBoolean("jasyncio.conformance.update");

  @BeforeAll
  static void findPython() {
    if (CPython.found().isEmpty()) {
      System.out.println("CPython 3.13 not found: comparing with stored output");
    }
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
    return CPython.found()
        .map(python -> python.scenarios(group))
        .orElseGet(() -> StoredOutput.read(group));
  }

  /// Where CPython is there, the stored output must be its own.
  @TestFactory
  Stream<DynamicTest> theStoredOutputIsCurrent() {
    return CPython.found().stream()
        .flatMap(python ->
            PythonSources.groups().stream()
                .map(group -> DynamicTest.dynamicTest(group, () -> checkStored(python, group))));
  }

  private static void checkStored(CPython python, String group) {
    var current = python.scenarios(group);
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
