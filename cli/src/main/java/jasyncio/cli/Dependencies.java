package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The libraries that a program asks for in lines like `//DEPS com.h2database:h2:2.3.232`, as JBang
/// has them.
///
/// Maven fetches them, with what they need in turn and with the user's settings. Where they are is
/// remembered, so that Maven is asked once.
final class Dependencies {
  private static final String MARK = "//DEPS ";
  private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0";

  private final @Nullable Path directory;

  /// @param directory where it is remembered what was found; null forgets it
  Dependencies(@Nullable Path directory) {
    this.directory = directory;
  }

  /// What the source asks for: `group:artifact:version` or, with more parts,
  /// `group:artifact:type:classifier:version`.
  ///
  /// @throws CommandException if something else is asked for
  static List<String> of(SourceFile source) throws CommandException {
    var text = new String(source.bytes(), UTF_8);
    if (!text.contains(MARK)) {
      return List.of();
    }
    var found = new ArrayList<String>();
    for (var line : text.lines().toList()) {
      if (line.startsWith(MARK)) {
        for (var coordinates : line.substring(MARK.length()).strip().split("[\\s,]+", -1)) {
          if (!coordinates.matches("[\\w.-]+:[\\w.-]+(:[\\w.-]+:[\\w.-]+)?:[\\w.-]+")) {
            throw CommandException.usage(
                source.displayName()
                    + " asks for '"
                    + coordinates
                    + "'; a library is written //DEPS group:artifact:version");
          }
          found.add(coordinates);
        }
      }
    }
    return found;
  }

  /// The jars of these libraries and of all that they need.
  ///
  /// @throws CommandException if they cannot be had
  List<Path> resolve(List<String> libraries) throws CommandException {
    if (libraries.isEmpty()) {
      return List.of();
    }
    try {
      var known = recall(libraries);
      if (known != null) {
        return known;
      }
      System.err.println("jasyncio: fetching " + String.join(", ", libraries));
      var jars = askMaven(libraries);
      remember(libraries, jars);
      return jars;
    } catch (IOException e) {
      throw CommandException.usage("cannot fetch libraries: " + e.getMessage());
    }
  }

  // ---- what was found before --------------------------------------------------------------------

  private static String nameOf(List<String> libraries) {
    return String.join("_", libraries).replace(':', '-') + ".jars";
  }

  private @Nullable List<Path> recall(List<String> libraries) throws IOException {
    if (directory == null || !Files.exists(directory.resolve(nameOf(libraries)))) {
      return null;
    }
    var jars =
        Files.readAllLines(directory.resolve(nameOf(libraries))).stream().map(Path::of).toList();
    return jars.stream().allMatch(Files::exists) ? jars : null;
  }

  private void remember(List<String> libraries, List<Path> jars) {
    if (directory == null) {
      return;
    }
    try {
      Files.createDirectories(directory);
      var part = Files.createTempFile(directory, "new", ".jars");
      Files.write(part, jars.stream().map(Path::toString).toList());
      Files.move(part, directory.resolve(nameOf(libraries)), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // the program runs all the same; only the next start is slower
    }
  }

  // ---- Maven ------------------------------------------------------------------------------------

  private static List<Path> askMaven(List<String> libraries) throws IOException, CommandException {
    var work = Files.createTempDirectory("jasyncio-libraries");
    var pom = work.resolve("pom.xml");
    var log = work.resolve("log");
    var answer = work.resolve("answer");
    try {
      Files.writeString(pom, pom(libraries));
      var maven =
          new ProcessBuilder(
                  "mvn",
                  "-B",
                  "-ntp",
                  "-q",
                  "-f",
                  pom.toString(),
                  PLUGIN + ":build-classpath",
                  "-Dmdep.outputFile=" + answer,
                  "-Dmdep.pathSeparator=\n")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
      if (maven.start().waitFor() != 0) {
        throw CommandException.usage("cannot fetch libraries: " + reason(log));
      }
      return Files.readAllLines(answer).stream().filter(l -> !l.isBlank()).map(Path::of).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandException.usage("interrupted while libraries were fetched");
    } finally {
      for (var file : List.of(pom, log, answer, work)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static String reason(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.startsWith("[ERROR]") && line.contains("Could not"))
        .map(line -> line.substring(line.indexOf("Could not")))
        .findFirst()
        .orElse("Maven failed; try mvn dependency:get with their names");
  }

  private static String pom(List<String> libraries) {
    var text =
        new StringBuilder(
            """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>jasyncio</groupId>
              <artifactId>program</artifactId>
              <version>1</version>
              <dependencies>
            """);
    for (var library : libraries) {
      var parts = library.split(":", -1);
      text.append("<dependency><groupId>").append(parts[0]);
      text.append("</groupId><artifactId>").append(parts[1]).append("</artifactId>");
      if (parts.length > 3) {
        text.append("<type>").append(parts[2]).append("</type><classifier>");
        text.append(parts[3]).append("</classifier>");
      }
      text.append("<version>").append(parts[parts.length - 1]).append("</version></dependency>\n");
    }
    return text.append("</dependencies></project>\n").toString();
  }
}
