package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Programs of others that talk with ours. What is not installed is not found, and its test
/// skipped.
final class Peer {
  private static final long PATIENCE_SECONDS = 50; // only what hangs takes that long

  private Peer() {}

  /// Where a program is.
  static Optional<Path> find(String program) {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)),
            Stream.of("/usr/bin", "/usr/sbin", "/usr/local/sbin"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// A Python that has a library: that of the user, or else that of the system.
  static Optional<Path> python(String library) {
    return Stream.concat(find("python3").stream(), Stream.of(Path.of("/usr/bin/python3")))
        .filter(Files::isExecutable)
        .filter(python -> isSuccess(List.of(python.toString(), "-c", "import " + library)))
        .findFirst();
  }

  static boolean isSuccess(List<String> command) {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      return waitFor(process) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /// Runs a program to its end.
  ///
  /// @param input what it reads
  /// @return what it prints
  static String run(String input, Path program, String... arguments) {
    var command = new ArrayList<String>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(UTF_8));
      }
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      waitFor(process);
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int waitFor(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
