package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassPathTest {
  private final ClassPath path =
      new ClassPath(List.of(), List.of(), List.of(Path.of("lib/jackson-databind-3.3.0.jar")));

  /// Programs that name what they need, for JBang, are not kept waiting for what is there.
  @ParameterizedTest
  @CsvSource({
    "io.github.jasyncio:jasyncio:0.0.1, true",
    "io.github.jasyncio:jasyncio-http:9.9.9, true",
    "io.github.jasyncio:jasyncio-micrometer:0.1.0, false",
    "io.github.jasyncio:jasyncio-testing:0.1.0, false",
    "tools.jackson.core:jackson-databind:3.3.0, true",
    "tools.jackson.core:jackson-databind:3.2.0, false",
    "tools.jackson.core:jackson-databind:jar:tests:3.3.0, false",
    "com.h2database:h2:2.3.232, false",
  })
  void has_aLibrary_onlyIfEachProgramHasIt(String coordinates, boolean expected) {
    assertThat(path.has(coordinates)).isEqualTo(expected);
  }

  @Test
  void has_theTestKit_whereItIs() throws CommandException {
    assertThat(path.withTestKit().has("io.github.jasyncio:jasyncio-testing:0.1.0")).isTrue();
  }
}
