package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.examples.Programs.Run;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The project of a user's, in `greeter`, which the build has built before: run in each of the ways
/// that the tutorial shows.
class GreeterTest {
  private static final Path TARGET =
      Programs.EXAMPLES.toAbsolutePath().resolve("greeter/target").normalize();
  private static final String OPENED = "--add-opens=java.base/java.lang=";
  private static final String MAIN = "com.example.greeter.Main";
  private static final String JLINK =
      """
          --module-path greeter.jar:lib
          --add-modules com.example.greeter,org.slf4j.jdk.platform.logging,org.slf4j.simple
          --add-options=--add-opens=java.base/java.lang=jasyncio
          --launcher greet=com.example.greeter/com.example.greeter.Main
          --output image
      """;

  @BeforeEach
  void needTheProject() {
    assumeTrue(Files.exists(TARGET.resolve("greeter.jar")), "the project greeter is not built");
  }

  @Test
  void onTheModulePath_greets() throws Exception {
    assertGreets(
        Programs.run(
            List.of(
                java(),
                OPENED + "jasyncio",
                "--module-path=" + inTarget("greeter.jar:lib"),
                "--module=com.example.greeter/" + MAIN,
                "Ada",
                "Grace")));
  }

  @Test
  void onTheClassPath_greets() throws Exception {
    assertGreets(
        Programs.run(
            List.of(
                java(),
                OPENED + "ALL-UNNAMED",
                "--class-path=" + inTarget("greeter.jar:lib/*"),
                MAIN,
                "Ada",
                "Grace")));
  }

  @Test
  void asAnImage_greets(@TempDir Path folder) throws Exception {
    var said = new StringWriter();
    var options =
        JLINK
            .replace("greeter.jar:lib", inTarget("greeter.jar:lib"))
            .replace("--output image", "--output " + folder.resolve("image"));
    var jlink = ToolProvider.findFirst("jlink").orElseThrow();
    var writer = new PrintWriter(said, true);
    int status = jlink.run(writer, writer, options.strip().split("\\s+", -1));
    assertEquals(0, status, said::toString);
    assertGreets(
        Programs.run(List.of(folder.resolve("image/bin/greet").toString(), "Ada", "Grace")));
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String inTarget(String path) {
    return TARGET + "/" + path.replace(":", ":" + TARGET + "/");
  }

  /// It also forgets a task, of which SLF4J tells.
  private static void assertGreets(Run run) {
    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of("Hello, Ada!", "Hello, Grace!"), run.out(), run::toString);
    assertTrue(
        run.err().getFirst().endsWith("ERROR jasyncio - Task exception was never retrieved"),
        run::toString);
  }
}
