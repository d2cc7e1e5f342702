package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/// A channel of a file on a simulated disk.
final class SimFileChannel extends FileChannel {
  private final SimDisk disk;
  private final OpenFile file;
  private final boolean interruptible;
  private final Transfers transfers = new Transfers(this);

  /// @param interruptible whether an interrupt closes it, as it does with the JDK's channels but
  ///   not with those that `Files` uses for itself
  SimFileChannel(SimDisk disk, OpenFile file, boolean interruptible) {
    this.disk = disk;
    this.file = file;
    this.interruptible = interruptible;
    file.setOwner(this);
  }

  boolean isReadable() {
    return file.flags().read();
  }

  boolean isWritable() {
    return file.flags().write();
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void ensureReadable() throws ClosedChannelException {
    ensureOpen();
    if (!isReadable()) {
      throw new NonReadableChannelException();
    }
  }

  private void ensureWritable() throws ClosedChannelException {
    ensureOpen();
    if (!isWritable()) {
      throw new NonWritableChannelException();
    }
  }

  /// Makes a call that an interrupt or another thread's close ends.
  private <T> T io(SimDisk.FileCall<T> call) throws IOException {
    try {
      return interruptible ? interruptibly(call) : disk.call(file, call);
    } catch (SystemError e) {
      throw e.plain();
    } finally {
      disk.charge();
    }
  }

  private <T> T interruptibly(SimDisk.FileCall<T> call) throws IOException, SystemError {
    T result = null;
    try {
      begin();
      if (isOpen()) { // begin() closes it if the thread is interrupted
        result = disk.call(file, call);
      }
    } finally {
      end(result != null);
    }
    if (result == null) {
      throw new AsynchronousCloseException();
    }
    return result;
  }

  // ---- reading and writing ----------------------------------------------------------------------

  @Override
  public int read(ByteBuffer target) throws IOException {
    ensureReadable();
    checkTarget(target);
    return io(() -> file.read(target));
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    Objects.requireNonNull(target);
    checkPosition(position);
    ensureReadable();
    checkTarget(target);
    return io(() -> file.read(target, position));
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    ensureReadable();
    return io(() -> {
      long sum = 0;
      for (int i = offset; i < offset + length; i++) {
        checkTarget(targets[i]);
        int n = file.read(targets[i]);
        if (n < 0) {
          return sum == 0 ? -1 : sum;
        }
        sum += n;
        if (targets[i].hasRemaining()) {
          break;
        }
      }
      return sum;
    });
  }

  private static void checkTarget(ByteBuffer target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("Negative position");
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    Objects.requireNonNull(source);
    ensureWritable();
    return io(() -> file.write(source));
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    Objects.requireNonNull(source);
    checkPosition(position);
    ensureWritable();
    return io(() -> file.write(source, position));
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    ensureWritable();
    return io(() -> {
      long sum = 0;
      for (int i = offset; i < offset + length; i++) {
        sum += writeAfter(sum, sources[i]);
        if (sources[i].hasRemaining()) {
          break;
        }
      }
      return sum;
    });
  }

  /// @param before what the same call has written already: then a failure only ends it
  private int writeAfter(long before, ByteBuffer source) throws SystemError {
    try {
      return file.write(source);
    } catch (SystemError e) {
      if (before > 0) {
        return 0;
      }
      throw e;
    }
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    ensureOpen();
    return transfers.to(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    ensureOpen();
    return transfers.from(source, position, count);
  }

  // ---- position and size ------------------------------------------------------------------------

  @Override
  public long position() throws IOException {
    ensureOpen();
    return io(file::position);
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    ensureOpen();
    if (newPosition < 0) {
      throw new IllegalArgumentException();
    }
    return io(() -> {
      file.setPosition(newPosition);
      return this;
    });
  }

  @Override
  public long size() throws IOException {
    ensureOpen();
    return io(file.node()::size);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    ensureOpen();
    if (size < 0) {
      throw new IllegalArgumentException("Negative size");
    }
    ensureWritable();
    return io(() -> {
      file.truncate(size);
      return this;
    });
  }

  @Override
  public void force(boolean metaData) throws IOException {
    ensureOpen();
    io(() -> {
      file.sync(metaData);
      return this;
    });
  }

  /// A private copy, since simulated files are in no memory that could be mapped: what others write
  /// later is not seen in it. Not for writing.
  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    Objects.requireNonNull(mode, "Mode is null");
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("Size exceeds Integer.MAX_VALUE");
    }
    ensureOpen();
    checkPosition(position);
    if (size < 0) {
      throw new IllegalArgumentException("Negative size");
    } else if (position + size < 0) {
      throw new IllegalArgumentException("Position + size overflow");
    }
    if (mode != MapMode.READ_ONLY) {
      ensureWritable();
    }
    ensureReadable();
    if (mode != MapMode.READ_ONLY && mode != MapMode.PRIVATE) {
      throw new UnsupportedOperationException(
          "a file on a simulated disk cannot be mapped for writing; write to its channel");
    }
    return map(position, (int) size, mode == MapMode.READ_ONLY);
  }

  private MappedByteBuffer map(long position, int size, boolean readOnly) throws IOException {
    if (size() < position + size) {
      if (!isWritable()) {
        throw new IOException("Channel not open for writing - cannot extend file to required size");
      }
      io(() -> {
        file.extend(position + size);
        return this;
      });
    }
    var copy = ByteBuffer.allocateDirect(size);
    while (copy.hasRemaining() && read(copy, position + copy.position()) > 0) {
      // the rest
    }
    copy.rewind();
    return (MappedByteBuffer) (readOnly ? copy.asReadOnlyBuffer() : copy);
  }

  // ---- locks ------------------------------------------------------------------------------------

  /// Locks a region. There is no other process that could have it.
  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    ensureOpen();
    if (shared) {
      ensureReadable();
    } else {
      ensureWritable();
    }
    long length = size == 0 ? Long.MAX_VALUE - Math.max(0, position) : size;
    var lock = new SimLock(this, position, length, shared);
    return io(() -> lock.take(file.node()));
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return lock(position, size, shared);
  }

  void release(SimLock lock) throws IOException {
    io(() -> lock.giveUp(file.node()));
  }

  @Override
  protected void implCloseChannel() {
    disk.close(file, this);
  }
}
