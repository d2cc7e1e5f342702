package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The changes of names that are not durable yet, in their order.
final class Journal {
  /* Overview
   * A change is one call's: a name set or removed, or both for a rename. A crash takes all of it, or nothing.
   * A sync of a directory makes its names durable. Of a rename between two directories, a sync of the new name's
   * does not take the old name away, but one of the old name's sets the new name, too: no sync loses a file.
   * What becomes durable before an earlier change of the same name overrules that.
   * A move of a directory becomes durable only with all changes before it: else two of them could make a ring that
   * hangs on nothing.
   */
  private static final int MOST = 4096; // then the oldest is written, as a journal's must be

  private final List<Change> changes = new ArrayList<>();

  /// A name that means another node from now on, or none.
  record Entry(DirectoryNode directory, String name, @Nullable Node node) {
    boolean isSameName(Entry other) {
      return directory == other.directory && name.equals(other.name);
    }

    void write() {
      directory.setDurable(name, node);
    }
  }

  /// What one call changes; less when a part of it is durable.
  ///
  /// @param replacing the file whose data go with the change, where a rename replaces a file and
  ///   the file system sees to that; else `null`
  record Change(List<Entry> entries, @Nullable FileNode replacing) {
    boolean removesIn(DirectoryNode directory) {
      return entries.stream().anyMatch(e -> e.directory == directory && e.node == null);
    }

    boolean isIn(DirectoryNode directory) {
      return entries.stream().anyMatch(e -> e.directory == directory);
    }

    boolean isAbout(Node node) {
      return entries.stream().anyMatch(e -> e.node == node || e.directory == node);
    }

    boolean movesDirectory() {
      return entries.size() > 1 && entries.getFirst().node instanceof DirectoryNode;
    }

    void write() {
      if (replacing != null) {
        replacing.sync(page -> false);
      }
      entries.forEach(Entry::write);
    }
  }

  List<Change> changes() {
    return changes;
  }

  void add(List<Entry> entries, @Nullable FileNode replacing) {
    changes.add(new Change(new ArrayList<>(entries), replacing));
    if (changes.size() > MOST) {
      changes.removeFirst().write();
    }
  }

  /// Makes the names of a directory durable.
  void sync(DirectoryNode directory) {
    writeFirst(1 + last(change -> change.movesDirectory() && change.isIn(directory)));
    var left = new ArrayList<Change>();
    for (var change : changes) {
      boolean whole = change.removesIn(directory);
      for (var entry : List.copyOf(change.entries)) {
        if (whole || entry.directory == directory) {
          entry.write();
          change.entries.remove(entry);
          left.forEach(earlier -> earlier.entries.removeIf(entry::isSameName));
        }
      }
      left.add(change);
    }
    left.removeIf(change -> change.entries.isEmpty());
    changes.clear();
    changes.addAll(left);
  }

  /// Makes durable, in their order, the changes up to the last that is about a node.
  void syncUpTo(Node node) {
    writeFirst(1 + last(change -> change.isAbout(node)));
  }

  /// Has a crash keep some of the changes, and those without which they cannot be.
  ///
  /// @param survives whether it keeps one
  void crash(Predicate<Change> survives) {
    var kept = new ArrayList<Change>();
    for (int i = 0; i < changes.size(); i++) {
      var change = changes.get(i);
      if (survives.test(change)) {
        if (change.movesDirectory()) {
          kept.clear();
          kept.addAll(changes.subList(0, i));
        }
        kept.add(change);
      }
    }
    kept.forEach(Change::write);
  }

  /// {@return the index of the last change that is so; -1 if none is}
  private int last(Predicate<Change> condition) {
    int i = changes.size() - 1;
    while (i >= 0 && !condition.test(changes.get(i))) {
      i--;
    }
    return i;
  }

  /// Makes the first changes durable.
  void writeFirst(int n) {
    var first = changes.subList(0, n);
    first.forEach(Change::write);
    first.clear();
  }
}
