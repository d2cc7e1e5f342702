package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Tokens;
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
/// @param authorization what is sent as `Proxy-Authorization`, or `null` for nothing
/// @param except hosts that are connected to directly: a name, or a domain with a dot before for
///   all below it
public record ClientProxy(
    String host, int port, @Nullable String authorization, List<String> except) {

  /// Checks the proxy.
  ///
  /// @throws IllegalArgumentException if the host is empty, or the port not from 1 to 65535
  public ClientProxy {
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
    return new ClientProxy(host, port, null, List.of());
  }

  /// {@return this proxy with credentials, as `Basic`}
  ///
  /// @param user the user, without a colon
  /// @param password the password
  /// @throws IllegalArgumentException if the user has a colon
  public ClientProxy credentials(String user, String password) {
    return new ClientProxy(host, port, basic(user, password), except);
  }

  /// {@return this proxy, not used for some hosts}
  ///
  /// @param hosts names such as `localhost`, and domains with a dot before
  public ClientProxy except(String... hosts) {
    return new ClientProxy(host, port, authorization, List.of(hosts));
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
