package jasyncio;

import jasyncio.testkit.DefaultSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A program in a JVM of its own, with the library on the class path.
public final class ChildJvm implements AutoCloseable {
  private static final Logger LOGGER = Logger.getLogger("jasyncio"); // else it might be collected

  private static final int MAX_SECONDS = 300;
  private static final Pattern SLOW_STEP =
      Pattern.compile(
          "(?m)^.* jasyncio\\.internal\\.base\\.Log log\nWARNING: Executing .* took [\\d.]+ seconds.*"
              + "(\n  at .*)*\n?");

  private final Process process;
  private final BufferedReader output;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /// What is left of a program.
  public record Result(int exitCode, String output) {}

  /// Runs the `main` of a test class to its end.
  public static Result run(Class<?> program, List<String> jvmOptions, String... arguments) {
    try (var child = start(program, jvmOptions, arguments)) {
      return child.finish();
    }
  }

  public static ChildJvm start(Class<?> program, List<String> jvmOptions, String... arguments) {
    return start(List.of(), program, jvmOptions, arguments);
  }

  /// Starts a program that can have only so many files open at once.
  public static ChildJvm startWithFewFiles(
      int files, Class<?> program, List<String> jvmOptions, String... arguments) {
    var limiting = List.of("sh", "-c", "ulimit -n " + files + " && exec \"$@\"", "sh");
    return start(limiting, program, jvmOptions, arguments);
  }

  /// Starts a program without a standard input.
  public static ChildJvm startWithoutInput(
      Class<?> program, List<String> jvmOptions, String... arguments) {
    return start(List.of("sh", "-c", "exec \"$@\" <&-", "sh"), program, jvmOptions, arguments);
  }

  /// Starts a program that ignores a signal, as by `nohup`.
  public static ChildJvm startIgnoring(
      String signal, Class<?> program, List<String> jvmOptions, String... arguments) {
    var ignoring = List.of("sh", "-c", "trap '' " + signal + " && exec \"$@\"", "sh");
    return start(ignoring, program, jvmOptions, arguments);
  }

  private static ChildJvm start(
      List<String> before, Class<?> program, List<String> jvmOptions, String... arguments) {
    DefaultSignals.restore(); // which a background job hands on to its children
    var command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // to start fast
    command.add("-Djdk.virtualThreadScheduler.parallelism=2");
    command.add("-Djasyncio.stall=0"); // so it is silent on a busy machine, too
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(rootOf(EventLoop.class) + System.getProperty("path.separator") + rootOf(program));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JASYNCIO_DEBUG");
    try {
      return new ChildJvm(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// For a program whose output is compared: how long its steps take depends on the machine, and it
  /// would say so.
  public static void keepQuietAboutSlowSteps() {
    LOGGER.setFilter(entry -> !Logs.isOnSlowStep(entry));
  }

  /// The folder that holds a class, also when tests are patched into the module.
  private static Path rootOf(Class<?> type) {
    var file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    var url = Objects.requireNonNull(type.getResource(file)).toString();
    var path = type.getName().replace('.', '/') + ".class";
    try {
      return Path.of(new URI(url.substring(0, url.length() - path.length())));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits for a line of its output.
  public void awaitLine(String wanted) {
    try {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals(wanted)) {
          return;
        }
      }
      throw new AssertionError("the program ended without printing " + wanted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The next line of its output.
  public String readLine() {
    try {
      var line = output.readLine();
      if (line == null) {
        throw new AssertionError("the program ended");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes to its standard input.
  public void write(String text) {
    try {
      process.outputWriter(StandardCharsets.UTF_8).append(text).flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends its standard input.
  public void closeInput() {
    try {
      process.outputWriter(StandardCharsets.UTF_8).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void signal(String name) {
    try {
      var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("kill failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Without what debug mode says of slow steps, which depend on how busy the machine is: as
  /// [jasyncio.testkit.QuietDebugMode] does it in this JVM.
  static String withoutRemarks(String text) {
    var rest = SLOW_STEP.matcher(text).replaceAll("");
    return rest.equals(text) ? text : rest.stripTrailing();
  }

  /// Waits for its end. Fails if that does not come.
  public Result finish() {
    var killer =
        Thread.ofPlatform()
            .daemon()
            .name("child-jvm-killer")
            .start(() -> {
              try {
                if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    var text = withoutRemarks(output.lines().collect(Collectors.joining("\n")));
    try {
      int code = process.waitFor();
      killer.join();
      return new Result(code, text);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
