package jasyncio.recipes;

import jasyncio.testkit.Ports;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A server of this machine's packages, which listens on a port of its own and keeps its files in a
/// folder of its own. Both are gone when it is closed.
public abstract class LocalServer implements AutoCloseable {
  private final String name;
  private final List<Process> processes = new ArrayList<>();
  // However this JVM ends.
  private final Thread atExit = new Thread(this::kill);
  private Path folder;
  private int port;

  /// @param name of the program that serves, in `PATH` or in a folder of [#folders()]
  protected LocalServer(String name) {
    this.name = name;
  }

  /// The name of the program that serves.
  public final String name() {
    return name;
  }

  /// The port on 127.0.0.1.
  public final int port() {
    return port;
  }

  /// Has the server stand still: it takes what comes, and answers nothing.
  public final void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /// Has it go on.
  public final void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", signal, "" + processes.getLast().pid()).start();
    if (kill.waitFor() != 0) {
      throw new IOException(name + " could not be sent " + signal);
    }
  }

  /// Where the program is looked for before the folders of `PATH`.
  protected Stream<Path> folders() {
    return Stream.of(Path.of("/usr/sbin"));
  }

  /// Starts processes, the server by [#serve] as the last.
  protected abstract void start(Path program, Path folder) throws IOException, InterruptedException;

  /// The program, unless this machine has none.
  final Optional<Path> program() {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1);
    return Stream.concat(folders(), Stream.of(path).map(Path::of))
        .map(bin -> bin.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  final void start() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("jasyncio-" + name);
    port = Ports.free();
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      start(program().orElseThrow(), folder);
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /// Runs a program that ends.
  protected final void run(List<String> command) throws IOException, InterruptedException {
    var process = process(command, Map.of());
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed:\n" + output);
    }
  }

  /// Starts a program that goes on, and waits until it has written a line with this text.
  protected final void serve(List<String> command, Map<String, String> environment, String ready)
      throws IOException {
    var log = process(command, environment).inputReader(StandardCharsets.UTF_8);
    var seen = new ArrayList<String>();
    for (var line = log.readLine(); line != null; line = log.readLine()) {
      seen.add(line);
      if (line.contains(ready)) {
        Thread.ofPlatform().daemon().start(() -> skipRest(log)); // else the pipe fills up
        return;
      }
    }
    throw new IOException(name + " did not start:\n" + String.join("\n", seen));
  }

  private Process process(List<String> command, Map<String, String> environment)
      throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    var process = builder.start();
    processes.add(process);
    return process;
  }

  private static void skipRest(BufferedReader log) {
    try {
      while (log.readLine() != null) {}
    } catch (IOException e) {
      return; // the server has ended
    }
  }

  private void kill() {
    processes
        .reversed()
        .forEach(process -> {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        });
  }

  @Override
  public final void close() throws IOException, InterruptedException {
    for (var process : processes.reversed()) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        kill();
        process.waitFor();
      }
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(LocalServer::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
