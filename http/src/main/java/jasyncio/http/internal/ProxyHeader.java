package jasyncio.http.internal;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// What a proxy says about a connection that it passes on.
///
/// @param source the address of the client, or `null`: it is the connection's own
/// @param secure whether the client has come over TLS, as far as the proxy says
public record ProxyHeader(@Nullable SocketAddress source, boolean secure) {
  /// The proxy speaks for itself, or says nothing.
  static final ProxyHeader NOTHING = new ProxyHeader(null, false);
}
