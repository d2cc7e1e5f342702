package jasyncio.bench.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.toThread;

import jasyncio.Task;
import jasyncio.http.ClientOptions;
import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.http.HttpOptions;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.WebSocket;
import jasyncio.http.WebSocketOptions;
import jasyncio.net.TlsContexts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;

/// jasyncio-http as a peer of the HTTP benchmarks: `serve PORT`, `serve-tls PORT`, `client URL`.
public final class HttpPeer {
  private HttpPeer() {}

  /// Serves until the process is ended, or makes requests as the standard input says.
  ///
  /// @param arguments `serve`, `serve-tls` or `client`, and the port or the URL
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "serve" -> serve(Integer.parseInt(arguments[1]), options());
      case "serve-tls" -> {
        var folder = folder("BENCH_TLS_DIR");
        var tls = TlsContexts.server(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        serve(Integer.parseInt(arguments[1]), options().tls(tls));
      }
      case "client" -> run(() -> ask(arguments[1]));
      default -> throw new IllegalArgumentException("serve, serve-tls or client is expected");
    }
  }

  // ---- the server -------------------------------------------------------------------------------

  /// As they are by default, but for ten thousand connections that are idle for longer.
  private static HttpOptions options() {
    return HttpOptions.defaults()
        .backlog(4096)
        .maxConnections(20_000)
        .idleTime(Duration.ofMinutes(10));
  }

  private static void serve(int port, HttpOptions options) throws IOException {
    var app = app(folder("BENCH_FILES"));
    run(() -> {
      try (var server = Http.start(app, "127.0.0.1", port, options)) {
        System.out.println("READY");
        server.shuttingDown().await();
      }
    });
  }

  private static Path folder(String variable) {
    return Path.of(Objects.requireNonNull(System.getenv(variable), variable));
  }

  /// What the server of each peer answers.
  ///
  /// @param files where `64k.bin` is
  static Router app(Path files) {
    var withoutPings = WebSocketOptions.defaults().pingInterval(Duration.ZERO); // as the others
    return new Router()
        .get("/", _ -> Response.text("Hello, World!"))
        .get("/json", _ -> Response.json(Note.sample()))
        .files("/static", files)
        .webSocket("/ws", withoutPings, HttpPeer::echo);
  }

  private static void echo(WebSocket socket) throws IOException {
    for (var message : socket) {
      socket.send(message.text());
    }
  }

  // ---- the client -------------------------------------------------------------------------------

  /// For each line `CONNECTIONS SECONDS` of the standard input: makes requests, and says how many.
  private static void ask(String url) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    try (var client =
        new HttpClient(ClientOptions.defaults().maxConnections(1000).maxPerOrigin(1000))) {
      System.out.println("READY");
      for (var line = toThread(in::readLine); line != null; line = toThread(in::readLine)) {
        var words = line.split(" ", -1);
        long end = System.nanoTime() + (long) (Double.parseDouble(words[1]) * 1e9);
        System.out.println(ask(client, url, Integer.parseInt(words[0]), end));
      }
    }
  }

  /// Makes requests until a time, so many at a time.
  ///
  /// @return how many there were; one on each connection at least
  static long ask(HttpClient client, String url, int connections, long end) {
    var callers = new ArrayList<Task<Long>>();
    for (int i = 0; i < connections; i++) {
      callers.add(createTask(() -> ask(client, url, end)));
    }
    return gather(callers).await().stream().mapToLong(Long::longValue).sum();
  }

  private static long ask(HttpClient client, String url, long end) throws IOException {
    long n = 0;
    do {
      var response = client.get(url).send();
      if (response.status() != 200 || response.bytes().length != 13) {
        throw new IOException("not what was expected: " + response);
      }
      n++;
    } while (System.nanoTime() < end);
    return n;
  }
}
