package jasyncio.slf4j;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.slf4j.program.MdcProgram;
import java.io.File;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How the adapter gets into SLF4J, logback and log4j: once in a JVM, so each test has one.
@Tag("slow")
@Tag("jvms")
class InstallTest {
  private static final String PROPERTY = "-Dslf4j.provider=" + MdcServiceProvider.class.getName();
  private static final String[] TASKS = {"task of alice: alice", "task of bob: bob"};

  private enum Backend {
    LOGBACK,
    LOG4J
  }

  // ---- logback ----------------------------------------------------------------------------------

  @Test
  void logback_withTheProvider_needsNothingElse() throws Exception {
    assertThat(program(Backend.LOGBACK, List.of(PROPERTY), "tasks", "tell"))
        .containsExactly(
            TASKS[0], TASKS[1], "installed: true, property: jasyncio.slf4j.MdcServiceProvider");
  }

  @Test
  void logback_installedAtTheBeginning_takesTheProvider() throws Exception {
    assertThat(program(Backend.LOGBACK, List.of(), "install", "tasks", "tell"))
        .containsExactly(TASKS[0], TASKS[1], "installed: true, property: null");
  }

  @Test
  void logback_installedLater_keepsTheThreadsValues() throws Exception {
    assertThat(program(Backend.LOGBACK, List.of(), "use", "put", "install", "log", "tasks"))
        .containsExactly("early: early", "main: kept", TASKS[0], TASKS[1]);
  }

  @Test
  void logback_onTheModulePath_isInstalledAtTheBeginning() throws Exception {
    assertThat(onModulePath(List.of(), "install", "tasks")).containsExactly(TASKS);
    assertThat(onModulePath(List.of(PROPERTY), "use", "tasks"))
        .containsExactly("early: early", TASKS[0], TASKS[1]);
  }

  @Test
  void logback_onTheModulePathInUse_saysWhatToDo() throws Exception {
    assertThat(onModulePath(List.of(), "use", "install"))
        .containsExactly(
            "early: early",
            "refused: SLF4J is in use already and lets nobody replace the adapter of its MDC; start"
                + " the JVM with "
                + PROPERTY
                + ", or call install() before the first logger is made");
    assertThat(
            onModulePath(
                List.of("--add-opens=org.slf4j/org.slf4j=jasyncio.slf4j"),
                "use",
                "install",
                "tasks"))
        .containsExactly("early: early", TASKS[0], TASKS[1]);
  }

  @Test
  void logback_withoutAnything_keepsValuesInThreads() throws Exception {
    assertThat(program(Backend.LOGBACK, List.of(), "use", "tell"))
        .containsExactly("early: early", "installed: false, property: null");
  }

  // ---- log4j ------------------------------------------------------------------------------------

  @Test
  void log4j_findsItsMapByItself() throws Exception {
    assertThat(program(Backend.LOG4J, List.of(), "use", "tasks", "tell"))
        .containsExactly("early: early", TASKS[0], TASKS[1], "installed: false, property: null");
  }

  @Test
  void log4j_installed_hasStacksInCoroutines() throws Exception {
    for (var options : List.of(List.<String>of(), List.of(PROPERTY))) {
      assertThat(program(Backend.LOG4J, options, "use", "install", "tasks", "stacks"))
          .containsExactly(
              "early: early",
              TASKS[0],
              TASKS[1],
              "two of a: a2",
              "[a2, a1]",
              "a2",
              "one of a: a1",
              "two of b: b2",
              "[b2, b1]",
              "b2",
              "one of b: b1");
    }
  }

  @Test
  void log4j_withAnotherMap_saysWhatToDo() throws Exception {
    assertThat(
            program(Backend.LOG4J, List.of("-Dlog4j2.threadContextMap=WebApp"), "use", "install"))
        .containsExactly(
            "early: early",
            "refused: log4j does not keep its ThreadContext in coroutines' contexts; start the JVM"
                + " with -Dlog4j2.threadContextMap=jasyncio.slf4j.Log4jThreadContextMap");
  }

  // ---- running ----------------------------------------------------------------------------------

  private static List<String> classPath(Backend backend) {
    var other = backend == Backend.LOGBACK ? "log4j" : "logback-";
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(other))
        .toList();
  }

  private static List<String> program(Backend backend, List<String> options, String... steps)
      throws Exception {
    return program(classPath(backend), options, steps);
  }

  private static List<String> onModulePath(List<String> options, String... steps) throws Exception {
    Predicate<String> isModule =
        entry -> !entry.contains("test-classes") && !entry.contains("testkit");
    var all = classPath(Backend.LOGBACK);
    var withModules = new ArrayList<>(options);
    withModules.addAll(
        List.of(
            "-p",
            all.stream().filter(isModule).collect(joining(File.pathSeparator)),
            "--add-modules",
            "jasyncio.slf4j,ch.qos.logback.classic"));
    return program(all.stream().filter(isModule.negate()).toList(), withModules, steps);
  }

  private static List<String> program(List<String> classPath, List<String> options, String... steps)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add(
        System.getProperty("jasyncio.fibers", "scheduled").equals("scheduled")
            ? "--add-opens=java.base/java.lang=ALL-UNNAMED,jasyncio"
            : "-Djasyncio.fibers=portable");
    command.addAll(options);
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath)));
    command.add(MdcProgram.class.getName());
    command.addAll(List.of(steps));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).as(output).isZero();
    return output
        .lines()
        .filter(line -> !line.startsWith("WARNING: ") && !line.startsWith("SLF4J(I): "))
        .toList();
  }
}
