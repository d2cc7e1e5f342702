package jasyncio.testing.internal.disk;

import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/// Permissions as bits, and as the JDK has them.
final class Permissions {
  private Permissions() {}

  static Set<PosixFilePermission> of(int mode) {
    var set = EnumSet.noneOf(PosixFilePermission.class);
    for (var p : PosixFilePermission.values()) {
      if ((mode & bit(p)) != 0) {
        set.add(p);
      }
    }
    return set;
  }

  static int bits(Set<PosixFilePermission> permissions) {
    int mode = 0;
    for (var p : permissions) {
      mode |= bit(Objects.requireNonNull(p));
    }
    return mode;
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case OWNER_READ -> 0400;
      case OWNER_WRITE -> 0200;
      case OWNER_EXECUTE -> 0100;
      case GROUP_READ -> 0040;
      case GROUP_WRITE -> 0020;
      case GROUP_EXECUTE -> 0010;
      case OTHERS_READ -> 0004;
      case OTHERS_WRITE -> 0002;
      case OTHERS_EXECUTE -> 0001;
    };
  }

  /// {@return the permissions that something is made with}
  @SuppressWarnings("unchecked") // the attribute's name says what it is
  static int initial(int usual, FileAttribute<?>... attributes) {
    int mode = usual;
    for (var a : attributes) {
      if (!a.name().equals("posix:permissions") && !a.name().equals("unix:permissions")) {
        throw new UnsupportedOperationException(
            "'" + a.name() + "' not supported as initial attribute");
      }
      mode = bits((Set<PosixFilePermission>) a.value());
    }
    return mode;
  }
}
