package jasyncio.net;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Sends and receives datagrams. An error of the network does not end it: see
/// [DatagramProtocol#errorReceived].
///
/// What comes while reading is paused waits in the system's buffer, and is lost when that is full.
/// Python: `asyncio.DatagramTransport`.
public interface DatagramTransport extends ReadTransport {

  /// Sends a datagram to the other side of a connected endpoint.
  ///
  /// @param data the datagram
  /// @throws IllegalArgumentException if the endpoint has no remote address, or the datagram is
  ///   empty: the JDK cannot send that on a connected channel
  default void sendto(byte[] data) {
    sendto(ByteBuffer.wrap(data), null);
  }

  /// Sends a datagram, at once or when that is possible; never blocks nor suspends. If it cannot be
  /// sent, [DatagramProtocol#errorReceived] is called. Once the endpoint is closed, and what waited
  /// before is sent, it is dropped.
  ///
  /// @param data the datagram
  /// @param address where to; `null`: to the remote address that the endpoint was made with
  /// @throws IllegalArgumentException if the endpoint has another remote address or cannot send to
  ///   this one, or, with a connected endpoint, the datagram is empty
  default void sendto(byte[] data, @Nullable SocketAddress address) {
    sendto(ByteBuffer.wrap(data), address);
  }

  /// Sends the bytes between the buffer's position and limit as a datagram. Afterwards the position
  /// is at the limit, and the buffer may be used again.
  ///
  /// @param data the datagram
  /// @param address where to; `null`: to the remote address that the endpoint was made with
  /// @throws IllegalArgumentException as the other form
  void sendto(ByteBuffer data, @Nullable SocketAddress address);

  /// Closes the transport at once and drops what is in its buffer. The protocol's
  /// `connectionLost(null)` is called by the loop.
  void abort();

  /// {@return how many bytes wait to be sent, with 8 more for each datagram}
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
