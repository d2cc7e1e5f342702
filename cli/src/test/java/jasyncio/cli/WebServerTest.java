package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebServerTest {
  private final PretendProgram program = new PretendProgram();
  private final HttpClient client = HttpClient.newHttpClient();
  private WebServer server;

  @BeforeEach
  void start() throws IOException {
    server = WebServer.start(0, program.watch);
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
    program.watch.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).header("Authorization", "Bearer " + server.token()));
  }

  private JsonObject json(String path) throws Exception {
    return JsonParser.parseString(get(path).body()).getAsJsonObject();
  }

  private JsonObject loop(String path) throws Exception {
    return json(path).getAsJsonArray("loops").get(0).getAsJsonObject();
  }

  /// The status of an answer to a request that a client of the JDK's would not make.
  private String status(String requestLine, String... headers) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String head =
          requestLine + "\r\n" + String.join("\r\n", headers) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8).split(" ", 3)[1];
    }
  }

  // ---- who gets in ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"/api/now", "/api/ps", "/api/tree", "/api/where?name=x", "/api/nothing"})
  void question_withoutToken_401(String path) throws Exception {
    String other = (server.token().startsWith("x") ? "y" : "x") + server.token().substring(1);
    String query = path + (path.contains("?") ? "&" : "?") + "token=" + server.token();
    assertThat(send(request(path)).statusCode()).isEqualTo(401);
    assertThat(send(request(query)).statusCode()).isEqualTo(401);
    for (String given :
        List.of("Bearer ", "Bearer " + other, server.token(), "Basic " + server.token())) {
      assertThat(send(request(path).header("Authorization", given)).statusCode()).isEqualTo(401);
    }
    assertThat(program.questions).isEmpty();
    assertThat(program.watch.isLookedAt()).isFalse();
  }

  @Test
  void address_hasTokenInFragment() {
    assertThat(server.address())
        .isEqualTo("http://127.0.0.1:" + server.port() + "/#" + server.token());
    assertThat(server.token()).hasSize(32).matches("[\\w-]+");
  }

  @Test
  void host_ofSomebodyElse_403() throws IOException {
    String token = "Authorization: Bearer " + server.token();
    int port = server.port();
    for (String path : List.of("/", "/main.js", "/api/now")) {
      String line = "GET " + path + " HTTP/1.1";
      assertThat(status(line, "Host: 127.0.0.1:" + port, token)).isEqualTo("200");
      assertThat(status(line, "Host: localhost:" + port, token)).isEqualTo("200");
      assertThat(status(line, "Host: evil.example:" + port, token)).isEqualTo("403");
      assertThat(status(line, "Host: 127.0.0.1.evil.example:" + port, token)).isEqualTo("403");
      assertThat(status(line, "Host: 127.0.0.1", token)).isEqualTo("403");
      assertThat(status(line, token)).isEqualTo("403");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACK"})
  void method_other_405(String method) throws Exception {
    for (String path : List.of("/", "/api/now")) {
      var response =
          send(
              request(path)
                  .header("Authorization", "Bearer " + server.token())
                  .method(method, HttpRequest.BodyPublishers.noBody()));
      assertThat(response.statusCode()).isEqualTo(405);
      assertThat(response.headers().firstValue("Allow")).contains("GET");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/web/main.js",
        "/main.js/",
        "//main.js",
        "/../WebServer.class",
        "/..%2fWebServer.class",
        "/%2e%2e/WebServer.class",
        "/../../../META-INF/MANIFEST.MF",
        "/main.js%00",
        "/.",
        "/api",
      })
  void path_thatIsNoFileOfThePage_404(String path) throws IOException {
    assertThat(status("GET " + path + " HTTP/1.1", "Host: 127.0.0.1:" + server.port()))
        .isEqualTo("404");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/main.js", "/nothing", "/api/now"})
  void answer_any_hasStrictHeaders(String path) throws Exception {
    var headers = send(request(path)).headers();
    assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
        .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe");
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
    assertThat(headers.firstValue("Cache-Control")).contains("no-store");
    assertThat(headers.firstValue("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void page_andAllItNames_isServedWithoutToken() throws Exception {
    var page = send(request("/"));
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).doesNotContain("http:", "https:", "<style", " style=", "onclick");
    var named = Pattern.compile("(?:href=|src=|from )[\"'](?:\\./)?([^\"']+)[\"']");
    var open = named.matcher(page.body()).results().map(name -> name.group(1)).toList();
    assertThat(open).contains("style.css", "icon.svg", "main.js");
    for (String file : open) {
      var response = send(request("/" + file));
      assertThat(response.statusCode()).as(file).isEqualTo(200);
      for (var imported : named.matcher(response.body()).results().toList()) {
        assertThat(send(request("/" + imported.group(1))).headers().firstValue("Content-Type"))
            .as(imported.group())
            .contains("text/javascript; charset=utf-8");
      }
    }
  }

  // ---- what is told -----------------------------------------------------------------------------

  @Test
  void now_afterSomeSeconds_pointsSlowStepsAndTheNewest() throws Exception {
    program.passLookedAt(20);
    JsonObject now = json("/api/now");
    assertThat(now.get("pid").getAsLong()).isEqualTo(4711);
    assertThat(now.get("program").getAsString()).isEqualTo("Crawler.java");
    assertThat(now.get("sequence").getAsLong()).isEqualTo(20);
    assertThat(now.get("now").getAsLong()).isEqualTo(20_000);
    assertThat(now.keySet()).doesNotContain("ended", "problem");
    JsonObject loop = now.getAsJsonArray("loops").get(0).getAsJsonObject();
    assertThat(loop.keySet())
        .containsExactlyInAnyOrder(
            "name",
            "ended",
            "answered",
            "loop",
            "statistics",
            "points",
            "slow",
            "functions",
            "tasks",
            "waits",
            "waitedFor",
            "queues",
            "unawaited");
    assertThat(loop.getAsJsonArray("points")).hasSize(20);
    JsonObject point = loop.getAsJsonArray("points").get(19).getAsJsonObject();
    assertThat(point.get("at").getAsLong()).isEqualTo(20_000);
    assertThat(point.keySet())
        .containsExactlyInAnyOrder(
            "sequence", "at", "seconds", "steps", "busy", "inSteps", "waited", "collector", "lag");
    JsonObject slow = loop.getAsJsonArray("slow").get(0).getAsJsonObject();
    assertThat(slow.get("at").getAsLong()).isEqualTo(18_000 - 300);
    assertThat(slow.get("ready").getAsInt()).isEqualTo(37);
    assertThat(slow.getAsJsonArray("stack")).hasSize(5);
  }

  @Test
  void now_sinceARound_onlyWhatIsNew() throws Exception {
    program.passLookedAt(18);
    assertThat(loop("/api/now?since=17").getAsJsonArray("slow")).hasSize(1);
    JsonObject loop = loop("/api/now?since=18");
    assertThat(loop.getAsJsonArray("points")).isEmpty();
    assertThat(loop.getAsJsonArray("slow")).isEmpty();
    program.passLookedAt(2);
    assertThat(loop("/api/now?since=18").getAsJsonArray("points")).hasSize(2);
  }

  @Test
  void now_afterMoreThanAMinute_oldIsForgotten() throws Exception {
    program.passLookedAt(100);
    JsonArray points = loop("/api/now").getAsJsonArray("points");
    assertThat(points.get(0).getAsJsonObject().get("at").getAsLong()).isEqualTo(40_000);
    assertThat(points).hasSize(61);
    assertThat(loop("/api/now").getAsJsonArray("slow")).hasSize(1); // of 53, not of 18 and 39
  }

  @Test
  void now_window_addsUpWhatIsHottest() throws Exception {
    program.passLookedAt(20);
    JsonObject last =
        loop("/api/now?window=1").getAsJsonArray("functions").get(0).getAsJsonObject();
    JsonObject all =
        loop("/api/now?window=10").getAsJsonArray("functions").get(0).getAsJsonObject();
    assertThat(last.get("name").getAsString()).isEqualTo("Crawler.parse");
    assertThat(last.get("steps").getAsLong()).isEqualTo(1240);
    assertThat(all.get("steps").getAsLong()).isEqualTo(12_400);
    assertThat(all.get("longest").getAsDouble()).isLessThan(all.get("seconds").getAsDouble() / 100);
    assertThat(loop("/api/now?window=1").getAsJsonArray("tasks")).hasSize(5);
  }

  @Test
  void now_loopThatIsHeldUp_saysByWhat() throws Exception {
    program.passLookedAt(3);
    program.isHeldUp = true;
    program.passLookedAt(2);
    JsonObject loop = loop("/api/now");
    assertThat(loop.get("heldUpBy").getAsString()).contains("Crawler.report(Crawler.java:88)");
    assertThat(loop.getAsJsonArray("points").get(4).getAsJsonObject().get("heldUp").getAsBoolean())
        .isTrue();
    assertThat(loop.getAsJsonArray("points").get(2).getAsJsonObject().has("heldUp")).isFalse();
  }

  @Test
  void now_loopThatEnds_isToldForAMinute() throws Exception {
    program.hasSecondLoop = true;
    program.passLookedAt(2);
    assertThat(json("/api/now").getAsJsonArray("loops")).hasSize(2);
    program.hasSecondLoop = false;
    program.passLookedAt(1);
    JsonArray loops = json("/api/now").getAsJsonArray("loops");
    assertThat(loops.get(0).getAsJsonObject().get("ended").getAsBoolean()).isFalse();
    assertThat(loops.get(1).getAsJsonObject().get("ended").getAsBoolean()).isTrue();
    program.passLookedAt(60);
    assertThat(json("/api/now").getAsJsonArray("loops")).hasSize(1);
  }

  @Test
  void now_loopsThatEndAtOnce_areForgotten() throws Exception {
    program.hasMomentaryLoops = true;
    program.passLookedAt(10);
    assertThat(json("/api/now").getAsJsonArray("loops")).hasSize(2); // the last of them, and loop-1
  }

  @Test
  void questions_arePassedOn() throws Exception {
    assertThat(
            loop("/api/ps?name=db*&state=&waiting=Lock+%C3%A4%26b&limit=7&patience=9&x=y").keySet())
        .contains("groups", "matching", "left");
    assertThat(loop("/api/tree?name=x").getAsJsonArray("tasks")).isNotEmpty();
    assertThat(loop("/api/where?name=%2312").getAsJsonArray("tasks")).hasSize(1);
    assertThat(program.questions)
        .containsExactly(
            "ps {brief=1, limit=7, millis=4000, name=db*, patience=250, percent=3, waiting=Lock ä&b}",
            "pstree {brief=1, millis=4000, patience=250, percent=3}",
            "where {name=#12, patience=250}");
    assertThat(program.visits).as("a long look does not hold up what is quick").isEqualTo(2);
  }

  @Test
  void questions_whereSomethingIsWantedSoon_endSoon() throws Exception {
    get("/api/ps?soon=1&limit=7");
    get("/api/tree?soon=1");
    assertThat(program.questions)
        .containsExactly(
            "ps {brief=1, limit=7, millis=500, patience=250, percent=10}",
            "pstree {brief=1, millis=500, patience=250, percent=10}");
  }

  @Test
  void now_whenSomebodyBeginsToLook_measuredAtOnce() throws Exception {
    var times = new AtomicInteger();
    program.watch.onAttention(times::incrementAndGet);
    get("/api/now");
    get("/api/now");
    assertThat(times).hasValue(1);
    program.passIdly(11);
    get("/api/now");
    assertThat(times).hasValue(2);
    program.watch.end("process 4711 has ended");
    program.passIdly(11);
    get("/api/now");
    assertThat(times).hasValue(2);
  }

  @Test
  void question_thatMakesNoSense_saidWhy() throws Exception {
    assertThat(get("/api/where").statusCode()).isEqualTo(400);
    assertThat(json("/api/where?name=").get("error").getAsString())
        .isEqualTo("which task? Give its name, or #N for its number");
    assertThat(get("/api/now?since=x").statusCode()).isEqualTo(400);
    assertThat(get("/api/now?window=wide").statusCode()).isEqualTo(400);
    assertThat(get("/api/then").statusCode()).isEqualTo(404);
  }

  // ---- when it is measured ----------------------------------------------------------------------

  @Test
  void program_whileNobodyLooks_isLeftAlone() throws Exception {
    program.pass();
    assertThat(program.visits).isZero();
    get("/api/now");
    program.pass();
    assertThat(program.isVisited()).isTrue();
    for (int i = 0; i < 10; i++) {
      program.pass();
    }
    assertThat(program.isVisited()).isFalse();
    assertThat(program.questions).hasSize(10).containsOnly("measure {patience=250, percent=20}");
    get("/api/now");
    program.pass();
    assertThat(program.visits).isEqualTo(2);
    JsonArray points = loop("/api/now?since=10").getAsJsonArray("points");
    assertThat(points).hasSize(1); // the beginning of a new measurement
    assertThat(points.get(0).getAsJsonObject().get("seconds").getAsDouble()).isZero();
  }

  @Test
  void program_thatHasEnded_isSaid() throws Exception {
    program.passLookedAt(2);
    program.hasEnded = true;
    program.passLookedAt(1);
    assertThat(json("/api/now").get("problem").getAsString()).isEqualTo("process 4711 has ended");
    assertThat(get("/api/ps").statusCode()).isEqualTo(503);
    assertThat(json("/api/ps").get("error").getAsString()).isEqualTo("there is no process 4711");
    program.watch.end("process 4711 has ended");
    JsonObject now = json("/api/now");
    assertThat(now.get("ended").getAsString()).isEqualTo("process 4711 has ended");
    assertThat(now.has("problem")).isFalse();
    assertThat(now.getAsJsonArray("loops")).hasSize(1); // what was seen last
  }

  @Test
  void program_thatIsTooOld_isSaid() throws Exception {
    program.isOld = true;
    program.passLookedAt(1);
    assertThat(json("/api/now").get("problem").getAsString())
        .isEqualTo("the program has an older jasyncio, which cannot be measured");
  }

  @Test
  void program_thatDoesNotAnswer_isSaid() throws Exception {
    program.passLookedAt(2);
    var said = new ArrayList<String>();
    program.meanwhile =
        () -> {
          program.passIdly(3);
          said.add(program.watch.now(2, 10));
          program.passIdly(2);
          said.add(program.watch.now(2, 10));
        };
    program.passLookedAt(1);
    assertThat(said.get(0)).doesNotContain("problem");
    assertThat(said.get(1)).contains("\"problem\":\"the program has not answered for 5 s\"");
    assertThat(json("/api/now").has("problem")).isFalse();
  }

  @Test
  void program_thatComesBack_isNoProblemAnyMore() throws Exception {
    program.passLookedAt(1);
    program.hasEnded = true;
    program.passLookedAt(1);
    program.hasEnded = false;
    program.passLookedAt(1);
    assertThat(json("/api/now").has("problem")).isFalse();
  }
}
