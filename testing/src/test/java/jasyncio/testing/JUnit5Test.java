package jasyncio.testing;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import java.io.File;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The kit's jar does for JUnit 5.13 as well as for the one that the build uses.
@Tag("slow")
class JUnit5Test {
  private static final Path JUNIT = Path.of("target/junit5/junit5.jar");

  private static String placeOf(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  @Test
  void testsOnLoops_runOnJUnit5() throws Exception {
    var command = new ArrayList<>(List.of(javaCommand()));
    command.add("-cp");
    command.add(
        Stream.concat(
                Stream.of(
                        JUnit5Test.class,
                        OnLoop.class,
                        Asyncio.class,
                        Assertions.class,
                        Nullable.class)
                    .map(JUnit5Test::placeOf),
                Stream.of("target/test-classes")) // patched into the module, tests have its place
            .distinct()
            .collect(joining(File.pathSeparator, JUNIT + File.pathSeparator, "")));
    command.addAll(
        List.of(
            "org.junit.platform.console.ConsoleLauncher",
            "execute",
            "--select-class=" + AsyncTestTest.class.getName(),
            "--select-class=" + getClass().getPackageName() + ".docs.VisitorsTest",
            "--details=summary",
            "--disable-banner",
            "--disable-ansi-colors"));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("0 tests failed").doesNotContain(" 0 tests successful");
  }

  private static String[] javaCommand() {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var fibers = System.getProperty("jasyncio.fibers");
    return fibers != null && fibers.equals("portable")
        ? new String[] {java, "-Djasyncio.fibers=portable"}
        : new String[] {java, "--add-opens=java.base/java.lang=ALL-UNNAMED"};
  }
}
