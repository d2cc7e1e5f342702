package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.ErrorContext;
import jasyncio.testing.OnLoop;
import jasyncio.testing.TimeMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A client that makes its frames by Python's hyperframe and hpack breaks the rules of HTTP/2 one
/// by one: it is told which, and others are served meanwhile, as a client of h2 finds.
class Http2HostilePeerTest {
  private static final Path PROGRAM = Path.of("src/test/python/hostile_http2.py");

  private static final String EXPECTED =
      """
      rapid reset: GOAWAY ENHANCE_YOUR_CALM
      made to reset: GOAWAY ENHANCE_YOUR_CALM
      settings flood: GOAWAY ENHANCE_YOUR_CALM
      ping flood: GOAWAY ENHANCE_YOUR_CALM
      priority flood: GOAWAY ENHANCE_YOUR_CALM
      window flood: GOAWAY ENHANCE_YOUR_CALM
      goaway flood: GOAWAY ENHANCE_YOUR_CALM
      unknown flood: GOAWAY ENHANCE_YOUR_CALM
      empty data flood: GOAWAY ENHANCE_YOUR_CALM
      empty continuation flood: GOAWAY ENHANCE_YOUR_CALM
      large continuation flood: GOAWAY PROTOCOL_ERROR
      connection window overflow: GOAWAY FLOW_CONTROL_ERROR
      stream window overflow: RST_STREAM FLOW_CONTROL_ERROR
      initial window overflow: GOAWAY FLOW_CONTROL_ERROR
      open windows overflow: GOAWAY FLOW_CONTROL_ERROR
      window of nothing: RST_STREAM PROTOCOL_ERROR
      more than the window: RST_STREAM FLOW_CONTROL_ERROR
      data behind the end: RST_STREAM STREAM_CLOSED
      data on a closed stream: 200 hello, RST_STREAM STREAM_CLOSED
      headers behind trailers: RST_STREAM STREAM_CLOSED
      headers on a closed stream: 200 hello, GOAWAY STREAM_CLOSED
      data without a stream: GOAWAY PROTOCOL_ERROR
      reset without a stream: GOAWAY PROTOCOL_ERROR
      even stream: GOAWAY PROTOCOL_ERROR
      stream of the past: GOAWAY PROTOCOL_ERROR
      something between headers: GOAWAY PROTOCOL_ERROR
      push: GOAWAY PROTOCOL_ERROR
      uppercase name: RST_STREAM PROTOCOL_ERROR
      connection header: RST_STREAM PROTOCOL_ERROR
      transfer encoding: RST_STREAM PROTOCOL_ERROR
      pseudo header behind: RST_STREAM PROTOCOL_ERROR
      body longer than said: RST_STREAM PROTOCOL_ERROR
      body shorter than said: RST_STREAM PROTOCOL_ERROR
      trailers before the length: RST_STREAM PROTOCOL_ERROR
      dependency on itself: RST_STREAM PROTOCOL_ERROR
      padding longer than the frame: GOAWAY PROTOCOL_ERROR
      frame that is too large: GOAWAY FRAME_SIZE_ERROR
      ping of seven bytes: GOAWAY FRAME_SIZE_ERROR
      bomb: 431, 200 hello
      table that is too large: GOAWAY COMPRESSION_ERROR
      entry that is not there: GOAWAY COMPRESSION_ERROR
      streams that take nothing: RST_STREAM REFUSED_STREAM, RST_STREAM CANCEL
      connection that takes nothing: left
      client that reads nothing: left
      """;

  private int waiting; // handlers
  private @Nullable HttpServer impatient;

  private Router app() {
    return new Router()
        .get("/hello", rq -> Response.text("hello"))
        .get("/large", rq -> Response.bytes(new byte[1_000_000]))
        .get("/wait", this::waitForEver)
        .post("/wait", this::waitForEver)
        .get("/alone", _ -> awaitOthersGone())
        .post("/length", rq -> Response.text("" + rq.bytes().length));
  }

  private Response waitForEver(Request request) {
    waiting++;
    try {
      while (true) {
        sleep(1_000);
      }
    } finally {
      waiting--;
    }
  }

  private Response awaitOthersGone() {
    while (Objects.requireNonNull(impatient).statistics().connections() > 1) {
      sleep(0.01);
    }
    return Response.text("alone");
  }

  @Tag("slow")
  @Test
  @OnLoop(time = TimeMode.REAL)
  void clientThatBreaksTheRules_isToldSo_andOthersAreServed() throws Exception {
    var python = toThread(() -> Peer.python("h2"));
    assumeTrue(python.isPresent(), "there is no Python library h2 on this machine");
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var options = HttpOptions.defaults().idleTime(Duration.ofMillis(500));
    try (var server = Http.start(app(), "127.0.0.1", 0);
        var other = Http.start(app(), "127.0.0.1", 0, options)) {
      impatient = other;
      var said =
          toThread(() ->
              Peer.run(
                  "",
                  python.orElseThrow(),
                  PROGRAM.toString(),
                  "" + server.port(),
                  "" + other.port()));
      assertThat(said).isEqualTo(EXPECTED);
      while (server.statistics().connections() + other.statistics().connections() > 0) {
        sleep(0.01);
      }
      assertThat(waiting).isZero();
    }
    assertThat(errors).isEmpty();
  }
}
