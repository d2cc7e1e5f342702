package jasyncio.http;

import static java.util.Comparator.comparingInt;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The cookies of an [HttpClient], kept in memory by the rules of RFC 6265: for which host, domain
/// and path each is, for how long, and whether for TLS alone. Used on one thread.
///
/// ```java fragment
/// var client = new HttpClient(ClientOptions.defaults().cookies(new CookieJar()));
/// ```
///
/// There is no list of public suffixes, as browsers have it: a cookie for a domain without a dot is
/// refused, one for `co.uk` is not.
public final class CookieJar {
  private static final int MOST = 3000; // cookies
  private static final int MOST_PER_DOMAIN = 50;
  private static final int LONGEST = 4096; // bytes of name and value
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  /// A cookie that is kept.
  private record Kept(
      String name,
      String value,
      String domain,
      boolean hostOnly,
      String path,
      boolean secure,
      Instant expires) {
    boolean isSame(Kept other) {
      return name.equals(other.name)
          && domain.equals(other.domain)
          && path.equals(other.path)
          && hostOnly == other.hostOnly;
    }

    /// Whether the other would be sent beside this one, or instead.
    boolean hides(Kept other) {
      return name.equals(other.name)
          && (isWithin(domain, other.domain) || isWithin(other.domain, domain))
          && isPathWithin(other.path, path);
    }

    boolean isFor(String host, String requestPath, boolean overTls) {
      return (hostOnly ? host.equals(domain) : isWithin(host, domain))
          && isPathWithin(requestPath, path)
          && (overTls || !secure);
    }
  }

  private final List<Kept> cookies = new ArrayList<>(); // the oldest first

  /// A jar without cookies.
  public CookieJar() {}

  /// {@return how many cookies there are}
  public int size() {
    dropExpired();
    return cookies.size();
  }

  /// {@return the value of the cookie of a name that would be sent to an address, or `null`}
  ///
  /// @param url the address
  /// @param name the cookie's name
  public @Nullable String get(URI url, String name) {
    return matching(url).stream()
        .filter(c -> c.name.equals(name))
        .map(Kept::value)
        .findFirst()
        .orElse(null);
  }

  /// Adds a cookie, as if a response of that address had set it.
  ///
  /// @param url the address
  /// @param cookie the cookie
  public void add(URI url, Cookie cookie) {
    store(url, Headers.of("Set-Cookie", cookie.toHeader()));
  }

  /// Forgets all cookies.
  public void clear() {
    cookies.clear();
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// What is sent as `Cookie`, or `null`.
  @Nullable String header(URI url) {
    var matching = matching(url);
    return matching.isEmpty()
        ? null
        : matching.stream().map(c -> c.name + "=" + c.value).collect(Collectors.joining("; "));
  }

  private List<Kept> matching(URI url) {
    dropExpired();
    var origin = Urls.origin(url);
    var path = pathOf(url);
    return cookies.stream()
        .filter(c -> c.isFor(origin.host(), path, origin.secure()))
        .sorted(comparingInt(c -> -c.path.length()))
        .toList();
  }

  private void dropExpired() {
    var now = Instant.now();
    cookies.removeIf(c -> !c.expires.isAfter(now));
  }

  private static String pathOf(URI url) {
    var path = url.getRawPath();
    return path == null || path.isEmpty() ? "/" : path;
  }

  private static boolean isWithin(String host, String domain) {
    return host.equals(domain) || (host.endsWith("." + domain) && !isAddress(host));
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  private static boolean isPathWithin(String requestPath, String path) {
    return requestPath.equals(path)
        || (requestPath.startsWith(path)
            && (path.endsWith("/") || requestPath.charAt(path.length()) == '/'));
  }

  // ---- storing ----------------------------------------------------------------------------------

  /// Keeps what a response sets.
  void store(URI url, Headers headers) {
    for (var header : headers.all("Set-Cookie")) {
      var cookie = parse(url, header);
      if (cookie != null) {
        keep(cookie, Urls.origin(url).secure());
      }
    }
  }

  private void keep(Kept cookie, boolean overTls) {
    if (!overTls && cookies.stream().anyMatch(c -> c.secure && c.hides(cookie))) {
      return; // RFC 6265bis: what came over TLS is not replaced by what anybody could have sent
    }
    cookies.removeIf(cookie::isSame);
    dropExpired();
    if (!cookie.expires.isAfter(Instant.now())) {
      return; // it was to be forgotten
    }
    if (cookies.stream().filter(c -> c.domain.equals(cookie.domain)).count() >= MOST_PER_DOMAIN) {
      for (Iterator<Kept> each = cookies.iterator(); each.hasNext(); ) {
        if (each.next().domain.equals(cookie.domain)) {
          each.remove();
          break;
        }
      }
    } else if (cookies.size() >= MOST) {
      cookies.removeFirst();
    }
    cookies.add(cookie);
  }

  private static @Nullable Kept parse(URI url, String header) {
    var parts = header.split(";", -1);
    int equals = parts[0].indexOf('=');
    var name = equals < 0 ? "" : parts[0].substring(0, equals).strip();
    var value = parts[0].substring(equals + 1).strip();
    if (name.isEmpty() || name.length() + value.length() > LONGEST) {
      return null;
    }
    var origin = Urls.origin(url);
    var domain = "";
    var path = "";
    boolean secure = false;
    Instant expires = Instant.MAX;
    Instant atMost = null;
    for (int i = 1; i < parts.length; i++) {
      int at = parts[i].indexOf('=');
      var attribute =
          (at < 0 ? parts[i] : parts[i].substring(0, at)).strip().toLowerCase(Locale.ROOT);
      var text = at < 0 ? "" : parts[i].substring(at + 1).strip();
      switch (attribute) {
        case "domain" -> domain = text.toLowerCase(Locale.ROOT);
        case "path" -> path = text;
        case "secure" -> secure = true;
        case "expires" -> expires = Objects.requireNonNullElse(date(text), expires);
        case "max-age" -> atMost = Objects.requireNonNullElse(age(text), Instant.MAX);
        default -> {}
      }
    }
    if (domain.startsWith(".")) {
      domain = domain.substring(1);
    }
    boolean hostOnly = domain.isEmpty();
    var kept =
        new Kept(
            name,
            value,
            hostOnly ? origin.host() : domain,
            hostOnly || (domain.equals(origin.host()) && isAddress(domain)),
            path.startsWith("/") ? path : defaultPath(url),
            secure,
            atMost != null ? atMost : expires);
    return isAllowed(kept, origin, domain) ? kept : null;
  }

  private static boolean isAllowed(Kept cookie, Urls.Origin origin, String domain) {
    if (!domain.isEmpty() && !domain.equals(origin.host())) {
      if (!isWithin(origin.host(), domain) || domain.indexOf('.') < 0) {
        return false;
      }
    }
    if (cookie.secure && !origin.secure()) {
      return false;
    }
    var name = cookie.name.toLowerCase(Locale.ROOT);
    if (name.startsWith("__secure-") && !cookie.secure) {
      return false;
    }
    return !name.startsWith("__host-")
        || (cookie.secure && domain.isEmpty() && cookie.path.equals("/"));
  }

  private static String defaultPath(URI url) {
    var path = pathOf(url);
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  private static @Nullable Instant age(String text) {
    if (!text.matches("-?[0-9]{1,18}")) {
      return null;
    }
    long seconds = Long.parseLong(text);
    return seconds <= 0
        ? Instant.MIN
        : Instant.now().plusSeconds(Math.min(seconds, 400L * 24 * 3600)); // as RFC 6265bis says
  }

  /// A date in any of the forms that are seen: RFC 6265, section 5.1.1.
  private static @Nullable Instant date(String text) {
    int[] time = null;
    int day = -1;
    int month = -1;
    int year = -1;
    for (var token : text.split("[\\x09\\x20-\\x2f\\x3b-\\x40\\x5b-\\x60\\x7b-\\x7e]+", -1)) {
      if (time == null && token.matches("[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([^0-9].*)?")) {
        var parts = token.split("[^0-9]", -1);
        time =
            new int[] {
              Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])
            };
      } else if (day < 0 && token.matches("[0-9]{1,2}([^0-9].*)?")) {
        day = Integer.parseInt(token.split("[^0-9]", 2)[0]);
      } else if (month < 0
          && token.length() >= 3
          && MONTHS.contains(token.substring(0, 3).toLowerCase(Locale.ROOT))) {
        month = MONTHS.indexOf(token.substring(0, 3).toLowerCase(Locale.ROOT)) + 1;
      } else if (year < 0 && token.matches("[0-9]{2,4}([^0-9].*)?")) {
        year = Integer.parseInt(token.split("[^0-9]", 2)[0]);
        year += year < 70 ? 2000 : year < 100 ? 1900 : 0;
      }
    }
    if (time == null || day < 0 || month < 0 || year < 1601) {
      return null;
    }
    try {
      return LocalDateTime.of(year, month, day, time[0], time[1], time[2])
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /// {@return such as `<CookieJar 3 cookies>`, without what is in them}
  @Override
  public String toString() {
    return "<CookieJar " + cookies.size() + " cookies>";
  }
}
