package jasyncio.testing.internal.disk;

import jasyncio.testing.internal.world.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The disk of one simulated host: a file system that forgets in a crash what was not synced.
///
/// ```java skip
/// var disk = new SimDisk(world);
/// try (var file = FileChannel.open(disk.path("/log"), WRITE, CREATE)) {
///   file.write(record);
///   file.force(true);
/// }
/// disk.crash();
/// disk.mount(); // the record is durable, but the name of the file is not: nobody synced "/"
/// ```
///
/// Programs use it by its paths, with `Files`, `FileChannel` and whatever else is made for [Path].
/// It behaves as ext4 on Linux does, for a program that runs as root. Nothing is registered
/// anywhere, so `Path.of` knows nothing of it.
///
/// **What a crash keeps** is what was synced, and nothing else if the world chooses 0 throughout. A
/// `force` makes a file's content and size durable, with `true` its permissions, owner and times,
/// too. A name that was made, renamed or removed is durable when its directory was synced, by
/// `FileChannel.open(directory).force(true)`; see [Promise] for another rule. Else the world may
/// choose that all of the rest survives, or any part: changes of names, sizes, pages of 4 KiB,
/// sectors of those. A rename is never seen half done.
///
/// All methods may be called by any thread. Those with a path throw an
/// [UncheckedIOException][java.io.UncheckedIOException] if nothing is there. The world is asked for
/// choices and time while the disk is locked, so it must not use the disk for its answer.
public final class SimDisk {
  private final ReentrantLock lock = new ReentrantLock();
  private final World world;
  private final Device device;
  private final SimFileSystem fileSystem;
  private Volume volume;
  private boolean mounted = true;
  private LongConsumer onCost = nanos -> {};

  /// A call on what is mounted.
  interface Call<T extends @Nullable Object> {
    T run(Volume volume) throws SystemError;
  }

  /// A call on an open file.
  interface FileCall<T extends @Nullable Object> {
    T run() throws SystemError;
  }

  /// An empty disk.
  ///
  /// @param world its time and chance
  public SimDisk(World world) {
    this(world, DiskOptions.defaults());
  }

  /// An empty disk.
  ///
  /// @param world its time and chance
  /// @param options what it is like
  public SimDisk(World world, DiskOptions options) {
    this.world = world;
    this.device = new Device(world, options);
    this.fileSystem = new SimFileSystem(this);
    var meta = Meta.create(Meta.DIRECTORY | 0755, Users.ME, Users.ME, device.now());
    var root = new DirectoryNode(2, meta, null);
    root.addLinks(2);
    this.volume = new Volume(device, root, root.number(), 1);
  }

  World world() {
    return world;
  }

  /// {@return its file system, the same after crashes}
  public FileSystem fileSystem() {
    return fileSystem;
  }

  /// {@return a path on it}
  ///
  /// @param first the path, or its beginning
  /// @param more what is joined to that
  public Path path(String first, String... more) {
    return fileSystem.getPath(first, more);
  }

  // ---- crashes ----------------------------------------------------------------------------------

  /// Loses what is not durable; see above for what that is. Open files are closed: who uses them
  /// gets a [ClosedChannelException]. All other calls fail with `Input/output error` until
  /// [#mount()].
  public void crash() {
    List<OpenFile> open;
    lock.lock();
    try {
      open = new ArrayList<>(volume.open());
      volume = new Crash(volume).survivors();
      mounted = false;
      device.counters().crashes++;
    } finally {
      lock.unlock();
    }
    open.forEach(OpenFile::abandon); // closing a channel takes its own lock first
  }

  /// Closes all open files, as the system does when a program ends, however it ends. What was
  /// written stays, synced or not.
  public void closeAll() {
    get(() -> List.copyOf(volume.open())).forEach(OpenFile::abandon);
  }

  /// Makes what has survived the last crash usable. Nothing happens if it is already.
  public void mount() {
    locked(() -> {
      mounted = true;
    });
  }

  /// {@return whether it can be used}
  public boolean isMounted() {
    return get(() -> mounted);
  }

  // ---- faults -----------------------------------------------------------------------------------

  /// Has the next sync fail with `Input/output error`. As on Linux, what it was to write counts as
  /// written from then on: a second sync succeeds, and a crash loses it all the same.
  public void failNextSync() {
    locked(() -> device.faults().failNextSync(null));
  }

  /// Has the next sync of a file or directory fail, like [#failNextSync()].
  ///
  /// @param path of the file
  public void failNextSync(Path path) {
    onNode(path, node -> device.faults().failNextSync(node));
  }

  /// Has reads of a part of a file fail with `Input/output error`.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void failReads(Path path, long from, long to) {
    onNode(path, node -> device.faults().failReads(node, from, to));
  }

  /// Has writes to a part of a file fail with `Input/output error`, as those to a disk that is gone
  /// do.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void failWrites(Path path, long from, long to) {
    onNode(path, node -> device.faults().failWrites(node, from, to));
  }

  /// Has a part of a file be on bad sectors: writes succeed, as they go to the cache, and syncs
  /// fail.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void failWritingBack(Path path, long from, long to) {
    onNode(path, node -> device.faults().failWritingBack(node, from, to));
  }

  /// Has the next read give no more than so many bytes.
  ///
  /// @param most how many, at least 1
  public void shortenNextRead(int most) {
    checkPositive(most);
    locked(() -> device.faults().shortenNextRead(most));
  }

  /// Has the next write take no more than so many bytes.
  ///
  /// @param most how many, at least 1
  public void shortenNextWrite(int most) {
    checkPositive(most);
    locked(() -> device.faults().shortenNextWrite(most));
  }

  private static void checkPositive(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("a call moves at least 1 byte, got " + most);
    }
  }

  /// Has everything that changes something fail with `Read-only file system`, or not any more.
  ///
  /// @param readOnly whether it fails
  public void setReadOnly(boolean readOnly) {
    locked(() -> device.faults().setReadOnly(readOnly));
  }

  /// Makes the disk larger or smaller; what is on it stays, also if that is more.
  ///
  /// @param bytes how large it is
  public void setCapacity(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a capacity must not be negative, got " + bytes);
    }
    locked(() -> {
      device.setCapacity(bytes);
      volume.space().setCapacity(device.capacity());
    });
  }

  /// Flips the lowest bit of each byte of a part of a file, on the disk and wherever the cache has
  /// nothing newer.
  ///
  /// @param path of the file
  /// @param from the first byte's position
  /// @param to behind the last one's
  public void corrupt(Path path, long from, long to) {
    onFile(path, file -> file.corrupt(from, Math.min(to, file.medium().size()), 1));
  }

  /// Ends all faults that were asked for by the methods above; what they have done remains.
  public void heal() {
    locked(() -> device.faults().clear());
  }

  // ---- the system, by itself --------------------------------------------------------------------

  /// Has the system write a file's content to the disk, as it does some time or other. A failure is
  /// told by the next sync of each channel.
  ///
  /// @param path of the file
  public void writeBack(Path path) {
    onFile(
        path,
        file -> {
          if (!file.sync(page -> device.faults().pageFails(file, page))) {
            file.addFailure();
          }
        });
  }

  /// Has the system forget what it need not keep in its cache, so that reads give what is on the
  /// disk.
  ///
  /// @param path of the file
  public void evict(Path path) {
    onFile(path, file -> file.evict(volume.space()));
  }

  /// Has calls charged for the time they take: after each, and on its thread, the callback gets how
  /// many nanoseconds it took by [DiskOptions], if any. It may wait for so long.
  ///
  /// @param callback what to do
  public void onCost(LongConsumer callback) {
    locked(() -> {
      onCost = callback;
    });
  }

  // ---- inspection -------------------------------------------------------------------------------

  /// {@return what a crash may take, in the order of paths}
  public List<Unsynced> unsynced() {
    return get(() -> UnsyncedNodes.of(volume));
  }

  /// {@return the paths of what is open, in the order in which it was opened}
  public List<String> openFiles() {
    return get(() -> volume.open().stream().map(OpenFile::path).toList());
  }

  /// {@return what it has done so far}
  public DiskStatistics statistics() {
    return get(() -> {
      var c = device.counters();
      return new DiskStatistics(
          c.reads,
          c.writes,
          c.syncs,
          c.failedSyncs,
          c.bytesRead,
          c.bytesWritten,
          c.crashes,
          volume.space().used() * Pages.PAGE,
          volume.open().size());
    });
  }

  // ---- for the JDK's interfaces -----------------------------------------------------------------

  /// Makes a call, and charges for it.
  <T extends @Nullable Object> T call(Call<T> call) throws SystemError {
    try {
      return callUncharged(call);
    } finally {
      charge();
    }
  }

  private <T extends @Nullable Object> T callUncharged(Call<T> call) throws SystemError {
    lock.lock();
    try {
      if (!mounted) {
        throw new SystemError(Errno.EIO);
      }
      return call.run(volume);
    } finally {
      lock.unlock();
    }
  }

  /// Makes a call on an open file. The caller charges for it.
  <T extends @Nullable Object> T call(OpenFile file, FileCall<T> call)
      throws IOException, SystemError {
    lock.lock();
    try {
      if (file.volume() != volume) {
        throw new ClosedChannelException();
      }
      return call.run();
    } finally {
      lock.unlock();
    }
  }

  /// Charges for what was called. Not with a lock: it may take its time.
  void charge() {
    long nanos;
    LongConsumer callback;
    lock.lock();
    try {
      nanos = device.takeCost();
      callback = onCost;
    } finally {
      lock.unlock();
    }
    if (nanos > 0) {
      callback.accept(nanos);
    }
  }

  /// Closes an open file, if the disk has not crashed since, and gives up the channel's locks.
  void close(OpenFile file, SimFileChannel channel) {
    locked(() -> {
      if (file.volume() == volume) {
        file.node().locks().removeIf(lock -> lock.isOf(channel));
        file.close();
      }
    });
  }

  DiskOptions options() {
    return device.options();
  }

  long freePages() {
    return get(() -> volume.space().free());
  }

  long capacityPages() {
    return get(() -> volume.space().capacity());
  }

  boolean isReadOnly() {
    return get(() -> device.faults().readOnly());
  }

  private interface NodeAction {
    void run(Node node);
  }

  private interface FileAction {
    void run(FileNode file);
  }

  private void onNode(Path path, NodeAction action) {
    locked(() -> {
      try {
        action.run(volume.stat(fileSystem.ours(path).toString(), true));
      } catch (SystemError e) {
        throw new UncheckedIOException(e.on(path));
      }
    });
  }

  private void onFile(Path path, FileAction action) {
    onNode(
        path,
        node -> {
          if (!(node instanceof FileNode file)) {
            throw new IllegalArgumentException("not a regular file: " + path);
          }
          action.run(file);
        });
  }

  private interface Get<T> {
    T get();
  }

  private <T> T get(Get<T> get) {
    lock.lock();
    try {
      return get.get();
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
