package jasyncio.conformance;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The pairs are complete, and a difference would be seen.
class PairsTest {
  /// The groups whose `run` is not that of virtual time, and why. A scenario of another group that
  /// has to be in real time says so itself.
  private static final Map<String, String> RUN_OTHERWISE =
      Map.ofEntries(
          entry("datagrams", "I/O"),
          entry("futures", "other threads complete some"),
          entry("greenlets", "it has no run: JavaScenarios gives it a hub in virtual time"),
          entry("greenlets_patched", "calls that block"),
          entry("iterations", "its clock never rests, and nothing waits for a time"),
          entry("loop", "how a loop keeps time, and other threads"),
          entry("pipes", "I/O"),
          entry("runners", "run itself, and signals"),
          entry("signals", "signals"),
          entry("sockets", "I/O"),
          entry("streams_connections", "I/O"),
          entry("subprocesses", "processes"),
          entry("threads", "threads"),
          entry("tls", "I/O"),
          entry("transports", "I/O"));

  /// The files that call `Thread.sleep`, and why each has to.
  private static final Map<String, String> MAY_SLEEP =
      Map.of(
          "GreenletsPatchedScenarios", "what patched sleeps do is the subject",
          "Helpers", "blockFor is for callbacks that block, and for what a collection has found",
          "PairsTest", "a scenario hangs on purpose");

  @Test
  void groups_together_haveMoreThan120Pairs() {
    int pairs =
        PythonSources.groups().stream().mapToInt(g -> PythonSources.scenarios(g).size()).sum();
    System.out.println(pairs + " pairs of scenarios");
    assertThat(pairs).isGreaterThanOrEqualTo(120);
  }

  @TestFactory
  Stream<DynamicTest> everyScenarioHasBothHalvesAndOneRule() {
    return PythonSources.groups().stream()
        .map(group ->
            DynamicTest.dynamicTest(
                group,
                () -> {
                  assertThat(javaRules(group)).isEqualTo(pythonRules(group));
                  assertThat(storedRules(group)).isEqualTo(pythonRules(group));
                }));
  }

  private static Map<String, String> pythonRules(String group) {
    return PythonSources.scenarios(group).entrySet().stream()
        .collect(Collectors.toMap(e -> Names.method(e.getKey()), Map.Entry::getValue));
  }

  private static Map<String, String> javaRules(String group) {
    return JavaScenarios.of(group).values().stream()
        .collect(
            Collectors.toMap(
                method -> method.getName(),
                method -> method.getAnnotation(Scenario.class).value()));
  }

  private static Map<String, String> storedRules(String group) {
    return StoredOutput.read(group).stream()
        .collect(
            Collectors.toMap(
                scenario -> Names.method(scenario.name()), scenario -> scenario.rule()));
  }

  @Test
  void groups_withoutAReason_runInVirtualTime() {
    assertThat(PythonSources.groups())
        .filteredOn(group ->
            !text(source(Names.className(group)))
                .contains("import static jasyncio.testing.InVirtualTime.run;"))
        .containsExactlyInAnyOrderElementsOf(RUN_OTHERWISE.keySet());
  }

  @Test
  void files_withoutAReason_doNotSleep() throws IOException {
    try (var files = Files.list(source(PairsTest.class.getName()).getParent())) {
      assertThat(files)
          .filteredOn(file -> text(file).contains("Thread.sleep("))
          .extracting(file -> file.getFileName().toString().replace(".java", ""))
          .containsExactlyInAnyOrderElementsOf(MAY_SLEEP.keySet());
    }
  }

  private static Path source(String className) {
    return PythonSources.module()
        .resolve("src/test/java")
        .resolve(className.replace('.', '/') + ".java");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A Java half that prints what its imagined Python half would not.
  static final class Deviating {
    @Scenario("none")
    static void deviates() {
      Trace.print("same");
      Trace.print("from Java");
    }

    @Scenario("none")
    static void fails() {
      Trace.print("first line");
      throw new Oops("on purpose");
    }

    @Scenario("none")
    static void hangs() throws InterruptedException {
      Trace.print("first line");
      Thread.sleep(Duration.ofHours(1));
    }
  }

  @Test
  void compare_differentTraces_showsThemSideBySide() {
    var java = JavaScenarios.run(JavaScenarios.of(Deviating.class).get("deviates"), false);
    var python = List.of("same", "from Python, longer", "one line more");
    assertThatThrownBy(() -> SideBySide.compare("group: name", python, java.lines()))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            group: name
              Python              | Java
              same                | same
            > from Python, longer | from Java
              one line more       |
            """);
  }

  @Test
  void compare_javaPrintsMore_marksTheFirstLineTooMany() {
    assertThat(SideBySide.text(List.of("a"), List.of("a", "b")))
        .isEqualTo(
            """
              Python | Java
              a      | a
            >        | b
            """);
  }

  @Test
  void compare_equalTraces_isSilent() {
    SideBySide.compare("group: name", List.of("a"), List.of("a"));
  }

  @Test
  void run_failingScenario_tellsTheErrorAndTheTraceSoFar() {
    var output = JavaScenarios.run(JavaScenarios.of(Deviating.class).get("fails"), false);
    assertThatThrownBy(() -> output.linesOrFail("Java", "fails"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("Java scenario fails failed, after it printed [first line]:")
        .hasMessageContaining("Oops: on purpose");
  }

  @Test
  void run_hangingScenario_failsWithItsStack() {
    var hangs = JavaScenarios.of(Deviating.class).get("hangs");
    var output = JavaScenarios.run(hangs, false, Duration.ofSeconds(2));
    assertThatThrownBy(() -> output.linesOrFail("Java", "hangs"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("after it printed [first line]:\nnot done after 2000 ms")
        .hasMessageContaining("Deviating.hangs");
  }

  @Test
  void storedOutput_roundTrip_keepsEveryCharacter() {
    var output = Output.of(List.of("quote \" backslash \\ tab \t newline \n", "umlaut \u00e4 <b>"));
    var scenarios =
        List.of(
            new PythonScenario("same", "K1", output, output),
            new PythonScenario("different", "K2", Output.of(List.of()), output));
    assertThat(StoredOutput.parse(StoredOutput.text(scenarios))).isEqualTo(scenarios);
  }

  @TestFactory
  Stream<DynamicTest> storedOutput_ofEachGroup_isWrittenAsItWasRead() {
    return PythonSources.groups().stream()
        .map(group ->
            DynamicTest.dynamicTest(
                group,
                () -> {
                  var text = Files.readString(StoredOutput.file(group));
                  assertThat(StoredOutput.text(StoredOutput.parse(text))).isEqualTo(text);
                }));
  }

  @Test
  void names_pythonToJava() {
    assertThat(Names.method("call_soon_is_fifo")).isEqualTo("callSoonIsFifo");
    assertThat(Names.className("task_groups")).endsWith(".TaskGroupsScenarios");
  }
}
