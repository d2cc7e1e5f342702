package jasyncio.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What `jasyncio run` is asked to do.
///
/// @param settings how the program's event loops work
/// @param classPath further jars and directories that the program needs, separated as usual
/// @param file the source file as the user named it; `-` stands for standard input
/// @param args the program's own arguments
record RunRequest(Settings settings, String classPath, String file, List<String> args) {

  /// The settings that reach the event loops as system properties.
  ///
  /// @param debug whether asyncio's debug mode is on
  /// @param fibers the fiber runtime; null leaves the choice to the library
  /// @param blocking the blocking policy; null leaves it to the library
  record Settings(boolean debug, @Nullable String fibers, @Nullable String blocking) {
    static final List<String> FIBERS = List.of("auto", "scheduled", "portable");
    static final List<String> BLOCKING = List.of("block", "switch", "forbid");

    /// Whether they go together.
    boolean fit() {
      return !"portable".equals(fibers) || blocking == null || blocking.equals("block");
    }

    void apply() {
      if (debug) {
        System.setProperty("jasyncio.debug", "true");
      }
      if (fibers != null && !fibers.equals("auto")) {
        System.setProperty("jasyncio.fibers", fibers);
      }
      if (blocking != null) {
        System.setProperty("jasyncio.blocking", blocking);
      }
    }
  }

  /// Reads a command line that needs no explanation: `run [--debug] [--fibers=…] [--blocking=…]
  /// FILE.java [args]`.
  ///
  /// It saves the start of picocli, which costs more than the rest of the launcher together.
  ///
  /// @return the request, or null if picocli should look at the command line
  static @Nullable RunRequest parsePlain(String[] args) {
    if (args.length == 0 || !args[0].equals("run")) {
      return null;
    }
    boolean debug = false;
    String fibers = null;
    String blocking = null;
    for (int i = 1; i < args.length; i++) {
      String arg = args[i];
      if (arg.equals("-") || !arg.startsWith("-")) {
        List<String> rest = Arrays.asList(args).subList(i + 1, args.length);
        Settings settings = new Settings(debug, fibers, blocking);
        return settings.fit() ? new RunRequest(settings, "", arg, rest) : null;
      }
      String value = arg.substring(arg.indexOf('=') + 1).toLowerCase(Locale.ROOT);
      if (arg.equals("--debug") && !debug) {
        debug = true;
      } else if (arg.startsWith("--fibers=") && fibers == null && Settings.FIBERS.contains(value)) {
        fibers = value;
      } else if (arg.startsWith("--blocking=")
          && blocking == null
          && Settings.BLOCKING.contains(value)) {
        blocking = value;
      } else {
        return null;
      }
    }
    return null;
  }

  /// What the program asks for, and does not have anyway.
  static List<Path> libraries(SourceFile source, ClassPath path) throws CommandException {
    List<String> named = Dependencies.of(source);
    if (named.isEmpty()) {
      return List.of(); // as nearly always, and at once
    }
    List<String> wanted = named.stream().filter(library -> !path.has(library)).toList();
    return new Dependencies(UserCache.directory("libraries")).resolve(wanted);
  }

  /// Compiles a program, unless it was compiled before.
  ///
  /// @throws CommandException if it does not compile
  static CompiledProgram compile(SourceFile source, ClassPath path)
      throws CommandException, IOException {
    ProgramCache cache = ProgramCache.ofUser(path);
    CompiledProgram program = cache.find(source);
    if (program == null) {
      program = ProgramCompiler.compile(source, path);
      cache.store(program);
    }
    return program;
  }

  /// Compiles the program, unless it was compiled before, and runs it.
  ///
  /// @return the exit status
  /// @throws CommandException if there is nothing to run, a library that it asks for cannot be had,
  ///   or it does not compile
  /// @throws Throwable if the program throws it
  int execute() throws Throwable {
    SourceFile source = SourceFile.read(file);
    ClassPath own = ClassPath.of(classPath);
    ClassPath path = own.and(libraries(source, own));
    CompiledProgram program = compile(source, path);
    settings.apply();
    return Program.load(program, path).run(args);
  }
}
