package jasyncio.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tests that are compiled, and where.
///
/// @param text as the user named them, without the method
/// @param method the only one that is asked for; empty for all
/// @param classes where tests may be
/// @param path the class path of the JVMs that run them
/// @param folder where their failures are kept, unless the user says so
/// @param compiled the folder with what was compiled for this, to be deleted
record SimTarget(
    String text,
    String method,
    List<String> classes,
    List<Path> path,
    Path folder,
    @Nullable Path compiled)
    implements AutoCloseable {
  private static final Pattern CLASS = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$.]*");
  private static final Path SEEDS = Path.of("src/test/seeds");
  private static final String CORPUS = "sim-corpus";

  /// @param name `FILE.java` or `TESTCLASS`, and perhaps `#method`
  /// @throws CommandException if there is no such thing, or it does not compile
  static SimTarget of(String name, String classPath) throws CommandException, IOException {
    int hash = name.lastIndexOf('#');
    var text = hash < 0 ? name : name.substring(0, hash);
    var method = hash < 0 ? "" : name.substring(hash + 1);
    if (hash >= 0 && method.isEmpty()) {
      throw UsageMistake.in(SimCommand.NAME, "which method? Nothing is behind the # of " + name);
    }
    var own = ClassPath.of(classPath).withTestKit();
    return text.endsWith(".java") ? ofFile(text, method, own) : ofClass(text, method, own);
  }

  private static SimTarget ofClass(String text, String method, ClassPath path)
      throws CommandException {
    if (Files.exists(Path.of(text + ".java"))) {
      throw CommandException.usage(
          SimCommand.NAME, text + " is a file; did you mean " + text + ".java?");
    } else if (!CLASS.matcher(text).matches()) {
      throw CommandException.usage(
          SimCommand.NAME, text + " is neither the name of a class nor of a .java file");
    }
    return new SimTarget(
        text, method, List.of(text), path.entries(), folder(Path.of(CORPUS)), null);
  }

  private static SimTarget ofFile(String text, String method, ClassPath own)
      throws CommandException, IOException {
    var source = SourceFile.read(text);
    var path = own.and(RunRequest.libraries(source, own));
    var program = RunRequest.compile(source, path);
    var compiled = Files.createTempDirectory("jasyncio-sim");
    for (var type : program.classes().entrySet()) {
      var file = compiled.resolve(type.getKey().replace('.', '/') + ".class");
      Files.createDirectories(file.getParent());
      Files.write(file, type.getValue());
    }
    var all = new ArrayList<>(List.of(compiled));
    all.addAll(path.entries());
    return new SimTarget(
        text,
        method,
        program.typeNames(),
        all,
        folder(source.directory().resolve(CORPUS)),
        compiled);
  }

  private static Path folder(Path otherwise) {
    return Files.isDirectory(SEEDS) ? SEEDS : otherwise;
  }

  @Override
  public void close() throws IOException {
    if (compiled == null) {
      return;
    }
    try (Stream<Path> all = Files.walk(compiled)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
