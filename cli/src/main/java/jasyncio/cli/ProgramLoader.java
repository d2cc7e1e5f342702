package jasyncio.cli;

import java.net.URLClassLoader;
import java.util.Map;

/// Loads a compiled program from memory, and what else it needs from its class path.
///
/// The libraries of the launcher itself stay out of the program's sight, so that it may bring other
/// versions of them.
final class ProgramLoader extends URLClassLoader {
  private final Map<String, byte[]> classes;

  ProgramLoader(Map<String, byte[]> classes, ClassPath classPath) {
    super(classPath.extraUrls(), ProgramLoader.class.getClassLoader());
    this.classes = classes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && (classes.containsKey(name) || isPrivateToLauncher(name))) {
        loaded = findClass(name);
      }
      return loaded != null ? loaded : super.loadClass(name, resolve);
    }
  }

  private static boolean isPrivateToLauncher(String name) {
    return name.startsWith("picocli.") || name.startsWith("jasyncio.cli.");
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = classes.get(name);
    return bytes != null ? defineClass(name, bytes, 0, bytes.length) : super.findClass(name);
  }
}
