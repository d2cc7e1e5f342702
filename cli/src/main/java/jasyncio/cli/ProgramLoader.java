package jasyncio.cli;

import java.net.URLClassLoader;
import java.util.Map;

/// Loads a compiled program from memory, and what else it needs from its class path.
///
/// Of what the launcher has loaded, the program sees jasyncio, with the annotations in its
/// signatures, and nothing else, so that it may bring other versions of the rest: also of what
/// jasyncio's HTTP and its test kit stand on, which are loaded anew for it.
final class ProgramLoader extends URLClassLoader {
  private final Map<String, byte[]> classes;

  ProgramLoader(Map<String, byte[]> classes, ClassPath classPath) {
    super(classPath.urls(), new Library());
    this.classes = classes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && classes.containsKey(name)) {
        loaded = findClass(name);
      }
      return loaded != null ? loaded : super.loadClass(name, resolve);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = classes.get(name);
    return bytes != null ? defineClass(name, bytes, 0, bytes.length) : super.findClass(name);
  }

  /// The JDK, and jasyncio with its annotations. It has no resources.
  private static final class Library extends ClassLoader {
    private static final ClassLoader LAUNCHER = ProgramLoader.class.getClassLoader();

    Library() {
      super("jasyncio", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if ((name.startsWith("jasyncio.")
              && !name.startsWith("jasyncio.cli.")
              && !name.startsWith("jasyncio.http.")
              && !name.startsWith("jasyncio.testing."))
          || name.startsWith("org.jspecify.")) {
        return LAUNCHER.loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }
  }
}
