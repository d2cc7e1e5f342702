package jasyncio.http;

import jasyncio.http.internal.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A middleware that believes what trusted proxies say about their clients:
/// [Request#remoteAddress], [Request#isSecure] and [Request#host] are the client's then.
///
/// ```java fragment
/// var app = router.with(Forwarded.trust("127.0.0.1", "10.0.0.0/8"));
/// ```
///
/// Anybody can send such headers, so those of others are not looked at; and as a proxy passes on
/// the kind of header that it does not write itself, it has to be said which kind counts. From the
/// end of the header on, where the nearest proxy has written, the first address that is not trusted
/// is the client's. Make it the outermost middleware, so that an [AccessLog] sees the client.
public final class Forwarded implements Middleware {
  private final boolean standard;
  private final boolean unix;
  private final List<Addresses.Range> trusted = new ArrayList<>();

  private Forwarded(boolean standard, String[] proxies) {
    this.standard = standard;
    this.unix = Arrays.asList(proxies).contains("unix");
    if (proxies.length == 0) {
      throw new IllegalArgumentException(
          "nobody would be trusted: name the proxies, such as 10.0.0.0/8, or 'unix'");
    }
    for (var proxy : proxies) {
      var range = Addresses.Range.parse(proxy);
      if (range != null) {
        trusted.add(range);
      } else if (!proxy.equals("unix")) {
        throw new IllegalArgumentException(
            "a trusted proxy is an address, such as 10.0.0.1, a range, such as 10.0.0.0/8, or"
                + " 'unix' for all of a Unix-domain socket, and not '"
                + proxy
                + "'");
      }
    }
  }

  /// {@return a middleware that reads `Forwarded` (RFC 7239)}
  ///
  /// @param proxies whom it believes: addresses, ranges such as `10.0.0.0/8`, and `unix` for
  ///   whoever connects by a Unix-domain socket
  /// @throws IllegalArgumentException if one of them is nothing of that kind, or there is none
  public static Forwarded trust(String... proxies) {
    return new Forwarded(true, proxies);
  }

  /// {@return a middleware that reads `X-Forwarded-For`, and the last value of `X-Forwarded-Proto`
  /// and `X-Forwarded-Host`}
  ///
  /// @param proxies whom it believes, as for [#trust]
  /// @throws IllegalArgumentException if one of them is nothing of that kind, or there is none
  public static Forwarded trustX(String... proxies) {
    return new Forwarded(false, proxies);
  }

  /// What a proxy says about who has asked it; `null` is what it does not say.
  private record Hop(@Nullable String by, @Nullable String scheme, @Nullable String host) {}

  @Override
  public Response handle(Request request, Handler next) throws Exception {
    if (isTrusted(request.remoteAddress())) {
      var hops = standard ? standard(request) : common(request);
      Hop found = null;
      SocketAddress client = request.remoteAddress();
      for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
        found = hops.get(i);
        client = found.by() == null ? null : address(found.by());
        if (client == null) { // a name, or nothing: that is where the way is lost
          break;
        }
      }
      if (found != null) {
        request.forwarded(
            client,
            found.scheme() == null ? null : found.scheme().equalsIgnoreCase("https"),
            found.host());
      }
    }
    return next.handle(request);
  }

  private boolean isTrusted(@Nullable SocketAddress address) {
    return switch (address) {
      case UnixDomainSocketAddress _ -> unix;
      case InetSocketAddress inet when inet.getAddress() != null -> isTrusted(inet.getAddress());
      case null, default -> false;
    };
  }

  private boolean isTrusted(InetAddress address) {
    return trusted.stream().anyMatch(range -> range.contains(address));
  }

  private static List<Hop> common(Request request) {
    var scheme = last(request, "X-Forwarded-Proto");
    var host = last(request, "X-Forwarded-Host");
    var hops = new ArrayList<Hop>();
    for (var value : request.headers().all("X-Forwarded-For")) {
      for (var each : value.split(",", -1)) {
        hops.add(new Hop(each.strip(), scheme, checkedHost(host)));
      }
    }
    return hops;
  }

  private static @Nullable String last(Request request, String name) {
    var values = request.headers().all(name);
    var value = values.isEmpty() ? "" : values.getLast();
    value = value.substring(value.lastIndexOf(',') + 1).strip();
    return value.isEmpty() ? null : value;
  }

  private static List<Hop> standard(Request request) {
    var hops = new ArrayList<Hop>();
    for (var value : request.headers().all("Forwarded")) {
      for (var element : split(value, ',')) {
        var pairs = new HashMap<String, String>();
        for (var pair : split(element, ';')) {
          int equals = pair.indexOf('=');
          if (equals > 0) {
            pairs.put(
                pair.substring(0, equals).strip().toLowerCase(Locale.ROOT),
                unquoted(pair.substring(equals + 1).strip()));
          }
        }
        hops.add(hop(pairs));
      }
    }
    return hops;
  }

  private static Hop hop(Map<String, String> pairs) {
    return new Hop(pairs.get("for"), pairs.get("proto"), checkedHost(pairs.get("host")));
  }

  /// Divides at a character that is not in quotes.
  private static List<String> split(String text, char at) {
    var parts = new ArrayList<String>();
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == at && !quoted) {
        parts.add(text.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static String unquoted(String text) {
    return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1")
        : text;
  }

  private static @Nullable String checkedHost(@Nullable String host) {
    return host != null && host.matches("[\\w.-]+(:\\d{1,5})?|\\[[0-9a-fA-F:.]+](:\\d{1,5})?")
        ? host
        : null;
  }

  /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`.
  private static @Nullable SocketAddress address(String text) {
    var host = text;
    var port = "0";
    int colon = text.lastIndexOf(':');
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || (end < text.length() - 1 && colon != end + 1)) {
        return null;
      }
      host = text.substring(1, end);
      port = colon > end ? text.substring(colon + 1) : port;
    } else if (colon >= 0 && colon == text.indexOf(':')) {
      host = text.substring(0, colon);
      port = text.substring(colon + 1);
    }
    var address = Addresses.parse(host);
    return address == null || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535
        ? null
        : new InetSocketAddress(address, Integer.parseInt(port));
  }
}
