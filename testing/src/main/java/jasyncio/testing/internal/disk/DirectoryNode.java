package jasyncio.testing.internal.disk;

import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A directory: the names that programs see, and those that a crash leaves. What differs is in the
/// [Journal].
final class DirectoryNode extends Node {
  private static final int SIZE = 4096;

  private final TreeMap<String, Node> entries = new TreeMap<>();
  private final TreeMap<String, Node> durable = new TreeMap<>();
  private DirectoryNode parent;

  /// @param parent the directory it is in; `null` for the root, which is its own
  DirectoryNode(long number, Meta meta, @Nullable DirectoryNode parent) {
    super(number, meta);
    this.parent = parent == null ? this : parent;
  }

  DirectoryNode parent() {
    return parent;
  }

  void setParent(DirectoryNode newParent) {
    parent = newParent;
  }

  @Nullable Node get(String name) {
    return entries.get(name);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  void set(String name, @Nullable Node node) {
    put(entries, name, node);
  }

  void setDurable(String name, @Nullable Node node) {
    put(durable, name, node);
  }

  private static void put(Map<String, Node> map, String name, @Nullable Node node) {
    if (node == null) {
      map.remove(name);
    } else {
      map.put(name, node);
    }
  }

  /// {@return the names, in their order}
  Collection<String> names() {
    return entries.keySet();
  }

  NavigableMap<String, Node> entries() {
    return entries;
  }

  NavigableMap<String, Node> durableEntries() {
    return durable;
  }

  @Override
  long size() {
    return SIZE;
  }
}
