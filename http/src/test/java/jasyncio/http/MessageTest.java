package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.TestClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What requests and responses are made of.
class MessageTest {
  record Item(String name, int count) {}

  // ---- headers ----------------------------------------------------------------------------------

  @Test
  void headers_areFoundWithoutRegardToCase() {
    var headers = Headers.of("Accept", "a", "accept", "b", "Host", "x");
    assertThat(headers.get("ACCEPT")).isEqualTo("a");
    assertThat(headers.all("Accept")).containsExactly("a", "b");
    assertThat(headers.get("Missing")).isNull();
    assertThat(headers.with("accept", "c").toMap())
        .containsOnlyKeys("Host", "accept")
        .containsEntry("accept", List.of("c"));
    assertThat(headers.without("host").size()).isEqualTo(2);
    assertThat(headers.and("X", "y").value(3)).isEqualTo("y");
  }

  @Test
  void headerWords_areFoundWhole() {
    var headers = Headers.of("Connection", "keep-alive, Upgrade", "Accept-Encoding", "gzip;q=0.5");
    assertThat(headers.containsWord("connection", "upgrade")).isTrue();
    assertThat(headers.containsWord("connection", "alive")).isFalse();
    assertThat(headers.containsWord("accept-encoding", "gzip")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nSet-Cookie: x", "a\0", "a\n", "\u20ac"})
  void headerValue_thatWouldBreakTheFraming_isRefused(String value) {
    assertThatThrownBy(() -> Response.text("").header("X", value))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:", "é", "a\r\n"})
  void headerName_thatIsNone_isRefused(String name) {
    assertThatThrownBy(() -> Headers.of(name, "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void headersOfTheFraming_areNotSetByHandlers() {
    var response = Response.text("x");
    assertThatThrownBy(() -> response.header("Content-Length", "7")).hasMessageContaining("length");
    assertThatThrownBy(() -> response.header("transfer-encoding", "gzip"))
        .hasMessageContaining("transferred");
    assertThatThrownBy(() -> response.header("Connection", "upgrade"))
        .hasMessageContaining("close");
  }

  // ---- parameters -------------------------------------------------------------------------------

  @Test
  void parameters_areDecoded() {
    var parameters = Parameters.parse("a=1&b=x+y%20z&a=2&c&&=d");
    assertThat(parameters.get("a")).isEqualTo("1");
    assertThat(parameters.all("a")).containsExactly("1", "2");
    assertThat(parameters.get("b")).isEqualTo("x y z");
    assertThat(parameters.get("c")).isEmpty();
    assertThat(parameters.get("e", "otherwise")).isEqualTo("otherwise");
    assertThat(parameters.names()).containsExactly("a", "b", "c", "");
    assertThatThrownBy(() -> parameters.require("e"))
        .isInstanceOf(HttpProblem.class)
        .hasMessageContaining("'e' is missing");
  }

  @Test
  void parameters_thatAreWrong_areTheClientsMistake() {
    assertThatThrownBy(() -> Parameters.parse("a=%zz")).hasMessageContaining("400");
    assertThatThrownBy(() -> Parameters.parse("a&".repeat(1001))).hasMessageContaining("1000");
  }

  // ---- bodies -----------------------------------------------------------------------------------

  private static final Router APP =
      new Router()
          .post(
              "/json",
              rq -> {
                var item = rq.json(Item.class);
                return Response.json(201, new Item(item.name(), item.count() + 1));
              })
          .post("/form", rq -> Response.text(rq.form().require("name")))
          .post("/text", rq -> Response.text(rq.text()))
          .get("/cookies", rq -> Response.text(rq.cookie("a") + rq.cookie("b") + rq.cookie("c")))
          .get(
              "/stream",
              rq ->
                  Response.stream(out -> {
                    out.write("a");
                    out.asOutputStream().write('b');
                    out.trailer("Done", "yes");
                  }));

  @AsyncTest
  void json_isReadAndWritten() throws Exception {
    var item = APP.test().post("/json").json(new Item("tea", 1)).send().expect(201);
    assertThat(item.header("Content-Type")).isEqualTo("application/json");
    assertThat(item.json(Item.class)).isEqualTo(new Item("tea", 2));
  }

  @AsyncTest
  void json_thatIsNone_is400() throws Exception {
    for (var json : new String[] {"{", "[]", "null", "{\"count\":\"x\"}", ""}) {
      APP.test().post("/json").body("application/json", json.getBytes(UTF_8)).send().expect(400);
    }
  }

  @AsyncTest
  void json_thatDoesNotSaySo_is415() throws Exception {
    APP.test().post("/json").text("{}").send().expect(415);
    APP.test()
        .post("/json")
        .body("application/vnd.x+json; a=b", "{}".getBytes(UTF_8))
        .send()
        .expect(201);
  }

  @AsyncTest
  void host_ofATestRequest_isItsHeader() throws Exception {
    Handler handler = rq -> Response.text(rq.host());
    assertThat(handler.test().get("/").send().text()).isEqualTo("test");
    assertThat(handler.test().get("/").header("Host", "a.example").send().text())
        .isEqualTo("a.example");
  }

  @AsyncTest
  void form_isRead() throws Exception {
    var client = APP.test();
    assertThat(client.post("/form").form("name", "a&b c").send().expect(200).text())
        .isEqualTo("a&b c");
    client.post("/form").form("other", "x").send().expect(400);
    client.post("/form").text("name=x").send().expect(415);
  }

  @AsyncTest
  void text_isDecodedAsItSays() throws Exception {
    var request = APP.test().post("/text");
    assertThat(request.text("é").send().text()).isEqualTo("é");
    assertThat(
            request
                .body("text/plain; charset=\"iso-8859-1\"", new byte[] {(byte) 0xe9})
                .send()
                .text())
        .isEqualTo("é");
    request.body("text/plain; charset=nothing", new byte[1]).send().expect(415);
  }

  @AsyncTest
  void streamedBody_isCollectedByTheTestClient() throws Exception {
    var response = APP.test().get("/stream").send();
    assertThat(response.text()).isEqualTo("ab");
    assertThat(response.trailers().get("Done")).isEqualTo("yes");
  }

  @AsyncTest
  void expect_ofAnotherStatus_fails_withTheBody() {
    assertThatThrownBy(() -> APP.test().get("/json").send().expect(200))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("expected status 200 and got 405")
        .hasMessageContaining("Allowed here");
  }

  @AsyncTest
  void afterResponse_runsInTheTestClient_too(TestClock clock) throws Exception {
    var done = new Event();
    Handler handler =
        rq -> {
          rq.afterResponse(done::set);
          return Response.empty(204);
        };
    handler.test().get("/").send().expect(204);
    clock.settle();
    assertThat(done.isSet()).isTrue();
  }

  // ---- cookies ----------------------------------------------------------------------------------

  @AsyncTest
  void cookies_areRead() throws Exception {
    var response = APP.test().get("/cookies").header("Cookie", "a=1; b=\"2\"; a=3").send();
    assertThat(response.text()).isEqualTo("12null");
  }

  @Test
  void cookie_isWritten() {
    var cookie = Cookie.of("id", "7").maxAge(Duration.ofHours(1)).secure(true).domain("x.example");
    assertThat(
            Response.text("")
                .cookie(cookie)
                .cookie(Cookie.expired("old"))
                .headers()
                .all("Set-Cookie"))
        .containsExactly(
            "id=7; Path=/; Domain=x.example; Max-Age=3600; Secure; HttpOnly; SameSite=Lax",
            "old=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  }

  @Test
  void cookie_thatWouldBeTwo_isRefused() {
    assertThatThrownBy(() -> Cookie.of("id", "7; Admin"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Cookie.of("i d", "7")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Cookie.of("id", "7").sameSite("None")).hasMessageContaining("secure");
    assertThatThrownBy(() -> Cookie.of("id", "7").path("/;x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- problems ---------------------------------------------------------------------------------

  @Test
  void problem_isWrittenAsJson() {
    var problem =
        HttpProblem.of(403, "a \"quote\"\n\\ \u0001 é")
            .type("https://x.example/p")
            .title("No")
            .with("n", 7)
            .with("ok", false)
            .header("Retry-After", "1")
            .causedBy(new IOException("hidden"));
    var response = problem.toResponse();
    assertThat(new String(response.bytes(), UTF_8))
        .isEqualTo(
            "{\"type\":\"https://x.example/p\",\"title\":\"No\",\"status\":403,"
                + "\"detail\":\"a \\\"quote\\\"\\n\\\\ \\u0001 é\",\"n\":7,\"ok\":false}");
    assertThat(response.headers().get("Retry-After")).isEqualTo("1");
    assertThat(response.headers().get("Content-Type")).isEqualTo("application/problem+json");
    assertThatThrownBy(() -> HttpProblem.of(200)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void members_ofAProblem_areMapsAndLists_too_andNoSecondDetail() {
    var errors = new ArrayList<Object>(List.of(Map.of("field", "a\"b"), 1.5, true, List.of()));
    errors.add(null);
    errors.add(Map.of());
    var problem = HttpProblem.of(422).with("errors", errors).with("at", Duration.ofSeconds(1));
    assertThat(new String(problem.toResponse().bytes(), UTF_8))
        .isEqualTo(
            "{\"title\":\"Unprocessable Content\",\"status\":422,\"errors\":[{\"field\":\"a\\\"b\"},"
                + "1.5,true,[],null,{}],\"at\":\"PT1S\"}");
    for (var name : List.of("type", "title", "status", "detail")) {
      assertThatThrownBy(() -> HttpProblem.of(422, "x").with(name, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("say the " + name + " of a problem by of(status, detail)");
    }
  }

  record Cart(java.util.List<Item> items) {}

  @AsyncTest
  void json_thatDoesNotFit_isSaidWhere_withoutTheNamesOfClasses() throws Exception {
    var app = new Router().post("/", rq -> Response.json(rq.json(Cart.class)));
    for (var each :
        new String[][] {
          {"{\"items\":[{\"name\":\"a\",\"count\":\"x\"}]}", "'items[0].count' does not fit"},
          {"{\"items\":7}", "'items' does not fit"},
          {"[]", "its outermost value does not fit, at line 1"},
          {"{\"items\":\n[,]}", "it is no JSON, at line 2, column "},
          {"{\"items\":[{\"name\":\"a\",\"count\":99999999999}]}", "'items[0].count' does not fit"},
          {"{\"items\":" + "1".repeat(2000) + "}", "a number or text in it is too long, or it"},
        }) {
      var answer =
          app.test().post("/").body("application/json", each[0].getBytes(UTF_8)).send().expect(400);
      assertThat(answer.text())
          .contains("The body is not the JSON that is expected: " + each[1])
          .doesNotContain("jasyncio", "java", "Cart", "Item", "jackson", "Stream");
    }
  }

  @AsyncTest
  void json_thatIsNull_isWhatTheServerHasSentWrongly() throws Exception {
    try (var client =
        HttpClient.of(_ -> Response.of(200, "application/json", "null".getBytes(UTF_8)))) {
      var response = client.get("http://x/").send();
      assertThatThrownBy(() -> response.json(Cart.class))
          .isInstanceOf(HttpException.class)
          .hasMessage("the response of http://x/ is not the JSON that is expected: it is null");
    }
  }

  // ---- JSON of answers that are errors ----------------------------------------------------------

  record Problem(String title, int status, String detail) {}

  static class Described {
    public @Nullable String detail;
  }

  private static final class Detailed extends Described {}

  private static final String PROBLEM =
      "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"There is no note 7.\"}";

  private static final Router FAILING =
      new Router()
          .get(
              "/7",
              _ -> {
                throw HttpProblem.of(404, "There is no note 7.");
              })
          .get(
              "/bug",
              _ -> {
                throw new IllegalStateException("bug");
              })
          .get("/own", _ -> Response.json(422, new Item("missing", 3)))
          .get("/html", _ -> Response.html("<p>Bad gateway").status(502))
          .get("/nothing", _ -> Response.empty(404));

  @AsyncTest
  void json_ofAProblem_isNoRecordOfNulls_butSaysTheStatus() throws Exception {
    try (var client = HttpClient.of(FAILING)) {
      var response = client.get("http://x/7").send();
      assertThatThrownBy(() -> response.json(Item.class))
          .isInstanceOfSatisfying(
              StatusException.class,
              e -> {
                assertThat(e.status()).isEqualTo(404);
                assertThat(e.response()).isSameAs(response);
              })
          .hasMessage(
              "GET http://x/7 was answered 404 with a problem, and not with the JSON of Item (a type for"
                  + " problems has a 'detail'): "
                  + PROBLEM);
      for (var type :
          List.<JsonType<?>>of(new JsonType<List<Item>>() {}, new JsonType<Item>() {})) {
        assertThatThrownBy(() -> response.json(type))
            .isInstanceOf(StatusException.class)
            .hasMessageContaining("was answered 404");
      }
      assertThatThrownBy(() -> response.json(Item[].class)).isInstanceOf(StatusException.class);
    }
  }

  @AsyncTest
  void json_ofAProblem_isWhatIsMadeForIt() throws Exception {
    try (var client = HttpClient.of(FAILING)) {
      var response = client.get("http://x/7").send();
      assertThat(response.json(Problem.class))
          .isEqualTo(new Problem("Not Found", 404, "There is no note 7."));
      assertThat(response.json(Detailed.class).detail).isEqualTo("There is no note 7.");
      assertThat((Object) response.json(Map.class)).isEqualTo(response.json(Object.class));
      assertThat(response.json(new JsonType<Map<String, Object>>() {}))
          .containsEntry("status", 404);
      assertThat(response.json(JsonNode.class).get("detail").asString()).startsWith("There is no");
    }
  }

  @AsyncTest
  void json_ofAnotherError_isRead_orSaysTheStatus() throws Exception {
    try (var client = HttpClient.of(FAILING)) {
      assertThat(client.get("http://x/own").send().json(Item.class).name()).isEqualTo("missing");
      var page = client.get("http://x/html").send();
      assertThatThrownBy(() -> page.json(Item.class))
          .isInstanceOf(StatusException.class)
          .hasMessage(
              "GET http://x/html was answered 502, and not with the JSON of Item: <p>Bad gateway")
          .hasCauseInstanceOf(HttpException.class);
      var nothing = client.get("http://x/nothing").send();
      assertThatThrownBy(() -> nothing.json(Item.class))
          .isInstanceOf(StatusException.class)
          .hasMessageContaining("was answered 404")
          .cause()
          .hasMessage("the response of http://x/nothing is empty, and JSON is expected");
    }
  }

  @AsyncTest
  void json_ofAnErrorInATest_failsTheTest_asExpectDoes() throws Exception {
    getRunningLoop().setExceptionHandler((_, _) -> {});
    var client = FAILING.test();
    var response = client.get("/7").send();
    assertThatThrownBy(() -> response.json(Item.class))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "status 404 was answered with a problem, and not with the JSON of Item (a type for problems has a"
                + " 'detail'): "
                + PROBLEM);
    assertThat(response.json(Problem.class).status()).isEqualTo(404);
    var bug = client.get("/bug").send();
    assertThatThrownBy(() -> bug.json(Item.class))
        .isInstanceOf(AssertionError.class)
        .hasRootCauseMessage("bug");
    var page = client.get("/html").send();
    assertThatThrownBy(() -> page.json(Item.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("status 502 was answered, and not with the JSON of Item");
    assertThat(client.get("/own").send().json(Item.class).count()).isEqualTo(3);
    Handler nothing = _ -> Response.empty(204);
    var empty = nothing.test().get("/").send();
    assertThatThrownBy(() -> empty.json(Item.class))
        .isInstanceOf(HttpException.class)
        .hasMessage("the response is empty, and JSON is expected");
  }

  @Test
  void redirect_ofAStatusThatIsNone_isRefused() {
    assertThat(Response.redirect(308, "/x").status()).isEqualTo(308);
    for (int status : new int[] {200, 300, 304, 305, 306, 309, 404}) {
      assertThatThrownBy(() -> Response.redirect(status, "/x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("301, 302, 303, 307 or 308, not " + status);
    }
  }

  @Test
  void headersOfAResponse_takeThePlaceOfThoseOfTheSameName() {
    var response =
        Response.stream(out -> {}).headers(Headers.of("Content-Type", "a/b", "X", "1", "X", "2"));
    assertThat(response.headers().all("Content-Type")).containsExactly("a/b");
    assertThat(response.headers().all("X")).containsExactly("1", "2");
  }

  // ---- names of statuses, types for JSON, what test clients can ---------------------------------

  @Test
  void statuses_areCalledAsTheStandardCallsThem() {
    assertThat(
            IntStream.of(413, 414, 416, 422, 425, 451)
                .mapToObj(s -> HttpProblem.of(s).getMessage()))
        .containsExactly(
            "413 Content Too Large",
            "414 URI Too Long",
            "416 Range Not Satisfiable",
            "422 Unprocessable Content",
            "425 Too Early",
            "451 Unavailable For Legal Reasons");
  }

  @AsyncTest
  void emptyBody_thatShouldBeJson_isSaidToBeEmpty() throws Exception {
    var answer = APP.test().post("/json").body("application/json", new byte[0]).send().expect(400);
    assertThat(answer.text()).contains("The body is empty; JSON is expected.");
  }

  @AsyncTest
  void json_ofAGenericType_isRead() throws Exception {
    Handler app =
        rq -> {
          List<Item> items = rq.json(new JsonType<List<Item>>() {});
          return Response.json(Map.of("all", items));
        };
    var items = List.of(new Item("tea", 1), new Item("milk", 2));
    var type = new JsonType<Map<String, List<Item>>>() {};
    var answer = app.test().post("/").json(items).send().expect(200);
    assertThat(answer.json(type)).containsEntry("all", items);
    try (var client = HttpClient.of(app)) {
      var response = client.post("http://x/").json(items).send();
      assertThat(response.json(type).get("all")).isEqualTo(items);
    }
    assertThat(type)
        .hasToString(
            "<JsonType java.util.Map<java.lang.String, java.util.List<"
                + "jasyncio.http.MessageTest$Item>>>");
  }

  @Test
  @SuppressWarnings("rawtypes")
  void jsonType_withoutAType_isRefused() {
    assertThatThrownBy(() -> new JsonType() {})
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("new JsonType<List<Note>>() {}");
  }

  @AsyncTest
  void testClient_hasTheOtherMethods_too() throws Exception {
    var client =
        new Router().get("/", rq -> Response.text(rq.headers().all("A").toString())).test();
    assertThat(client.head("/").send().expect(200).bytes()).isEmpty();
    assertThat(client.options("/").send().expect(204).header("Allow"))
        .isEqualTo("GET, HEAD, OPTIONS");
    var headers = Headers.of("A", "1", "a", "2");
    assertThat(client.get("/").header("A", "0").headers(headers).send().text()).isEqualTo("[1, 2]");
    assertThatThrownBy(() -> client.post("/").form("a", "1", "b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pairs");
  }

  @AsyncTest
  void query_isAdded_andEncoded_asOfAClient() throws Exception {
    Handler app = rq -> Response.text(rq.target() + " " + rq.query());
    var expected = "/x?a=1&q=%C3%A4+%26&n=2 {a=[1], q=[ä &], n=[2]}";
    var test = app.test().get("/x?a=1").query("q", "ä &").query("n", 2);
    assertThat(test.send().text()).isEqualTo(expected);
    try (var client = HttpClient.of(app)) {
      var request = client.get("http://x/x?a=1#end").query("q", "ä &").query("n", 2);
      assertThat(request.send().text()).isEqualTo(expected);
      assertThat(client.get("http://x/x#?").query("n", 2).send().text()).startsWith("/x?n=2 ");
    }
    assertThat(app.test().get("/x").query("n", 2).send().text()).startsWith("/x?n=2 ");
  }

  /// `header` sets, and `addHeader` adds, wherever they are.
  @AsyncTest
  void header_sets_andAddHeader_adds() throws Exception {
    Handler app =
        rq -> {
          var seen = rq.headers().all("A");
          throw HttpProblem.of(401, seen.toString())
              .header("B", "0")
              .header("b", "1")
              .addHeader("B", "2");
        };
    var test = app.test().get("/").header("A", "0").header("a", "1").addHeader("A", "2").send();
    assertThat(test.text()).contains("[1, 2]");
    assertThat(test.headers().all("B")).containsExactly("1", "2");
    try (var client = HttpClient.of(app)) {
      var request = client.get("http://x/").header("A", "0").header("a", "1").addHeader("A", "2");
      assertThat(request.send().text()).contains("[1, 2]");
    }
    var response = Response.empty(204).header("B", "0").header("b", "1").addHeader("B", "2");
    assertThat(response.headers().all("B")).containsExactly("1", "2");
  }

  @AsyncTest
  void testClient_takesEvents_andWebSockets() throws Exception {
    var left = new Event();
    var app =
        new Router()
            .sse(
                "/clock",
                (rq, out) -> {
                  try {
                    for (int i = 1; ; i++) {
                      out.send(ServerSentEvent.of("tick " + i));
                      sleep(1);
                    }
                  } finally {
                    left.set();
                  }
                })
            .webSocket(
                "/echo",
                ws -> {
                  for (var message : ws) {
                    ws.send(message.text() + "!");
                  }
                });
    try (var events = app.test().events("/clock")) {
      var two = new ArrayList<String>();
      for (var event : events) {
        two.add(event.data());
        if (two.size() == 2) {
          break;
        }
      }
      assertThat(two).containsExactly("tick 1", "tick 2");
    }
    left.await();
    try (var ws = app.test().webSocket("/echo")) {
      ws.send("hello");
      assertThat(ws.receive().text()).isEqualTo("hello!");
    }
    assertThatThrownBy(() -> app.test().webSocket("/clock"))
        .isInstanceOf(WebSocketHandshakeException.class);
  }

  @AsyncTest
  void clientRequest_takesHeaders_atOnce() throws Exception {
    Handler app = rq -> Response.text(rq.headers().all("A") + " " + rq.header("B"));
    try (var client = HttpClient.of(app)) {
      var request = client.get("http://x/").header("A", "0").header("B", "3");
      var response = request.headers(Headers.of("a", "1", "A", "2")).send();
      assertThat(response.text()).isEqualTo("[1, 2] 3");
      assertThatThrownBy(() -> request.headers(Headers.of("Content-Length", "5")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @AsyncTest
  void responseThatWasReadAsAWhole_isNotReadOnceMore_butSaysSo() throws Exception {
    try (var client = HttpClient.of(rq -> Response.text("abc"));
        var response = client.get("http://x/a").open()) {
      assertThat(response.text()).isEqualTo("abc");
      assertThatThrownBy(response::bytes)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("the body of http://x/a has been read already; keep what");
    }
  }

  @AsyncTest
  void emptyResponse_thatShouldBeJson_isSaidToBeEmpty() throws Exception {
    try (var client = HttpClient.of(rq -> Response.empty(204))) {
      var response = client.get("http://x/a").send();
      assertThatThrownBy(() -> response.json(Item.class))
          .isInstanceOf(HttpException.class)
          .hasMessage("the response of http://x/a is empty, and JSON is expected");
    }
  }
}
