package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.DiagnosticListener;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// Compiles one source file into memory with the JDK's own compiler.
final class ProgramCompiler {
  /* Overview
   *
   * The file is compiled by itself first. Only if that leaves names unknown are they looked for in
   * the files beside it, so that a neighbour which happens to be called Queue.java does not come
   * before an imported Queue.
   *
   * The compiler either lists its messages as objects or prints them as people know them, not both.
   * Objects are needed to see whether names are unknown; so the first attempt lists, and unless it
   * was clean, a second one prints. That costs nothing where it matters, and in the other cases the
   * second attempt is the faster one, as the compiler is warm by then.
   */

  private static final List<String> OPTIONS = List.of("-proc:none", "-g", "-XDsuppressNotes");

  private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
  private final SourceFile source;
  private final ClassPath classPath;
  private final Map<String, byte[]> others;
  private final String text;

  ProgramCompiler(SourceFile source, ClassPath classPath) throws CommandException {
    this(source, classPath, Map.of());
  }

  /// @param others classes that are nowhere in the file system, by binary name
  ProgramCompiler(SourceFile source, ClassPath classPath, Map<String, byte[]> others)
      throws CommandException {
    this.source = source;
    this.classPath = classPath;
    this.others = others;
    this.text = source.text();
  }

  /// Compiles `source`, and prints the compiler's warnings if there are any.
  ///
  /// @throws CommandException if it does not compile; the message is the compiler's report
  static CompiledProgram compile(SourceFile source, ClassPath classPath)
      throws CommandException, IOException {
    return new ProgramCompiler(source, classPath).compile();
  }

  CompiledProgram compile() throws CommandException, IOException {
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    Attempt silent = new Attempt(List.of(), diagnostics);
    if (diagnostics.getDiagnostics().isEmpty()) {
      System.err.print(adviceOnWhatCompiles(List.of()));
      return silent.result();
    }
    List<Path> sourcePath = isMissingNames(diagnostics) ? silent.sourceRoot() : List.of();
    Attempt printing = new Attempt(sourcePath, null);
    if (!printing.succeeded) {
      throw CommandException.compilation(printing.messages() + advice(sourcePath));
    }
    System.err.print(printing.messages() + adviceOnWhatCompiles(sourcePath));
    return printing.result();
  }

  /// Costs another pass of the compiler, so only where the text gives reason to.
  private String adviceOnWhatCompiles(List<Path> sourcePath) throws IOException {
    return MonitorCalls.arePossible(text) ? advice(sourcePath) : "";
  }

  /// What we have to say, each sentence once, in lines like the compiler's.
  private String advice(List<Path> sourcePath) throws IOException {
    StringBuilder text = new StringBuilder();
    Set<String> said = new HashSet<>();
    hints(sourcePath)
        .forEach((line, hint) -> {
          if (said.add(hint)) {
            text.append(source.displayName() + ":" + line + ": hint: " + hint + "\n");
          }
        });
    return text.toString();
  }

  /// What we have to say about the errors, and about what compiles and is not what it seems, by
  /// line.
  SortedMap<Long, String> hints(List<Path> sourcePath) throws IOException {
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    try (CompilerFiles files = files(sourcePath, diagnostics)) {
      JavacTask task = task(files, diagnostics, new StringWriter());
      CompilationUnitTree unit = task.parse().iterator().next();
      SortedMap<Long, String> hints = new TreeMap<>();
      try {
        task.analyze();
        hints.putAll(MonitorCalls.in(unit, task));
      } catch (IllegalStateException e) {
        // The compiler has failed at a mistake; we speak about what it had said by then.
      }
      hints.putAll(
          new Advice(unit, Trees.instance(task).getSourcePositions())
              .on(diagnostics.getDiagnostics()));
      return hints;
    }
  }

  private CompilerFiles files(
      List<Path> sourcePath, @Nullable DiagnosticListener<JavaFileObject> listener)
      throws IOException {
    StandardJavaFileManager disk = javac.getStandardFileManager(listener, null, UTF_8);
    disk.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath.entries());
    disk.setLocationFromPaths(StandardLocation.SOURCE_PATH, sourcePath);
    return new CompilerFiles(disk, others);
  }

  private JavacTask task(
      CompilerFiles files, @Nullable DiagnosticListener<JavaFileObject> listener, Writer messages) {
    List<JavaFileObject> units = List.of(new CompilerFiles.SourceInMemory(source, text));
    return (JavacTask) javac.getTask(messages, files, listener, OPTIONS, null, units);
  }

  private static boolean isMissingNames(DiagnosticCollector<JavaFileObject> diagnostics) {
    return diagnostics.getDiagnostics().stream()
        .map(Diagnostic::getCode)
        .anyMatch(code ->
            code.startsWith("compiler.err.cant.resolve")
                || code.startsWith("compiler.err.doesnt.exist"));
  }

  /// One run of the compiler.
  private final class Attempt implements TaskListener {
    private final StringWriter messages = new StringWriter();
    private final Map<String, byte[]> companions = new LinkedHashMap<>();
    private final List<String> typeNames = new ArrayList<>();
    private final Map<String, byte[]> classes;
    private final boolean succeeded;
    private String packageName = "";

    Attempt(List<Path> sourcePath, @Nullable DiagnosticListener<JavaFileObject> listener)
        throws IOException {
      try (CompilerFiles files = files(sourcePath, listener)) {
        JavacTask task = task(files, listener, messages);
        task.addTaskListener(this);
        succeeded = task.call();
        classes = files.classes();
      }
    }

    CompiledProgram result() {
      return new CompiledProgram(source, companions, typeNames, classes);
    }

    String messages() {
      return messages.toString();
    }

    /// The directory where the packages begin, if the file lies where its package says.
    List<Path> sourceRoot() {
      Path root = source.directory().toAbsolutePath();
      List<String> names =
          packageName.isEmpty() ? List.of() : List.of(packageName.split("\\.", -1));
      for (String name : names.reversed()) {
        if (root == null || !root.endsWith(name)) {
          return List.of();
        }
        root = root.getParent();
      }
      return root == null ? List.of() : List.of(root);
    }

    /// Takes down which files the compiler reads, and what the main one declares.
    @Override
    public void finished(TaskEvent event) {
      if (event.getKind() != TaskEvent.Kind.PARSE) {
        return;
      }
      URI file = event.getSourceFile().toUri();
      if (file.equals(source.path().toUri())) {
        addMainFile(event.getCompilationUnit());
      } else {
        addCompanion(Path.of(file));
      }
    }

    private void addMainFile(CompilationUnitTree unit) {
      packageName = unit.getPackageName() == null ? "" : unit.getPackageName().toString();
      String prefix = packageName.isEmpty() ? "" : packageName + ".";
      unit.getTypeDecls().stream()
          .filter(ClassTree.class::isInstance)
          .map(type -> prefix + ((ClassTree) type).getSimpleName())
          .forEach(typeNames::add);
    }

    private void addCompanion(Path file) {
      try {
        Path directory = source.directory().toAbsolutePath();
        companions.put(directory.relativize(file).toString(), Files.readAllBytes(file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
