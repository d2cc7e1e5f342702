package jasyncio.net;

/// A connection under TLS, as the application sees it. Beyond what every [Transport] does it has a
/// read buffer with limits of its own. The write buffer holds what is not encrypted yet, because
/// the transport beneath has enough to send, and pauses the protocol above 512 KiB.
///
/// TLS cannot close one direction alone: there is no `writeEof`, and the peer's end of stream
/// closes the connection, whatever the protocol's `eofReceived` returns.
public interface TlsTransport extends Transport {

  /// {@return how many bytes were received and not given to the protocol yet}
  int getReadBufferSize();

  /// {@return the water marks of the read buffer}
  ReadBufferLimits getReadBufferLimits();

  /// Sets the water marks of the read buffer, which fills while reading is paused: above `high`
  /// nothing more is received, at `low` or below it receiving goes on.
  ///
  /// @param high in bytes
  /// @param low in bytes
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  void setReadBufferLimits(int high, int low);

  /// Sets the high-water mark of the read buffer; the low one becomes a quarter of it.
  ///
  /// @param high in bytes
  /// @throws IllegalArgumentException if it is negative
  default void setReadBufferLimits(int high) {
    setReadBufferLimits(high, high / 4);
  }

  /// Does not work with TLS.
  ///
  /// @throws UnsupportedOperationException always
  @Override
  void writeEof();

  /// Closes the connection: what is in the write buffer is sent, then TLS's `close_notify`, and the
  /// peer's answer is awaited, for as long as the shutdown timeout says; after that
  /// `connectionLost` gets an [javax.net.ssl.SSLException]. What still comes is dropped. If there
  /// is something that the protocol has not read, because it has paused reading, the answer is not
  /// awaited.
  @Override
  void close();
}
