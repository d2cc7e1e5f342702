package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Shows a running program to browsers of this machine: the page, and what it asks for.
///
/// Who asks needs the token. It is in the fragment of the address, which no browser sends, and so
/// is in no log and no referrer; the page sends it in a header.
final class WebServer implements AutoCloseable {
  private static final String HTML = "text/html; charset=utf-8";
  private static final String JSON = "application/json; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";

  /// The files of the page. There is nothing else, whatever a path says.
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", HTML,
          "style.css", "text/css; charset=utf-8",
          "icon.svg", "image/svg+xml",
          "main.js", SCRIPT,
          "elements.js", SCRIPT,
          "tables.js", SCRIPT,
          "timeline.js", SCRIPT,
          "graph.js", SCRIPT,
          "drawing.js", SCRIPT);

  /// What every answer has. Nothing is loaded from elsewhere, no script but our own runs, and none
  /// may make HTML of a text.
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  private static final List<String> PS_VALUES =
      List.of("name", "state", "waiting", "older", "limit");
  private static final String SOON = "soon"; // rather than whole
  private static final int TOKEN_BYTES = 24;

  /// An answer.
  private record Reply(int status, String type, String body) {
    static Reply text(int status, String sentence) {
      return new Reply(status, TEXT, sentence + "\n");
    }

    static Reply json(String json) {
      return new Reply(200, JSON, json);
    }

    static Reply error(int status, String sentence) {
      var error = new JsonObject();
      error.addProperty("error", sentence);
      return new Reply(status, JSON, error.toString());
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ProgramWatch watch;
  private final String token;

  private WebServer(HttpServer server, ProgramWatch watch) {
    this.server = server;
    this.watch = watch;
    var bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// Serves on loopback.
  ///
  /// @param port 0 for any that is free
  static WebServer start(int port, ProgramWatch watch) throws IOException {
    var address = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    var web = new WebServer(HttpServer.create(new InetSocketAddress(address, port), 0), watch);
    web.server.setExecutor(web.threads);
    web.server.createContext("/", web::handle);
    web.server.start();
    return web;
  }

  /// The port it listens on.
  int port() {
    return server.getAddress().getPort();
  }

  /// What a page sends along with what it asks for.
  String token() {
    return token;
  }

  /// Where the page is, with the token.
  String address() {
    return "http://127.0.0.1:" + port() + "/#" + token;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HEADERS.forEach(exchange.getResponseHeaders()::set);
      Reply reply = reply(exchange);
      exchange.getResponseHeaders().set("Content-Type", reply.type);
      if (exchange.getRequestMethod().equals("HEAD")) { // may have no body
        exchange.sendResponseHeaders(reply.status, -1);
      } else {
        byte[] body = reply.body.getBytes(UTF_8);
        exchange.sendResponseHeaders(reply.status, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Reply reply(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    if (!isOurHost(exchange)) {
      return Reply.text(403, "This is not the host that the page is on.");
    } else if (!exchange.getRequestMethod().equals("GET")) {
      exchange.getResponseHeaders().set("Allow", "GET");
      return Reply.text(405, "There is only GET.");
    } else if (!path.startsWith("/api/")) {
      return file(path.equals("/") ? "index.html" : path.substring(1));
    } else if (!hasToken(exchange)) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      return Reply.error(401, "The token is missing: take the address that jasyncio web printed.");
    }
    return api(path.substring("/api/".length()), exchange.getRequestURI().getRawQuery());
  }

  /// Whether the browser means us: a name of somebody else's that leads here is not ours.
  private boolean isOurHost(HttpExchange exchange) {
    List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    return hosts.equals(List.of("127.0.0.1:" + port()))
        || hosts.equals(List.of("localhost:" + port()));
  }

  private boolean hasToken(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return given != null
        && MessageDigest.isEqual(given.getBytes(UTF_8), ("Bearer " + token).getBytes(UTF_8));
  }

  private static Reply file(String name) throws IOException {
    String type = TYPES.get(name);
    if (type == null) {
      return Reply.text(404, "There is nothing here.");
    }
    try (InputStream file = WebServer.class.getResourceAsStream("web/" + name)) {
      return new Reply(200, type, new String(requireNonNull(file, name).readAllBytes(), UTF_8));
    }
  }

  private Reply api(String question, @Nullable String query) {
    try {
      Map<String, String> values = values(query);
      return switch (question) {
        case "now" ->
            Reply.json(
                watch.now(
                    Long.parseLong(values.getOrDefault("since", "0")),
                    Double.parseDouble(values.getOrDefault("window", "10"))));
        case "ps" -> {
          boolean soon = values.containsKey(SOON);
          values.keySet().retainAll(PS_VALUES);
          yield Reply.json(watch.askForAll("ps", new LinkedHashMap<>(values), soon));
        }
        case "tree" -> Reply.json(watch.askForAll("pstree", Map.of(), values.containsKey(SOON)));
        case "where" ->
            values.containsKey("name")
                ? Reply.json(watch.ask("where", Map.of("name", values.get("name"))))
                : Reply.error(400, "which task? Give its name, or #N for its number");
        default -> Reply.error(404, "there is no question '" + question + "'");
      };
    } catch (IllegalArgumentException e) {
      return Reply.error(400, String.valueOf(e.getMessage()));
    } catch (CommandException | IOException e) {
      return Reply.error(503, ProgramWatch.sentence(e));
    }
  }

  /// The values of a query; without those that are empty.
  private static Map<String, String> values(@Nullable String query) {
    var values = new LinkedHashMap<String, String>();
    for (String pair : (query == null ? "" : query).split("&", -1)) {
      int end = pair.indexOf('=');
      if (end >= 0 && end < pair.length() - 1) {
        values.put(
            URLDecoder.decode(pair.substring(0, end), UTF_8),
            URLDecoder.decode(pair.substring(end + 1), UTF_8));
      }
    }
    return values;
  }

  /// Serves no longer.
  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
