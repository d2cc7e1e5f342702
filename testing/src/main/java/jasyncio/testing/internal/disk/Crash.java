package jasyncio.testing.internal.disk;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// Loses what is not durable, but for what chance keeps, and makes nodes of the rest.
final class Crash {
  /* Overview
   * Asked first is how much of what was not synced survives: nothing (the plain thing), everything, or a part.
   * Of a part, each change of a name is asked for (or how many, where a journal keeps their order), then each node
   * that still has a name, in the order of names: nothing, all, or a part of its pages, and of those of their sectors.
   */
  private static final int NOTHING = 0;
  private static final int EVERYTHING = 1;
  private static final int PART = 2;

  private final Volume before;
  private final Device device;
  private final Chance chance;
  private final IdentityHashMap<Node, Node> after = new IdentityHashMap<>(); // looked up only
  private int kept;
  private long pages = 1; // the root's

  Crash(Volume before) {
    this.before = before;
    this.device = before.device();
    this.chance = device.chance();
  }

  /// {@return what is there when the disk is mounted again}
  Volume survivors() {
    var unsynced = UnsyncedNodes.of(before);
    boolean any = !before.journal().changes().isEmpty() || !unsynced.isEmpty();
    kept = any ? chance.choose("crash keeps what was not synced", 3) : NOTHING;
    if (any) {
      var how = kept == NOTHING ? "is lost" : kept == PART ? "survives in part" : "survives";
      chance.note(() -> "crash, what was not synced " + how + ": " + unsynced);
    }
    if (kept != NOTHING) {
      keepNames();
    }
    var root = directory("/", before.root(), null);
    root.addLinks(2);
    return new Volume(device, root, before.lastNumber(), pages);
  }

  private void keepNames() {
    var journal = before.journal();
    int n = journal.changes().size();
    if (kept == EVERYTHING) {
      journal.writeFirst(n);
    } else if (device.options().promise() == Promise.JOURNAL) {
      journal.writeFirst(chance.choose("changes of names that survive", n + 1));
    } else {
      journal.crash(this::survives);
    }
  }

  private boolean survives(Journal.Change change) {
    if (chance.choose("change of names survives", 2) == 0) {
      return false;
    }
    var names = change.entries().stream().map(Journal.Entry::name).toList();
    chance.note(() -> "crash keeps the change of names " + names);
    return true;
  }

  private DirectoryNode directory(String path, DirectoryNode old, @Nullable DirectoryNode parent) {
    var copy = new DirectoryNode(old.number(), meta(path, old, kept == EVERYTHING), parent);
    after.put(old, copy);
    for (var e : old.durableEntries().entrySet()) {
      var below = (path.equals("/") ? "" : path) + "/" + e.getKey();
      var node = e.getValue();
      if (node instanceof DirectoryNode && after.containsKey(node)) {
        continue; // half of a move: a directory has one name
      }
      var child = node(below, node, copy);
      child.addLinks(1);
      copy.set(e.getKey(), child);
      copy.setDurable(e.getKey(), child);
    }
    return copy;
  }

  private Node node(String path, Node old, DirectoryNode parent) {
    var known = after.get(old);
    if (known != null) {
      return known;
    }
    Node copy =
        switch (old) {
          case DirectoryNode d -> {
            var directory = directory(path, d, parent);
            directory.addLinks(1);
            parent.addLinks(1);
            pages++;
            yield directory;
          }
          case LinkNode l ->
              new LinkNode(l.number(), meta(path, l, kept == EVERYTHING), l.target());
          case FileNode f -> file(path, f);
        };
    after.put(old, copy);
    return copy;
  }

  private FileNode file(String path, FileNode old) {
    int part = kept;
    var content = old.medium().copy();
    if (old.dataUnsynced() && kept != NOTHING) {
      part = kept == PART ? chance.choose("crash keeps of " + path, PART + 1) : kept;
      new CrashedFile(path, chance, old, content, device.options().sector()).keep(part);
    }
    pages += content.allocated();
    return new FileNode(old.number(), meta(path, old, part != NOTHING), content);
  }

  /// @param likely whether what does not matter much, such as times, is that of before the crash
  private Meta meta(String path, Node node, boolean likely) {
    if (kept == NOTHING || !node.metaUnsynced()) {
      return node.durableMeta();
    }
    var meta = node.meta();
    var durable = node.durableMeta();
    boolean matters =
        meta.mode() != durable.mode()
            || meta.owner() != durable.owner()
            || meta.group() != durable.group();
    if (kept == PART && matters) {
      likely = chance.choose("crash keeps attributes of " + path, 2) == 1;
    }
    return likely ? meta : durable;
  }
}
