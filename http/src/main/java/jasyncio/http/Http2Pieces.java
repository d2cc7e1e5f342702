package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The pieces of a body over HTTP/2: each is sent as a whole before the next one, whoever writes
/// them, and however often it has to wait for the window.
final class Http2Pieces {
  /* Overview
   * Who sends a piece holds `lock`. If it is cancelled meanwhile, what is left of the piece is kept as `rest`, and goes
   * before anything else. That is one piece at most: who is cancelled while that waits has sent nothing.
   */

  /// Sends a piece frame by frame.
  interface Frames {
    /// Sends all of a piece. Suspends. What was not sent when this throws remains in the piece.
    void send(ByteBuffer piece) throws IOException;
  }

  private final Frames frames;
  private final Lock lock = new Lock();
  private @Nullable ByteBuffer rest;

  Http2Pieces(Frames frames) {
    this.frames = frames;
  }

  /// Sends a piece. Suspends while it is not taken.
  void send(ByteBuffer piece) throws IOException {
    try (var _ = lock.acquire()) {
      sendRest();
      try {
        frames.send(piece);
      } catch (CancelledError e) {
        rest = ByteBuffer.allocate(piece.remaining()).put(piece).flip();
        throw e;
      }
    }
  }

  /// Sends what is left. Suspends.
  void finish() throws IOException {
    try (var _ = lock.acquire()) {
      sendRest();
    }
  }

  private void sendRest() throws IOException {
    if (rest != null) {
      frames.send(rest);
      rest = null;
    }
  }

  /// How many bytes are left of a piece whose writer was cancelled.
  int left() {
    return rest == null ? 0 : rest.remaining();
  }
}
