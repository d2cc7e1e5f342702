package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ReadableErrorsTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream errors =
      ReadableErrors.instead(
          new PrintStream(bytes, true, UTF_8), text -> text.replace("REPL.$JShell$1.f", "f"));

  private String shown() {
    return bytes.toString(UTF_8);
  }

  @Test
  void print_traceOfAnInput_withoutTheLauncher() {
    errors.print(
        """
        WARNING: it blocks
          at java.base/java.lang.Thread.sleep(Thread.java:540)
          at REPL.$JShell$1.f(#1:1)
          at java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(D.java:104)
          at java.base/java.lang.reflect.Method.invoke(Method.java:565)
          at jasyncio.cli.SnippetExecution.call(SnippetExecution.java:56)
        advice
        """);
    assertThat(shown())
        .isEqualTo(
            """
            WARNING: it blocks
              at java.base/java.lang.Thread.sleep(Thread.java:540)
              at f(#1:1)
            advice
            """);
  }

  @Test
  void print_anythingElse_atOnceAsItIs() {
    errors.print("ä");
    assertThat(shown()).isEqualTo("ä");
    errors.println("  at jasyncio.cli.Main");
    assertThat(shown()).isEqualTo("ä  at jasyncio.cli.Main" + System.lineSeparator());
  }
}
