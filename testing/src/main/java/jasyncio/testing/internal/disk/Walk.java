package jasyncio.testing.internal.disk;

import java.nio.charset.StandardCharsets;

/// Follows a path from directory to directory, as the kernel does.
final class Walk {
  private static final int LONGEST_NAME = 255; // bytes
  private static final int LONGEST_PATH = 4095;
  private static final int MOST_LINKS = 40;

  private final DirectoryNode root;
  private int links;

  private Walk(DirectoryNode root) {
    this.root = root;
  }

  /// Finds where a path leads.
  ///
  /// @param follow whether a symbolic link at the end is followed
  static Place find(DirectoryNode root, String path, boolean follow) throws SystemError {
    if (path.length() > LONGEST_PATH / 3 && bytes(path) > LONGEST_PATH) {
      throw new SystemError(Errno.ENAMETOOLONG);
    }
    return new Walk(root).walk(root, path, follow);
  }

  private Place walk(DirectoryNode start, String path, boolean follow) throws SystemError {
    var place = path.startsWith("/") ? new Place(root, "/", root) : new Place(start, ".", start);
    int end;
    for (int at = 0; at < path.length(); at = end + 1) {
      end = path.indexOf('/', at);
      end = end < 0 ? path.length() : end;
      if (end > at) {
        place = step(place, path.substring(at, end), follow || end < path.length());
      }
    }
    return place;
  }

  private Place step(Place from, String name, boolean follow) throws SystemError {
    if (!(from.existing() instanceof DirectoryNode directory)) {
      throw new SystemError(Errno.ENOTDIR);
    }
    if (name.equals(".")) {
      return new Place(directory, name, directory);
    } else if (name.equals("..")) {
      return new Place(directory.parent(), name, directory.parent());
    } else if (name.length() > LONGEST_NAME / 3 && bytes(name) > LONGEST_NAME) {
      throw new SystemError(Errno.ENAMETOOLONG);
    }
    var node = directory.get(name);
    return follow && node instanceof LinkNode link
        ? follow(directory, link)
        : new Place(directory, name, node);
  }

  private Place follow(DirectoryNode directory, LinkNode link) throws SystemError {
    if (++links > MOST_LINKS) {
      throw new SystemError(Errno.ELOOP);
    }
    return walk(directory, link.target(), true);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
