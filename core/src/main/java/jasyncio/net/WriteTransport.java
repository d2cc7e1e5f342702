package jasyncio.net;

import java.nio.ByteBuffer;
import java.util.List;

/// A transport that sends. Python: `asyncio.WriteTransport`.
public interface WriteTransport extends BaseTransport {

  /// Sends bytes, at once or when that is possible; never blocks nor suspends. What cannot be sent
  /// at once is copied, so the array may be used again. After the connection was lost it is
  /// dropped; by a pipe, or TLS, from [#close()] on.
  ///
  /// @param data the bytes
  /// @throws IllegalStateException after [#writeEof()] on a socket, while a socket sends a file,
  ///   and if more than 2 GiB would wait to be sent
  default void write(byte[] data) {
    write(ByteBuffer.wrap(data));
  }

  /// Sends the bytes between the buffer's position and limit, like [#write(byte[])]. Afterwards the
  /// position is at the limit, and the buffer may be used again.
  ///
  /// @param data the bytes
  /// @throws IllegalStateException as the other form
  void write(ByteBuffer data);

  /// Sends several pieces one after the other, with one call of the system where it can be.
  ///
  /// @param pieces the pieces
  /// @throws IllegalStateException as [#write(byte[])]; then no piece is sent
  void writelines(List<byte[]> pieces);

  /// Sends what is in the buffer, and then the end of the stream; receiving goes on. With a pipe,
  /// the same as [#close()].
  ///
  /// @throws UnsupportedOperationException if the transport cannot; see [#canWriteEof()]
  void writeEof();

  /// {@return whether the transport can close its sending side alone}
  boolean canWriteEof();

  /// Closes the transport at once and drops what is in its buffer. The protocol's
  /// `connectionLost(null)` is called by the loop.
  void abort();

  /// {@return how many bytes wait to be sent}
  int getWriteBufferSize();

  /// {@return the water marks of the write buffer}
  WriteBufferLimits getWriteBufferLimits();

  /// Sets the water marks of the write buffer: above `high` the protocol's `pauseWriting` is
  /// called, at `low` or below it `resumeWriting`.
  ///
  /// @param high in bytes; 0 for no buffer beyond what cannot be sent at once
  /// @param low in bytes
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  void setWriteBufferLimits(int high, int low);

  /// Sets the high-water mark; the low one becomes a quarter of it.
  ///
  /// @param high in bytes
  /// @throws IllegalArgumentException if it is negative
  default void setWriteBufferLimits(int high) {
    setWriteBufferLimits(high, high / 4);
  }
}
