package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.VarSnippet;
import org.jspecify.annotations.Nullable;

/// Evaluates the inputs of a REPL, and prints what comes of them. For one thread, which is not the
/// loop's.
final class ReplEngine implements AutoCloseable {
  /// What every session begins with. Packages come before modules where both have a name, and a
  /// single class before `java.lang`.
  static final List<String> IMPORTS =
      List.of(
          "import module java.base;",
          "import jasyncio.*;",
          "import jasyncio.files.*;",
          "import jasyncio.generator.*;",
          "import jasyncio.inspect.*;",
          "import jasyncio.net.*;",
          "import jasyncio.process.*;",
          "import jasyncio.process.Process;",
          "import jasyncio.queue.*;",
          "import jasyncio.sync.*;",
          "import jasyncio.util.*;",
          "import static jasyncio.Asyncio.*;");

  private static final int MAX_ALIKE = 3; // lines of a trace

  private static final Pattern PYTHONS_AWAIT =
      Pattern.compile("\\s*(?:(?:\\w+\\s+)?\\w+\\s*=\\s*)?await\\s+\\w");

  private final ClassPath classPath;
  private final InputExecution execution;
  private final JShell shell;
  private final PrintStream out;
  private final PrintStream err;
  private final Colours colours;
  private int inputs = 1 - IMPORTS.size(); // the first after the imports has number 1

  /// An engine that has done its imports.
  ReplEngine(
      InputExecution execution,
      ClassPath classPath,
      PrintStream out,
      PrintStream err,
      Colours colours) {
    this.execution = execution;
    this.classPath = classPath;
    this.out = out;
    this.err = err;
    this.colours = colours;
    shell =
        JShell.builder()
            .executionEngine(execution, Map.of())
            .fileManager(files -> restricted(files, classPath))
            .compilerOptions("-proc:none", "-g", "-parameters")
            .idGenerator((snippet, i) -> Integer.toString(inputs++))
            .build();
    IMPORTS.forEach(shell::eval);
  }

  /// JShell itself would show inputs all that this JVM has on its class path.
  private static StandardJavaFileManager restricted(
      StandardJavaFileManager files, ClassPath classPath) {
    try {
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath.entries());
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What this needs to know of the language.
  SourceCodeAnalysis analysis() {
    return shell.sourceCodeAnalysis();
  }

  /// Whether something of this name was declared by an input.
  boolean declares(String name) {
    return shell
        .snippets()
        .anyMatch(each ->
            each instanceof PersistentSnippet named
                && named.name().equals(name)
                && shell.status(named).isActive());
  }

  /// Whether more lines have to follow. What looks like Python's await is never whole Java, and not
  /// waited for.
  boolean isIncomplete(String text) {
    String rest = PYTHONS_AWAIT.matcher(text).lookingAt() ? "" : text;
    while (!rest.isBlank()) {
      CompletionInfo first = analysis().analyzeCompletion(rest);
      if (first.completeness() == Completeness.EMPTY) { // a comment
        return false;
      } else if (!first.completeness().isComplete()) {
        return true;
      }
      rest = first.source() == null ? "" : first.remaining();
    }
    return false;
  }

  /// Evaluates all that a text has, up to what fails or ends the loop.
  ///
  /// @return whether nothing failed
  boolean evaluate(String text) {
    String rest = text;
    while (!rest.isBlank() && !execution.hasEnded()) { // JShell ends with it
      CompletionInfo first = analysis().analyzeCompletion(rest);
      String source = first.source() == null ? rest : first.source();
      if (!evaluateOne(source)) {
        return false;
      }
      rest = first.source() == null ? "" : first.remaining();
    }
    return true;
  }

  private boolean evaluateOne(String source) {
    if (MonitorCalls.arePossible(source)) {
      printHints(source);
    }
    for (SnippetEvent event : shell.eval(source)) {
      if (event.causeSnippet() == null && !succeeds(event, source)) {
        return false;
      }
    }
    return true;
  }

  private boolean succeeds(SnippetEvent event, String source) {
    Snippet snippet = event.snippet();
    if (event.status() == Snippet.Status.REJECTED) {
      shell.diagnostics(snippet).filter(Diag::isError).forEach(error -> print(error, source));
      if (!MonitorCalls.arePossible(source)) {
        printHints(source);
      }
      return false;
    }
    Throwable error = execution.takeError();
    if (event.exception() instanceof UnresolvedReferenceException unresolved) {
      printError(
          unresolved.getSnippet().name()
              + " cannot be used "
              + before(unresolved.getSnippet())
              + "\n");
      return false;
    } else if (error instanceof ReplLoop.Interrupted) {
      printError("KeyboardInterrupt\n");
      return false;
    } else if (error != null) {
      printError(trace(error));
      return false;
    }
    String text = feedback(event);
    if (!text.isEmpty()) {
      out.println(restore(text));
    }
    return true;
  }

  /// A text with the names that inputs have, where JShell has others.
  String restore(String text) {
    return new SnippetNames(shell).restore(text);
  }

  // ---- what comes of an input -------------------------------------------------------------------

  /// What there is to say of an input that went well; often nothing.
  private String feedback(SnippetEvent event) {
    return switch (event.snippet()) {
      case VarSnippet variable -> ofVariable(variable, event);
      case ExpressionSnippet expression -> named(expression.name(), event.value());
      case MethodSnippet method ->
          ofDeclaration(
              method, event, "method " + method.name() + "(" + method.parameterTypes() + ")");
      case TypeDeclSnippet type -> ofDeclaration(type, event, kind(type) + " " + type.name());
      default -> "";
    };
  }

  /// Of an expression that gives `null`, which may be one that gives nothing, there is nothing to
  /// say, as in Python.
  private String ofVariable(VarSnippet variable, SnippetEvent event) {
    boolean named = variable.subKind() != Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
    if (event.status() != Snippet.Status.VALID) {
      return ofDeclaration(variable, event, "variable " + variable.name());
    }
    String value = String.valueOf(event.value());
    return named || !value.equals("null") ? named(variable.name(), value) : "";
  }

  private String named(String name, @Nullable String value) {
    return colours.name(name) + " ==> " + value;
  }

  private String ofDeclaration(DeclarationSnippet snippet, SnippetEvent event, String what) {
    String done = event.previousStatus() == Snippet.Status.NONEXISTENT ? "created " : "replaced ";
    return event.status() == Snippet.Status.VALID
        ? done + what
        : done + what + ", which cannot be used " + before(snippet);
  }

  /// What a declaration lacks.
  private String before(DeclarationSnippet snippet) {
    String missing = shell.unresolvedDependencies(snippet).collect(Collectors.joining(", "));
    return missing.isEmpty() ? "before it is mended" : "before there is " + missing;
  }

  private static String kind(TypeDeclSnippet type) {
    return switch (type.subKind()) {
      case INTERFACE_SUBKIND -> "interface";
      case ENUM_SUBKIND -> "enum";
      case RECORD_SUBKIND -> "record";
      case ANNOTATION_TYPE_SUBKIND -> "@interface";
      default -> "class";
    };
  }

  // ---- errors -----------------------------------------------------------------------------------

  private void printError(String text) {
    err.print(colours.error(text));
    err.flush();
  }

  /// The stack trace with the frames of inputs only.
  private String trace(Throwable error) {
    LauncherFrames.trim(error);
    var text = new StringWriter();
    error.printStackTrace(new PrintWriter(text, true));
    return restore(folded(text.toString()));
  }

  /// Without the lines of a recursion that are all the same, as in Python.
  private static String folded(String trace) {
    var lines = trace.lines().toList();
    var text = new StringBuilder();
    for (int i = 0; i < lines.size(); ) {
      String line = lines.get(i);
      int next = i;
      while (next < lines.size() && lines.get(next).equals(line)) {
        next++;
      }
      int shown = Math.min(next - i, MAX_ALIKE);
      text.repeat(line + "\n", shown);
      if (next - i > shown) {
        text.append("\t[the same line ").append(next - i - shown).append(" more times]\n");
      }
      i = next;
    }
    return text.toString();
  }

  /// As the compiler prints it: what is wrong, the line, a mark under the place, details.
  private void print(Diag error, String source) {
    List<String> message = new ArrayList<>(error.getMessage(null).lines().toList());
    message.removeIf(line -> line.matches("\\s*location:\\s*(class)?\\s*"));
    int at = Math.clamp(error.getStartPosition(), 0, source.length());
    int start = source.lastIndexOf('\n', at - 1) + 1;
    int end = source.indexOf('\n', start);
    String line = source.substring(start, end < 0 ? source.length() : end);
    int length =
        Math.clamp(error.getEndPosition() - at, 1, Math.max(1, start + line.length() - at));
    var text = new StringBuilder("error: ").append(message.removeFirst()).append('\n');
    text.append("  ").append(line).append('\n');
    text.append("  ").repeat(' ', at - start).repeat('^', length).append('\n');
    message.forEach(detail -> text.append(detail).append('\n'));
    printError(restore(text.toString()));
  }

  /// What the launcher has to say about an input that does not compile, or is not what it seems.
  private void printHints(String source) {
    for (String hint : hints(source)) {
      err.println(colours.hint("hint: " + hint));
    }
  }

  private Set<String> hints(String source) {
    Set<String> hints = new LinkedHashSet<>();
    try {
      for (var wrapper : analysis().wrappers(source)) {
        SourceFile file =
            new SourceFile(Path.of("input.java"), "input", wrapper.wrapped().getBytes(UTF_8));
        hints.addAll(
            new ProgramCompiler(file, classPath, execution.classes()).hints(List.of()).values());
      }
    } catch (CommandException | IOException | RuntimeException e) {
      return hints; // without, then
    }
    return hints;
  }

  @Override
  public void close() {
    shell.close();
  }
}
