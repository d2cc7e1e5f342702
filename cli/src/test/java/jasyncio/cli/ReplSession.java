package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/// The inputs of a REPL without a terminal, and what comes of them. One may be the session of many
/// tests.
final class ReplSession implements AutoCloseable {
  static final int LIMIT = 1000; // characters of a value

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ReplEngine engine;

  ReplSession(ReplHost host, ClassPath classPath) {
    engine =
        new ReplEngine(
            host.execution(LIMIT),
            classPath,
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            new Colours(false));
  }

  ReplEngine engine() {
    return engine;
  }

  /// Evaluates inputs, all but the last without a look at what comes of them.
  boolean evaluate(String... inputs) {
    boolean fine = true;
    for (String input : inputs) {
      forget();
      fine = engine.evaluate(input);
    }
    return fine;
  }

  /// What the last input gave. Names that JShell has made have no number.
  String out() {
    return out.toString(UTF_8).replaceAll("(?m)^\\$\\d+ ==>", "\\$n ==>");
  }

  /// What was wrong with it. Inputs have no number.
  String err() {
    return err.toString(UTF_8).replaceAll("\\(#\\d+:", "(#n:");
  }

  void assertGives(String expected, String... inputs) {
    assertThat(evaluate(inputs)).as(err()).isTrue();
    assertThat(err()).isEmpty();
    assertThat(out()).isEqualTo(expected);
  }

  void assertFails(String expected, String... inputs) {
    assertThat(evaluate(inputs)).isFalse();
    assertThat(out()).isEmpty();
    assertThat(err()).isEqualTo(expected);
  }

  void forget() {
    out.reset();
    err.reset();
  }

  @Override
  public void close() {
    engine.close();
  }
}
