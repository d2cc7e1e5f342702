package jasyncio.opentelemetry;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.opentelemetry.program.StorageProgram;
import java.io.File;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Which storage OpenTelemetry takes, and what is put around it: decided once in a JVM, so each
/// test has one.
@Tag("slow")
@Tag("jvms")
class StorageChoiceTest {
  private static final String CHOICE = "-Dio.opentelemetry.context.contextStorageProvider=";

  @Test
  void classPath_isEnough() throws Exception {
    assertThat(programIn(List.of())).containsExactly("task sees: made", "main sees: nothing");
  }

  @Test
  void modulePath_isEnough() throws Exception {
    Predicate<String> isModule =
        entry -> !entry.contains("test-classes") && !entry.contains("testkit");
    var modules = classPath().stream().filter(isModule).collect(joining(File.pathSeparator));
    assertThat(
            programIn(
                List.of("-p", modules, "--add-modules", "jasyncio.opentelemetry"),
                isModule.negate()))
        .containsExactly("task sees: made", "main sees: nothing");
  }

  @Test
  void property_choosesTheDefaultStorage() throws Exception {
    assertThat(programIn(List.of(CHOICE + "default")))
        .containsExactly("task sees: nothing", "main sees: nothing");
  }

  @Test
  void property_mayNameTheProvider() throws Exception {
    assertThat(programIn(List.of(CHOICE + JasyncioContextStorageProvider.class.getName())))
        .containsExactly("task sees: made", "main sees: nothing");
  }

  @Test
  void strictStorage_liesAroundOurs() throws Exception {
    assertThat(
            programIn(List.of("-Dio.opentelemetry.context.enableStrictContext=true", "-Dclose=b")))
        .containsExactly(
            "task sees: made",
            "main sees: nothing",
            "strict: Thread [main] opened scope, but thread [other] closed it");
  }

  @Test
  void wrappers_lieAroundOursInTheirOrder() throws Exception {
    assertThat(programIn(List.of("-Dwrappers=inner,outer")))
        .containsExactly(
            "outer attaches", "inner attaches", "task sees: made", "main sees: nothing");
  }

  private static List<String> classPath() {
    return Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  private static List<String> programIn(List<String> options) throws Exception {
    return programIn(options, entry -> true);
  }

  /// What [StorageProgram] prints in a JVM that has `options`. The SDK's test kit, whose storage
  /// goes before all others, is not there.
  private static List<String> programIn(List<String> options, Predicate<String> onClassPath)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add(
        SpanParentsTest.SCHEDULED
            ? "--add-opens=java.base/java.lang=ALL-UNNAMED,jasyncio"
            : "-Djasyncio.fibers=portable");
    command.addAll(options);
    command.add("-cp");
    command.add(
        classPath().stream()
            .filter(onClassPath.and(entry -> !entry.contains("opentelemetry-sdk-testing")))
            .collect(joining(File.pathSeparator)));
    command.add(StorageProgram.class.getName());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().filter(line -> !line.startsWith("WARNING: ")).toList();
  }
}
