package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.ErrorContext;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The middleware that is there.
class MiddlewareTest {
  // ---- the access log ---------------------------------------------------------------------------

  @AsyncTest
  void accessLog_tellsOfWhatWasSent() throws Exception {
    var lines = new ArrayList<String>();
    Handler app =
        rq -> {
          sleep(0.5);
          return Response.stream(out -> {
            out.write("abc");
            sleep(1);
          });
        };
    var server = RawClient.server(app.with(AccessLog.to(lines::add)), HttpOptions.defaults());
    try (server;
        var client = RawClient.inMemory(server)) {
      client.send("GET /a?b=\"c\" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").readAll();
    }
    assertThat(lines)
        .singleElement()
        .asString()
        .matches("\\S+ \"GET /a\\?b=\\?c\\?\" 200 3 bytes 1\\.500 s");
  }

  @AsyncTest
  void accessLog_tellsOfWhatWasBrokenOff() throws Exception {
    var entries = new ArrayList<AccessLog.Entry>();
    Handler app =
        rq -> {
          sleep(100);
          return Response.empty(204);
        };
    try (var server =
        RawClient.server(app.with(AccessLog.entries(entries::add)), HttpOptions.defaults())) {
      try (var client = RawClient.inMemory(server)) {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        sleep(1);
        client.abort();
      }
    }
    assertThat(entries).singleElement().matches(entry -> !entry.complete());
    assertThat(entries.getFirst().toString())
        .endsWith("\"GET /\" 499 0 bytes 1.000 s client has left");
  }

  @AsyncTest
  void accessLog_tellsTheStatus_ofABodyThatWasBrokenOff() throws Exception {
    var lines = new ArrayList<String>();
    Handler app =
        rq ->
            Response.stream(out -> {
              out.write("abc");
              out.flush();
              sleep(1_000);
            });
    var log = AccessLog.entries(e -> lines.add(e.status() + " " + e.bytes() + " " + e.complete()));
    var server = RawClient.server(app, HttpOptions.defaults().accessLog(log));
    try (server) {
      try (var client = RawClient.inMemory(server)) {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").readHead();
        client.abort();
        sleep(1);
      }
      var client = RawClient.inMemory(server);
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").readHead();
      server.close(); // which cancels it after the grace
      client.close();
    }
    assertThat(lines).containsExactly("200 3 false", "200 3 false");
  }

  // ---- CORS -------------------------------------------------------------------------------------

  private static final String ORIGIN = "https://shop.example";

  private static TestClient cors(Cors cors) {
    return new Router().get("/", rq -> Response.text("x")).with(cors).test();
  }

  @AsyncTest
  void page_ofAnAllowedSite_maySeeTheResponse() throws Exception {
    var client = cors(Cors.of(ORIGIN).expose("X-Total").credentials(true));
    var response = client.get("/").header("Origin", ORIGIN).send();
    assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    assertThat(response.header("Access-Control-Allow-Credentials")).isEqualTo("true");
    assertThat(response.header("Access-Control-Expose-Headers")).isEqualTo("X-Total");
    assertThat(response.header("Vary")).isEqualTo("Origin");
  }

  @AsyncTest
  void page_ofAnotherSite_mayNot() throws Exception {
    var client = cors(Cors.of(ORIGIN));
    for (var origin : new String[] {"https://evil.example", "null", ORIGIN + ".evil.example"}) {
      var response = client.get("/").header("Origin", origin).send().expect(200);
      assertThat(response.header("Access-Control-Allow-Origin")).as(origin).isNull();
    }
    assertThat(client.get("/").send().header("Vary")).isEqualTo("Origin");
  }

  @AsyncTest
  void question_whetherAMethodIsAllowed_isAnswered() throws Exception {
    var client = cors(Cors.of(ORIGIN).headers("Content-Type"));
    var question =
        client
            .request("OPTIONS", "/")
            .header("Origin", ORIGIN)
            .header("Access-Control-Request-Method", "PUT");
    var answer = question.send().expect(204);
    assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("PUT");
    assertThat(answer.header("Access-Control-Allow-Headers")).isEqualTo("Content-Type");
    assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
    assertThat(
            question
                .header("Access-Control-Request-Method", "TRACE")
                .send()
                .header("Access-Control-Allow-Origin"))
        .isNull();
  }

  @Test
  void credentials_forEverySite_areRefused() {
    assertThatThrownBy(() -> Cors.of("*").credentials(true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void originThatIsNone_isRefused() {
    for (var origin :
        List.of(
            "shop.example", "https://shop.example/", "https://a.example,https://b.example", "")) {
      assertThatThrownBy(() -> Cors.of(origin))
          .as(origin)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("such as https://shop.example");
    }
    Cors.of("http://localhost:3000", "https://[::1]:8443", "chrome-extension://abc"); // which are
  }

  // ---- what handlers throw ----------------------------------------------------------------------

  @AsyncTest
  void problem_isAResponse_forEachMiddleware() throws Exception {
    var seen = new ArrayList<String>();
    Middleware notes =
        (rq, next) -> {
          var response = next.handle(rq);
          seen.add(
              response.status() + " " + response.header("X-Seen", "yes").headers().get("X-Seen"));
          return response.addHeader("X-Seen", "yes");
        };
    Middleware refusing =
        (rq, next) -> {
          throw HttpProblem.of(401);
        };
    Handler failing =
        rq -> {
          throw HttpProblem.of(409, "No.");
        };
    var app =
        new Router()
            .get("/", failing)
            .mount("/inner", new Router().get("/", failing).with(notes))
            .mount("/secret", failing.with(refusing))
            .with(notes, notes);
    var client = app.test();
    assertThat(client.get("/").send().expect(409).headers().all("X-Seen")).hasSize(2);
    assertThat(client.get("/inner/").send().expect(409).headers().all("X-Seen")).hasSize(3);
    assertThat(client.get("/secret").send().expect(401).headers().all("X-Seen")).hasSize(2);
    assertThat(client.get("/nowhere").send().expect(404).headers().all("X-Seen")).hasSize(2);
    assertThat(seen).hasSize(9);
  }

  @AsyncTest
  void exception_mayBeCaught_byAMiddleware() throws Exception {
    Handler failing =
        rq -> {
          throw new NoSuchElementException("x");
        };
    Middleware catching =
        (rq, next) -> {
          try {
            return next.handle(rq);
          } catch (NoSuchElementException e) {
            throw HttpProblem.of(404, "There is no such thing.");
          }
        };
    failing.with(catching).with(Cors.of(ORIGIN)).test().get("/").send().expect(404);
  }

  @AsyncTest
  void headersOfEveryResponse_areOnThatToAnException_too() throws Exception {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    Handler failing =
        rq -> {
          if (rq.path().equals("/own")) {
            return Response.text("").header("X-Request-Id", "mine");
          }
          throw new IllegalStateException("broken");
        };
    var client =
        failing
            .with((rq, next) -> next.handle(rq.responseHeader("X-Request-Id", "7")))
            .with(Cors.of(ORIGIN).expose("X-Request-Id"))
            .test();
    var response = client.get("/").header("Origin", ORIGIN).send().expect(500);
    assertThat(response.header("X-Request-Id")).isEqualTo("7");
    assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    assertThat(response.header("Access-Control-Expose-Headers")).isEqualTo("X-Request-Id");
    assertThat(response.header("Vary")).isEqualTo("Origin");
    assertThat(client.get("/").send().expect(500).header("Access-Control-Allow-Origin")).isNull();
    assertThat(client.get("/own").send().expect(200).headers().all("X-Request-Id"))
        .containsExactly("mine");
    assertThat(errors).hasSize(2);
  }

  @AsyncTest
  void headersOfEveryResponse_cannotBreakIt() throws Exception {
    Handler app = rq -> Response.text("x");
    for (var header : List.of("Content-Length", "Transfer-Encoding", "a b")) {
      Middleware wrong =
          (rq, next) -> {
            assertThatThrownBy(() -> rq.responseHeader(header, "5"))
                .isInstanceOf(IllegalArgumentException.class);
            return next.handle(rq);
          };
      app.with(wrong).test().get("/").send().expect(200);
    }
  }

  @AsyncTest
  void handlerThatExceedsATimeLimit_isAnswered503_andReported() throws Exception {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    Handler slow =
        rq -> {
          sleep(100);
          return Response.empty(204);
        };
    var response =
        slow.with((rq, next) -> waitFor(() -> next.handle(rq), 30)).test().get("/").send();
    assertThat(response.expect(503).text()).contains("took too long");
    assertThat(getRunningLoop().time()).isEqualTo(30);
    assertThat(errors).singleElement().matches(e -> e.exception() instanceof TimeoutException);
  }

  // ---- compression ------------------------------------------------------------------------------

  private static final String LONG = "abc ".repeat(1000);

  private static TestResponse compressed(Response response, String accepted) throws Exception {
    Handler app = rq -> response;
    return app.with(Compression.standard())
        .test()
        .get("/")
        .header("Accept-Encoding", accepted)
        .send();
  }

  private static String unzip(TestResponse response) throws Exception {
    assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(response.header("Vary")).isEqualTo("Accept-Encoding");
    return new String(
        new GZIPInputStream(new ByteArrayInputStream(response.bytes())).readAllBytes(), UTF_8);
  }

  @AsyncTest
  void text_isCompressed_ifTheClientAcceptsIt() throws Exception {
    var response = compressed(Response.text(LONG).header("ETag", "\"1\""), "br;q=1.0, gzip;q=0.8");
    assertThat(unzip(response)).isEqualTo(LONG);
    assertThat(response.header("ETag")).isEqualTo("W/\"1\"");
  }

  @AsyncTest
  void digests_areNotThose_ofWhatWasCompressed() throws Exception {
    var response =
        Response.text(LONG)
            .header("Content-Digest", "sha-256=:AAAA:")
            .header("Repr-Digest", "sha-256=:AAAA:");
    assertThat(compressed(response, "gzip").headers().toMap())
        .containsEntry("Content-Encoding", List.of("gzip"))
        .doesNotContainKeys("Content-Digest", "Repr-Digest");
    assertThat(compressed(response, "br").headers().toMap())
        .containsKeys("Content-Digest", "Repr-Digest");
  }

  @OnLoop
  @ParameterizedTest
  @ValueSource(strings = {"", "br", "gzip;q=0", "*;q=0", "*, gzip;q=0", "gzipped"})
  void text_isNotCompressed_ifTheClientDoesNot(String accepted) throws Exception {
    var response = compressed(Response.text(LONG), accepted);
    assertThat(response.header("Content-Encoding")).isNull();
    assertThat(response.header("Vary")).as("a cache has to know").isEqualTo("Accept-Encoding");
    assertThat(response.text()).isEqualTo(LONG);
  }

  @AsyncTest
  void whatIsShortOrCompressedAlready_isLeft() throws Exception {
    for (var response :
        List.of(
            Response.text("short"),
            Response.bytes(new byte[5000]),
            Response.of(200, "image/png", new byte[5000]),
            Response.text(LONG).header("Cache-Control", "no-transform"),
            Response.text(LONG).header("Content-Encoding", "br"),
            Response.stream(out -> out.write("x")).type("text/event-stream"),
            Response.empty(204))) {
      assertThat(compressed(response, "gzip").header("Vary")).isNull();
    }
  }

  @AsyncTest
  void streamedBody_isCompressed_andFlushedWhenItSaysSo() throws Exception {
    Handler app =
        rq ->
            Response.stream(
                    out -> {
                      out.write("abc");
                      out.flush();
                      sleep(1);
                      out.write("def");
                      out.trailer("Done", "yes");
                    })
                .type("text/plain");
    var response =
        app.with(Compression.standard()).test().get("/").header("Accept-Encoding", "*").send();
    assertThat(unzip(response)).isEqualTo("abcdef");
    assertThat(response.trailers().get("Done")).isEqualTo("yes");
  }

  @AsyncTest
  void page_ofAnAllowedSite_maySeeAProblem() throws Exception {
    Handler failing =
        rq -> {
          throw HttpProblem.of(404);
        };
    var response =
        failing
            .with(Cors.of("https://shop.example"))
            .test()
            .get("/")
            .header("Origin", "https://shop.example")
            .send()
            .expect(404);
    assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
    assertThat(response.header("Vary")).isEqualTo("Origin");
  }

  @Test
  void accessLog_isTheSameInEveryCountry() {
    var before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      var entry = new AccessLog.Entry("GET", "/", null, 200, 5, Duration.ofMillis(12), true);
      assertThat(entry).hasToString("- \"GET /\" 200 5 bytes 0.012 s");
    } finally {
      Locale.setDefault(before);
    }
  }

  @AsyncTest
  void accessLog_ofAServer_tellsOfRefusedRequests_too() throws Exception {
    var entries = new ArrayList<String>();
    var log = AccessLog.entries(e -> entries.add(e.method() + " " + e.target() + " " + e.status()));
    var options =
        HttpOptions.defaults().accessLog(log).maxConnections(1).maxBody(3).headerBytes(100);
    Handler app = rq -> Response.text(rq.text());
    try (var server = RawClient.server(app, options)) {
      try (var client = RawClient.inMemory(server)) {
        client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").readResponse();
        try (var second = RawClient.inMemory(server)) {
          second.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n").readAll();
        }
        client.send("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd").readAll();
      }
      for (var wrong :
          new String[] {"GET /\r\n\r\n", "GET ", "GET / HTTP/1.1\r\nX: " + "y".repeat(200)}) {
        try (var client = RawClient.inMemory(server)) {
          client.send(wrong).readAll();
        }
      }
    }
    assertThat(entries)
        .containsExactly(
            "GET /a 200", "GET /b 503", "POST /c 413", "- - 400", "- - 408", "- - 431");
  }

  @AsyncTest
  void page_ofAnAllowedSite_mayNameThePortOfItsScheme() throws Exception {
    var client = cors(Cors.of("https://shop.example:443"));
    var response = client.get("/").header("Origin", ORIGIN).send();
    assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    response = client.get("/").header("Origin", "http://shop.example:443").send();
    assertThat(response.header("Access-Control-Allow-Origin")).isNull();
  }

  @AsyncTest
  void accessLog_ofAServer_tellsOfRequests_thatNeverHadTheirTurn() throws Exception {
    var entries = new ArrayList<String>();
    var log = AccessLog.entries(e -> entries.add(e.target() + " " + e.status() + e.complete()));
    Handler app =
        rq -> {
          sleep(100);
          return Response.empty(204);
        };
    try (var server = RawClient.server(app, HttpOptions.defaults().accessLog(log));
        var client = RawClient.inMemory(server)) {
      client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
      sleep(1);
      client.abort();
      sleep(1);
      assertThat(entries).containsExactlyInAnyOrder("/a 499false", "/b 499false");
    }
  }
}
