package jasyncio.internal.process;

import java.io.File;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// How names, arguments and variables are encoded for the system.
final class SystemText {
  private static final Charset OF_JDK = charsetOfJdk();

  private final Charset charset;

  SystemText(Charset charset) {
    this.charset = charset;
  }

  /// As the JDK does it.
  static SystemText ofJdk() {
    return new SystemText(OF_JDK);
  }

  /// In a plain C locale the JDK says ASCII; what is not ASCII then goes as UTF-8, as in Python.
  static SystemText ofSystem() {
    boolean plain = OF_JDK.equals(StandardCharsets.US_ASCII);
    return new SystemText(plain ? StandardCharsets.UTF_8 : OF_JDK);
  }

  private static Charset charsetOfJdk() {
    var utf8 = StandardCharsets.UTF_8;
    boolean windows = File.separatorChar == '\\'; // takes whatever there is
    return windows ? utf8 : Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), utf8);
  }

  byte[] encode(String text) {
    return text.getBytes(charset);
  }

  /// Refuses what would become question marks.
  ///
  /// @throws IllegalArgumentException if the encoding has not all characters of what a child gets
  void check(Command command) {
    check(command.program(), "the program's path");
    command.arguments().forEach(word -> check(word, "an argument of " + command.program()));
    if (command.environment() != null) {
      command
          .environment()
          .forEach((name, value) -> {
            check(name, "the name of an environment variable");
            check(value, "environment variable " + name);
          });
    }
  }

  private void check(String text, String what) {
    if (!charset.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          what
              + " has characters that "
              + charset
              + ", in which this JVM hands it to the system, has not; start the JVM in a locale that"
              + " has them, such as LC_ALL=C.UTF-8");
    }
  }
}
