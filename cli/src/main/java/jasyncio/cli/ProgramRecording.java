package jasyncio.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a program that is visited records for us. Ends with the visit.
final class ProgramRecording {
  private final String command; // for messages
  private final Answers program;
  private final Path left; // the program's own file

  private ProgramRecording(String command, Answers program, Path left) {
    this.command = command;
    this.program = program;
    this.left = left;
  }

  /// Begins.
  ///
  /// @param settings `default`, `profile` or `none`
  /// @param maxBytes so much is kept, the latest
  /// @throws CommandException if the program cannot record
  static ProgramRecording start(String command, Answers program, String settings, long maxBytes)
      throws CommandException, IOException {
    String answer =
        program.ask("record-start", Map.of("settings", settings, "size", Long.toString(maxBytes)));
    return new ProgramRecording(
        command, program, Path.of(Visit.parse(command, answer).get("file").getAsString()));
  }

  /// How many bytes there are so far.
  ///
  /// @throws IOException if the program has ended
  long size() throws CommandException, IOException {
    return ask("record-state", Map.of()).get("bytes").getAsLong();
  }

  /// Ends it, and writes it to a file.
  ///
  /// @throws IOException if the program has ended, or the file cannot be written
  void fetch(Path file) throws CommandException, IOException {
    ask("record-stop", Map.of());
    try (var out = Files.newOutputStream(file)) {
      long from = 0;
      for (byte[] piece = read(from); piece.length > 0; piece = read(from)) {
        out.write(piece);
        from += piece.length;
      }
    }
  }

  private byte[] read(long from) throws CommandException, IOException {
    JsonObject answer = ask("record-read", Map.of("from", Long.toString(from)));
    return Base64.getDecoder().decode(answer.get("piece").getAsString());
  }

  private JsonObject ask(String question, Map<String, @Nullable String> values)
      throws CommandException, IOException {
    return Visit.parse(command, program.ask(question, values));
  }

  /// The program has ended: takes what it has left.
  ///
  /// @return whether it has left something that we may read
  boolean takeWhatIsLeft(Path file) throws IOException {
    if (!Files.isReadable(left) || Files.size(left) == 0) {
      return false;
    }
    Files.copy(left, file, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(left);
    return true;
  }
}
