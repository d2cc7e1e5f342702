package jasyncio.cli;

import jasyncio.Asyncio;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a program is compiled against and runs with, beside the JDK.
///
/// @param library where jasyncio itself is, and the annotations in its signatures: a compiler that
///   does not find those fails while it reports a mistake in a call
/// @param extra the jars and directories that the user added
/// @param offered jasyncio's HTTP, Netty, which it stands on, and Jackson, for JSON: behind what
///   the user added, who may bring other versions
record ClassPath(List<Path> library, List<Path> extra, List<Path> offered) {
  private static final String GROUP = "io.github.jasyncio";
  private static final Set<String> OWN = Set.of("jasyncio", "jasyncio-http");
  private static final String TEST_KIT = "jasyncio-testing";

  /// A class of the test kit, and of each library that it needs.
  private static final List<String> OF_TEST_KIT =
      List.of(
          "jasyncio.testing.Explore",
          "org.junit.jupiter.api.Test",
          "org.junit.platform.commons.support.AnnotationSupport",
          "org.opentest4j.AssertionFailedError",
          "org.apiguardian.api.API");

  private static final Pattern OFFERED = Pattern.compile("(?:jasyncio-http|netty|jackson)-.*");

  /// The class path of a program for which the user asked `extra`: jars, directories, and `lib/*`
  /// for all jars in a directory, separated as everywhere on this system.
  ///
  /// @throws CommandException if `extra` cannot be a class path
  static ClassPath of(String extra) throws CommandException {
    List<Path> paths = new ArrayList<>();
    try {
      for (String entry : extra.split(File.pathSeparator, -1)) {
        if (entry.endsWith("*")) {
          addJars(Path.of(entry.substring(0, entry.length() - 1)), paths);
        } else if (!entry.isEmpty()) {
          paths.add(existing(entry));
        }
      }
    } catch (IOException | InvalidPathException e) {
      throw CommandException.usage("not a class path: " + extra);
    }
    return new ClassPath(
        List.of(jarOf(Asyncio.class), jarOf(Nullable.class)), paths, findOffered());
  }

  private static Path existing(String entry) throws CommandException {
    Path path = Path.of(entry);
    if (!Files.exists(path)) {
      throw CommandException.usage("no such jar or directory on the class path: " + entry);
    }
    return path;
  }

  /// Whether every program has this library without asking for it: jasyncio and its HTTP in
  /// whatever version the launcher is, as a program can have but one; others in that very version.
  ///
  /// @param coordinates as in a line `//DEPS group:artifact:version`
  boolean has(String coordinates) {
    String[] parts = coordinates.split(":", -1);
    if (parts[0].equals(GROUP)) {
      return OWN.contains(parts[1]) || (parts[1].equals(TEST_KIT) && hasTestKit());
    }
    String jar = parts[1] + "-" + parts[parts.length - 1] + ".jar";
    return parts.length == 3 && offered.stream().anyMatch(path -> path.endsWith(jar));
  }

  /// This class path with more jars at its end.
  ClassPath and(List<Path> jars) {
    List<Path> all = new ArrayList<>(extra);
    all.addAll(jars);
    return new ClassPath(library, all, offered);
  }

  /// This class path with jasyncio's test kit and JUnit's API, behind all else.
  ///
  /// @throws CommandException if the launcher has none
  ClassPath withTestKit() throws CommandException {
    List<Path> kit = testKit();
    if (kit.isEmpty()) {
      throw CommandException.usage("there is no " + TEST_KIT + " beside this launcher");
    }
    List<Path> all = new ArrayList<>(offered);
    all.addAll(kit);
    return new ClassPath(library, extra, all);
  }

  private boolean hasTestKit() {
    List<Path> kit = testKit();
    return !kit.isEmpty() && offered.containsAll(kit);
  }

  /// Where it is, with what it needs; none if the launcher has not all of it.
  private static List<Path> testKit() {
    List<Path> kit = new ArrayList<>();
    try {
      for (String name : OF_TEST_KIT) {
        kit.add(jarOf(Class.forName(name, false, ClassPath.class.getClassLoader())));
      }
    } catch (ClassNotFoundException e) {
      return List.of();
    }
    return kit;
  }

  /// Those jars of the launcher's that are for programs, too; none before it is a jar itself. The
  /// folder may still have older ones, so its manifest is asked.
  private static List<Path> findOffered() {
    Path launcher = jarOf(ClassPath.class);
    if (!Files.isRegularFile(launcher)) {
      return List.of();
    }
    try (var jar = new JarFile(launcher.toFile())) {
      String all = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return Stream.of(all.split(" ", -1))
          .map(launcher::resolveSibling)
          .filter(path -> OFFERED.matcher(path.getFileName().toString()).matches())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addJars(Path directory, List<Path> paths) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.{jar,JAR}")) {
      found.forEach(jars::add);
    }
    jars.sort(null);
    paths.addAll(jars);
  }

  private static Path jarOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(type + " was loaded from an odd place", e);
    }
  }

  /// All entries in search order.
  List<Path> entries() {
    List<Path> all = new ArrayList<>(library);
    all.addAll(extra);
    all.addAll(offered);
    return all;
  }

  /// All but the library, as a class loader wants it.
  URL[] urls() {
    return Stream.concat(extra.stream(), offered.stream()).map(ClassPath::url).toArray(URL[]::new);
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(path.toString(), e);
    }
  }

  /// A text that changes whenever a jar of this class path does, or the JDK.
  ///
  /// @return the text, or an empty one if a change could go unnoticed, because an entry is no file
  String fingerprint() {
    StringBuilder text = new StringBuilder(Runtime.version().toString());
    try {
      for (Path entry : entries()) {
        if (!Files.isRegularFile(entry)) {
          return "";
        }
        text.append('\n').append(entry.toAbsolutePath());
        text.append(' ').append(Files.size(entry));
        text.append(' ').append(Files.getLastModifiedTime(entry).toMillis());
      }
    } catch (IOException e) {
      return "";
    }
    return text.toString();
  }
}
