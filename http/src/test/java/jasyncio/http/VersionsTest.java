package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Handlers, and who asks them, see no difference between the versions of HTTP.
@OnLoop
class VersionsTest {
  private static final String URL = "http://server/";

  private final List<String> steps = new ArrayList<>();

  private static HttpClient client(HttpVersion version, Handler handler) {
    return HttpClient.of(handler, ClientOptions.defaults().versions(version));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_1_0")
  void request_isTheSame(HttpVersion version) throws Exception {
    Handler handler =
        rq ->
            Response.json(
                Map.of(
                    "method", rq.method(),
                    "target", rq.target(),
                    "path", rq.path(),
                    "query", String.valueOf(rq.query("q")),
                    "host", rq.host(),
                    "header", String.valueOf(rq.header("Host")),
                    "cookie", String.valueOf(rq.cookie("b")),
                    "version", rq.version()));
    try (var client = client(version, handler)) {
      var response = client.get(URL + "a%20b?q=%C3%A9").header("Cookie", "a=1; b=2").send();
      assertThat(response.version()).isEqualTo(version);
      assertThat((Object) response.json(Map.class))
          .isEqualTo(
              Map.of(
                  "method", "GET",
                  "target", "/a%20b?q=%C3%A9",
                  "path", "/a b",
                  "query", "é",
                  "host", "server",
                  "header", "server",
                  "cookie", "2",
                  "version", version.toString()));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_1_0")
  void response_isTheSame(HttpVersion version) throws Exception {
    var router =
        new Router()
            .get("/text", rq -> Response.text("Hello").header("X-Y", "z"))
            .get("/empty", rq -> Response.empty(204))
            .get("/stream", rq -> Response.stream(out -> out.write("piece")))
            .get("/measured", rq -> Response.stream(5, out -> out.write("piece")))
            .get(
                "/trailers",
                rq ->
                    Response.stream(out -> {
                      out.write("piece");
                      out.trailer("Checksum", "7");
                    }))
            .get(
                "/cookies",
                rq -> Response.empty(200).cookie(Cookie.of("a", "1")).cookie(Cookie.of("b", "2")));
    try (var client = client(version, router)) {
      var text = client.get(URL + "text").send();
      assertThat(text.text()).isEqualTo("Hello");
      assertThat(text.header("X-Y")).isEqualTo("z");
      assertThat(text.header("Content-Length")).isEqualTo("5");
      assertThat(text.header("Date")).endsWith("GMT");
      assertThat(client.get(URL + "empty").send().status()).isEqualTo(204);
      assertThat(client.get(URL + "stream").send().text()).isEqualTo("piece");
      assertThat(client.get(URL + "measured").send().header("Content-Length")).isEqualTo("5");
      var trailers = client.get(URL + "trailers").send();
      assertThat(trailers.text()).isEqualTo("piece");
      assertThat(trailers.trailers().get("Checksum")).isEqualTo("7");
      assertThat(client.head(URL + "text").send().header("Content-Length")).isEqualTo("5");
      assertThat(client.head(URL + "stream").send().bytes()).isEmpty();
      assertThat(client.get(URL + "cookies").send().headers().all("Set-Cookie")).hasSize(2);
      assertThat(client.get(URL + "none").send().status()).isEqualTo(404);
      assertThat(client.request("OPTIONS", URL + "text").send().header("Allow")).contains("GET");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_1_0")
  void body_isTheSame(HttpVersion version) throws Exception {
    var router =
        new Router()
            .post("/read", rq -> Response.text("<" + rq.text() + ">"))
            .post("/trailers", rq -> Response.text(rq.text() + rq.trailers().get("checksum")))
            .post("/unread", rq -> Response.text("not read"))
            .post("/short", rq -> Response.text("" + rq.bytes(3).length))
            .post("/form", rq -> Response.text(String.valueOf(rq.form().get("a"))));
    try (var client = client(version, router)) {
      assertThat(client.post(URL + "read").text("abc").send().text()).isEqualTo("<abc>");
      assertThat(client.post(URL + "read").text("").send().text()).isEqualTo("<>");
      assertThat(
              client
                  .post(URL + "trailers")
                  .body(
                      "a/b",
                      out -> {
                        out.write("abc");
                        out.trailer("Checksum", "7");
                      })
                  .send()
                  .text())
          .isEqualTo("abc7");
      for (int length : new int[] {10, 100_000, 900_000}) {
        assertThat(client.post(URL + "unread").body("a/b", new byte[length]).send().text())
            .isEqualTo("not read");
      }
      assertThat(client.post(URL + "read").expectContinue().text("abc").send().text())
          .isEqualTo("<abc>");
      assertThat(client.post(URL + "unread").expectContinue().text("abc").send().text())
          .isEqualTo("not read");
      assertThat(client.post(URL + "short").text("abcd").send().status()).isEqualTo(413);
      assertThat(client.post(URL + "short").text("abc").send().text()).isEqualTo("3");
      assertThat(client.post(URL + "form").form("a", "b").send().text()).isEqualTo("b");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_1_0")
  void whatGoesWrong_isTheSame(HttpVersion version) throws Exception {
    getRunningLoop()
        .setExceptionHandler((_, context) -> steps.add(String.valueOf(context.message())));
    var router =
        new Router()
            .get(
                "/throws",
                rq -> {
                  throw new IllegalStateException("secret");
                })
            .get(
                "/problem",
                rq -> {
                  throw HttpProblem.of(409, "Taken.");
                })
            .get(
                "/cancelled",
                rq -> {
                  throw new CancelledError();
                })
            .get(
                "/broken",
                rq ->
                    Response.stream(out -> {
                      out.write("abc");
                      out.flush();
                      throw new IllegalStateException("broken");
                    }));
    var options = ClientOptions.defaults().versions(version).retries(false);
    try (var client = HttpClient.of(router, options)) {
      assertThat(client.get(URL + "throws").send().status()).isEqualTo(500);
      var problem = client.get(URL + "problem").send();
      assertThat(problem.status()).isEqualTo(409);
      assertThat(problem.header("Content-Type")).isEqualTo("application/problem+json");
      assertThat(client.get(URL + "cancelled").send().status()).isEqualTo(500);
      assertThatThrownBy(() -> client.get(URL + "broken").send()).isInstanceOf(HttpException.class);
    }
    assertThat(steps)
        .containsExactly(
            "Unhandled exception in the handler of GET /throws",
            "Unhandled exception in the handler of GET /cancelled",
            "Unhandled exception in the body of the response to GET /broken");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_1_0")
  void requestThatIsGivenUp_cancelsItsHandler(HttpVersion version) throws Exception {
    Handler handler =
        rq -> {
          try {
            sleep(1_000_000);
          } catch (CancelledError e) {
            steps.add(e.getMessage());
            throw e;
          }
          return Response.empty(204);
        };
    try (var client = client(version, handler)) {
      assertThatThrownBy(() -> client.get(URL).timeout(5).send())
          .isInstanceOf(HttpTimeoutException.class);
      sleep(1);
    }
    assertThat(steps).containsExactly("the client has gone");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_1_0")
  void middleware_isTheSame(HttpVersion version) throws Exception {
    var handler =
        new Router()
            .get("/", rq -> Response.text("long ".repeat(1000)))
            .with(
                AccessLog.entries(e -> steps.add(e.target() + e.status())), Compression.standard());
    try (var client = client(version, handler)) {
      var response = client.get(URL).send();
      assertThat(response.text()).hasSize(5000);
      assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
    }
    assertThat(steps).containsExactly("/200");
  }

  @AsyncTest
  void manyLongBodies_atTheSameTime_areAllRead() throws Exception {
    Handler handler = rq -> Response.text("" + rq.bodyLimit(1_000_000).bytes().length);
    try (var client = client(HttpVersion.HTTP_2, handler)) {
      var body = new byte[400_000];
      var answers = new ArrayList<String>();
      taskGroup(group -> {
        for (int i = 0; i < 8; i++) {
          group.createTask(() -> answers.add(client.post(URL).body("x/y", body).send().text()));
        }
      });
      assertThat(answers).hasSize(8).containsOnly("400000");
    }
  }
}
