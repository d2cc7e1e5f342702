package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Addresses;
import jasyncio.http.internal.Tokens;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A proxy of an [HttpClient]; immutable. Requests for `http` are sent to it, for `https` it is
/// asked for a tunnel (`CONNECT`).
///
/// @param host the proxy's host
/// @param port the proxy's port
/// @param tls whether the proxy itself is spoken to over TLS; false by default. Its certificate is
///   checked by the trust of [ClientOptions#tls]
/// @param authorization what is sent as `Proxy-Authorization`, or `null` for nothing
/// @param except hosts that are connected to directly: a name, or a domain with a dot before for
///   all below it
public record ClientProxy(
    String host, int port, boolean tls, @Nullable String authorization, List<String> except) {

  /// Says for each address which proxy leads there. Called on the loop's thread; must not wait.
  @FunctionalInterface
  public interface Choice {
    /// {@return the proxy, or `null`: the server is connected to directly}
    ///
    /// @param url the address that is asked, `http` or `https`; also for `ws` and `wss`
    @Nullable ClientProxy proxyFor(URI url);
  }

  /// {@return the proxies that the environment variables `http_proxy`, `https_proxy` and
  /// `all_proxy` name, as curl and Python read them} To be used, they have to be asked for:
  ///
  /// ```java fragment
  /// var options = ClientOptions.defaults().proxies(ClientProxy.fromEnvironment());
  /// ```
  ///
  /// The first two are for addresses of that scheme, the third for the other one. The same names in
  /// capitals do, too, except `HTTP_PROXY` in a CGI program, where it would be a client's header. A
  /// value is `http://proxy.example:3128`, with `https` for TLS to the proxy, and `user:password@`
  /// before the host if need be. `no_proxy` lists exceptions, with commas: names, which include
  /// what is below them, with a port or without; addresses, and ranges of them such as
  /// `10.0.0.0/8`; or `*` for everything. The variables are read now.
  ///
  /// @throws IllegalArgumentException if one of the variables names no such proxy
  public static Choice fromEnvironment() {
    return new EnvironmentProxies(System.getenv());
  }

  /// Checks the proxy.
  ///
  /// @throws IllegalArgumentException if the host is no name or address, or the port not from 1 to
  ///   65535
  public ClientProxy {
    if (host.matches(".*[/@\\s\\[\\]].*")
        || (host.contains(":") && Addresses.parse(host) == null)) {
      throw new IllegalArgumentException(
          "the host of a proxy is a name or an address, such as proxy.example, without a scheme and"
              + " brackets; see tls(true) and credentials(user, password) for the rest");
    }
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "a proxy has a host, and a port from 1 to 65535, not '" + host + "' and " + port);
    }
    if (authorization != null) {
      Tokens.checkValue("Proxy-Authorization", authorization);
    }
    except = except.stream().map(e -> e.toLowerCase(Locale.ROOT)).toList();
  }

  /// {@return a proxy for all hosts}
  ///
  /// @param host the proxy's host
  /// @param port the proxy's port
  public static ClientProxy of(String host, int port) {
    return new ClientProxy(host, port, false, null, List.of());
  }

  /// {@return this proxy, spoken to over TLS, or in plain}
  ///
  /// @param tls whether it is spoken to over TLS
  public ClientProxy tls(boolean tls) {
    return new ClientProxy(host, port, tls, authorization, except);
  }

  /// {@return this proxy with credentials, as `Basic`}
  ///
  /// @param user the user, without a colon
  /// @param password the password
  /// @throws IllegalArgumentException if the user has a colon
  public ClientProxy credentials(String user, String password) {
    return new ClientProxy(host, port, tls, basic(user, password), except);
  }

  /// {@return this proxy, not used for some hosts}
  ///
  /// @param hosts names such as `localhost`, and domains with a dot before
  public ClientProxy except(String... hosts) {
    return new ClientProxy(host, port, tls, authorization, List.of(hosts));
  }

  static String basic(String user, String password) {
    Objects.requireNonNull(password, "password");
    if (user.indexOf(':') >= 0) {
      throw new IllegalArgumentException("a user of Basic authentication cannot have a colon");
    }
    return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  boolean isFor(String target) {
    for (var each : except) {
      if (each.startsWith(".") ? target.endsWith(each) : target.equals(each)) {
        return false;
      }
    }
    return true;
  }

  /// {@return such as `<ClientProxy proxy.example:3128>`, without credentials}
  @Override
  public String toString() {
    return "<ClientProxy " + host + ":" + port + ">";
  }
}
