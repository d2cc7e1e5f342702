package jasyncio.testing.internal.disk;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// An open file or directory, and Linux' calls on it. Used with the disk's lock.
final class OpenFile {
  private static final long LARGEST = (1L << 44) - Pages.PAGE; // ext4's, with pages of 4 KiB

  private final Volume volume;
  private final String path;
  private final Node node;
  private final OpenFlags flags;
  private long position;
  private int failuresSeen;
  private volatile @Nullable Closeable owner;

  OpenFile(Volume volume, String path, Node node, OpenFlags flags) {
    this.volume = volume;
    this.path = path;
    this.node = node;
    this.flags = flags;
    if (node instanceof FileNode file) {
      file.addOpenings(1);
      failuresSeen = file.reported();
    }
  }

  Volume volume() {
    return volume;
  }

  String path() {
    return path;
  }

  Node node() {
    return node;
  }

  OpenFlags flags() {
    return flags;
  }

  long position() {
    return flags.append() ? node.size() : position;
  }

  void setPosition(long newPosition) {
    position = newPosition;
  }

  private FileNode file() throws SystemError {
    if (node instanceof FileNode file) {
      return file;
    }
    throw new SystemError(Errno.EISDIR);
  }

  private Device device() {
    return volume.device();
  }

  // ---- reading ----------------------------------------------------------------------------------

  int read(ByteBuffer target) throws SystemError {
    int n = read(target, position);
    position += Math.max(n, 0);
    return n;
  }

  /// {@return how many bytes were read; -1 at the end}
  int read(ByteBuffer target, long at) throws SystemError {
    var file = file();
    if (!target.hasRemaining()) {
      return 0;
    }
    long there = file.size() - at;
    if (there <= 0) {
      return -1;
    }
    int n = shortRead((int) Math.min(target.remaining(), there));
    if (device().faults().readFails(file, at, at + n) || happens(Fault.READ_FAILS)) {
      throw new SystemError(Errno.EIO);
    }
    int start = target.position();
    file.read(target, at, n);
    if (happens(Fault.BAD_READ)) {
      int bad = start + device().chance().choose("bad byte", n);
      target.put(bad, (byte) (target.get(bad) ^ 1));
    }
    count(n);
    return n;
  }

  private void count(int n) {
    device().counters().reads++;
    device().counters().bytesRead += n;
    device().charge(device().options().read(), n);
  }

  private int shortRead(int n) {
    int most = device().faults().takeRead(n);
    if (most > 1 && happens(Fault.SHORT_READ)) {
      most = 1 + device().chance().choose("length of a short read", most - 1);
    }
    return most;
  }

  // ---- writing ----------------------------------------------------------------------------------

  int write(ByteBuffer source) throws SystemError {
    long at = position();
    int n = write(source, at);
    position = at + n;
    return n;
  }

  /// Writes at a position; at the end if the file was opened so, as Linux does.
  int write(ByteBuffer source, long wanted) throws SystemError {
    var file = file();
    if (!source.hasRemaining()) {
      return 0;
    }
    volume.checkWritable();
    long at = flags.append() ? file.size() : wanted;
    int n = shortWrite((int) Math.min(source.remaining(), Math.max(0, LARGEST - at)));
    if (n == 0) {
      throw new SystemError(Errno.EFBIG);
    }
    if (device().faults().writeFails(file, at, at + n) || happens(Fault.WRITE_FAILS)) {
      throw new SystemError(Errno.EIO);
    }
    int written = happens(Fault.NO_SPACE) ? 0 : file.write(source, at, n, volume.space());
    if (written == 0) {
      throw new SystemError(Errno.ENOSPC);
    }
    file.setMeta(file.meta().modifiedAt(device().now()));
    device().counters().writes++;
    device().counters().bytesWritten += written;
    device().charge(device().options().write(), 0);
    if (flags.sync()) {
      sync(true);
    } else if (happens(Fault.WRITE_BACK)) {
      writeBack(file);
    }
    return written;
  }

  private int shortWrite(int n) {
    int most = device().faults().takeWrite(n);
    if (most > 1 && happens(Fault.SHORT_WRITE)) {
      most = 1 + device().chance().choose("length of a short write", most - 1);
    }
    return most;
  }

  void truncate(long size) throws SystemError {
    var file = file();
    volume.checkWritable();
    long before = file.size();
    if (size < before) {
      file.truncate(size, volume.space());
      file.setMeta(file.meta().modifiedAt(device().now()));
    }
    position = Math.min(position, size);
  }

  /// Makes the file longer, with a hole.
  void extend(long size) throws SystemError {
    var file = file();
    volume.checkWritable();
    if (size > file.size()) {
      file.truncate(size, volume.space());
      file.setMeta(file.meta().modifiedAt(device().now()));
    }
  }

  // ---- making durable ---------------------------------------------------------------------------

  /// @param meta whether permissions, owner and times are to be durable, too
  void sync(boolean meta) throws SystemError {
    if (node instanceof FileNode file) {
      syncFile(file, meta);
    } else {
      syncNames();
    }
    device().counters().syncs++;
  }

  private void syncFile(FileNode file, boolean meta) throws SystemError {
    device().charge(device().options().sync(), (long) file.dirty().size() * Pages.PAGE);
    boolean failing = device().faults().syncFails(file);
    if (failing || (file.dataUnsynced() && happens(Fault.SYNC_FAILS))) {
      file.lose();
      file.addFailure();
    } else {
      writeBack(file);
    }
    reportFailure(file);
    if (meta) {
      file.syncMeta();
    }
    if (isJournalled()) {
      volume.journal().syncUpTo(file);
    }
  }

  /// Fails if writing back has failed since we last heard of it.
  private void reportFailure(FileNode file) throws SystemError {
    if (failuresSeen != file.failures()) {
      failuresSeen = file.failures();
      file.report();
      device().counters().failedSyncs++;
      device().chance().note(() -> "fsync of " + path + " fails, what was written is lost");
      throw new SystemError(Errno.EIO);
    }
  }

  private void writeBack(FileNode file) {
    if (!file.sync(page -> device().faults().pageFails(file, page))) {
      file.addFailure();
    }
  }

  private void syncNames() throws SystemError {
    device().charge(device().options().sync(), 0);
    if (device().faults().syncFails(node) || happens(Fault.SYNC_FAILS)) {
      device().counters().failedSyncs++;
      device().chance().note(() -> "fsync of directory " + path + " fails");
      throw new SystemError(Errno.EIO);
    }
    node.syncMeta();
    if (isJournalled()) {
      volume.journal().syncUpTo(node);
    } else if (node instanceof DirectoryNode directory) {
      volume.journal().sync(directory);
    }
  }

  private boolean isJournalled() {
    return device().options().promise() == Promise.JOURNAL;
  }

  private boolean happens(Fault fault) {
    if (!device().chance().happens(fault)) {
      return false;
    }
    if (fault != Fault.SYNC_FAILS) { // noted with what it does
      device().chance().note(() -> fault.what() + " of " + path);
    }
    return true;
  }

  void close() {
    volume.closed(this);
  }

  /// @param newOwner what is closed in a crash
  void setOwner(Closeable newOwner) {
    owner = newOwner;
  }

  /// Closes the channel that it belongs to. Without the disk's lock.
  void abandon() {
    var closing = owner;
    try {
      if (closing != null) {
        closing.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is nothing left that could fail
    }
  }
}
