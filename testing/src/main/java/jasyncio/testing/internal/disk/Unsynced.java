package jasyncio.testing.internal.disk;

import java.util.List;

/// What a crash may take from a node.
///
/// @param path one of its names
/// @param ranges of a file's bytes, in their order
/// @param size whether a file's size is one of another day
/// @param attributes whether permissions, owner or times are
/// @param names of a directory's: those made, renamed or removed
public record Unsynced(
    String path, List<Range> ranges, boolean size, boolean attributes, List<String> names) {
  /// Bytes of a file.
  ///
  /// @param from the first one's position
  /// @param to behind the last one's
  public record Range(long from, long to) {}
}
