package jasyncio.cli;

import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;

/// Ends the command with a message for the user and an exit status; nobody wants its stack trace.
final class CommandException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;

  private CommandException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /// The request makes no sense; `sentence` says why, in one sentence.
  static CommandException usage(String sentence) {
    return usage("jasyncio", sentence);
  }

  /// The request to `command` makes no sense; `sentence` says why.
  static CommandException usage(String command, String sentence) {
    return new CommandException(ExitStatus.USAGE, command + ": " + sentence);
  }

  /// What `command` was to do cannot be done; `sentence` says why.
  static CommandException failure(String command, String sentence) {
    return new CommandException(ExitStatus.FAILED, command + ": " + sentence);
  }

  /// The program did not compile; `output` is what the compiler printed.
  static CommandException compilation(String output) {
    return new CommandException(ExitStatus.FAILED, output.stripTrailing());
  }

  /// Checks that a file that `command` is to write has a directory to be in.
  static void checkDirectoryOf(String command, Path file) throws CommandException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) {
      throw failure(command, "there is no directory " + directory);
    }
  }

  int status() {
    return status;
  }
}
