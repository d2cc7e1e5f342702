package jasyncio.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// A file on a disk with little space: what still fits is written, as the system does, and the next
/// write fails.
class SmallDisk extends FileChannel {
  private final FileChannel file;
  private int space;

  SmallDisk(FileChannel file, int space) {
    this.file = file;
    this.space = space;
  }

  synchronized void free(int bytes) {
    space += bytes;
  }

  private interface Write {
    int write(ByteBuffer data) throws IOException;
  }

  private synchronized int write(ByteBuffer data, Write write) throws IOException {
    if (data.hasRemaining() && space == 0) {
      throw new IOException("No space left on device");
    }
    int limit = data.limit();
    try {
      data.limit(data.position() + Math.min(space, data.remaining()));
      int n = write.write(data);
      space -= n;
      return n;
    } finally {
      data.limit(limit);
    }
  }

  @Override
  public int write(ByteBuffer data) throws IOException {
    return write(data, file::write);
  }

  @Override
  public int write(ByteBuffer data, long at) throws IOException {
    return write(data, d -> file.write(d, at));
  }

  @Override
  public long write(ByteBuffer[] data, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return file.read(target);
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    return file.read(target, at);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return file.read(targets, offset, length);
  }

  @Override
  public long position() throws IOException {
    return file.position();
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    file.position(newPosition);
    return this;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    file.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    file.force(metaData);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
