package jasyncio.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;

/// Bytes that wait to be sent, in order. Not thread-safe.
public final class WriteQueue {
  private static final int MAX_PIECES = 64; // in one call of the system

  private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>(4);
  private int size;

  /// How many bytes there are.
  public int size() {
    return size;
  }

  /// Adds a copy of what remains of `data`, and moves its position to the limit.
  public void add(ByteBuffer data) {
    int length = data.remaining();
    if (length == 0) {
      return;
    }
    var last = pieces.peekLast();
    if (last != null
        && last.capacity() - last.limit() >= length) { // many small pieces share one buffer
      int end = last.limit();
      last.limit(end + length).put(end, data, data.position(), length);
    } else {
      var copy = ByteBuffer.allocate(Math.max(length, Math.min(size, 8192)));
      copy.put(0, data, data.position(), length).limit(length);
      pieces.add(copy);
    }
    data.position(data.limit());
    size += length;
  }

  /// Sends as much as the channel takes now.
  public void writeTo(GatheringByteChannel channel) throws IOException {
    while (size > 0) {
      int offered = Math.min(pieces.size(), MAX_PIECES);
      size -=
          (int) (offered == 1 ? channel.write(pieces.getFirst()) : channel.write(first(offered)));
      for (; offered > 0 && !pieces.getFirst().hasRemaining(); offered--) {
        pieces.removeFirst();
      }
      if (offered > 0) {
        return; // the channel is full
      }
    }
  }

  private ByteBuffer[] first(int count) {
    return pieces.stream().limit(count).toArray(ByteBuffer[]::new);
  }

  /// Drops everything.
  public void clear() {
    pieces.clear();
    size = 0;
  }
}
