package jasyncio.testing.internal.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Loads the classes of a program once more, [rewritten][Rewriter], for one start of one host:
/// their static fields are this program's own, as those of a process are.
///
/// The program is the class that was named, and whatever lies in its package or in one below, or in
/// others that were named; all other classes are those that everybody has. In the unnamed package
/// it is only the class and those nested in it or beside it in its file's name.
public final class ProgramLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private final ClassLoader origin;
  private final List<String> packages;
  private final String main;
  private final Rewriter rewriter;

  /// @param program the class whose `main` will be called
  /// @param packages of others that belong to it, with those below
  public ProgramLoader(Class<?> program, List<String> packages) {
    super("program " + program.getName(), program.getClassLoader());
    this.origin = program.getClassLoader();
    this.main = program.getName();
    this.packages =
        program.getPackageName().isEmpty()
            ? packages
            : Stream.concat(Stream.of(program.getPackageName()), packages.stream()).toList();
    this.rewriter = new Rewriter(origin);
  }

  /// {@return the class whose `main` is to be called, as it is here}
  public Class<?> program() {
    try {
      return Class.forName(main, true, this);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the class " + main + " is there no more", e);
    }
  }

  private boolean isOfProgram(String name) {
    return name.equals(main)
        || name.startsWith(main + "$")
        || packages.stream().anyMatch(p -> name.startsWith(p + "."));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!isOfProgram(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      var there = findLoadedClass(name);
      return there != null ? there : defined(name);
    }
  }

  private Class<?> defined(String name) throws ClassNotFoundException {
    var bytes = bytes(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    var rewritten = rewriter.rewritten(bytes);
    return defineClass(name, rewritten, 0, rewritten.length);
  }

  private byte @Nullable [] bytes(String name) {
    try (var in = origin.getResourceAsStream(name.replace('.', '/') + ".class")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the class " + name, e);
    }
  }
}
