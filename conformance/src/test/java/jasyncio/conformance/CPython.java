package jasyncio.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A CPython that is new enough, and what the scenarios print under it.
final class CPython {
  private static final int OLDEST_MINOR = 13;
  private static final String NONE = "none";
  private static final long TIMEOUT_SECONDS = 300;
  private static final String VERSION =
      "import sys; print(sys.implementation.name, sys.version_info[0], sys.version_info[1])";

  private static final Gson GSON = new Gson();
  private static final Map<Optional<String>, Optional<CPython>> FOUND = new ConcurrentHashMap<>();

  private final Path program;

  private CPython(Path program) {
    this.program = program;
  }

  /// The one to use for a group, unless there is none.
  static Optional<CPython> found(String group) {
    return FOUND.computeIfAbsent(
        PythonSources.requirement(group),
        module -> module.isPresent() ? findWith(module.get()) : find());
  }

  private static Optional<CPython> find() {
    var given = given();
    if (given.isPresent()) {
      if (given.get().equals(NONE)) {
        return Optional.empty();
      }
      var program = Path.of(given.get());
      if (!isNewEnough(program)) {
        throw new IllegalStateException(
            "JASYNCIO_PYTHON=" + program + " is no CPython 3." + OLDEST_MINOR + " or newer");
      }
      return Optional.of(new CPython(program));
    }
    return Stream.concat(onPath(), fromPyenv())
        .filter(CPython::isNewEnough)
        .findFirst()
        .map(CPython::new);
  }

  /// One that has a module which is not part of Python, of any version.
  private static Optional<CPython> findWith(String module) {
    var given = given();
    if (given.equals(Optional.of(NONE))) {
      return Optional.empty();
    }
    return Stream.of(given.stream().map(Path::of), onPath(), fromPyenv())
        .flatMap(programs -> programs)
        .filter(program -> answer(program, "import " + module).isPresent())
        .findFirst()
        .map(CPython::new);
  }

  private static Optional<String> given() {
    return Optional.ofNullable(System.getenv("JASYNCIO_PYTHON")).filter(name -> !name.isBlank());
  }

  private static Stream<Path> onPath() {
    var folders =
        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1);
    return Stream.of("python3." + OLDEST_MINOR, "python3")
        .flatMap(name -> Stream.of(folders).map(folder -> Path.of(folder, name)));
  }

  private static Stream<Path> fromPyenv() {
    var versions = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
    if (!Files.isDirectory(versions)) {
      return Stream.empty();
    }
    try (var folders = Files.newDirectoryStream(versions, "3.1[3-9]*")) {
      var programs = new ArrayList<Path>();
      folders.forEach(folder -> programs.add(folder.resolve("bin/python3")));
      return programs.stream().sorted();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNewEnough(Path program) {
    var words = answer(program, VERSION).orElse("").strip().split(" ", -1);
    return words.length == 3
        && words[0].equals("cpython")
        && words[1].equals("3")
        && Integer.parseInt(words[2]) >= OLDEST_MINOR;
  }

  /// What some Python prints; nothing if it fails.
  Optional<String> answer(String code) {
    return answer(program, code);
  }

  private static Optional<String> answer(Path program, String code) {
    if (!Files.isExecutable(program)) {
      return Optional.empty();
    }
    try {
      var process =
          new ProcessBuilder(program.toString(), "-c", code)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      var printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      return process.waitFor() == 0 ? Optional.of(printed) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // what cannot be started is not what we look for
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while Python ran", e);
    }
  }

  /// The scenarios of a file with what they print, in order. Runs each file once for each mode.
  List<PythonScenario> scenarios(String group) {
    var output = run(group, false);
    var debugOutput = run(group, true);
    return PythonSources.scenarios(group).entrySet().stream()
        .map(scenario -> {
          var name = scenario.getKey();
          return new PythonScenario(
              name, scenario.getValue(), output.get(name), debugOutput.get(name));
        })
        .toList();
  }

  private Map<String, Output> run(String group, boolean debug) {
    try {
      var errors = Files.createTempFile("conformance", ".txt");
      try {
        var builder = new ProcessBuilder(program.toString(), "driver.py", group + ".py");
        builder.directory(PythonSources.folder().toFile()).redirectError(errors.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("PYTHON"));
        if (debug) {
          environment.put("PYTHONASYNCIODEBUG", "1");
        }
        var process = builder.start();
        var lines = process.inputReader(UTF_8).lines().toList();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
          process.destroyForcibly();
          throw new AssertionError(
              program + " driver.py " + group + ".py failed:\n" + Files.readString(errors));
        }
        var outputs = read(lines);
        if (!outputs.keySet().equals(PythonSources.scenarios(group).keySet())) {
          throw new AssertionError(group + ".py holds other scenarios than " + outputs.keySet());
        }
        return outputs;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while Python ran", e);
    }
  }

  /// What the driver prints for a scenario.
  private record Line(String name, List<String> output, @Nullable String error) {}

  private static Map<String, Output> read(List<String> lines) {
    var outputs = new LinkedHashMap<String, Output>();
    for (var text : lines) {
      var line = GSON.fromJson(text, Line.class);
      outputs.put(line.name(), new Output(line.output(), line.error()));
    }
    return outputs;
  }

  @Override
  public String toString() {
    return program.toString();
  }
}
