package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What a crash may take from a node.
///
/// @param path one of its names
/// @param ranges of a file's bytes, in their order
/// @param size whether a file's size is one of another day
/// @param attributes whether permissions, owner or times are
/// @param names of a directory's: those made, renamed or removed
public record Unsynced(
    String path, List<Range> ranges, boolean size, boolean attributes, List<String> names) {
  /// {@return for instance `/f (bytes 0-4096, size)`}
  @Override
  public String toString() {
    var what = new ArrayList<String>();
    if (!ranges.isEmpty()) {
      what.add("bytes " + ranges.stream().map(Range::toString).collect(Collectors.joining(" ")));
    }
    if (size) {
      what.add("size");
    }
    if (attributes) {
      what.add("attributes");
    }
    if (!names.isEmpty()) {
      what.add("names " + String.join(" ", names));
    }
    return path + " (" + String.join(", ", what) + ")";
  }

  /// Bytes of a file.
  ///
  /// @param from the first one's position
  /// @param to behind the last one's
  public record Range(long from, long to) {
    /// {@return for instance `0-4096`}
    @Override
    public String toString() {
      return from + "-" + to;
    }
  }
}
