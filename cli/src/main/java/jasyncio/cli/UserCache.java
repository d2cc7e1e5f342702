package jasyncio.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where jasyncio keeps what it need not do twice: `$XDG_CACHE_HOME/jasyncio`, or else
/// `~/.cache/jasyncio`.
///
/// What lies there is run, so nobody else may be able to write it: the folder is made for its owner
/// alone, and one that belongs to somebody else, which shows on Linux, is not used. Then, and where
/// there is no home folder, nothing is kept.
final class UserCache {
  private static final int WRITABLE_BY_OTHERS = 0022;

  /// On Linux it belongs to whom this process runs for.
  private static final Path SELF = Path.of("/proc/self");

  private UserCache() {}

  /// The part of the user's cache that has this name, or null if there is none to be trusted.
  static @Nullable Path directory(String name) {
    return directory(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home", ""), name);
  }

  static @Nullable Path directory(@Nullable String cacheHome, String home, String name) {
    Path base;
    if (cacheHome != null && cacheHome.startsWith("/")) {
      base = Path.of(cacheHome);
    } else if (Path.of(home).isAbsolute() && Files.isDirectory(Path.of(home))) {
      base = Path.of(home, ".cache");
    } else {
      return null;
    }
    try {
      Files.createDirectories(base);
      Path own = base.resolve("jasyncio");
      return makePrivate(own) ? own.resolve(name) : null;
    } catch (IOException e) {
      return null; // no place to write to, or no permission
    }
  }

  /// Sees to it that there is this folder, and nobody but its owner, who is us, writes there.
  private static boolean makePrivate(Path own) throws IOException {
    if (!own.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      Files.createDirectories(own);
      return true;
    }
    Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rwx------");
    if (!Files.exists(own)) {
      try {
        Files.createDirectory(own, PosixFilePermissions.asFileAttribute(mine));
      } catch (FileAlreadyExistsException e) {
        // another jasyncio was faster
      }
    }
    Map<String, Object> is = Files.readAttributes(own, "unix:uid,mode");
    if (Files.exists(SELF) && !Files.getAttribute(SELF, "unix:uid").equals(is.get("uid"))) {
      return false;
    }
    if (is.get("mode") instanceof Integer mode && (mode & WRITABLE_BY_OTHERS) != 0) {
      Files.setPosixFilePermissions(own, mine);
    }
    return true;
  }
}
