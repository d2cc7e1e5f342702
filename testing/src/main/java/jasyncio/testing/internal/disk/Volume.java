package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The disk from one mounting to the next crash: Linux' calls on names. Used with the disk's lock.
final class Volume {
  private static final int MASK = 022; // the process' umask
  private static final int LINK_MODE = 0777;

  private final Device device;
  private final Space space;
  private final DirectoryNode root;
  private final Journal journal = new Journal();
  private final Set<OpenFile> open = new LinkedHashSet<>();
  private long lastNumber;

  /// @param root of what there is
  /// @param lastNumber of its nodes
  /// @param pages that it takes
  Volume(Device device, DirectoryNode root, long lastNumber, long pages) {
    this.device = device;
    this.root = root;
    this.lastNumber = lastNumber;
    this.space = new Space(device.capacity());
    space.count(pages);
  }

  Device device() {
    return device;
  }

  Space space() {
    return space;
  }

  DirectoryNode root() {
    return root;
  }

  Journal journal() {
    return journal;
  }

  Set<OpenFile> open() {
    return open;
  }

  long lastNumber() {
    return lastNumber;
  }

  // ---- looking ----------------------------------------------------------------------------------

  Place find(String path, boolean follow) throws SystemError {
    return Walk.find(root, path, follow);
  }

  Node stat(String path, boolean follow) throws SystemError {
    return find(path, follow).existing();
  }

  DirectoryNode directory(String path) throws SystemError {
    if (stat(path, true) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new SystemError(Errno.ENOTDIR);
  }

  /// {@return the names in a directory, in no order that anybody may rely on}
  List<String> list(String path) throws SystemError {
    var names = new ArrayList<>(directory(path).names());
    if (device.chance().happens(Fault.LISTING_ORDER)) {
      for (int i = 0; i < names.size() - 1; i++) {
        int other = i + device.chance().choose("name in a listing", names.size() - i);
        var name = names.get(i);
        names.set(i, names.get(other));
        names.set(other, name);
      }
    }
    return names;
  }

  String readLink(String path) throws SystemError {
    if (stat(path, false) instanceof LinkNode link) {
      return link.target();
    }
    throw new SystemError(Errno.EINVAL);
  }

  /// {@return the path without links, `.` and `..`}
  String realPath(String path) throws SystemError {
    var place = find(path, true);
    place.existing();
    var names = new ArrayList<String>();
    var directory = place.directory();
    if (place.isName()) {
      names.add(place.name());
    }
    while (directory != root) {
      names.add(nameOf(directory));
      directory = directory.parent();
    }
    return "/" + String.join("/", names.reversed());
  }

  private static String nameOf(DirectoryNode directory) throws SystemError {
    for (var e : directory.parent().entries().entrySet()) {
      if (e.getValue() == directory) {
        return e.getKey();
      }
    }
    throw new SystemError(Errno.ENOENT);
  }

  // ---- opening ----------------------------------------------------------------------------------

  OpenFile open(String path, OpenFlags flags, int mode) throws SystemError {
    var place = find(path, flags.follows());
    var node = place.node();
    boolean creating = flags.write() && (flags.create() || flags.createNew());
    if (node == null && creating) {
      node = createFile(place, mode);
    } else if (node == null) {
      throw new SystemError(Errno.ENOENT);
    } else {
      checkOpen(node, flags);
    }
    if (flags.write()) {
      checkWritable();
    }
    if (flags.write() && flags.truncate() && node instanceof FileNode file) {
      file.truncate(0, space);
      file.setMeta(file.meta().modifiedAt(device.now()));
    }
    var opened = new OpenFile(this, path, node, flags);
    open.add(opened);
    if (flags.deleteOnClose()) {
      deleteAtOnce(path);
    }
    return opened;
  }

  /// Removes the name of what was opened to be deleted when it is closed: so does the JDK.
  private void deleteAtOnce(String path) {
    try {
      removeFile(path);
    } catch (SystemError e) {
      // then it stays, as in the JDK
    }
  }

  private static void checkOpen(Node node, OpenFlags flags) throws SystemError {
    if (flags.write() && flags.createNew()) {
      throw new SystemError(Errno.EEXIST);
    } else if (node instanceof LinkNode) {
      throw new SystemError(Errno.ELOOP, Errno.ELOOP.text() + " (NOFOLLOW_LINKS specified)");
    } else if (node instanceof DirectoryNode && flags.write()) {
      throw new SystemError(Errno.EISDIR);
    }
  }

  private FileNode createFile(Place place, int mode) throws SystemError {
    checkWritable();
    var file = new FileNode(++lastNumber, newMeta(Meta.FILE | (mode & ~MASK)));
    add(place, file);
    return file;
  }

  void closed(OpenFile file) {
    open.remove(file);
    if (file.node() instanceof FileNode node) {
      node.addOpenings(-1);
      freeIfUnused(node);
    }
  }

  // ---- changing names ---------------------------------------------------------------------------

  void makeDirectory(String path, int mode) throws SystemError {
    var place = find(path, false);
    checkNew(place);
    if (!space.take()) {
      throw new SystemError(Errno.ENOSPC);
    }
    var meta = newMeta(Meta.DIRECTORY | (mode & ~MASK));
    var directory = new DirectoryNode(++lastNumber, meta, place.directory());
    directory.addLinks(1); // its own `.`
    place.directory().addLinks(1); // its `..`
    add(place, directory);
  }

  void makeLink(String path, String target) throws SystemError {
    if (target.isEmpty()) {
      throw new SystemError(Errno.ENOENT);
    }
    var place = find(path, false);
    checkNew(place);
    add(place, new LinkNode(++lastNumber, newMeta(Meta.LINK | LINK_MODE), target));
  }

  /// Gives a file another name.
  void addName(String path, String existing) throws SystemError {
    var node = stat(existing, false);
    var place = find(path, false);
    checkNew(place);
    if (node instanceof DirectoryNode) {
      throw new SystemError(Errno.EPERM);
    }
    node.setMeta(node.meta().changedAt(device.now()));
    add(place, node);
  }

  void removeDirectory(String path) throws SystemError {
    var place = find(path, false);
    if (!(place.existing() instanceof DirectoryNode directory)) {
      throw new SystemError(Errno.ENOTDIR);
    }
    switch (place.name()) {
      case "/" -> throw new SystemError(Errno.EBUSY);
      case "." -> throw new SystemError(Errno.EINVAL);
      case ".." -> throw new SystemError(Errno.ENOTEMPTY);
      default -> checkWritable();
    }
    if (!directory.isEmpty()) {
      throw new SystemError(Errno.ENOTEMPTY);
    }
    remove(place, directory);
  }

  void removeFile(String path) throws SystemError {
    var place = find(path, false);
    var node = place.existing();
    if (node instanceof DirectoryNode) {
      throw new SystemError(Errno.EISDIR);
    }
    checkWritable();
    remove(place, node);
  }

  void rename(String from, String to) throws SystemError {
    var source = find(from, false);
    var target = find(to, false);
    if (!source.isName() || !target.isName()) {
      throw new SystemError(Errno.EBUSY);
    }
    var node = source.existing();
    var replaced = target.node();
    checkWritable();
    checkRename(source, node, target);
    if (node == replaced) {
      return;
    }
    if (replaced != null) {
      unlink(target.directory(), replaced);
    }
    if (node instanceof DirectoryNode directory) {
      source.directory().addLinks(-1);
      target.directory().addLinks(1);
      directory.setParent(target.directory());
    }
    node.setMeta(node.meta().changedAt(device.now()));
    boolean safe = device.options().promise() == Promise.JOURNAL && replaced instanceof FileNode;
    change(
        List.of(
            new Journal.Entry(target.directory(), target.name(), node),
            new Journal.Entry(source.directory(), source.name(), null)),
        safe && node instanceof FileNode file ? file : null);
  }

  private static void checkRename(Place source, Node node, Place target) throws SystemError {
    var replaced = target.node();
    if (node instanceof DirectoryNode directory && isIn(target.directory(), directory)) {
      throw new SystemError(Errno.EINVAL); // into itself
    } else if (replaced instanceof DirectoryNode directory) {
      if (isIn(source.directory(), directory)) {
        throw new SystemError(Errno.ENOTEMPTY);
      } else if (!(node instanceof DirectoryNode)) {
        throw new SystemError(Errno.EISDIR);
      } else if (replaced != node && !directory.isEmpty()) {
        throw new SystemError(Errno.ENOTEMPTY);
      }
    } else if (replaced != null && node instanceof DirectoryNode) {
      throw new SystemError(Errno.ENOTDIR);
    }
  }

  /// {@return whether a directory is another, or in it at any depth}
  private static boolean isIn(DirectoryNode inner, DirectoryNode outer) {
    var d = inner;
    while (d != outer && d != d.parent()) {
      d = d.parent();
    }
    return d == outer;
  }

  private void checkNew(Place place) throws SystemError {
    if (place.node() != null) {
      throw new SystemError(Errno.EEXIST);
    }
    checkWritable();
  }

  void checkWritable() throws SystemError {
    if (device.faults().readOnly()) {
      throw new SystemError(Errno.EROFS);
    }
  }

  private Meta newMeta(int mode) {
    return Meta.create(mode, Users.ME, Users.ME, device.now());
  }

  private void add(Place place, Node node) {
    node.addLinks(1);
    change(List.of(new Journal.Entry(place.directory(), place.name(), node)), null);
  }

  private void remove(Place place, Node node) {
    unlink(place.directory(), node);
    change(List.of(new Journal.Entry(place.directory(), place.name(), null)), null);
  }

  private void change(List<Journal.Entry> entries, @Nullable FileNode replacing) {
    for (var e : entries) {
      e.directory().set(e.name(), e.node());
      e.directory().setMeta(e.directory().meta().modifiedAt(device.now()));
    }
    journal.add(entries, replacing);
  }

  private void unlink(DirectoryNode parent, Node node) {
    if (node instanceof DirectoryNode) {
      node.addLinks(-2);
      parent.addLinks(-1);
      space.give(1);
    } else {
      node.addLinks(-1);
      node.setMeta(node.meta().changedAt(device.now()));
      if (node instanceof FileNode file) {
        freeIfUnused(file);
      }
    }
  }

  private void freeIfUnused(FileNode file) {
    if (file.links() == 0 && file.openings() == 0) {
      space.give(file.cache().allocated());
      file.forget(); // a crash may bring back its name, and what was synced
    }
  }
}
