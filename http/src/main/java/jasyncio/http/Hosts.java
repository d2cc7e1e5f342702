package jasyncio.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A handler that leads requests to others by the host that they are for (`Host`): several sites on
/// one port.
///
/// ```java fragment
/// var app = new Hosts()
///     .host("example.com", site)
///     .host("api.example.com", api)
///     .host("*.example.com", customers);
/// ```
///
/// `*.` stands for one name or more before the rest. An exact name counts before that, and of two
/// such patterns the longer one. Case, a port, and a dot at the end of the host do not matter. A
/// request for a host that nobody has is answered 421, unless there is [#otherwise].
///
/// All hosts share the server's TLS. To show each its own certificate, use an `SSLContext` whose
/// key manager knows several: that of the algorithm `PKIX` chooses by the name that the client
/// sends.
public final class Hosts implements Handler {
  private final Map<String, Handler> exact = new HashMap<>();
  private final Map<String, Handler> below = new HashMap<>(); // by what comes behind `*.`
  private @Nullable Handler otherwise;

  /// Without hosts.
  public Hosts() {}

  /// Adds a host.
  ///
  /// @param name the host, without a port, such as `api.example.com`, `192.0.2.1`, `[::1]` or
  ///   `*.example.com`
  /// @param handler what answers
  /// @return this
  /// @throws IllegalArgumentException if that is no host, or is there already
  public Hosts host(String name, Handler handler) {
    Objects.requireNonNull(handler, "handler");
    boolean all = name.startsWith("*.");
    var plain = plain(all ? name.substring(2) : name);
    if (plain.isEmpty() || !plain.equals(withoutPort(plain)) || !plain.matches("[^\\s*/@]+")) {
      throw new IllegalArgumentException(
          "a host is a name such as api.example.com or *.example.com, without a port, and not '"
              + name
              + "'");
    }
    if ((all ? below : exact).putIfAbsent(plain, handler) != null) {
      throw new IllegalArgumentException("there is a handler for host " + name + " already");
    }
    return this;
  }

  /// Has requests for all other hosts answered, and those of HTTP/1.0 that name none.
  ///
  /// @param handler what answers
  /// @return this
  public Hosts otherwise(Handler handler) {
    otherwise = Objects.requireNonNull(handler, "handler");
    return this;
  }

  @Override
  public Response handle(Request request) throws Exception {
    var handler = find(plain(withoutPort(request.host())));
    if (handler == null) {
      throw HttpProblem.of(421, "This server is not responsible for the host of this request.");
    }
    return handler.handle(request);
  }

  private @Nullable Handler find(String host) {
    var handler = exact.get(host);
    for (int dot = host.indexOf('.');
        handler == null && dot > 0;
        dot = host.indexOf('.', dot + 1)) {
      handler = below.get(host.substring(dot + 1));
    }
    return handler == null ? otherwise : handler;
  }

  private static String plain(String name) {
    var small = name.toLowerCase(Locale.ROOT);
    return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
  }

  private static String withoutPort(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }
}
