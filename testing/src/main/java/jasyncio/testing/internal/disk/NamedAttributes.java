package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Attributes by their names, `unix:mode` for instance.
final class NamedAttributes {
  private static final Map<String, Function<SimAttributes, Object>> BASIC = new LinkedHashMap<>();
  private static final Map<String, Function<SimAttributes, Object>> OWNER = new LinkedHashMap<>();
  private static final Map<String, Function<SimAttributes, Object>> POSIX = new LinkedHashMap<>();
  private static final Map<String, Function<SimAttributes, Object>> UNIX = new LinkedHashMap<>();

  static {
    BASIC.put("size", SimAttributes::size);
    BASIC.put("creationTime", SimAttributes::creationTime);
    BASIC.put("lastAccessTime", SimAttributes::lastAccessTime);
    BASIC.put("lastModifiedTime", SimAttributes::lastModifiedTime);
    BASIC.put("fileKey", SimAttributes::fileKey);
    BASIC.put("isDirectory", SimAttributes::isDirectory);
    BASIC.put("isRegularFile", SimAttributes::isRegularFile);
    BASIC.put("isSymbolicLink", SimAttributes::isSymbolicLink);
    BASIC.put("isOther", SimAttributes::isOther);
    OWNER.put("owner", SimAttributes::owner);
    POSIX.putAll(BASIC);
    POSIX.put("permissions", SimAttributes::permissions);
    POSIX.put("owner", SimAttributes::owner);
    POSIX.put("group", SimAttributes::group);
    UNIX.putAll(POSIX);
    UNIX.put("mode", a -> a.meta().mode());
    UNIX.put("ino", SimAttributes::number);
    UNIX.put("dev", a -> SimAttributes.DEVICE);
    UNIX.put("rdev", a -> 0L);
    UNIX.put("nlink", SimAttributes::links);
    UNIX.put("uid", a -> a.meta().owner());
    UNIX.put("gid", a -> a.meta().group());
    UNIX.put("ctime", SimAttributes::changeTime);
  }

  private NamedAttributes() {}

  private static Map<String, Function<SimAttributes, Object>> of(String view) {
    return switch (view) {
      case "basic" -> BASIC;
      case "owner" -> OWNER;
      case "posix" -> POSIX;
      case "unix" -> UNIX;
      default -> throw new UnsupportedOperationException("View '" + view + "' not available");
    };
  }

  /// {@return the view that a name belongs to}
  static String viewOf(String attribute) {
    int colon = attribute.indexOf(':');
    if (colon == 0) {
      throw new IllegalArgumentException(attribute);
    }
    var view = colon < 0 ? "basic" : attribute.substring(0, colon);
    of(view);
    return view;
  }

  static Map<String, Object> read(SimView view, String attributes) throws IOException {
    var getters = of(view.name());
    var wanted = new LinkedHashMap<String, Function<SimAttributes, Object>>();
    for (var name : attributes.substring(attributes.indexOf(':') + 1).split(",", -1)) {
      if (name.equals("*")) {
        wanted.putAll(getters);
      } else if (getters.containsKey(name)) {
        wanted.put(name, getters.get(name));
      } else {
        throw view.name().equals("owner")
            ? notRecognized(view, name)
            : new IllegalArgumentException("'" + name + "' not recognized");
      }
    }
    var values = view.readAttributes();
    var result = new LinkedHashMap<String, Object>();
    wanted.forEach((name, getter) -> result.put(name, getter.apply(values)));
    return Collections.unmodifiableMap(result);
  }

  @SuppressWarnings("unchecked") // a wrong value is a ClassCastException, as Files says
  static void set(SimView view, String attribute, Object value) throws IOException {
    var name = attribute.substring(attribute.indexOf(':') + 1);
    if (!of(view.name()).containsKey(name)) {
      throw notRecognized(view, name);
    }
    switch (name) {
      case "lastModifiedTime" -> view.setTimes((FileTime) value, null, null);
      case "lastAccessTime" -> view.setTimes(null, (FileTime) value, null);
      case "creationTime" -> view.setTimes(null, null, (FileTime) value);
      case "permissions" -> view.setPermissions((Set<PosixFilePermission>) value);
      case "owner" -> view.setOwner((UserPrincipal) value);
      case "group" -> view.setGroup((GroupPrincipal) value);
      case "mode" -> view.setMode((Integer) value);
      case "uid" -> view.setOwners((Integer) value, -1);
      case "gid" -> view.setOwners(-1, (Integer) value);
      default -> throw notRecognized(view, name);
    }
  }

  private static IllegalArgumentException notRecognized(SimView view, String name) {
    return new IllegalArgumentException("'" + view.name() + ":" + name + "' not recognized");
  }
}
