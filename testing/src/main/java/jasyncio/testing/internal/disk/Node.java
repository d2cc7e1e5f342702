package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.List;

/// A file, directory or symbolic link, whatever its names are: an inode.
abstract sealed class Node permits FileNode, DirectoryNode, LinkNode {
  private final long number;
  private Meta meta;
  private Meta durable; // what a crash leaves of the meta data
  private int links;
  private final List<SimLock> locks = new ArrayList<>();

  /// @param number the inode's
  /// @param meta durable from the beginning: a durable name has a node
  Node(long number, Meta meta) {
    this.number = number;
    this.meta = meta;
    this.durable = meta;
  }

  final long number() {
    return number;
  }

  final Meta meta() {
    return meta;
  }

  final void setMeta(Meta newMeta) {
    meta = newMeta;
  }

  final Meta durableMeta() {
    return durable;
  }

  final boolean metaUnsynced() {
    return !meta.equals(durable);
  }

  final void syncMeta() {
    durable = meta;
  }

  final List<SimLock> locks() {
    return locks;
  }

  final int links() {
    return links;
  }

  final void addLinks(int n) {
    links += n;
  }

  /// {@return in bytes}
  abstract long size();
}
