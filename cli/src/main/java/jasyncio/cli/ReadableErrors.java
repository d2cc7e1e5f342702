package jasyncio.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Standard error while a REPL runs: stack traces in what is logged have the names that the user
/// knows, and no frames of the launcher.
final class ReadableErrors extends OutputStream {
  private static final Pattern LAUNCHER =
      Pattern.compile(
          "(?m)^\\s+at (?:java\\.base/(?:jdk\\.internal|java\\.lang)\\.reflect|jasyncio\\.cli)\\.\\S+\\R");

  private final PrintStream stream;
  private final Charset charset;
  private final UnaryOperator<String> names;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(); // until flush; under lock

  private ReadableErrors(PrintStream stream, UnaryOperator<String> names) {
    this.stream = stream;
    this.charset = stream.charset();
    this.names = names;
  }

  /// A stream to be used instead of one.
  ///
  /// @param names gives a text with names of classes the names that the user knows
  static PrintStream instead(PrintStream stream, UnaryOperator<String> names) {
    return new PrintStream(new ReadableErrors(stream, names), true, stream.charset());
  }

  @Override
  public synchronized void write(int b) {
    kept.write(b);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    kept.write(bytes, offset, length);
  }

  @Override
  public synchronized void flush() throws IOException {
    String text = kept.toString(charset);
    if (text.contains("JShell")) {
      stream.print(names.apply(LAUNCHER.matcher(text).replaceAll("")));
    } else {
      stream.write(kept.toByteArray());
    }
    stream.flush();
    kept.reset();
  }
}
