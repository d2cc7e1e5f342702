package jasyncio.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SystemTextTest {
  private static final SystemText ASCII = new SystemText(StandardCharsets.US_ASCII);

  private static Command command(
      String argument, @Nullable Map<String, String> environment, ChildStream stream) {
    return new Command(
        "/bin/echo",
        List.of("echo", argument),
        environment,
        null,
        false,
        -1,
        stream,
        stream,
        stream);
  }

  private static Command command(String argument, @Nullable Map<String, String> environment) {
    return command(argument, environment, new ChildStream.Inherited());
  }

  /// The JDK makes question marks of it, without a word.
  @Test
  void whatTheEncodingHasNot_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JdkLauncher(ASCII).start(command("grün", null)))
        .withMessage(
            "an argument of /bin/echo has characters that US-ASCII, in which this JVM hands it to"
                + " the system, has not; start the JVM in a locale that has them, such as"
                + " LC_ALL=C.UTF-8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ASCII.check(command("green", Map.of("COLOUR", "grün"))))
        .withMessageStartingWith("environment variable COLOUR has characters that US-ASCII,");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ASCII.check(command("green", Map.of("GRÜN", "green"))))
        .withMessageStartingWith("the name of an environment variable has characters");
    assertThatCode(() -> ASCII.check(command("green", Map.of("COLOUR", "green"))))
        .doesNotThrowAnyException();
  }

  @Test
  void halfOfACharacter_isRefusedInAnyEncoding() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SystemText.ofSystem().check(command("\uD834", null)))
        .withMessageStartingWith("an argument of /bin/echo has characters that");
  }

  @Test
  void whatTheEncodingHas_isEncoded() {
    var latin = new SystemText(StandardCharsets.ISO_8859_1);
    assertThatCode(() -> latin.check(command("grün", null))).doesNotThrowAnyException();
    assertThat(latin.encode("ü")).containsExactly(0xFC);
  }
}
