package jasyncio.internal.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Finds programs as `execvp` does, so that what is wrong can be said in a sentence.
public final class ProgramFinder {
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private ProgramFinder() {}

  /// Finds the file of a program.
  ///
  /// @param program a name without `/` is looked for in the folders of `pathVariable`
  /// @param pathVariable folders separated by `:`, or `null` for those of the system
  /// @param cwd what relative names are relative to, or `null` for this process's directory
  /// @return its path, which may be relative to `cwd`
  /// @throws NoSuchFileException if there is none
  /// @throws AccessDeniedException if there is one that cannot be executed
  public static String find(String program, @Nullable String pathVariable, @Nullable Path cwd)
      throws IOException {
    if (program.indexOf('/') >= 0) {
      var file = at(cwd, program);
      if (!file.exists()) {
        throw missing(program, "there is no such program");
      } else if (!isExecutable(file)) {
        throw denied(program);
      }
      return program;
    }
    var path = pathVariable == null ? DEFAULT_PATH : pathVariable;
    boolean denied = false;
    if (!program.isEmpty()) {
      for (var folder : path.split(":", -1)) {
        var candidate = folder.isEmpty() ? "./" + program : folder + "/" + program;
        var file = at(cwd, candidate);
        if (isExecutable(file)) {
          return candidate;
        }
        denied |= file.exists();
      }
    }
    if (denied) {
      throw denied(program);
    }
    throw missing(program, "there is no such program in the folders of PATH, " + path);
  }

  /// Checks that a working directory is one.
  ///
  /// @throws NoSuchFileException if it does not exist
  /// @throws NotDirectoryException if it is something else
  public static void checkDirectory(Path cwd) throws IOException {
    var file = cwd.toFile();
    if (!file.exists()) {
      throw missing(cwd.toString(), "there is no such working directory");
    } else if (!file.isDirectory()) {
      throw new NotDirectoryException(cwd.toString());
    }
  }

  private static File at(@Nullable Path cwd, String name) {
    var file = new File(name);
    return cwd == null || file.isAbsolute() ? file : new File(cwd.toFile(), name);
  }

  private static boolean isExecutable(File file) {
    return file.canExecute() && file.isFile();
  }

  private static NoSuchFileException missing(String what, String reason) {
    return new NoSuchFileException(what, null, reason);
  }

  static AccessDeniedException denied(String program) {
    return new AccessDeniedException(program, null, "it is not a program that may be executed");
  }
}
