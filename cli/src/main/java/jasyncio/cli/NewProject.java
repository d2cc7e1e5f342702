package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;

/// The files of a project to start from. They are templates beside this class, in which words in
/// double braces stand for what the user chooses.
///
/// @param name the project's name, which its folder and its jar have, too
/// @param group Maven's group
/// @param version the version of jasyncio that it uses
record NewProject(String name, String group, String version) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern GROUP = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");
  private static final Pattern DEVICE = Pattern.compile("con|prn|aux|nul|(com|lpt)[0-9]");
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  /// Templates and where they go; `{{path}}` is the folder of the package.
  private static final Map<String, String> FILES =
      Map.of(
          "pom.xml.txt", "pom.xml",
          "gitignore", ".gitignore",
          "dockerignore", ".dockerignore",
          "Dockerfile", "Dockerfile",
          "README.md", "README.md",
          "module-info.java.txt", "src/main/java/module-info.java",
          "Main.java.txt", "src/main/java/{{path}}/Main.java",
          "Greeter.java.txt", "src/main/java/{{path}}/Greeter.java",
          "GreeterTest.java.txt", "src/test/java/{{path}}/GreeterTest.java");

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  static boolean isGroup(String group) {
    return GROUP.matcher(group).matches() && SourceVersion.isName(group);
  }

  /// Whether it is Java's, of which no loader defines classes, or ours, whose packages are there.
  static boolean isTaken(String group) {
    return Stream.of("java.", "jasyncio.").anyMatch((group + ".")::startsWith);
  }

  /// Whether Java allows a package of the name that this one's would have.
  boolean hasPackageName() {
    return SourceVersion.isName(packageName());
  }

  /// The first of the names of its folders which Windows does not allow, if there is one.
  Optional<String> device() {
    return Stream.concat(Stream.of(name), Stream.of(packageName().split("\\.")))
        .filter(folder -> DEVICE.matcher(folder).matches())
        .findFirst();
  }

  /// Whether Maven finds the version of jasyncio in no repository but that of this machine.
  boolean needsLibrariesOfOnesOwn() {
    return version.endsWith("-SNAPSHOT");
  }

  String packageName() {
    return group + "." + name.replace("-", "");
  }

  /// Writes the files.
  ///
  /// @param folder where to; it is made
  /// @throws IOException if they cannot be written
  void write(Path folder) throws IOException {
    for (var file : FILES.entrySet()) {
      Path target = folder.resolve(fill(file.getValue()));
      Files.createDirectories(target.getParent());
      Files.writeString(target, fill(template(file.getKey())));
    }
  }

  private String fill(String text) {
    return PLACE.matcher(text).replaceAll(place -> value(place.group(1)));
  }

  private String value(String word) {
    return switch (word) {
      case "name" -> name;
      case "group" -> group;
      case "version" -> version;
      case "package" -> packageName();
      case "path" -> packageName().replace('.', '/');
      default -> throw new IllegalStateException("no word " + word);
    };
  }

  private static String template(String name) throws IOException {
    try (InputStream in = NewProject.class.getResourceAsStream("new/" + name)) {
      if (in == null) {
        throw new IllegalStateException("this jasyncio has lost its template " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
