package jasyncio.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Bytes that wait to be sent, in order. Not thread-safe.
public final class WriteQueue {
  private static final int MAX_PIECES = 64; // in one call of the system
  private static final int CHUNK = 128 * 1024; // bytes in one call of the system

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
    int newSize = sum(size, length);
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
    size = newSize;
  }

  /// The size of a buffer with `more` in it.
  ///
  /// @throws IllegalStateException if it cannot be counted any more
  public static int sum(int size, int more) {
    if (size > Integer.MAX_VALUE - more) {
      throw new IllegalStateException(
          "more than 2 GiB would wait to be sent; write less while writing is paused");
    }
    return size + more;
  }

  /// Several pieces as one.
  public static ByteBuffer join(List<byte[]> pieces) {
    int length = 0;
    for (var piece : pieces) {
      length = sum(length, piece.length);
    }
    var joined = ByteBuffer.allocate(length);
    pieces.forEach(joined::put);
    return joined.flip();
  }

  /// Sends as much as the channel takes now.
  public void writeTo(GatheringByteChannel channel) throws IOException {
    while (size > 0) {
      var first = pieces.getFirst();
      if (pieces.size() == 1 || first.remaining() >= CHUNK) {
        size -= send(channel, first);
        if (first.hasRemaining()) {
          return;
        }
        pieces.removeFirst();
      } else if (!gather(channel)) {
        return;
      }
    }
  }

  /// Sends several pieces at once, of the last one what a call has room for; {@return whether the
  /// channel took all that it was offered}
  private boolean gather(GatheringByteChannel channel) throws IOException {
    var some = new ArrayList<ByteBuffer>();
    long bytes = 0;
    for (var piece : pieces) {
      if (bytes >= CHUNK || some.size() == MAX_PIECES) {
        break;
      }
      some.add(piece);
      bytes += piece.remaining();
    }
    var last = some.getLast();
    int limit = last.limit();
    int tooMany = (int) Math.max(0, bytes - CHUNK);
    last.limit(limit - tooMany);
    long sent;
    try {
      sent = channel.write(some.toArray(ByteBuffer[]::new));
    } finally {
      last.limit(limit);
    }
    size -= (int) sent;
    while (!pieces.isEmpty() && !pieces.getFirst().hasRemaining()) {
      pieces.removeFirst();
    }
    return sent == bytes - tooMany;
  }

  /// Sends as much of `data` as the channel takes now. Piece by piece: of an array, the JDK copies
  /// all that it is offered, however little the system then takes.
  ///
  /// @return how many bytes
  public static int send(GatheringByteChannel channel, ByteBuffer data) throws IOException {
    if (data.isDirect() || data.remaining() <= CHUNK) {
      return channel.write(data);
    }
    int begin = data.position();
    int end = data.limit();
    try {
      int offered;
      int sent;
      do {
        offered = Math.min(CHUNK, end - data.position());
        data.limit(data.position() + offered);
        sent = channel.write(data);
      } while (sent == offered && data.position() < end);
    } finally {
      data.limit(end);
    }
    return data.position() - begin;
  }

  /// Drops everything.
  public void clear() {
    pieces.clear();
    size = 0;
  }
}
