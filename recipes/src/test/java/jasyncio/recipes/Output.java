package jasyncio.recipes;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// What a program prints.
public final class Output {
  /// A program.
  public interface Program {
    void run() throws Exception;
  }

  private Output() {}

  /// The lines that the program has printed when it has ended.
  public static java.util.List<String> of(Program program) throws Exception {
    var out = System.out;
    var bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
