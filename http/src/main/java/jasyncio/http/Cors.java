package jasyncio.http;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/// Allows the pages of other sites to call this one from a browser (CORS, cross-origin resource
/// sharing); immutable. Without it browsers forbid them that.
///
/// ```java fragment
/// app.with(Cors.of("https://shop.example").headers("X-Api-Key").credentials(true));
/// ```
///
/// The browser's question whether it may (`OPTIONS` with `Access-Control-Request-Method`) is
/// answered here, and goes to no handler.
public final class Cors implements Middleware {
  private static final Pattern ORIGIN = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s,*]+");
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

  private final Set<String> origins;
  private final Set<String> methods;
  private final List<String> headers;
  private final List<String> exposed;
  private final boolean credentials;
  private final Duration maxAge;

  private Cors(
      Set<String> origins,
      Set<String> methods,
      List<String> headers,
      List<String> exposed,
      boolean credentials,
      Duration maxAge) {
    this.origins = origins;
    this.methods = methods;
    this.headers = headers;
    this.exposed = exposed;
    this.credentials = credentials;
    this.maxAge = maxAge;
    if (credentials && origins.contains("*")) {
      throw new IllegalArgumentException(
          "credentials for every site would give any page what its visitors may see; name the origins");
    }
  }

  /// {@return the usual methods, and the headers that every browser may send, allowed to some
  /// sites}
  ///
  /// @param origins such as `https://shop.example`, without a slash at the end; or `*` for all
  /// @throws IllegalArgumentException if one is no origin: a scheme, a host, and perhaps a port
  public static Cors of(String... origins) {
    for (var origin : origins) {
      if (!origin.equals("*") && !ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "an origin is a scheme and a host, such as https://shop.example, or * for all, and not '"
                + origin
                + "'");
      }
    }
    return new Cors(Set.of(origins), METHODS, List.of(), List.of(), false, Duration.ofMinutes(10));
  }

  /// {@return these rules for other methods}
  ///
  /// @param allowed the methods
  public Cors methods(String... allowed) {
    return new Cors(origins, Set.of(allowed), headers, exposed, credentials, maxAge);
  }

  /// {@return these rules with headers of requests allowed}
  ///
  /// @param allowed the names; `Content-Type` belongs to them if pages send JSON
  public Cors headers(String... allowed) {
    return new Cors(origins, methods, List.of(allowed), exposed, credentials, maxAge);
  }

  /// {@return these rules with headers of responses that pages may see}
  ///
  /// @param visible the names
  public Cors expose(String... visible) {
    return new Cors(origins, methods, headers, List.of(visible), credentials, maxAge);
  }

  /// {@return these rules with cookies sent along, or not}
  ///
  /// @param allowed whether they are; false by default
  /// @throws IllegalArgumentException if all sites are allowed
  public Cors credentials(boolean allowed) {
    return new Cors(origins, methods, headers, exposed, allowed, maxAge);
  }

  /// {@return these rules with another time for which browsers need not ask again}
  ///
  /// @param age the time; 10 minutes by default
  public Cors maxAge(Duration age) {
    return new Cors(origins, methods, headers, exposed, credentials, age);
  }

  @Override
  public Response handle(Request request, Handler next) throws Exception {
    var origin = request.header("Origin");
    boolean allowed = origin != null && allows(origin);
    var wanted = request.header("Access-Control-Request-Method");
    if (origin != null && wanted != null && request.method().equals("OPTIONS")) {
      return preflight(origin, allowed && methods.contains(wanted), wanted);
    }
    var rules = origin != null && allowed ? rules(origin) : Headers.none();
    boolean varies = !origins.contains("*");
    each(rules, request::responseHeader); // what fails is for the page as well
    if (varies) {
      request.responseHeader("Vary", "Origin");
    }
    var response = next.handle(request).headers(rules);
    return varies ? vary(response) : response;
  }

  private static void each(Headers headers, BiConsumer<String, String> action) {
    for (int i = 0; i < headers.size(); i++) {
      action.accept(headers.name(i), headers.value(i));
    }
  }

  private boolean allows(String origin) {
    return origins.contains("*")
        || origins.contains(origin)
        || origins.stream().anyMatch(each -> Urls.areSame(origin, each));
  }

  private Response preflight(String origin, boolean allowed, String wanted) {
    var response = vary(Response.empty(204));
    if (!allowed) {
      return response; // without the headers the browser takes it for a no
    }
    response =
        response
            .headers(permission(origin))
            .header("Access-Control-Allow-Methods", wanted.toUpperCase(Locale.ROOT))
            .header("Access-Control-Max-Age", "" + maxAge.toSeconds());
    return headers.isEmpty()
        ? response
        : response.header("Access-Control-Allow-Headers", String.join(", ", headers));
  }

  /// What a page of an origin may see of a response.
  private Headers rules(String origin) {
    var rules = permission(origin);
    return exposed.isEmpty()
        ? rules
        : rules.with("Access-Control-Expose-Headers", String.join(", ", exposed));
  }

  private Headers permission(String origin) {
    var allowing = Headers.of("Access-Control-Allow-Origin", origins.contains("*") ? "*" : origin);
    return credentials ? allowing.with("Access-Control-Allow-Credentials", "true") : allowing;
  }

  /// The response depends on who asks, which caches have to know.
  private static Response vary(Response response) {
    return response.headers().containsWord("Vary", "Origin")
        ? response
        : response.addHeader("Vary", "Origin");
  }
}
