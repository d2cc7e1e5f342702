package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Finds what a crash may take.
final class UnsyncedNodes {
  private final Volume volume;
  private final List<Unsynced> found = new ArrayList<>();
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // not iterated

  private UnsyncedNodes(Volume volume) {
    this.volume = volume;
  }

  /// {@return it, in the order of names}
  static List<Unsynced> of(Volume volume) {
    var nodes = new UnsyncedNodes(volume);
    nodes.look("/", volume.root());
    return nodes.found;
  }

  private void look(String path, Node node) {
    if (!seen.add(node)) {
      return;
    }
    add(path, node);
    if (node instanceof DirectoryNode directory) {
      var above = path.equals("/") ? path : path + "/";
      directory.entries().forEach((name, child) -> look(above + name, child));
      directory.durableEntries().forEach((name, child) -> look(above + name, child));
    }
  }

  private void add(String path, Node node) {
    var names = node instanceof DirectoryNode directory ? names(directory) : List.<String>of();
    var ranges = node instanceof FileNode file ? ranges(file) : List.<Unsynced.Range>of();
    boolean size = node instanceof FileNode file && file.sizeUnsynced();
    if (!names.isEmpty() || !ranges.isEmpty() || size || node.metaUnsynced()) {
      found.add(new Unsynced(path, ranges, size, node.metaUnsynced(), names));
    }
  }

  private List<String> names(DirectoryNode directory) {
    return volume.journal().changes().stream()
        .flatMap(change -> change.entries().stream())
        .filter(e -> e.directory() == directory)
        .map(Journal.Entry::name)
        .distinct()
        .sorted()
        .toList();
  }

  private static List<Unsynced.Range> ranges(FileNode file) {
    var ranges = new ArrayList<Unsynced.Range>();
    for (long page : file.dirty()) {
      long from = page * Pages.PAGE;
      long to = Math.min(from + Pages.PAGE, file.size());
      if (!ranges.isEmpty() && ranges.getLast().to() == from) {
        from = ranges.removeLast().from();
      }
      ranges.add(new Unsynced.Range(from, to));
    }
    return ranges;
  }
}
