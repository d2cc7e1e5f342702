package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The libraries that a program asks for in lines like `//DEPS com.h2database:h2:2.3.232`, as JBang
/// has them.
///
/// They come from where Maven gets them, with what they need in turn. Which jars these are is
/// remembered in a file that is named after a hash of what was asked for; it begins with the very
/// text, so that a collision costs time and nothing else.
final class Dependencies {
  private static final String MARK = "//DEPS ";
  private static final Pattern COORDINATES =
      Pattern.compile("[\\w.-]+:[\\w.-]+(:[\\w.-]+(:[\\w.-]+)?)?:[\\w.-]+");

  /// What a formatter or a slip makes of [#MARK]: the line asks for a library, but not in the way
  /// that is understood.
  private static final Pattern NEAR_MISS =
      Pattern.compile("(?i)\\s*//\\s*DEPS?\\s*:?\\s*" + COORDINATES + "\\s*");

  /// Saves the look at each line of nearly all programs.
  private static final Pattern HINT = Pattern.compile("(?i)//\\s*DEP");

  private final @Nullable Path directory;

  /// @param directory where it is remembered what was found; null forgets it
  Dependencies(@Nullable Path directory) {
    this.directory = directory;
  }

  /// What the source asks for: `group:artifact:version`, or
  /// `group:artifact:type:classifier:version` with as much of the middle as is needed. A line that
  /// was probably meant to ask is told of.
  ///
  /// @throws CommandException if something else is asked for
  static List<String> of(SourceFile source) throws CommandException {
    var text = new String(source.bytes(), UTF_8);
    if (!HINT.matcher(text).find()) {
      return List.of();
    }
    var found = new ArrayList<String>();
    int number = 0;
    for (var line : text.lines().toList()) {
      number++;
      if (line.startsWith(MARK)) {
        addAll(found, line.substring(MARK.length()), source);
      } else if (NEAR_MISS.matcher(line).matches()) {
        System.err.printf(
            "%s:%d: '%s' asks for nothing; a library is asked for by a line that begins with //DEPS%n",
            source.displayName(), number, line.strip());
      }
    }
    return found;
  }

  private static void addAll(List<String> found, String list, SourceFile source)
      throws CommandException {
    for (var coordinates : list.strip().split("[\\s,]+", -1)) {
      if (!COORDINATES.matcher(coordinates).matches()) {
        throw CommandException.usage(
            source.displayName()
                + " asks for '"
                + coordinates
                + "'; a library is written //DEPS group:artifact:version");
      }
      found.add(coordinates);
    }
  }

  /// The jars of these libraries and of all that they need.
  ///
  /// @throws CommandException if they cannot be had
  List<Path> resolve(List<String> libraries) throws CommandException {
    if (libraries.isEmpty()) {
      return List.of();
    }
    var known = recall(libraries);
    return known != null ? known : fetch(libraries);
  }

  /// One process fetches at a time: a second one that wants the same finds it here afterwards.
  private List<Path> fetch(List<String> libraries) throws CommandException {
    try (var lock = openLock();
        var held = lock == null ? null : lock.lock()) {
      var known = held == null ? null : recall(libraries);
      if (known != null) {
        return known;
      }
      System.err.println("jasyncio: fetching " + String.join(", ", libraries));
      var jars = LibraryFetcher.fetch(libraries, MavenSettings.ofUser());
      remember(libraries, jars);
      return jars;
    } catch (IOException e) {
      throw CommandException.usage("cannot fetch libraries: " + e.getMessage());
    }
  }

  private @Nullable FileChannel openLock() {
    if (directory == null) {
      return null;
    }
    try {
      Files.createDirectories(directory);
      return FileChannel.open(
          directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      return null; // nothing will be remembered either
    }
  }

  // ---- what was found before --------------------------------------------------------------------

  private static Path fileFor(Path directory, List<String> libraries) {
    var hash = Fnv.hash(text(libraries).getBytes(UTF_8));
    return directory.resolve(Long.toHexString(hash) + ".jars");
  }

  private static String text(List<String> libraries) {
    return String.join(" ", libraries);
  }

  @Nullable List<Path> recall(List<String> libraries) {
    if (directory == null) {
      return null;
    }
    try {
      var lines = Files.readAllLines(fileFor(directory, libraries));
      if (!lines.getFirst().equals(text(libraries))) {
        return null;
      }
      var jars = lines.stream().skip(1).map(Path::of).toList();
      return jars.stream().allMatch(Files::exists) ? jars : null;
    } catch (IOException | RuntimeException e) {
      return null; // not there, or damaged
    }
  }

  void remember(List<String> libraries, List<Path> jars) {
    if (directory == null || libraries.stream().anyMatch(name -> name.endsWith("-SNAPSHOT"))) {
      return;
    }
    var lines = new ArrayList<>(List.of(text(libraries)));
    jars.forEach(jar -> lines.add(jar.toString()));
    try {
      var part = Files.createTempFile(directory, "new", ".part");
      try {
        Files.write(part, lines);
        Files.move(
            part,
            fileFor(directory, libraries),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // the program runs all the same; only the next start is slower
    }
  }
}
