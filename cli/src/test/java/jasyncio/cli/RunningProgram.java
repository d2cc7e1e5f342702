package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/// A program in a JVM of its own, which runs until it is closed.
record RunningProgram(Process process, BufferedReader out) implements AutoCloseable {
  /// What [VisitTest] visits.
  static RunningProgram of(String kind, String... options) throws IOException {
    return of(VisitedProgram.class, kind, options);
  }

  /// A program that says `ready`, with the class path of the tests.
  static RunningProgram of(Class<?> main, String kind, String... options) throws IOException {
    var arguments =
        new ArrayList<>(
            List.of(
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Djasyncio.fibers=" + System.getProperty("jasyncio.fibers", "scheduled"),
                "-Djasyncio.stall=0"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), kind));
    return start(arguments.toArray(String[]::new));
  }

  static RunningProgram start(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    assertThat(out.readLine()).isEqualTo("ready");
    return new RunningProgram(process, out);
  }

  String pid() {
    return Long.toString(process.pid());
  }

  /// Has one of kind `echo` answer.
  void echo(String line) throws IOException {
    assertThat(ask(line)).isEqualTo(line);
  }

  /// What it answers to a line.
  String ask(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
    return out.readLine();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.destroyForcibly();
    process.onExit().join();
  }
}
