package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `Files.copy` and `Files.move`, in the steps that the JDK takes on Unix.
final class SimCopy {
  private static final int PIECE = 16 * 1024;

  private final SimPath source;
  private final SimPath target;
  private final boolean replace;
  private final boolean attributes;
  private final boolean follow;

  private SimCopy(SimPath source, SimPath target, List<CopyOption> options) {
    this.source = source;
    this.target = target;
    this.replace = options.contains(StandardCopyOption.REPLACE_EXISTING);
    this.attributes = options.contains(StandardCopyOption.COPY_ATTRIBUTES);
    this.follow = !options.contains(LinkOption.NOFOLLOW_LINKS);
  }

  static void copy(SimDisk disk, SimPath source, SimPath target, CopyOption... options)
      throws IOException {
    for (var o : options) {
      check(o, "Unsupported copy option: ", StandardCopyOption.ATOMIC_MOVE);
    }
    new SimCopy(source, target, List.of(options)).run(disk, SimCopy::copy);
  }

  static void move(SimDisk disk, SimPath source, SimPath target, CopyOption... options)
      throws IOException {
    for (var o : options) {
      check(o, "Unsupported option: ", StandardCopyOption.COPY_ATTRIBUTES);
    }
    var list = List.of(options);
    boolean atomic = list.contains(StandardCopyOption.ATOMIC_MOVE);
    new SimCopy(source, target, list).run(disk, atomic ? SimCopy::rename : SimCopy::move);
  }

  private static void check(CopyOption option, String message, CopyOption excluded) {
    Objects.requireNonNull(option);
    boolean known = option instanceof StandardCopyOption || option == LinkOption.NOFOLLOW_LINKS;
    if (!known || option == excluded) {
      throw new UnsupportedOperationException(message + option);
    }
  }

  private interface Step {
    @Nullable IOException run(SimCopy copy, Volume volume) throws SystemError;
  }

  /// @param step gives what is to be thrown, or `null`
  private void run(SimDisk disk, Step step) throws IOException {
    IOException error;
    try {
      error = disk.call(volume -> step.run(this, volume));
    } catch (SystemError e) {
      error = e.on(source, target);
    }
    if (error != null) {
      throw error;
    }
  }

  private @Nullable IOException rename(Volume volume) throws SystemError {
    volume.rename(source.toString(), target.toString());
    return null;
  }

  private @Nullable IOException move(Volume volume) throws SystemError {
    Node node;
    try {
      node = stat(volume, false);
    } catch (SystemError e) {
      return e.on(source);
    }
    var old = existing(volume);
    if (old == node) {
      return null;
    }
    var error = makeWay(volume, old);
    return error == null ? rename(volume) : error;
  }

  private @Nullable IOException copy(Volume volume) throws SystemError {
    Node node;
    try {
      node = stat(volume, follow);
    } catch (SystemError e) {
      return e.on(source);
    }
    var old = existing(volume);
    if (old == node) {
      return null;
    }
    var error = makeWay(volume, old);
    if (error != null) {
      return error;
    }
    try {
      return make(volume, node);
    } catch (SystemError e) {
      return e.on(target);
    }
  }

  private Node stat(Volume volume, boolean following) throws SystemError {
    try {
      return volume.stat(source.toString(), following);
    } catch (SystemError e) {
      throw e.is(Errno.ENOTDIR) ? new SystemError(Errno.ENOENT) : e;
    }
  }

  private @Nullable Node existing(Volume volume) {
    try {
      return volume.find(target.toString(), false).node();
    } catch (SystemError e) {
      return null; // told by what makes it
    }
  }

  /// Removes what is to be replaced.
  private @Nullable IOException makeWay(Volume volume, @Nullable Node old) {
    if (old == null) {
      return null;
    } else if (!replace) {
      return new FileAlreadyExistsException(target.toString());
    }
    try {
      if (old instanceof DirectoryNode) {
        volume.removeDirectory(target.toString());
      } else {
        volume.removeFile(target.toString());
      }
      return null;
    } catch (SystemError e) {
      return e.is(Errno.ENOTEMPTY)
          ? new DirectoryNotEmptyException(target.toString())
          : e.on(target);
    }
  }

  private @Nullable IOException make(Volume volume, Node node) throws SystemError {
    var to = target.toString();
    int mode = node.meta().mode() & Meta.PERMISSIONS;
    IOException error = null;
    switch (node) {
      case DirectoryNode d -> volume.makeDirectory(to, mode);
      case LinkNode l -> volume.makeLink(to, l.target());
      case FileNode f -> error = copyFile(volume, mode);
    }
    if (error == null && attributes && !(node instanceof LinkNode)) {
      var made = volume.stat(to, false);
      var meta = node.meta();
      long now = volume.device().now();
      made.setMeta(
          made.meta()
              .withOwners(meta.owner(), meta.group(), now)
              .withPermissions(meta.mode(), now)
              .withTimes(meta.accessed(), meta.modified(), now));
    }
    return error;
  }

  private @Nullable IOException copyFile(Volume volume, int mode) throws SystemError {
    OpenFile from;
    try {
      from = open(volume, source, 0, StandardOpenOption.READ);
    } catch (SystemError e) {
      return e.on(source); // it may have been reached through what was replaced
    }
    try {
      var to = open(volume, target, mode, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      try {
        copyContent(from, to);
        return null;
      } catch (SystemError e) {
        volume.removeFile(target.toString());
        return e.on(source, target);
      } finally {
        to.close();
      }
    } finally {
      from.close();
    }
  }

  private static OpenFile open(Volume volume, SimPath path, int mode, OpenOption... options)
      throws SystemError {
    return volume.open(path.toString(), OpenFlags.of(Set.of(options)), mode);
  }

  private static void copyContent(OpenFile from, OpenFile to) throws SystemError {
    var buffer = ByteBuffer.allocate(PIECE);
    while (from.read(buffer.clear()) > 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
    }
  }
}
