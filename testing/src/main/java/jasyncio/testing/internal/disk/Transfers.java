package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// Moves bytes between a channel and another of any kind.
final class Transfers {
  private static final int PIECE = 8192;

  private final SimFileChannel channel;

  Transfers(SimFileChannel channel) {
    this.channel = channel;
  }

  long to(long position, long count, WritableByteChannel target) throws IOException {
    if (!target.isOpen()) {
      throw new ClosedChannelException();
    } else if (!channel.isReadable()) {
      throw new NonReadableChannelException();
    } else if (target instanceof SimFileChannel file && !file.isWritable()) {
      throw new NonWritableChannelException();
    } else if (position < 0 || count < 0) {
      throw new IllegalArgumentException();
    }
    long there = channel.size() - position;
    return there <= 0
        ? 0
        : move(
            Math.min(count, there),
            at -> channel.read(at.buffer, position + at.done),
            target::write);
  }

  long from(ReadableByteChannel source, long position, long count) throws IOException {
    if (!source.isOpen()) {
      throw new ClosedChannelException();
    } else if (source instanceof SimFileChannel file && !file.isReadable()) {
      throw new NonReadableChannelException();
    } else if (!channel.isWritable()) {
      throw new NonWritableChannelException();
    } else if (position < 0 || count < 0) {
      throw new IllegalArgumentException();
    }
    var done = new long[1];
    return move(
        count,
        at -> {
          done[0] = at.done;
          return source.read(at.buffer);
        },
        buffer -> channel.write(buffer, position + done[0]));
  }

  private record At(ByteBuffer buffer, long done) {}

  private interface Source {
    int read(At at) throws IOException;
  }

  private interface Target {
    int write(ByteBuffer buffer) throws IOException;
  }

  /// Moves until one side takes or gives less than it could; a failure counts only if it is the
  /// first thing that happens.
  private static long move(long count, Source source, Target target) throws IOException {
    var buffer = ByteBuffer.allocate((int) Math.min(count, PIECE));
    long done = 0;
    try {
      while (done < count) {
        buffer.clear().limit((int) Math.min(count - done, PIECE));
        int read = source.read(new At(buffer, done));
        if (read <= 0) {
          break;
        }
        int written = target.write(buffer.flip());
        done += written;
        if (written < read) {
          break;
        }
      }
    } catch (IOException e) {
      if (done == 0) {
        throw e;
      }
    }
    return done;
  }
}
