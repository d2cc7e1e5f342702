package jasyncio.internal.net;

import jasyncio.net.TlsOptions;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// Makes the engines of connections.
public final class TlsEngines {
  private TlsEngines() {}

  /// A server's engine.
  public static SSLEngine server(TlsOptions options, SSLContext context) {
    var engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    return configured(engine, options, engine.getSSLParameters());
  }

  /// A client's engine. The JDK finds sessions to resume by host and port.
  ///
  /// @throws IllegalArgumentException if neither the options nor the connection tell whose
  ///   certificate to expect, or if they tell that anybody's is but the parameters have names
  ///   checked
  public static SSLEngine client(
      TlsOptions options, SSLContext context, @Nullable String host, int port) {
    var expected = options.serverHostname();
    var name = withoutDot(expected != null ? expected : host);
    if (name == null || (name.isEmpty() && expected == null)) {
      throw new IllegalArgumentException(
          "a TLS client needs the name that the server's certificate must be for: use"
              + " TlsOptions.serverHostname(...); empty: not checked");
    }
    var peer = name.isEmpty() ? host : name;
    var engine = peer == null ? context.createSSLEngine() : context.createSSLEngine(peer, port);
    engine.setUseClientMode(true);
    var parameters = engine.getSSLParameters();
    if (name.isEmpty()) {
      parameters.setServerNames(List.of());
    } else {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      if (!isAddress(name)) {
        parameters.setServerNames(List.of(new SNIHostName(name)));
      }
    }
    configured(engine, options, parameters);
    var check = parameters.getEndpointIdentificationAlgorithm();
    if (name.isEmpty() && check != null && !check.isEmpty()) {
      throw new IllegalArgumentException(
          "the context or its parameters have names checked ("
              + check
              + "), but none is expected: say which, by TlsOptions.serverHostname(...)");
    }
    return engine;
  }

  private static SSLEngine configured(
      SSLEngine engine, TlsOptions options, SSLParameters parameters) {
    var protocols = options.applicationProtocols();
    if (!protocols.isEmpty()) {
      parameters.setApplicationProtocols(protocols.toArray(String[]::new));
    }
    var change = options.parameters();
    if (change != null) {
      change.accept(parameters);
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static @Nullable String withoutDot(@Nullable String name) {
    return name != null && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /// Whether it is no name, which SNI could carry: a last label that is a number is that of an IPv4
  /// address.
  private static boolean isAddress(String name) {
    return name.indexOf(':') >= 0
        || name.substring(name.lastIndexOf('.') + 1).chars().allMatch(Character::isDigit);
  }
}
