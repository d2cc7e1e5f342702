package jasyncio.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;

/// Bytes that wait to be sent, in order. Not thread-safe.
public final class WriteQueue {
  private static final int MAX_PIECES = 64; // in one call of the system
  private static final int CHUNK = 128 * 1024; // bytes in one call of the system, about

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

  /// Sends several pieces at once; {@return whether the channel took them all}
  private boolean gather(GatheringByteChannel channel) throws IOException {
    var some = new ArrayList<ByteBuffer>();
    int bytes = 0;
    for (var piece : pieces) {
      if (bytes >= CHUNK || some.size() == MAX_PIECES) {
        break;
      }
      some.add(piece);
      bytes += piece.remaining();
    }
    size -= (int) channel.write(some.toArray(ByteBuffer[]::new));
    for (var piece : some) {
      if (piece.hasRemaining()) {
        return false;
      }
      pieces.removeFirst();
    }
    return true;
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
