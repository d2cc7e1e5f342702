package jasyncio.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// What happens on an endpoint for datagrams, as callbacks: [#connectionMade] once,
/// [#datagramReceived] for each datagram, [#errorReceived] now and then, [#connectionLost] once and
/// last.
///
/// Write `@Override` over each method: one with other parameters is an overload, which nobody
/// calls, and only debug mode tells.
///
/// Called by the loop, one callback at a time; must not await. What a callback throws is reported,
/// and the endpoint goes on. Python: `asyncio.DatagramProtocol`.
public interface DatagramProtocol extends BaseProtocol {

  /// The endpoint is there. Nothing is received before this returns.
  ///
  /// @param transport what to send with
  default void connectionMade(DatagramTransport transport) {}

  /// A datagram has come.
  ///
  /// @param data its bytes, maybe none; yours to keep
  /// @param from who sent it
  default void datagramReceived(byte[] data, SocketAddress from) {}

  /// A datagram has come. Override this form to read it where it lies, without a copy. By default
  /// it copies it for [#datagramReceived(byte[], SocketAddress)].
  ///
  /// @param data its bytes between position and limit; the transport's own buffer, used for other
  ///   data as soon as this returns
  /// @param from who sent it
  default void datagramReceived(ByteBuffer data, SocketAddress from) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    datagramReceived(bytes, from);
  }

  /// Sending or receiving has failed once; the endpoint goes on. For example a
  /// [java.net.PortUnreachableException]: nobody listens at the other end of a connected endpoint.
  /// It may come in the middle of a call of [DatagramTransport#sendto], which throws what it
  /// throws.
  ///
  /// @param error what went wrong
  default void errorReceived(IOException error) {}
}
