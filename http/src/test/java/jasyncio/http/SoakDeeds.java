package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.net.ConnectOptions;
import jasyncio.net.ExtraInfo;
import jasyncio.net.StreamConnection;
import jasyncio.net.Streams;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// What clients do in [SoakTest]. Some behave, and every answer that they get is checked. Others
/// leave, dawdle, reset or talk nonsense.
///
/// HTTP/1.1 and HTTP/2 each have clients that live as long as the test. Who leaves streams of
/// HTTP/2 does so with a client of its own, for a server ends connections with many of them.
final class SoakDeeds implements AutoCloseable {
  /// One of the ways of clients.
  interface Deed {
    void run(Random random) throws Exception;
  }

  /// A client, and where it goes.
  private record Way(ClientOptions options, String base) {}

  private static final ClientOptions CLIENT =
      ClientOptions.defaults()
          .connectTimeout(SoakSite.LONG)
          .poolTimeout(SoakSite.LONG)
          .readTimeout(SoakSite.LONG)
          .maxPerOrigin(4) // so that there are some who wait
          .idleTime(Duration.ofMillis(200));
  private static final int SESSIONS = 20; // that the JDK keeps of TLS: 20 480 by itself
  private static final String[] LEAVABLE = {"/files/big.bin", "/big", "/endless", "/events"};

  private final SoakSite site;
  private final HttpServer plain;
  private final HttpServer secure;
  private final HttpServer proxied;
  private final SSLContext trust = TestKeys.client();
  private final List<Way> ways;
  private final List<HttpClient> clients = new ArrayList<>();

  SoakDeeds(SoakSite site, HttpServer plain, HttpServer secure, HttpServer proxied, Path socket)
      throws Exception {
    this.site = site;
    this.plain = plain;
    this.secure = secure;
    this.proxied = proxied;
    trust.getClientSessionContext().setSessionCacheSize(SESSIONS);
    var http = "http://127.0.0.1:" + plain.port();
    var https = "https://localhost:" + secure.port();
    ways =
        List.of(
            new Way(CLIENT, http),
            new Way(CLIENT.unixSocket(socket), "http://unix"),
            new Way(CLIENT.tls(trust).versions(HttpVersion.HTTP_1_1), https),
            new Way(CLIENT.tls(trust), https), // which is HTTP/2, by ALPN
            new Way(CLIENT.versions(HttpVersion.HTTP_2), http)); // by prior knowledge
    ways.forEach(way -> clients.add(new HttpClient(way.options)));
  }

  @Override
  public void close() {
    clients.forEach(HttpClient::close);
  }

  /// How many connections the clients keep.
  int connections() {
    return clients.stream().mapToInt(client -> client.statistics().connections()).sum();
  }

  /// All deeds by their names.
  Map<String, Deed> all() {
    var all = new LinkedHashMap<String, Deed>();
    all.put("get", this::get);
    all.put("echo", this::echo);
    all.put("form", this::form);
    all.put("file", this::file);
    all.put("range", this::range);
    all.put("events", this::events);
    all.put("webSocket", this::webSocket);
    all.put("problem", this::problem);
    all.put("brokenBody", this::brokenBody);
    all.put("lateHandler", this::lateHandler);
    all.put("afterResponse", this::afterResponse);
    all.put("shortLivedClient", this::shortLivedClient);
    all.put("leaveBody", this::leaveBody);
    all.put("leaveUpload", this::leaveUpload);
    all.put("cancelRequest", this::cancelRequest);
    all.put("timeOut", this::timeOut);
    all.put("leaveWebSocket", this::leaveWebSocket);
    all.put("floodWebSocket", this::floodWebSocket);
    all.put("breakOffRequest", this::breakOffRequest);
    all.put("breakOffHandshake", this::breakOffHandshake);
    all.put("breakOffTls", this::breakOffTls);
    all.put("breakOffResponse", this::breakOffResponse);
    all.put("slowReader", this::slowReader);
    all.put("slowWriter", this::slowWriter);
    all.put("nonsense", this::nonsense);
    all.put("http2Resets", this::http2Resets);
    all.put("http2SlowReader", this::http2SlowReader);
    all.put("http2SlowWriter", this::http2SlowWriter);
    all.put("http2Nonsense", this::http2Nonsense);
    all.put("proxy", this::proxy);
    all.put("breakOffProxy", this::breakOffProxy);
    return all;
  }

  // ---- those that behave ------------------------------------------------------------------------

  private interface Visit {
    void with(HttpClient client, String base) throws Exception;
  }

  private void visit(Random random, Visit visit) throws Exception {
    int i = random.nextInt(ways.size());
    visit.with(clients.get(i), ways.get(i).base);
  }

  private void get(Random random) throws Exception {
    visit(
        random,
        (client, base) -> {
          assertThat(client.get(base + "/hello/Ann").send().text()).isEqualTo("hi Ann");
          assertThat(client.get(base + "/text").send().text()).isEqualTo(SoakSite.TEXT);
        });
  }

  private byte[] bytes(int n) {
    return Arrays.copyOf(site.big(), n);
  }

  private void echo(Random random) throws Exception {
    var bytes = bytes(random.nextInt(200_000));
    boolean pieces = random.nextBoolean();
    boolean asks = random.nextInt(4) == 0;
    visit(
        random,
        (client, base) -> {
          var request = client.post(base + "/echo");
          request =
              pieces
                  ? request.body("a/b", out -> writePieces(out, bytes))
                  : request.body("a/b", bytes);
          request = asks ? request.expectContinue() : request;
          assertThat(request.send().bytes()).isEqualTo(bytes);
        });
  }

  private static void writePieces(BodyWriter out, byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; at += 30_000) {
      out.write(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 30_000)));
      out.flush();
    }
  }

  private void form(Random random) throws Exception {
    int size = random.nextInt(100_000);
    boolean withFile = random.nextBoolean();
    var form = new MultipartForm().part("a", "a", "a/b", bytes(size));
    var sent = withFile ? form.file("big", site.files().resolve("big.bin")) : form;
    visit(
        random,
        (client, base) ->
            assertThat(client.post(base + "/form").multipart(sent).send().text())
                .isEqualTo("" + (withFile ? size + SoakSite.BIG : size)));
  }

  private void file(Random random) throws Exception {
    visit(
        random,
        (client, base) ->
            assertThat(client.get(base + "/files/big.bin").send().bytes()).isEqualTo(site.big()));
  }

  private void range(Random random) throws Exception {
    int from = random.nextInt(SoakSite.BIG);
    visit(
        random,
        (client, base) ->
            assertThat(
                    client
                        .get(base + "/files/big.bin")
                        .header("Range", "bytes=" + from + "-")
                        .send()
                        .bytes())
                .isEqualTo(Arrays.copyOfRange(site.big(), from, SoakSite.BIG)));
  }

  private void events(Random random) throws Exception {
    visit(
        random,
        (client, base) -> {
          int count = 0;
          try (var events = client.events(base + "/events")) {
            for (var event : events) {
              assertThat(event.data()).isEqualTo("event " + count++);
            }
          }
          assertThat(count).isEqualTo(SoakSite.EVENTS);
        });
  }

  private void webSocket(Random random) throws Exception {
    visit(
        random,
        (client, base) -> {
          var url = base.replaceFirst("http", "ws") + "/echo";
          try (var socket = client.webSocket(url, SoakSite.SOCKETS)) {
            for (int i = 0; i < 5; i++) {
              var text = "x".repeat(random.nextInt(50_000));
              socket.send(text);
              assertThat(socket.receive().text()).isEqualTo(text);
            }
          }
        });
  }

  private void problem(Random random) throws Exception {
    visit(
        random,
        (client, base) -> {
          assertThat(client.get(base + "/fails").send().status()).isEqualTo(409);
          assertThat(client.get(base + "/none").send().status()).isEqualTo(404);
        });
  }

  private void brokenBody(Random random) throws Exception {
    visit(
        random,
        (client, base) -> {
          try {
            client.get(base + "/breaks").send();
          } catch (HttpException e) {
            return;
          }
          throw new AssertionError("it did not break off");
        });
  }

  private void lateHandler(Random random) throws Exception {
    visit(
        random,
        (client, base) -> assertThat(client.get(base + "/late").send().text()).isEqualTo("late"));
  }

  private void afterResponse(Random random) throws Exception {
    visit(
        random,
        (client, base) -> assertThat(client.get(base + "/after").send().status()).isEqualTo(204));
  }

  private void shortLivedClient(Random random) throws Exception {
    var way = ways.get(random.nextInt(ways.size()));
    try (var client = new HttpClient(way.options)) {
      var tasks = new ArrayList<Task<String>>();
      for (int i = 0; i < 3; i++) {
        tasks.add(createTask(() -> client.get(way.base + "/hello/Ann").send().text()));
      }
      for (var task : tasks) {
        assertThat(task.await()).isEqualTo("hi Ann");
      }
    }
  }

  // ---- those that leave -------------------------------------------------------------------------

  /// With a client that may leave.
  private void leave(Random random, Visit visit) throws Exception {
    int i = random.nextInt(ways.size());
    var way = ways.get(i);
    if (i < 3) {
      visit.with(clients.get(i), way.base);
    } else {
      try (var client = new HttpClient(way.options)) {
        visit.with(client, way.base);
      }
    }
  }

  private void leaveBody(Random random) throws Exception {
    var path = LEAVABLE[random.nextInt(LEAVABLE.length)];
    int read = random.nextInt(100);
    leave(
        random,
        (client, base) -> {
          try (var response = client.get(base + path).open()) {
            response.body().readexactly(read);
          }
        });
  }

  private void leaveUpload(Random random) throws Exception {
    int size = 1 + random.nextInt(100_000);
    leave(
        random,
        (client, base) -> {
          var task =
              createTask(() ->
                  client
                      .post(base + "/echo")
                      .body(
                          "a/b",
                          out -> {
                            out.write(bytes(size));
                            out.flush();
                            sleep(SoakSite.LONG);
                          })
                      .send());
          cancelSoon(task, random);
        });
  }

  private void cancelRequest(Random random) throws Exception {
    var path = List.of("/slow", "/files/big.bin", "/hello/x").get(random.nextInt(3));
    leave(
        random,
        (client, base) -> cancelSoon(createTask(() -> client.get(base + path).send()), random));
  }

  private static void cancelSoon(Task<?> task, Random random) {
    sleep(random.nextDouble() * 0.01);
    task.cancel();
    Asyncio.wait(List.of(task));
    if (!task.cancelled()) {
      assertThat(task.exception()).isNull();
    }
  }

  private void timeOut(Random random) throws Exception {
    leave(
        random,
        (client, base) -> {
          try {
            client.get(base + "/slow").timeout(0.001 + random.nextDouble() * 0.02).send();
          } catch (HttpTimeoutException e) {
            return;
          }
          throw new AssertionError("it was not too late");
        });
  }

  // ---- byte by byte -----------------------------------------------------------------------------

  private static void say(StreamConnection raw, String text) throws IOException {
    raw.writer().write(text.getBytes(ISO_8859_1));
    raw.writer().drain();
  }

  /// Ends a connection in one of several ways.
  private static void end(StreamConnection raw, Random random) throws IOException {
    switch (random.nextInt(3)) {
      case 0 -> {}
      case 1 -> raw.writer().writeEof();
      default -> reset(raw);
    }
  }

  private static void reset(StreamConnection raw) throws IOException {
    var channel = (SocketChannel) raw.writer().getExtraInfo(ExtraInfo.SOCKET);
    if (channel != null && channel.isOpen()) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    raw.writer().transport().abort();
  }

  private static StreamConnection open(HttpServer server) throws IOException {
    return Streams.openConnection("127.0.0.1", server.port());
  }

  private static final String HANDSHAKE_OF_SOCKETS =
      """
      GET /echo HTTP/1.1
      Host: x
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

      """
          .replace("\n", "\r\n");

  private StreamConnection openSocket() throws IOException {
    var raw = open(plain);
    say(raw, HANDSHAKE_OF_SOCKETS);
    raw.reader().readuntil("\r\n\r\n".getBytes(ISO_8859_1));
    return raw;
  }

  private void leaveWebSocket(Random random) throws IOException {
    try (var raw = openSocket()) {
      var message = "\201\202\0\0\0\0ab";
      say(raw, message.substring(0, random.nextInt(message.length() + 1)));
      end(raw, random);
    }
  }

  /// Has the server send more than is read.
  private void floodWebSocket(Random random) throws IOException {
    try (var raw = openSocket()) {
      for (int i = random.nextInt(100); i >= 0; i--) {
        var message = "\201\376\352\140\0\0\0\0" + "x".repeat(60_000);
        raw.writer().write(message.getBytes(ISO_8859_1));
      }
      sleep(random.nextDouble() * 0.02);
      reset(raw);
    }
  }

  private static final String REQUEST =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 50\r\n\r\n0123456789";
  private static final String HANDSHAKE = "\26\3\1\2\0\1\0\1\374\3\3" + "x".repeat(32) + "\0";

  private void breakOffRequest(Random random) throws IOException {
    breakOff(random.nextBoolean() ? plain : secure, REQUEST, random);
  }

  private void breakOffHandshake(Random random) throws IOException {
    breakOff(secure, HANDSHAKE, random);
  }

  private static void breakOff(HttpServer server, String text, Random random) throws IOException {
    try (var raw = open(server)) {
      say(raw, text.substring(0, random.nextInt(text.length() + 1)));
      sleep(random.nextDouble() * 0.005);
      end(raw, random);
    }
  }

  private void breakOffTls(Random random) throws IOException {
    var options = ConnectOptions.defaults().tls(trust);
    try (var raw = Streams.openConnection("localhost", secure.port(), options)) {
      say(raw, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
      raw.reader().readexactly(1 + random.nextInt(200));
      if (random.nextBoolean()) {
        reset(raw);
      }
    }
  }

  private void breakOffResponse(Random random) throws IOException {
    try (var raw = open(plain)) {
      say(raw, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1 + random.nextInt(3)));
      raw.reader().readexactly(100);
      end(raw, random);
    }
  }

  private void slowReader(Random random) throws IOException {
    try (var raw = open(plain)) {
      for (char c : "GET /big HTTP/1.1\r\nHost: x\r\n\r\n".toCharArray()) {
        say(raw, "" + c);
        sleep(0);
      }
      for (int i = 0; i < 10; i++) {
        raw.reader().readexactly(1000);
        sleep(0.002);
      }
      end(raw, random);
    }
  }

  private void slowWriter(Random random) throws IOException {
    try (var raw = open(plain)) {
      say(raw, REQUEST);
      for (int i = 0; i < 39; i++) {
        say(raw, "x");
        sleep(0.0005);
      }
      if (random.nextBoolean()) {
        say(raw, "y");
        raw.reader().readuntil("y\r\n0\r\n\r\n".getBytes(ISO_8859_1));
      }
      end(raw, random);
    }
  }

  private void nonsense(Random random) throws IOException {
    var server = List.of(plain, secure, proxied).get(random.nextInt(3));
    var bytes = new byte[1 + random.nextInt(300)];
    random.nextBytes(bytes);
    try (var raw = open(server)) {
      say(raw, new String(bytes, ISO_8859_1) + "\r\n\r\n");
      raw.writer().writeEof();
      raw.reader().read();
    } catch (IOException e) {
      // a reset does as well
    }
  }

  // ---- HTTP/2, frame by frame -------------------------------------------------------------------

  private RawHttp2Peer openHttp2(int... settings) throws IOException {
    var peer = new RawHttp2Peer(new RawClient(plain));
    peer.raw().send(RawHttp2Peer.PREFACE);
    return peer.settings(settings);
  }

  private static void end(RawHttp2Peer peer, Random random) throws IOException {
    if (random.nextInt(3) == 0) {
      peer.goAway(0, 0);
    }
    end(peer.raw().connection(), random);
  }

  private void http2Resets(Random random) throws IOException {
    try (var peer = openHttp2()) {
      peer.window(0, 100_000_000);
      int last = 2 * random.nextInt(1, 12) - 1;
      for (int stream = 1; stream <= last; stream += 2) {
        int which = random.nextInt(LEAVABLE.length + 1);
        peer.get(stream, which == LEAVABLE.length ? "/slow" : LEAVABLE[which]);
        if (random.nextInt(4) == 0) {
          peer.reset(stream); // before it has begun
        }
      }
      sleep(random.nextDouble() * 0.005);
      for (int stream = 1; stream <= last; stream += 2) {
        if (random.nextInt(3) == 0) {
          peer.reset(stream);
        }
      }
      peer.get(last + 2, "/hello/Ann").await("DATA " + (last + 2) + " end hi Ann");
      end(peer, random);
    }
  }

  private void http2SlowReader(Random random) throws IOException {
    try (var peer = openHttp2(4, random.nextInt(100))) { // the window of a stream
      peer.get(1, "/big").await("HEADERS 1");
      for (int i = 0; i < 20; i++) {
        peer.window(1, 1 + random.nextInt(2000)).await("DATA 1 ");
        sleep(0.001);
      }
      end(peer, random);
    }
  }

  private void http2SlowWriter(Random random) throws IOException {
    try (var peer = openHttp2()) {
      peer.post(1, "/echo").post(3, "/echo");
      for (int i = 0; i < 20; i++) {
        peer.data(1, false, "x".repeat(random.nextInt(100)));
        peer.data(3, false, "x");
        sleep(0.001);
      }
      if (random.nextBoolean()) {
        peer.data(3, true, "y");
        while (!peer.next().startsWith("DATA 3 end")) {}
      }
      end(peer, random);
    }
  }

  private void http2Nonsense(Random random) throws IOException {
    try (var peer = openHttp2()) {
      peer.get(1, "/slow");
      for (int i = random.nextInt(20); i >= 0; i--) {
        var payload = new byte[random.nextInt(40)];
        random.nextBytes(payload);
        peer.send(random.nextInt(11), random.nextInt(256), random.nextInt(9), payload);
      }
      end(peer, random);
    } catch (IOException e) {
      // it has not been listened to
    }
  }

  // ---- by a proxy -------------------------------------------------------------------------------

  private static final String PREAMBLE = "PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n";

  private void proxy(Random random) throws IOException {
    try (var raw = open(proxied)) {
      say(raw, PREAMBLE + "GET /hello/Ann HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(new String(raw.reader().read(), ISO_8859_1)).endsWith("hi Ann");
    }
  }

  private void breakOffProxy(Random random) throws IOException {
    breakOff(proxied, PREAMBLE, random);
  }

  // ---- those that stay --------------------------------------------------------------------------

  /// Clients that would never leave by themselves, connected each. Their tasks end when the servers
  /// do.
  List<Task<?>> stay() throws Exception {
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < ways.size(); i++) {
      var client = clients.get(i);
      var base = ways.get(i).base;
      for (var path : List.of("/slow", "/endless")) {
        tasks.add(createTask(() -> client.get(base + path).send()));
      }
      tasks.add(
          createTask(() -> {
            try (var socket =
                client.webSocket(base.replaceFirst("http", "ws") + "/echo", SoakSite.SOCKETS)) {
              return socket.receive();
            }
          }));
      tasks.add(
          createTask(() -> {
            try (var events = client.events(base + "/events").reconnect(0.01)) {
              while (events.next() != null) {}
              return null;
            }
          }));
    }
    for (var text : List.of("", REQUEST, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", "GET /")) {
      stay(tasks, () -> text);
    }
    return tasks;
  }

  private void stay(List<Task<?>> tasks, Supplier<String> text) throws IOException {
    var raw = open(plain);
    say(raw, Objects.requireNonNull(text.get()));
    tasks.add(
        createTask(() -> {
          try (raw) {
            return raw.reader().read();
          }
        }));
  }
}
