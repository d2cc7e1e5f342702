//JAVA 25+
//DEPS io.github.jasyncio:jasyncio-http:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A reverse proxy: takes requests, asks another server, and hands on what it says. Bodies stream
// both
// ways, and no more is taken from one side than the other side takes. Who leaves ends what was
// asked
// for on his behalf. WebSockets are handed on, too.

import static jasyncio.Asyncio.*;

import jasyncio.KeyboardInterrupt;
import jasyncio.http.AccessLog;
import jasyncio.http.BodyWriter;
import jasyncio.http.ClientOptions;
import jasyncio.http.ClientRequest;
import jasyncio.http.Handler;
import jasyncio.http.Headers;
import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.http.HttpProblem;
import jasyncio.http.HttpServer;
import jasyncio.http.HttpTimeoutException;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.StreamingBody;
import jasyncio.http.WebSocket;
import jasyncio.http.WebSocketClosedException;
import jasyncio.http.WebSocketHandshakeException;
import jasyncio.http.WebSocketOptions;
import jasyncio.sync.Event;

static final String USAGE =
    """
    Usage: ReverseProxy.java [options] [URL]

    Hands on requests to the server at URL until Ctrl-C. Without one, makes itself a server, sends it
    some requests through the proxy, and ends.

      --port N      where to listen (8080); 0 takes any that is free
      --connect S   seconds until a server that cannot be reached is given up (5)
      --timeout S   seconds that the server may say nothing (60)
      --help        this text
    """;

/// What belongs to one connection, not to the message: RFC 9110, section 7.6.1. The length is said
/// by whoever sends, and the host is another one.
static final List<String> NOT_HANDED_ON =
    List.of(
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Content-Length",
        "Host",
        "Expect");

static final int MAX_MESSAGE = 16 << 20; // bytes, of a WebSocket
static final long MAX_BODY = 1L << 40; // streamed, so as good as none

int port = 8080;
double connectTimeout = 5;
double timeout = 60;
URI server; // the one behind; null: one of our own

void main(String[] args) throws Exception {
  parse(args);
  try {
    run(() -> {
      if (server != null) {
        serve();
      } else {
        demonstrate();
      }
    });
  } catch (KeyboardInterrupt e) {
    IO.println("bye");
  }
}

HttpClient newClient() {
  return new HttpClient(
      ClientOptions.defaults()
          .connectTimeout(seconds(connectTimeout))
          .readTimeout(seconds(timeout))
          .maxPerOrigin(100) // as there is but one
          .maxRedirects(0) // and
          .decompression(false)); // are the business of who asks
}

void serve() throws IOException {
  try (var client = newClient();
      var proxy = Http.start(handler(client).with(AccessLog.to(IO::println)), "127.0.0.1", port)) {
    IO.println("serving " + server + " on " + address(proxy) + "  (Ctrl-C ends it)");
    proxy.serveForever();
  }
}

Handler handler(HttpClient client) {
  return rq -> rq.headers().containsWord("Upgrade", "websocket") ? relay(rq) : forward(client, rq);
}

String address(HttpServer of) {
  return "http://127.0.0.1:" + of.port() + "/";
}

Duration seconds(double seconds) {
  return Duration.ofNanos(Math.round(seconds * 1e9));
}

// ---- requests -----------------------------------------------------------------------------------

/// Asks the server, and answers with what it says as it comes. The client's leaving cancels this,
/// or the reading of the body, and that ends the request.
Response forward(HttpClient client, Request rq) {
  try {
    var response = asked(client, rq).open();
    rq.afterResponse(() -> response.close()); // also if nobody has read the body
    StreamingBody body =
        out -> {
          try (response) {
            out.writeAll(response.body());
          }
        };
    var length = response.header("Content-Length"); // also that of an answer to HEAD
    return (length == null ? Response.stream(body) : Response.stream(Long.parseLong(length), body))
        .status(response.status())
        .headers(handedOn(response.headers()).and("Via", "1.1 jasyncio"));
  } catch (HttpTimeoutException e) {
    throw HttpProblem.of(504, "The server behind did not answer in time.").causedBy(e);
  } catch (IOException e) {
    throw HttpProblem.of(502, "The server behind could not be asked.").causedBy(e);
  }
}

ClientRequest asked(HttpClient client, Request rq) throws IOException {
  var request = client.request(rq.method(), behind(rq));
  var length = rq.header("Content-Length");
  if (length != null || rq.headers().contains("Transfer-Encoding")) {
    var type = Objects.requireNonNullElse(rq.header("Content-Type"), "application/octet-stream");
    var body = rq.bodyLimit(MAX_BODY).body();
    request =
        length == null
            ? request.body(type, body)
            : request.body(type, Long.parseLong(length), out -> out.writeAll(body));
  }
  var headers = forwarded(rq).without("Content-Type");
  for (int i = 0; i < headers.size(); i++) {
    request = request.addHeader(headers.name(i), headers.value(i));
  }
  return request;
}

/// The address of what is asked for. It is put together of texts: resolved against the server's, a
/// target could lead elsewhere.
URI behind(Request rq) {
  if (!rq.target().startsWith("/")) {
    throw HttpProblem.of(400, "A path is asked for here.");
  }
  try {
    return URI.create(server.toString().replaceFirst("/$", "") + rq.target());
  } catch (IllegalArgumentException e) {
    throw HttpProblem.of(400, "The path has characters that must be escaped.");
  }
}

/// The headers of a request, and for whom it is.
Headers forwarded(Request rq) {
  var client =
      rq.remoteAddress() instanceof InetSocketAddress address ? address.getHostString() : "unknown";
  var before = rq.header("X-Forwarded-For");
  return handedOn(rq.headers())
      .with("X-Forwarded-For", before == null ? client : before + ", " + client)
      .with("X-Forwarded-Host", rq.host())
      .with("X-Forwarded-Proto", rq.isSecure() ? "https" : "http")
      .and("Via", "1.1 jasyncio");
}

/// The headers of a message without those that belong to its connection alone.
Headers handedOn(Headers headers) {
  var left = headers;
  for (var named : headers.all("Connection")) {
    for (var name : named.split(",")) {
      left = name.isBlank() ? left : left.without(name.strip());
    }
  }
  for (var name : NOT_HANDED_ON) {
    left = left.without(name);
  }
  return left;
}

// ---- WebSockets ---------------------------------------------------------------------------------

/// Connects to the server first, so that its refusal is ours. Whether the page is one of this host
/// is looked at here, where the host is known.
Response relay(Request rq) {
  var headers = forwarded(rq).without("Origin");
  for (var name : List.of("Key", "Version", "Extensions", "Protocol")) {
    headers = headers.without("Sec-WebSocket-" + name);
  }
  var options = WebSocketOptions.defaults().maxMessage(MAX_MESSAGE);
  var wanted = String.join(",", rq.headers().all("Sec-WebSocket-Protocol")).strip();
  var protocols = wanted.isEmpty() ? new String[0] : wanted.split("\\s*,\\s*");
  var address = URI.create(behind(rq).toString().replaceFirst("^http", "ws"));
  try {
    var asking = options.headers(headers).openTime(seconds(connectTimeout));
    var behind = WebSocket.connect(address, asking.subprotocols(protocols));
    rq.afterResponse(() -> behind.close()); // also if the client is refused
    var chosen = behind.subprotocol();
    return WebSocket.accept(
        rq, chosen == null ? options : options.subprotocols(chosen), front -> relay(front, behind));
  } catch (WebSocketHandshakeException e) {
    throw HttpProblem.of(e.status() >= 400 ? e.status() : 502, "The server behind refuses.");
  } catch (IOException e) {
    throw HttpProblem.of(502, "The server behind could not be asked.").causedBy(e);
  }
}

void relay(WebSocket front, WebSocket behind) {
  taskGroup(group -> {
    group.createTask(() -> handOn(behind, front));
    group.createTask(() -> handOn(front, behind));
  });
}

/// Hands on messages one way, and then the end.
void handOn(WebSocket from, WebSocket to) {
  try {
    for (var message : from) {
      if (message.isText()) {
        to.send(message.text());
      } else {
        to.send(message.bytes());
      }
    }
  } catch (WebSocketClosedException e) {
    // the other one has ended, or this one without saying goodbye in the regular way
  }
  int code = from.closeCode();
  switch (code) {
    case -1 -> to.close(1001, "the proxy ends");
    case 1005 -> to.close();
    case 1006 -> to.close(1011, "the connection on the other side of the proxy was lost");
    default -> to.close(code, from.closeReason());
  }
}

// ---- the demonstration --------------------------------------------------------------------------

/// A server of our own, some requests to it, and one when it has gone.
void demonstrate() throws Exception {
  var left = new Event();
  var app =
      new Router()
          .get("/whoami", rq -> Response.text(String.valueOf(rq.header("X-Forwarded-For"))))
          .post("/count", rq -> Response.text(count(rq) + " bytes"))
          .get("/ticks", rq -> Response.stream(out -> tick(out, left)))
          .get(
              "/slow",
              rq -> {
                sleep(60);
                return Response.empty(204);
              })
          .webSocket(
              "/echo",
              ws -> {
                for (var message : ws) {
                  ws.send(message.text());
                }
              });
  try (var own = Http.start(app, "127.0.0.1", 0);
      var client = newClient();
      var proxy = Http.start(handler(client), "127.0.0.1", 0);
      var browser = new HttpClient()) {
    server = URI.create(address(own));
    var url = address(proxy);
    IO.println("who am I?     " + browser.get(url + "whoami").send().text());
    var upload =
        browser
            .post(url + "count")
            .body(
                "text/plain",
                out -> {
                  for (int i = 0; i < 64; i++) {
                    out.write(new byte[64 * 1024]); // waits while the server does not read
                  }
                });
    IO.println("upload:       " + upload.send().text());
    try (var ticks = browser.get(url + "ticks").open()) {
      IO.println("as it comes:  " + ticks.body().readLine() + ", " + ticks.body().readLine());
    }
    waitFor(() -> left.await(), 10);
    IO.println("client left:  so did the proxy");
    try (var ws = WebSocket.connect(URI.create(url.replaceFirst("http", "ws") + "echo"))) {
      ws.send("hello");
      IO.println("WebSocket:    " + ws.receive().text());
    }
    timeout = 0.1;
    try (var hasty = newClient();
        var other = Http.start(handler(hasty), "127.0.0.1", 0)) {
      IO.println("too slow:     " + browser.get(address(other) + "slow").send().status());
    }
    own.abort();
    own.waitClosed();
    IO.println("not there:    " + browser.get(url + "whoami").send().status());
  }
}

long count(Request rq) throws IOException {
  long bytes = 0;
  for (var body = rq.bodyLimit(MAX_BODY).body(); !body.atEof(); ) {
    bytes += body.read(64 * 1024).length;
  }
  return bytes;
}

/// Until who reads it leaves.
void tick(BodyWriter out, Event left) throws IOException {
  try {
    for (int i = 1; ; i++) {
      out.write("tick " + i + "\n");
      sleep(0.05);
    }
  } finally {
    left.set();
  }
}

// ---- the command line ---------------------------------------------------------------------------

void parse(String[] args) {
  for (int i = 0; i < args.length; i++) {
    var option = args[i];
    try {
      switch (option) {
        case "--help" -> {
          IO.print(USAGE);
          System.exit(0);
        }
        case "--port" -> port = Integer.parseUnsignedInt(args[++i]);
        case "--connect" -> connectTimeout = Double.parseDouble(args[++i]);
        case "--timeout" -> timeout = Double.parseDouble(args[++i]);
        default -> {
          if (option.startsWith("-")) {
            fail("unknown option " + option);
          }
          server = httpAddress(option);
        }
      }
    } catch (IllegalArgumentException e) {
      boolean isOption = option.startsWith("-");
      fail(isOption ? option + " does not take " + args[i] : option + " is no http address");
    } catch (ArrayIndexOutOfBoundsException e) {
      fail(option + " needs a value");
    }
  }
}

void fail(String message) {
  System.err.println("proxy: " + message + " (see --help)");
  System.exit(2);
}

URI httpAddress(String text) {
  var url = URI.create(text);
  boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
  if (!isHttp || url.getHost() == null || url.getRawQuery() != null) {
    throw new IllegalArgumentException(text);
  }
  return url;
}
