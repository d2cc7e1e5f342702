package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs every example as its readers do: `./jasyncio run` and its name. The launcher gets what the
/// example asks for, compiles it, and runs it.
@Tag("slow")
class LauncherTest {
  /// Those that show what they are by their page, for as long as one wants to look.
  private static final Set<String> SERVERS = Set.of("Dashboard.java", "WebChat.java");

  private static void assumeLauncher() {
    assumeTrue(Programs.isScheduled(), "the launcher is the same on either fiber runtime");
    assumeTrue(Programs.hasLauncher(), "the launcher is not built; mvn verify builds it");
  }

  private static Stream<DynamicTest> forEachExample(String... args) throws IOException {
    assumeLauncher();
    List<Path> examples;
    try (var files = Files.list(Programs.EXAMPLES.toAbsolutePath())) {
      examples = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
    assertFalse(examples.isEmpty());
    return examples.stream()
        .map(example ->
            DynamicTest.dynamicTest(
                example.getFileName() + String.join("", args), () -> check(example, args)));
  }

  private static void check(Path example, String... args) throws Exception {
    boolean serves = args.length == 0 && SERVERS.contains(String.valueOf(example.getFileName()));
    Run run =
        serves
            ? serve(Programs.launcherCommand(example, "--port", "0"))
            : Programs.run(Programs.launcherCommand(example, args));
    assertEquals(0, run.exit(), run::toString);
    assertFalse(run.out().isEmpty(), run::toString);
    assertTrue(
        run.err().stream().allMatch(line -> line.startsWith("jasyncio: fetching ")), run::toString);
    if (args.length > 0) {
      assertTrue(run.out().getFirst().startsWith("Usage: " + example.getFileName()), run::toString);
    }
  }

  /// Opens its page, and then ends it.
  private static Run serve(List<String> command) throws Exception {
    try (var program = ServedProgram.start(command)) {
      assertTrue(program.get("/").body().startsWith("<!doctype html>"));
      return program.interrupt();
    }
  }

  @TestFactory
  Stream<DynamicTest> example_withoutArguments_showsWhatItIsAnExampleOf() throws IOException {
    return forEachExample();
  }

  @TestFactory
  Stream<DynamicTest> example_help_printsUsage() throws IOException {
    return forEachExample("--help");
  }

  /// As in a container that says nothing of languages. Python prints UTF-8 there, too.
  @ParameterizedTest
  @ValueSource(strings = {"LANG=", "LANG=xx_YY.UTF-8", "LC_ALL=C", "LC_ALL=xx_YY.UTF-8"})
  void textInAPlainLocale_isUtf8(String locale, @TempDir Path folder) throws Exception {
    assumeLauncher();
    var program = folder.resolve("Greek.java");
    Files.writeString(
        program,
        """
        void main() {
          IO.println("αβγ " + java.nio.file.Path.of("δ"));
        }
        """);
    var command = new ArrayList<>(List.of("env", "-u", "LC_ALL", "-u", "LC_CTYPE", locale));
    command.addAll(Programs.launcherCommand(program));
    var run = Programs.run(command);
    assertEquals(List.of("αβγ δ"), run.out(), run::toString);
  }
}
