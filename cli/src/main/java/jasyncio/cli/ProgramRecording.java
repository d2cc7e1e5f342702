package jasyncio.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a program that is visited records for us. Ends with the visit.
final class ProgramRecording {
  /// The program has ended, or does not answer any more.
  static final class Gone extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private Gone(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static final String NAME = "jasyncio-record-\\d+\\.jfr"; // of the program's own file

  private final String command; // for messages
  private final Answers program;
  private final Path left; // the program's own file
  private final @Nullable UserPrincipal owner; // of the program, if we see its files

  private ProgramRecording(
      String command, Answers program, Path left, @Nullable UserPrincipal owner) {
    this.command = command;
    this.program = program;
    this.left = left;
    this.owner = owner;
  }

  /// Begins.
  ///
  /// @param target the program, as it was given to the command
  /// @param settings `default`, `profile` or `none`
  /// @param maxBytes so much is kept, the latest
  /// @throws CommandException if the program cannot record
  static ProgramRecording start(
      String command, String target, Answers program, String settings, long maxBytes)
      throws CommandException, Gone {
    JsonObject answer =
        ask(
            command,
            program,
            "record-start",
            Map.of("settings", settings, "size", Long.toString(maxBytes)));
    Path left = Path.of(Visit.text(answer, "file"));
    return new ProgramRecording(command, program, left, Sockets.ownerOf(target));
  }

  private static JsonObject ask(
      String command, Answers program, String question, Map<String, @Nullable String> values)
      throws CommandException, Gone {
    String answer;
    try {
      answer = program.ask(question, values);
    } catch (IOException e) {
      throw new Gone(e);
    }
    return Visit.parse(command, answer);
  }

  private JsonObject ask(String question, Map<String, @Nullable String> values)
      throws CommandException, Gone {
    return ask(command, program, question, values);
  }

  /// How many bytes there are so far.
  long size() throws CommandException, Gone {
    return ask("record-state", Map.of()).get("bytes").getAsLong();
  }

  /// Ends it, and writes it to a file.
  ///
  /// @throws IOException if the file cannot be written
  void fetch(Path file) throws CommandException, Gone, IOException {
    ask("record-stop", Map.of());
    try (var out = Files.newOutputStream(file)) {
      long from = 0;
      for (byte[] piece = read(from); piece.length > 0; piece = read(from)) {
        out.write(piece);
        from += piece.length;
      }
    }
  }

  private byte[] read(long from) throws CommandException, Gone {
    JsonObject answer = ask("record-read", Map.of("from", Long.toString(from)));
    return Base64.getDecoder().decode(answer.get("piece").getAsString());
  }

  /// Where the program leaves what it has recorded if it ends.
  Path left() {
    return left;
  }

  /// The program has ended: takes what it has left. It is not believed that this is where it says,
  /// unless it is a file of its user's that looks like one of ours.
  ///
  /// @return whether it has left something that we may read
  boolean takeWhatIsLeft(Path file) throws IOException {
    if (!isOurs() || Files.size(left) == 0) {
      return false;
    }
    Files.copy(left, file, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(left);
    return true;
  }

  private boolean isOurs() throws IOException {
    return owner != null
        && left.getFileName().toString().matches(NAME)
        && Files.isRegularFile(left, LinkOption.NOFOLLOW_LINKS)
        && Files.isReadable(left)
        && owner.equals(Files.getOwner(left, LinkOption.NOFOLLOW_LINKS));
  }
}
