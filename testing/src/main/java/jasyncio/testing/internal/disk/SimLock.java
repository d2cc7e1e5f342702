package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;

/// A lock of a part of a file. As in the JDK, no two of one program overlap, shared or not.
final class SimLock extends FileLock {
  private final SimFileChannel channel;
  private volatile boolean held; // changed with the disk's lock

  SimLock(SimFileChannel channel, long position, long size, boolean shared) {
    super(channel, position, size, shared);
    this.channel = channel;
  }

  SimLock take(Node node) {
    for (var other : node.locks()) {
      if (other.overlaps(position(), size())) {
        throw new OverlappingFileLockException();
      }
    }
    node.locks().add(this);
    held = true;
    return this;
  }

  SimLock giveUp(Node node) {
    node.locks().remove(this);
    held = false;
    return this;
  }

  boolean isOf(SimFileChannel other) {
    return channel == other;
  }

  @Override
  public boolean isValid() {
    return held && channel.isOpen();
  }

  @Override
  public void release() throws IOException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (held) {
      channel.release(this);
    }
  }
}
