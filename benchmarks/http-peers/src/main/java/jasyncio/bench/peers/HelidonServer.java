package jasyncio.bench.peers;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.staticcontent.FileSystemHandlerConfig;
import io.helidon.webserver.staticcontent.StaticContentFeature;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.time.Duration;

/// Helidon SE: `HelidonServer serve PORT`.
public final class HelidonServer {
  private static final Header TEXT =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, Contents.TEXT);
  private static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, Contents.JSON);

  private HelidonServer() {}

  /// Serves until the process is ended.
  ///
  /// @param arguments `serve` and the port
  public static void main(String[] arguments) {
    WebServer.builder()
        .host("127.0.0.1")
        .port(Integer.parseInt(arguments[1]))
        .backlog(4096)
        .idleConnectionTimeout(Duration.ofMinutes(10))
        .addRouting(
            HttpRouting.builder()
                .get("/", (_, response) -> response.header(TEXT).send(Contents.HELLO_BYTES))
                .get("/json", (_, response) -> response.header(JSON).send(Contents.json()))
                .register(
                    "/static",
                    StaticContentFeature.createService(
                        FileSystemHandlerConfig.create(Contents.folder()))))
        .addRouting(WsRouting.builder().endpoint("/ws", Echo::new))
        .build()
        .start();
    System.out.println("READY");
  }

  private static final class Echo implements WsListener {
    @Override
    public void onMessage(WsSession session, String text, boolean last) {
      session.send(text, last);
    }
  }
}
