package jasyncio.testing.internal.disk;

import org.jspecify.annotations.Nullable;

/// Where a path leads: a name in a directory, and what is there.
///
/// @param name `.`, `..` or `/` if the path ends so; the node is a directory then
/// @param node `null` if there is none of that name
record Place(DirectoryNode directory, String name, @Nullable Node node) {
  /// {@return whether it is a name that can be made or removed}
  boolean isName() {
    return !name.equals(".") && !name.equals("..") && !name.equals("/");
  }

  Node existing() throws SystemError {
    if (node == null) {
      throw new SystemError(Errno.ENOENT);
    }
    return node;
  }
}
