package jasyncio.internal.base;

import java.net.URL;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which stack frames are the library's own: those of classes that come from where this one comes
/// from. Tests, and programs in packages of similar names, are their users' code.
public final class Frames {
  private static final String PREFIX = "jasyncio.";
  private static final @Nullable URL HOME = location(Frames.class);

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

  private static boolean isAtHome(String name) {
    try {
      var type = Class.forName(name, false, Frames.class.getClassLoader());
      return Objects.equals(text(location(type)), text(HOME));
    } catch (ClassNotFoundException | LinkageError e) {
      return false; // another class loader's
    }
  }

  private static @Nullable URL location(Class<?> type) {
    var source = type.getProtectionDomain().getCodeSource();
    return source == null ? null : source.getLocation();
  }

  private static @Nullable String text(@Nullable URL url) { // URL.equals asks the network
    return url == null ? null : url.toString();
  }
}
