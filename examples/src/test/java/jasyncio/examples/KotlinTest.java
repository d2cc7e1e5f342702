package jasyncio.examples;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jetbrains.kotlin.cli.common.ExitCode;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compiles a program in Kotlin and runs it: nothing is ambiguous there, and no result is lost.
@Tag("kotlin")
@Tag("slow")
class KotlinTest {
  private static final Path SOURCE = Programs.EXAMPLES.resolve("src/test/kotlin/overloads.kt");

  @TempDir Path classes;

  @Test
  void overloads_inKotlin_keepTheResult() throws Exception {
    compile(SOURCE);
    URL[] path = {classes.toUri().toURL()};
    try (var loader = new URLClassLoader(path, getClass().getClassLoader())) {
      Class<?> program = loader.loadClass("jasyncio.examples.kotlin.OverloadsKt");
      assertThat(program.getMethod("failures").invoke(null)).isEqualTo(List.of());
    }
  }

  private void compile(Path source) throws URISyntaxException {
    var output = new ByteArrayOutputStream();
    ExitCode code =
        new K2JVMCompiler()
            .exec(
                new PrintStream(output, true, StandardCharsets.UTF_8),
                "-no-stdlib",
                "-no-reflect",
                "-cp",
                home(Asyncio.class) + File.pathSeparator + home(kotlin.Unit.class),
                "-d",
                classes.toString(),
                source.toString());
    assertThat(output.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(code).isEqualTo(ExitCode.OK);
  }

  private static Path home(Class<?> type) throws URISyntaxException {
    URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
    return Path.of(place);
  }
}
