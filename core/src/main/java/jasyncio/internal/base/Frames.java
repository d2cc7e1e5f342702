package jasyncio.internal.base;

import java.net.URL;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which stack frames are the library's own: those of classes that come from where this one comes
/// from, or a class of a module that belongs to it. Tests, and programs in packages of similar
/// names, are their users' code.
///
/// And how a frame is labelled, so that it says more than where it is.
public final class Frames {
  private static final String PREFIX = "jasyncio.";
  private static final @Nullable URL HOME = location(Frames.class);

  /// Modules beside this one whose frames say as little to a program: the beginning of the names of
  /// their classes, and a class that shows where they come from.
  private static final Map<String, String> MODULES = Map.of("jasyncio.http.", "jasyncio.http.Http");

  /// Whether the library has the top-level class of that name.
  private static final Map<String, Boolean> KNOWN = new ConcurrentHashMap<>();

  private Frames() {}

  /// Whether a class of that name, as stack frames have it, is the library's.
  public static boolean areOurs(String className) {
    if (!className.startsWith(PREFIX)) {
      return false;
    }
    int end = className.indexOf('$');
    var name = end < 0 ? className : className.substring(0, end);
    var known = KNOWN.get(name);
    if (known == null) { // not computed in there: it loads a class
      known = isAtHome(name);
      KNOWN.put(name, known);
    }
    return known;
  }

  /// Whether frames of that class are of no interest to a program: the library's, and the JDK's
  /// between its own first frame of a thread and the first call of anybody else.
  public static boolean areMachinery(String className) {
    return areOurs(className)
        || className.startsWith("java.lang.VirtualThread")
        || className.equals("java.lang.Thread")
        || className.startsWith("jdk.internal.vm.")
        || className.equals("java.util.concurrent.FutureTask")
        || className.startsWith("java.util.concurrent.ThreadPerTaskExecutor")
        || className.startsWith("java.util.concurrent.ThreadPoolExecutor");
  }

  /// Whether frames of that class are those of the machine that calls what belongs to a program:
  /// tasks, callbacks, bodies of generators.
  public static boolean areMachine(String className) {
    return areOfFibers(className) || className.startsWith("jasyncio.internal.loop.");
  }

  /// Whether frames of that class are those by which a fiber gives up control.
  public static boolean areOfFibers(String className) {
    return className.startsWith("jasyncio.internal.fiber.");
  }

  /// Whether the frame is that of code of the JDK.
  public static boolean isOfTheJdk(StackTraceElement frame) {
    var module = frame.getModuleName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }

  /// The frame with a label in front of what it says: `at label
  /// com.example.Main.main(Main.java:1)`. Whoever makes links of frames finds the last `at`.
  static StackTraceElement labelled(String label, StackTraceElement frame) {
    var name = frame.getClassName();
    var text = frame.toString();
    var module = text.substring(0, Math.max(0, text.indexOf(name))); // and class loader
    return new StackTraceElement(
        label + module + name, frame.getMethodName(), frame.getFileName(), frame.getLineNumber());
  }

  private static boolean isAtHome(String name) {
    try {
      return Objects.equals(text(location(load(name))), text(homeOf(name)));
    } catch (ClassNotFoundException | LinkageError e) {
      return false; // another class loader's
    }
  }

  private static @Nullable URL homeOf(String name) throws ClassNotFoundException {
    for (var module : MODULES.entrySet()) {
      if (name.startsWith(module.getKey())) {
        return location(load(module.getValue()));
      }
    }
    return HOME;
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name, false, Frames.class.getClassLoader());
  }

  private static @Nullable URL location(Class<?> type) {
    var source = type.getProtectionDomain().getCodeSource();
    return source == null ? null : source.getLocation();
  }

  private static @Nullable String text(@Nullable URL url) { // URL.equals asks the network
    return url == null ? null : url.toString();
  }
}
