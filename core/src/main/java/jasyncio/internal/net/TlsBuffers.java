package jasyncio.internal.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The buffers that a loop's TLS connections take while they have something in them, so that an
/// idle connection has none. The loop's thread only.
///
/// They lie on the heap: the JDK's engines work on arrays, and what the socket's direct buffer
/// costs, one copy, is less than what direct buffers cost them.
public final class TlsBuffers {
  /// How much is received at once.
  static final int RECEIVED = 64 * 1024;

  /// What comes from the peer.
  public final Slot received = new Slot(RECEIVED);

  /// The same, decrypted: at least as much, and one record more.
  public final Slot plain = new Slot(RECEIVED + 34 * 1024);

  /// What goes to the peer.
  public final Slot output = new Slot(96 * 1024);

  /// One buffer, unless it is taken: under blocking policy SWITCH somebody who has taken it may be
  /// stopped, and TLS can lie on top of TLS. Then there is another one for the time.
  public static final class Slot {
    private final int size;
    private @Nullable ByteBuffer buffer;

    Slot(int size) {
      this.size = size;
    }

    /// The buffer, empty; not taken yet.
    public ByteBuffer peek() {
      var b = buffer;
      if (b == null) {
        b = ByteBuffer.allocate(size);
        buffer = b;
      }
      return b;
    }

    /// Takes the buffer as it is.
    public ByteBuffer take() {
      var b = peek();
      buffer = null;
      return b;
    }

    /// Brings a buffer back.
    public void give(ByteBuffer b) {
      if (b.capacity() == size) {
        buffer = b.clear();
      }
    }
  }
}
