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

/// Runs tests in a JVM of their own, on JUnit 5.13.
final class ChildJvm {
  private static final Path JUNIT = Path.of("target/junit5/junit5.jar");

  private ChildJvm() {}

  private static String placeOf(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }

  /// Fails unless all tests pass, and there are some.
  ///
  /// @param options of the JVM
  /// @param tests names of classes
  /// @return what it prints
  static String run(List<String> options, String... tests) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(
        Stream.concat(
                Stream.of(
                        ChildJvm.class,
                        OnLoop.class,
                        Asyncio.class,
                        Assertions.class,
                        Nullable.class)
                    .map(ChildJvm::placeOf),
                Stream.of("target/test-classes")) // patched into the module, tests have its place
            .distinct()
            .collect(joining(File.pathSeparator, JUNIT + File.pathSeparator, "")));
    command.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute"));
    Stream.of(tests).forEach(test -> command.add("--select-class=" + test));
    command.addAll(List.of("--details=summary", "--disable-banner", "--disable-ansi-colors"));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("0 tests failed").doesNotContain(" 0 tests successful");
    return output;
  }

  /// What has the fiber runtime be the one of this JVM.
  static List<String> sameRuntime() {
    var fibers = System.getProperty("jasyncio.fibers");
    return fibers != null && fibers.equals("portable")
        ? List.of("-Djasyncio.fibers=portable")
        : List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");
  }
}
