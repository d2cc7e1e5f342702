package jasyncio.testing.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads into, and writes from, several buffers. Under the lock.
final class Transfer {
  private Transfer() {}

  /// Reads as much as there is; if there is no room at all, 0 whatever there is.
  static long read(StreamSocket from, ByteBuffer[] to, int first, int count) throws IOException {
    long sum = 0;
    for (int i = first; i < first + count; i++) {
      while (to[i].hasRemaining()) {
        if (sum > 0 && from.available() == 0) {
          return sum;
        }
        int n = from.read(to[i]);
        if (n < 0) {
          return n;
        }
        sum += n;
      }
    }
    return sum;
  }

  /// Writes as much as there is room for.
  static long write(StreamSocket to, ByteBuffer[] from, int first, int count) throws IOException {
    long sum = 0;
    for (int i = first; i < first + count; i++) {
      while (from[i].hasRemaining()) {
        int n;
        try {
          n = to.write(from[i]);
        } catch (IOException e) {
          if (sum > 0) {
            return sum; // the reset came with what was written: the next call is told
          }
          throw e;
        }
        if (n < 0) {
          return sum > 0 ? sum : n;
        }
        sum += n;
      }
    }
    return sum;
  }

  static void checkWritable(ByteBuffer[] buffers, int first, int count) {
    for (int i = first; i < first + count; i++) {
      if (buffers[i].isReadOnly()) {
        throw new IllegalArgumentException("Read-only buffer");
      }
    }
  }
}
