package jasyncio.net;

import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/// A key for [BaseTransport#getExtraInfo]. The names are asyncio's. Transports know the keys that
/// stand here, and no others.
///
/// @param <T> the type of the information
/// @param name asyncio's name for it
/// @param type its class
public record ExtraInfo<T>(String name, Class<T> type) {
  /// The address of the other side.
  public static final ExtraInfo<SocketAddress> PEERNAME =
      new ExtraInfo<>("peername", SocketAddress.class);

  /// This side's address.
  public static final ExtraInfo<SocketAddress> SOCKNAME =
      new ExtraInfo<>("sockname", SocketAddress.class);

  /// The channel, to ask and set its options with. Do not read, write, register or close it.
  public static final ExtraInfo<NetworkChannel> SOCKET =
      new ExtraInfo<>("socket", NetworkChannel.class);

  /// The channel of a pipe.
  public static final ExtraInfo<SelectableChannel> PIPE =
      new ExtraInfo<>("pipe", SelectableChannel.class);

  /// The TLS context.
  public static final ExtraInfo<SSLContext> SSL_CONTEXT =
      new ExtraInfo<>("sslcontext", SSLContext.class);

  /// The TLS engine, to ask about what was negotiated, such as the application protocol.
  public static final ExtraInfo<SSLEngine> SSL_OBJECT =
      new ExtraInfo<>("ssl_object", SSLEngine.class);

  /// The TLS session: certificates, cipher suite, protocol version.
  public static final ExtraInfo<SSLSession> SSL_SESSION =
      new ExtraInfo<>("ssl_session", SSLSession.class);
}
