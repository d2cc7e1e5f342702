package jasyncio.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Commands as users give them, in a folder outside of the build.
final class Commands {
  private final Path folder;
  private final Map<String, String> environment;

  /// What a command printed, and how it ended.
  record Result(int status, String out, String err) {}

  /// @param folder where commands run
  /// @param environment what they find beside what this process has
  Commands(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /// Runs a command to its end.
  Result run(String... words) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    List.of("JASYNCIO_BUILD", "JASYNCIO_DEBUG", "JASYNCIO_JAVA_OPTIONS", "MAVEN_OPTS")
        .forEach(builder.environment()::remove);
    builder.environment().putAll(environment);
    var err = Files.createTempFile("stderr", ".txt");
    try {
      var process = builder.redirectError(err.toFile()).start();
      process.getOutputStream().close();
      var out = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Result(process.waitFor(), out, Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }

  /// Runs the JVM that this test runs on.
  Result java(String... words) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // it ends before more would pay off
    command.add("-Djasyncio.stall=0"); // on a busy machine there are some
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }

  /// Whether there is such a command.
  static boolean has(String command) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(place -> Files.isExecutable(Path.of(place, command)));
  }
}
