package jasyncio.http;

import jasyncio.http.internal.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A handler that leads requests to others, by path and method.
///
/// ```java fragment
/// var app = new Router()
///     .get("/", rq -> Response.text("hello"))
///     .get("/notes/{id}", rq -> Response.json(notes.get(rq.path("id"))))
///     .get("/files/{path…}", rq -> file(rq.path("path")))
///     .with((rq, next) -> next.handle(rq).header("X-Frame-Options", "DENY"));
/// ```
///
/// `{name}` stands for one part of the path, `{name…}` (or `{name...}`) at the end for all that is
/// left, perhaps nothing. Of several patterns that fit, the one counts whose first differing part
/// is more exact, whatever their order. Paths are compared as they are, case and a slash at the end
/// included; parts are decoded after the path was divided, so `%2F` does not divide.
///
/// A path without a route is answered 404; one whose routes do not have the method, 405 with
/// `Allow`; `HEAD` goes to the handler of `GET`, and `OPTIONS` is answered with `Allow`, unless
/// there is a handler for it.
public final class Router implements Handler {
  private static final Pattern NAME_BY_COLON = Pattern.compile("/:(\\w+)(?=/|$)");

  private final Map<String, Route> exact = new HashMap<>();
  private final Node root = new Node();
  private final List<Mount> mounts = new ArrayList<>();
  private final List<Middleware> middleware = new ArrayList<>();
  private boolean patterns; // whether `root` has any
  private Handler chain = this::dispatch;

  /// A router without routes.
  public Router() {}

  private static final class Route {
    final List<String> names;
    final Map<String, Handler> methods = new TreeMap<>();

    Route(List<String> names) {
      this.names = names;
    }

    @Nullable Handler handler(String method) {
      var handler = methods.get(method);
      return handler == null && method.equals("HEAD") ? methods.get("GET") : handler;
    }
  }

  private static final class Node {
    final Map<String, Node> children = new HashMap<>();
    @Nullable Node any; // whatever the part
    @Nullable Route route; // of the path that ends here
    @Nullable Route rest; // of all paths from here on
  }

  private record Mount(String prefix, Handler handler) {
    /// How much of a path, as it was sent, leads here; -1 if it does not.
    int lengthIn(String path) {
      if (path.startsWith(prefix)
          && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/')) {
        return prefix.length();
      }
      return path.indexOf('%') < 0 ? -1 : lengthInEscaped(path);
    }

    private int lengthInEscaped(String path) {
      int at = 0; // both begin with a slash
      for (var part : parts(prefix)) {
        if (at == path.length()) {
          return -1;
        }
        int end = path.indexOf('/', at + 1);
        end = end < 0 ? path.length() : end;
        if (!Request.decode(path.substring(at + 1, end)).equals(part)) {
          return -1;
        }
        at = end;
      }
      return at;
    }
  }

  // ---- routes -----------------------------------------------------------------------------------

  /// Adds a handler of `GET`, and of `HEAD`.
  ///
  /// @param path the path
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router get(String path, Handler handler) {
    return route("GET", path, handler);
  }

  /// Adds a handler of `POST`.
  ///
  /// @param path the path
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router post(String path, Handler handler) {
    return route("POST", path, handler);
  }

  /// Adds a handler of `PUT`.
  ///
  /// @param path the path
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router put(String path, Handler handler) {
    return route("PUT", path, handler);
  }

  /// Adds a handler of `PATCH`.
  ///
  /// @param path the path
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router patch(String path, Handler handler) {
    return route("PATCH", path, handler);
  }

  /// Adds a handler of `DELETE`.
  ///
  /// @param path the path
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router delete(String path, Handler handler) {
    return route("DELETE", path, handler);
  }

  /// Adds a WebSocket with [WebSocketOptions#defaults()].
  ///
  /// @param path the path
  /// @param handler what talks with a client
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router webSocket(String path, WebSocketHandler handler) {
    return webSocket(path, WebSocketOptions.defaults(), handler);
  }

  /// Adds a WebSocket: see [WebSocket#accept].
  ///
  /// @param path the path
  /// @param options how
  /// @param handler what talks with a client
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router webSocket(String path, WebSocketOptions options, WebSocketHandler handler) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    return route("GET", path, request -> WebSocket.accept(request, options, handler));
  }

  /// Adds a stream of events, for `GET`: see [EventStream].
  ///
  /// @param path the path
  /// @param handler what sends events
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router sse(String path, EventHandler handler) {
    Objects.requireNonNull(handler, "handler");
    return route("GET", path, request -> EventStream.response(request, handler));
  }

  /// Adds the files of a folder below a path, as [StaticFiles#of] has them. Other routes come
  /// first.
  ///
  /// @param path the path, such as `/` or `/assets`
  /// @param folder the folder
  /// @return this
  /// @throws IllegalArgumentException as [#route], and if there is no such folder
  public Router files(String path, Path folder) {
    return files(path, StaticFiles.of(folder));
  }

  /// Adds files below a path. Other routes come first.
  ///
  /// @param path the path, such as `/` or `/assets`, without names
  /// @param files the files
  /// @return this
  /// @throws IllegalArgumentException as [#route]
  public Router files(String path, StaticFiles files) {
    if (path.indexOf('{') >= 0) {
      throw new IllegalArgumentException("files are at a path without names, not at " + path);
    }
    var prefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    int parts = prefix.isEmpty() ? 0 : parts(prefix).length;
    if (parts > 0) { // the links of a page are relative to the folder
      get(prefix, _ -> Response.redirect(301, "./" + parts(prefix)[parts - 1] + "/"));
    }
    return get(prefix + "/{path…}", request -> files.answer(request, parts));
  }

  /// Adds a handler.
  ///
  /// @param method the method
  /// @param path the path, beginning with a slash; see the class for its patterns
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException if the path is no path, or has that method already
  public Router route(String method, String path, Handler handler) {
    if (!Tokens.isToken(method)) {
      throw new IllegalArgumentException("'" + method + "' is no method");
    }
    checkPath(path);
    Objects.requireNonNull(handler, "handler");
    if (routeOf(path).methods.putIfAbsent(method, handler) != null) {
      throw new IllegalArgumentException(
          "there is a handler of " + method + " " + path + " already");
    }
    return this;
  }

  private static void checkPath(String path) {
    if (!Objects.requireNonNull(path, "path").startsWith("/")) {
      throw new IllegalArgumentException(
          "a path begins with a slash, which '" + path + "' does not");
    }
    int query = path.indexOf('?');
    if (query >= 0) {
      throw new IllegalArgumentException(
          "a route is a path without a query: '%s', and not '%s'; rq.query(name) gives what is asked"
              .formatted(path.substring(0, query), path));
    }
  }

  private Route routeOf(String path) {
    var colon = NAME_BY_COLON.matcher(path);
    if (colon.find()) { // as in Express, Rails and others
      throw new IllegalArgumentException(
          "in '%s' a part with a name is written in braces: '%s'"
              .formatted(path, colon.replaceAll("/{$1}")));
    }
    if (path.indexOf('{') < 0 && path.indexOf('}') < 0) {
      return exact.computeIfAbsent(path, _ -> new Route(List.of()));
    }
    patterns = true;
    var names = new ArrayList<String>();
    var node = root;
    var parts = parts(path);
    for (int i = 0; i < parts.length; i++) {
      var part = parts[i];
      if (part.indexOf('{') < 0 && part.indexOf('}') < 0) {
        node = node.children.computeIfAbsent(part, _ -> new Node());
        continue;
      }
      var name = nameOf(path, part);
      boolean rest = name.endsWith("…");
      name = rest ? name.substring(0, name.length() - 1) : name;
      if (name.isEmpty() || names.contains(name) || (rest && i < parts.length - 1)) {
        throw new IllegalArgumentException(
            "in the path '"
                + path
                + "' every part needs a name of its own, and only the last may end with …");
      }
      names.add(name);
      if (rest) {
        if (node.rest == null) {
          node.rest = new Route(List.copyOf(names));
        }
        return sameNames(path, node.rest, names);
      }
      if (node.any == null) {
        node.any = new Node();
      }
      node = node.any;
    }
    if (node.route == null) {
      node.route = new Route(List.copyOf(names));
    }
    return sameNames(path, node.route, names);
  }

  private static String nameOf(String path, String part) {
    if (!part.startsWith("{") || part.indexOf('}') != part.length() - 1) {
      throw new IllegalArgumentException(
          "in the path '%s' a name stands for a whole part, as in /{name}".formatted(path));
    }
    var name = part.substring(1, part.length() - 1);
    return name.endsWith("...") ? name.substring(0, name.length() - 3) + "…" : name;
  }

  private static Route sameNames(String path, Route route, List<String> names) {
    if (!route.names.equals(names)) {
      throw new IllegalArgumentException(
          "the path '%s' names its parts otherwise than a route with the same pattern: %s"
              .formatted(path, route.names));
    }
    return route;
  }

  private static String[] parts(String path) {
    return path.substring(1).split("/", -1);
  }

  /// Gives everything below a path to another handler, such as a router, which sees the rest of the
  /// path. Routes of this router come first; of several mounts that fit, the longest does.
  ///
  /// Like routes, a mount is compared part by part, decoded after the path was divided: what is at
  /// `/a b` answers `/a%20b/x`, and nothing at `/a/b` answers `/a%2Fb`. The rest of the path is
  /// handed on as it was sent.
  ///
  /// @param prefix the path, such as `/api`, as it reads without escapes; without a name in it, and
  ///   without a slash at the end
  /// @param handler the handler
  /// @return this
  /// @throws IllegalArgumentException if the path is no such path
  public Router mount(String prefix, Handler handler) {
    if (!prefix.startsWith("/") || prefix.endsWith("/") || prefix.indexOf('{') >= 0) {
      throw new IllegalArgumentException(
          "a mount is at a path such as /api, and not at '" + prefix + "'");
    }
    checkPath(prefix);
    mounts.add(new Mount(prefix, Objects.requireNonNull(handler, "handler")));
    mounts.sort(Comparator.comparingInt(mount -> -mount.prefix.length()));
    return this;
  }

  /// Adds middleware around all of this router, also its 404s. The first that is given is the
  /// outermost.
  ///
  /// @param more the middleware
  /// @return this
  public Router with(Middleware... more) {
    middleware.addAll(List.of(more));
    Handler inner = this::dispatch;
    for (var each : middleware.reversed()) {
      var next = Answers.answering(inner);
      inner = request -> each.handle(request, next);
    }
    chain = inner;
    return this;
  }

  @Override
  public Router with(Middleware more) {
    return with(new Middleware[] {more});
  }

  // ---- requests ---------------------------------------------------------------------------------

  @Override
  public Response handle(Request request) throws Exception {
    return chain.handle(request);
  }

  private Response dispatch(Request request) throws Exception {
    var path = request.unrouted();
    var method = request.method();
    var route = exact.get(path);
    var handler = route == null ? null : route.handler(method);
    if (handler != null) {
      return handler.handle(request);
    }
    return patterns || path.indexOf('%') >= 0
        ? search(request, path, route)
        : orElse(request, path, route == null ? Set.of() : route.methods.keySet());
  }

  private Response search(Request request, String path, @Nullable Route known) throws Exception {
    var search = new Search(request.method(), path);
    if (known != null) {
      search.allowed.addAll(known.methods.keySet());
    }
    if (search.visitExact(exact) || search.visit(root, 0)) {
      var route = Objects.requireNonNull(search.found);
      request.parts(route.names, search.values());
      return Objects.requireNonNull(route.handler(request.method())).handle(request);
    }
    return orElse(request, path, search.allowed);
  }

  /// A search for the first route that has the method.
  private static final class Search {
    final String method;
    final String[] parts;
    final Set<String> allowed = new HashSet<>();
    private final ArrayList<String> values = new ArrayList<>(4);
    @Nullable Route found;

    Search(String method, String path) {
      this.method = method;
      this.parts = parts(path);
      for (int i = 0; i < parts.length; i++) {
        parts[i] = Request.decode(parts[i]);
      }
    }

    /// A route without names, of a path that was sent with escapes that it does not need.
    boolean visitExact(Map<String, Route> exact) {
      for (var part : parts) {
        if (part.indexOf('/') >= 0) {
          return false;
        }
      }
      return fits(exact.get("/" + String.join("/", parts)));
    }

    boolean visit(Node node, int i) {
      if (i == parts.length) {
        return fits(node.route);
      }
      var child = node.children.get(parts[i]);
      if (child != null && visit(child, i + 1)) {
        return true;
      }
      if (node.any != null && !parts[i].isEmpty()) {
        values.add(parts[i]);
        if (visit(node.any, i + 1)) {
          return true;
        }
        values.removeLast();
      }
      if (fits(node.rest)) {
        values.add(String.join("/", Arrays.asList(parts).subList(i, parts.length)));
        return true;
      }
      return false;
    }

    private boolean fits(@Nullable Route route) {
      if (route == null) {
        return false;
      }
      if (route.handler(method) == null) {
        allowed.addAll(route.methods.keySet());
        return false;
      }
      found = route;
      return true;
    }

    String[] values() {
      return values.toArray(new String[0]);
    }
  }

  private Response orElse(Request request, String path, Set<String> allowed) throws Exception {
    if (!allowed.isEmpty()) {
      return otherMethod(request, allowed);
    }
    for (var mount : mounts) {
      int length = mount.lengthIn(path);
      if (length >= 0) {
        int before = request.routed();
        request.routed(before + length);
        try {
          return mount.handler.handle(request);
        } finally {
          request.routed(before);
        }
      }
    }
    if (path.equals("*")) {
      return Response.empty(204); // OPTIONS of the server as a whole
    }
    return HttpProblem.of(404).toResponse();
  }

  private static Response otherMethod(Request request, Set<String> methods) {
    var allowed = new TreeSet<>(methods);
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    allowed.add("OPTIONS");
    var header = String.join(", ", allowed);
    return request.method().equals("OPTIONS")
        ? Response.empty(204).header("Allow", header)
        : HttpProblem.of(405, "Allowed here: " + header + ".").header("Allow", header).toResponse();
  }
}
