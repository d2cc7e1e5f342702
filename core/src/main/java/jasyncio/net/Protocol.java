package jasyncio.net;

import java.nio.ByteBuffer;

/// What happens on a stream connection, as callbacks: [#connectionMade] once, [#dataReceived] for
/// whatever comes, [#eofReceived] at most once, [#connectionLost] once and last.
///
/// Write `@Override` over each method: one with other parameters is an overload, which nobody
/// calls, and only debug mode tells.
///
/// Called by the loop, one callback at a time; must not await. What [#dataReceived] or
/// [#eofReceived] throws is reported and ends the connection; an [java.io.IOException] is taken for
/// one of the network, and is logged in debug mode alone. What the others throw is reported, and
/// the connection goes on; only under TLS, what [#connectionMade] throws ends it, too. Python:
/// `asyncio.Protocol`.
public interface Protocol extends BaseProtocol {

  /// The connection is there. Nothing is read before this returns.
  ///
  /// @param transport what to write to; a pipe has one direction only, and its methods for the
  ///   other one throw an [UnsupportedOperationException]
  default void connectionMade(Transport transport) {}

  /// Bytes have come, some or many: TCP keeps no boundaries.
  ///
  /// @param data the bytes; yours to keep
  default void dataReceived(byte[] data) {}

  /// Bytes have come. Override this form to read them where they lie: with it, receiving allocates
  /// nothing. By default it copies them for [#dataReceived(byte[])].
  ///
  /// @param data the bytes between position and limit; the transport's own buffer, used for other
  ///   data as soon as this returns
  default void dataReceived(ByteBuffer data) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    dataReceived(bytes);
  }

  /// The other side sends no more.
  ///
  /// @return `true` to keep the transport open for writing; with `false` it closes itself
  default boolean eofReceived() {
    return false;
  }
}
