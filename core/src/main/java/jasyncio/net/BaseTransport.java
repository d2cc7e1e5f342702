package jasyncio.net;

import org.jspecify.annotations.Nullable;

/// What every transport can do. Used on the loop's thread.
///
/// Python: `asyncio.BaseTransport`.
public interface BaseTransport extends AutoCloseable {

  /// Closes the transport: what is in its write buffer is still sent, nothing more is received, and
  /// then the protocol's `connectionLost(null)` is called by the loop. Idempotent. Does not
  /// suspend.
  @Override
  void close();

  /// {@return whether it is closed or being closed}
  boolean isClosing();

  /// What is known about the transport beneath this one's interface.
  ///
  /// @param <T> the type of the information
  /// @param info which one
  /// @return it, or `null` if this transport knows nothing of it
  <T> @Nullable T getExtraInfo(ExtraInfo<T> info);

  /// Has another protocol called from now on. It is told what it has missed: a pause of writing at
  /// once, the other side's end of stream soon, and while reading is not paused; but not of the
  /// connection, which it knows. What the end of the connection is told to, is whichever is set by
  /// then.
  ///
  /// @param protocol the protocol
  /// @throws IllegalArgumentException if that kind of protocol does not fit the transport
  void setProtocol(BaseProtocol protocol);

  /// {@return the protocol that is called; one that does nothing when it has been told of the end,
  /// as a transport that is closed keeps nobody}
  BaseProtocol getProtocol();
}
