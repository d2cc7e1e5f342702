package jasyncio.examples;

import jasyncio.Asyncio;
import jasyncio.http.Http;
import jasyncio.micrometer.EventLoopMetrics;
import jasyncio.testing.OnLoop;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/// Compiles example programs and runs them, each in a process of its own.
final class Programs {
  /// The `examples` folder of the project.
  static final Path EXAMPLES =
      Files.isDirectory(Path.of("seeds")) ? Path.of("") : Path.of("examples");

  private static final Path LAUNCHER = EXAMPLES.toAbsolutePath().resolve("../jasyncio").normalize();
  private static final Path CACHE = EXAMPLES.toAbsolutePath().resolve("target/cache").normalize();
  private static final String FIBERS = System.getProperty("jasyncio.fibers", "scheduled");
  private static final String NO_STALLS = "-Djasyncio.stall=0"; // on a busy machine there are some
  private static final String QUICK = "-XX:TieredStopAtLevel=1"; // most end before it would pay off
  private static final int LIMIT_SECONDS = 300; // only what hangs takes that long

  private Programs() {}

  /// What a process printed, its exit code, and when each line of its standard output came: in
  /// seconds since shortly before it was started, or since [#finish(Process)] was called.
  record Run(List<String> out, List<Double> seconds, List<String> err, int exit) {
    @Override
    public String toString() {
      return "exit %d%n%s%n--- stderr%n%s"
          .formatted(exit, String.join("\n", out), String.join("\n", err));
    }
  }

  /// Compiles the sources into the folder, against the jasyncio that the tests run with.
  static void compile(List<Path> sources, Path classes) throws IOException {
    var messages = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      var options = List.of("-proc:none", "-cp", classPath(), "-d", classes.toString());
      var units = files.getJavaFileObjectsFromPaths(sources);
      if (!compiler.getTask(messages, files, null, options, null, units).call()) {
        throw new AssertionError("the programs do not compile:\n" + messages);
      }
    }
  }

  /// The command that runs a compiled program on the fiber runtime under test.
  static List<String> javaCommand(Path classes, String mainClass, String... args) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(QUICK, "-XX:+UseSerialGC"));
    command.addAll(List.of("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
    command.addAll(List.of("-Djasyncio.fibers=" + FIBERS, NO_STALLS));
    if (isScheduled()) {
      command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", classes + File.pathSeparator + classPath(), mainClass));
    command.addAll(List.of(args));
    return command;
  }

  /// The command by which a user runs a program, as it lies there.
  static List<String> launcherCommand(Path source, String... args) {
    var command = new ArrayList<>(List.of(LAUNCHER.toString(), "run", source.toString()));
    command.addAll(List.of(args));
    return command;
  }

  /// Whether the launcher was built before these tests, as it is when all modules are.
  static boolean hasLauncher() {
    return Files.exists(LAUNCHER.resolveSibling("cli/target/jasyncio-cli.jar"));
  }

  /// Runs the command to its end.
  static Run run(List<String> command) throws IOException, InterruptedException {
    long began = System.nanoTime();
    return finish(start(command), began);
  }

  static Process start(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().put("PYTHONUTF8", "1");
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JASYNCIO_BUILD", "never");
    builder.environment().put("XDG_CACHE_HOME", CACHE.toString());
    var repository = System.getProperty("localRepository"); // Maven's, as Surefire tells it
    boolean fits = repository != null && !repository.contains(" ");
    builder
        .environment()
        .put(
            "JASYNCIO_JAVA_OPTIONS",
            QUICK + " " + NO_STALLS + (fits ? " -Dmaven.repo.local=" + repository : ""));
    return builder.start();
  }

  /// Reads the rest of what the process prints and waits for its end; kills it if it hangs.
  static Run finish(Process process) throws IOException, InterruptedException {
    return finish(process, System.nanoTime());
  }

  private static Run finish(Process process, long began) throws IOException, InterruptedException {
    var late = CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS);
    late.execute(process::destroyForcibly);
    var err =
        CompletableFuture.supplyAsync(
            () -> process.errorReader(StandardCharsets.UTF_8).lines().toList(),
            Thread::startVirtualThread);
    var out = new ArrayList<String>();
    var seconds = new ArrayList<Double>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        seconds.add((System.nanoTime() - began) / 1e9);
        out.add(line);
      }
    }
    return new Run(out, seconds, err.join(), process.waitFor());
  }

  /// Whether the fiber runtime under test can see calls that block.
  static boolean isScheduled() {
    return FIBERS.equals("scheduled");
  }

  /// Whether `JASYNCIO_PYTHON` is `none`: what Python prints is taken from what is stored.
  static boolean isWithoutPython() {
    return "none".equals(System.getenv("JASYNCIO_PYTHON"));
  }

  /// A Python, of any version, that has a module which is not part of Python.
  static Optional<String> findPythonWith(String module) {
    if (isWithoutPython()) {
      return Optional.empty();
    }
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1);
    var candidates =
        Stream.of(path).map(folder -> Path.of(folder, "python3")).filter(Files::isExecutable);
    return Stream.concat(candidates.map(Path::toString), pyenvPythons())
        .filter(python -> succeeds(List.of(python, "-c", "import " + module)))
        .findFirst();
  }

  private static boolean succeeds(List<String> command) {
    try {
      return run(command).exit() == 0;
    } catch (IOException e) {
      return false; // no such command
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A CPython of at least 3.13: `JASYNCIO_PYTHON`, one on the `PATH`, or one of pyenv's.
  static Optional<String> findPython() {
    if (isWithoutPython()) {
      return Optional.empty();
    }
    String given = System.getenv("JASYNCIO_PYTHON");
    if (given != null) {
      Optional<String> python = checkPython(given);
      if (python.isEmpty()) {
        throw new AssertionError("JASYNCIO_PYTHON is not a CPython of 3.13 or later: " + given);
      }
      return python;
    }
    var candidates = Stream.of("python3", "python3.13", "python3.14", "python3.15");
    return Stream.concat(candidates, pyenvPythons())
        .flatMap(candidate -> checkPython(candidate).stream())
        .findFirst();
  }

  private static Stream<String> pyenvPythons() {
    Path versions = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
    try (var folders = Files.list(versions)) {
      return folders
          .filter(folder -> folder.getFileName().toString().matches("3\\.1[3-9]\\.\\d+"))
          .map(folder -> folder.resolve("bin/python").toString())
          .toList()
          .stream();
    } catch (IOException e) {
      return Stream.empty(); // no pyenv
    }
  }

  /// The path of the executable itself, so that no launcher script stands in between.
  private static Optional<String> checkPython(String command) {
    String program =
        """
        import sys
        if sys.version_info >= (3, 13) and sys.implementation.name == "cpython":
            print(sys.executable)
        """;
    try {
      Run run = run(List.of(command, "-c", program));
      return run.exit() == 0 ? run.out().stream().findFirst() : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no such command
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Whether this process was started with SIGINT ignored, which its children inherit.
  static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  /// Whether there is such a command.
  static boolean has(String command) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }

  /// jasyncio with its test kit, its meters and HTTP, their libraries, and those that the examples
  /// ask for in their `//DEPS` lines.
  private static String classPath() {
    var own = System.getProperty("java.class.path");
    var libraries =
        Stream.of(System.getProperty("surefire.test.class.path", own).split(File.pathSeparator))
            .filter(jar ->
                jar.matches(
                    ".*[/\\\\](netty|jackson|h2|postgresql|micrometer|HdrHistogram|LatencyUtils)[^/\\\\]*\\.jar"));
    var ours =
        Stream.of(Asyncio.class, OnLoop.class, EventLoopMetrics.class, Http.class)
            .map(type -> placeOf(type).toString());
    return Stream.concat(ours, libraries).collect(Collectors.joining(File.pathSeparator));
  }

  private static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
