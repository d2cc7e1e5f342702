package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.util.ArrayDeque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Addresses that a client asks.
final class Urls {
  /// Where an address leads: connections to one origin can be used for all of it.
  ///
  /// @param secure whether over TLS
  /// @param host the host in small letters; of an IPv6 address without brackets
  /// @param port the port
  record Origin(boolean secure, String host, int port) {
    /// What is sent as `Host`.
    String authority() {
      var name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
      return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
      return (secure ? "https://" : "http://") + authority();
    }
  }

  private static final String ALLOWED = "-._~:/?#[]@!$&'()*+,;=%";

  private Urls() {}

  /// An address as a user writes it: characters that cannot stand in one are encoded.
  static URI parse(String text) {
    try {
      return check(new URI(encoded(text)));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'" + text + "' is no URL: " + e.getMessage(), e);
    }
  }

  /// Checks that a client can ask there.
  static URI check(URI url) {
    var scheme = url.getScheme();
    if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException(
          "a client asks http:// and https:// addresses, and not " + url);
    } else if (String.valueOf(url.getRawAuthority()).indexOf('@') >= 0) { // URI may not see a user
      throw new IllegalArgumentException(
          "credentials are not part of a URL: use basicAuth(user, password) of the request");
    }
    origin(url);
    return url;
  }

  /// What a browser sends as `Origin`, or an option names; `null` if it is no origin of http.
  static @Nullable Origin origin(String text) {
    try {
      var url = new URI(text);
      boolean http =
          "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
      return http ? origin(url) : null;
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }

  /// Whether two texts name one origin: `https://a` and `https://A:443` do.
  static boolean areSame(String origin, String other) {
    var first = origin(origin);
    return first != null ? first.equals(origin(other)) : origin.equalsIgnoreCase(other);
  }

  static Origin origin(URI url) {
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    var host = url.getHost();
    int port = url.getPort();
    if (host == null) { // java.net.URI knows no names with underscores or letters beyond ASCII
      var authority = url.getRawAuthority();
      if (authority == null) {
        throw new IllegalArgumentException("the URL " + url + " has no host");
      }
      int colon = authority.lastIndexOf(':');
      host = colon < 0 ? authority : authority.substring(0, colon);
      port = colon < 0 ? -1 : number(authority.substring(colon + 1));
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty() || port == 0 || port > 65_535) {
      throw new IllegalArgumentException("the URL " + url + " has no host, or a wrong port");
    }
    return new Origin(secure, host.toLowerCase(Locale.ROOT), port < 0 ? (secure ? 443 : 80) : port);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /// Path and query.
  static String target(URI url) {
    var path = url.getRawPath();
    var query = url.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  /// An address with one parameter more in its query.
  static URI query(URI url, String name, String value) {
    var text = url.toString();
    int fragment = text.indexOf('#');
    var before = fragment < 0 ? text : text.substring(0, fragment);
    var after = fragment < 0 ? "" : text.substring(fragment);
    return URI.create(query(before, name, value) + after);
  }

  /// A path, or an address without a fragment, with one parameter more in its query.
  static String query(String target, String name, String value) {
    return target
        + (target.indexOf('?') < 0 ? "?" : "&")
        + URLEncoder.encode(name, UTF_8)
        + "="
        + URLEncoder.encode(value, UTF_8);
  }

  /// Where a redirection leads.
  static URI resolve(URI base, String location) throws HttpException {
    URI url;
    try {
      url = resolved(base, new URI(encoded(location.strip())));
      if (url.getRawFragment() == null && base.getRawFragment() != null) {
        url = new URI(url + "#" + base.getRawFragment());
      }
      if (String.valueOf(url.getRawAuthority()).indexOf('@') >= 0) { // which may come from anywhere
        url = new URI(url.toString().replaceFirst("//[^/?#]*@", "//"));
      }
      return check(url);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new HttpException(
          base + " redirects to an address that cannot be asked: " + e.getMessage(), e);
    }
  }

  /// As RFC 3986 says in section 5.2.2; [URI#resolve] takes an older one, to which `?page=2` is in
  /// the folder of an address, and `x` behind an address without a path a part of its host.
  private static URI resolved(URI base, URI reference) throws URISyntaxException {
    if (reference.isAbsolute()) {
      return reference;
    }
    var text = new StringBuilder(base.getScheme()).append("://");
    var query = reference.getRawQuery();
    if (reference.getRawAuthority() != null) {
      text.append(reference.getRawAuthority()).append(withoutDots(reference.getRawPath()));
    } else {
      text.append(base.getRawAuthority());
      var own = base.getRawPath().isEmpty() ? "/" : base.getRawPath();
      var path = reference.getRawPath();
      if (path.isEmpty()) {
        text.append(own);
        query = query == null ? base.getRawQuery() : query;
      } else {
        text.append(
            withoutDots(
                path.startsWith("/") ? path : own.substring(0, own.lastIndexOf('/') + 1) + path));
      }
    }
    if (query != null) {
      text.append('?').append(query);
    }
    if (reference.getRawFragment() != null) {
      text.append('#').append(reference.getRawFragment());
    }
    return new URI(text.toString());
  }

  /// A path without `.` and `..`.
  private static String withoutDots(String path) {
    if (path.isEmpty()) {
      return path;
    }
    var parts = path.substring(1).split("/", -1);
    var kept = new ArrayDeque<String>();
    for (int i = 0; i < parts.length; i++) {
      boolean up = parts[i].equals("..");
      if (up) {
        kept.pollLast();
      } else if (!parts[i].equals(".")) {
        kept.addLast(parts[i]);
      }
      if (i == parts.length - 1 && (up || parts[i].equals("."))) {
        kept.addLast("");
      }
    }
    return "/" + String.join("/", kept);
  }

  private static String encoded(String text) {
    var host = asciiHost(text);
    var plain = host == null ? text : host;
    StringBuilder encoded = null;
    for (int i = 0; i < plain.length(); ) {
      int c = plain.codePointAt(i);
      int n = Character.charCount(c);
      boolean allowed =
          c < 128
              && (Character.isLetterOrDigit(c) || ALLOWED.indexOf(c) >= 0)
              && (c != '%' || isEscape(plain, i));
      if (!allowed && encoded == null) {
        encoded = new StringBuilder(plain.substring(0, i));
      }
      if (encoded != null) {
        if (allowed) {
          encoded.appendCodePoint(c);
        } else {
          for (byte b : plain.substring(i, i + n).getBytes(UTF_8)) {
            encoded.append('%').append("%02X".formatted(b & 0xff));
          }
        }
      }
      i += n;
    }
    return encoded == null ? plain : encoded.toString();
  }

  private static boolean isEscape(String text, int at) {
    return at + 2 < text.length()
        && Character.digit(text.charAt(at + 1), 16) >= 0
        && Character.digit(text.charAt(at + 2), 16) >= 0;
  }

  /// The address with a host of ASCII characters, if it has another.
  private static @Nullable String asciiHost(String text) {
    int start = text.indexOf("//");
    if (start < 0 || !text.substring(0, start).matches("([a-zA-Z][-+.a-zA-Z0-9]*:)?")) {
      return null; // there is none, or it is in a path or a query
    }
    start += 2;
    int end = start;
    boolean other = false;
    while (end < text.length() && "/?#:".indexOf(text.charAt(end)) < 0) {
      other |= text.charAt(end) > 127;
      end++;
    }
    if (!other) {
      return null;
    }
    var host = IDN.toASCII(text.substring(start, end));
    if (!host.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '.')) {
      // Some characters stand for several, among them those that end a host.
      throw new IllegalArgumentException(
          "the host of '" + text + "' is written with characters that no host has");
    }
    return text.substring(0, start) + host + text.substring(end);
  }
}
