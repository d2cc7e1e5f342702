package jasyncio.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import org.jspecify.annotations.Nullable;

/// The classes that inputs of a REPL have become, and their class loader, which sees what a
/// program's sees.
final class SnippetClasses implements LoaderDelegate {
  private final Map<String, byte[]> classes = new ConcurrentHashMap<>();
  private final ProgramLoader loader;
  private final ClassFile format = StopCheckWeaver.format(this::resource);
  private final Method stop;

  SnippetClasses(ClassPath classPath) {
    loader = new ProgramLoader(classes, classPath);
    classes.put(StopCheck.class.getName(), bytesOf(StopCheck.class));
    try {
      stop = loader.loadClass(StopCheck.class.getName()).getDeclaredMethod("ask", boolean.class);
      stop.setAccessible(true);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable InputStream resource(String name) {
    byte[] bytes = classes.get(name.replaceFirst("\\.class$", "").replace('/', '.'));
    return bytes != null ? new ByteArrayInputStream(bytes) : loader.getResourceAsStream(name);
  }

  /// The class file of a class of the launcher's.
  static byte[] bytesOf(Class<?> type) {
    String name = type.getName();
    try (InputStream in =
        type.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
      return Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ClassLoader loader() {
    return loader;
  }

  /// All classes by binary name.
  Map<String, byte[]> bytes() {
    return Collections.unmodifiableMap(classes);
  }

  /// Has the inputs' code stop at its next loop or call, or takes that back.
  void setStop(boolean on) {
    try {
      stop.invoke(null, on);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void load(ClassBytecodes[] added) throws ClassInstallException {
    for (ClassBytecodes each : added) {
      classes.put(each.name(), each.bytecodes());
    }
    for (ClassBytecodes each : added) {
      classes.put(each.name(), StopCheckWeaver.weave(each.bytecodes(), StopCheck.class, format));
    }
    boolean[] loaded = new boolean[added.length];
    try {
      for (int i = 0; i < added.length; i++) {
        findClass(added[i].name());
        loaded[i] = true;
      }
    } catch (ClassNotFoundException | LinkageError e) {
      throw new ClassInstallException(e.toString(), loaded);
    }
  }

  @Override
  public void classesRedefined(ClassBytecodes[] changed) {}

  /// The loader has it from the beginning.
  @Override
  public void addToClasspath(String path) {}

  @Override
  public Class<?> findClass(String name) throws ClassNotFoundException {
    return loader.loadClass(name);
  }
}
