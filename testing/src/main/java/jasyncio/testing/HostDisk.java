package jasyncio.testing;

import jasyncio.testing.internal.disk.SimDisk;
import java.nio.file.FileSystem;
import java.nio.file.Path;

/// The disk of a [Host]: a file system that keeps in a crash what was synced. What else it keeps is
/// chosen: nothing in the plain run, and any part of it in others, down to sectors of a page.
///
/// Its paths are used like others, by `Files`, `FileChannel` and `AsyncFile`. A file's content is
/// durable once its channel was [forced][java.nio.channels.FileChannel#force]; its name once the
/// directory was, by `FileChannel.open(directory).force(true)`, as POSIX says.
///
/// None of the methods suspends. Any thread.
public final class HostDisk {
  private final SimDisk disk;

  HostDisk(SimDisk disk) {
    this.disk = disk;
  }

  /// {@return a path on it}
  ///
  /// @param first the path, or its beginning: `/data`
  /// @param more what is joined to that
  public Path path(String first, String... more) {
    return disk.path(first, more);
  }

  /// {@return its file system, the same after crashes}
  public FileSystem fileSystem() {
    return disk.fileSystem();
  }

  /// Has the next sync fail. As on Linux, what it was to write counts as written from then on: a
  /// second sync succeeds, and a crash loses it all the same.
  public void failNextSync() {
    disk.failNextSync();
  }

  /// Has the next write take no more than so many bytes.
  ///
  /// @param most how many, at least 1
  public void shortenNextWrite(int most) {
    disk.shortenNextWrite(most);
  }

  /// Has the next read give no more than so many bytes.
  ///
  /// @param most how many, at least 1
  public void shortenNextRead(int most) {
    disk.shortenNextRead(most);
  }

  /// Has reads of a part of a file fail with `Input/output error`.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void failReads(Path path, long from, long to) {
    disk.failReads(path, from, to);
  }

  /// Has writes to a part of a file fail with `Input/output error`.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void failWrites(Path path, long from, long to) {
    disk.failWrites(path, from, to);
  }

  /// Flips a bit of each byte of a part of a file, on the disk and wherever the cache has nothing
  /// newer.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void corrupt(Path path, long from, long to) {
    disk.corrupt(path, from, to);
  }

  /// Makes the disk larger or smaller; what is on it stays, also if that is more. What does not fit
  /// fails with `No space left on device`.
  ///
  /// @param bytes how large it is
  public void setCapacity(long bytes) {
    disk.setCapacity(bytes);
  }

  /// Has everything that changes something fail with `Read-only file system`, or not any more.
  ///
  /// @param readOnly whether it fails
  public void setReadOnly(boolean readOnly) {
    disk.setReadOnly(readOnly);
  }

  /// Ends all faults that were asked for; what they have done remains.
  public void heal() {
    disk.heal();
  }
}
