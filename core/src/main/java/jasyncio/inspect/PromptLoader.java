package jasyncio.inspect;

import jasyncio.EventLoop;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Loads the classes that the visitor of a [Prompt] brings; they see those of the program.
final class PromptLoader extends ClassLoader {
  private final Map<String, byte[]> classes;

  /// @param context the class loader of the program's thread
  PromptLoader(Map<String, byte[]> classes, @Nullable ClassLoader context) {
    super(parent(context));
    this.classes = classes;
  }

  /// The program's own, if it sees this jasyncio.
  private static ClassLoader parent(@Nullable ClassLoader context) {
    try {
      if (context != null && context.loadClass(EventLoop.class.getName()) == EventLoop.class) {
        return context;
      }
    } catch (ClassNotFoundException | LinkageError e) {
      // then not that one
    }
    return EventLoop.class.getClassLoader();
  }

  /// The visitor's classes come before those of the program, which may have others of the name.
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      var loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      var bytes = classes.get(name);
      return bytes != null
          ? defineClass(name, bytes, 0, bytes.length)
          : super.loadClass(name, resolve);
    }
  }
}
