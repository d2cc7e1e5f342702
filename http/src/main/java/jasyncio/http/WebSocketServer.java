package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.ExceptionGroup;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.http.internal.WebSocketDeflate;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The server's side of the handshake, and what runs a handler.
final class WebSocketServer implements Upgrade {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_LENGTH = 16;
  private static final int GOING_AWAY = 1001;
  private static final int ERROR = 1011;

  private final Request request;
  private final WebSocketOptions options;
  private final WebSocketHandler handler;
  private final @Nullable String subprotocol;
  private final @Nullable WebSocketExtension compression;
  private @Nullable WebSocket socket;
  private boolean cancels;

  private WebSocketServer(
      Request request,
      WebSocketOptions options,
      WebSocketHandler handler,
      @Nullable String subprotocol,
      @Nullable WebSocketExtension compression) {
    this.request = request;
    this.options = options;
    this.handler = handler;
    this.subprotocol = subprotocol;
    this.compression = compression;
  }

  // ---- the handshake ----------------------------------------------------------------------------

  static Response accept(Request request, WebSocketOptions options, WebSocketHandler handler) {
    var headers = request.headers();
    if (!request.method().equals("GET")) {
      return HttpProblem.of(405, "A WebSocket is asked for by GET.")
          .header("Allow", "GET")
          .toResponse();
    } else if (request.version() == HttpVersion.HTTP_2) {
      return HttpProblem.of(501, "A WebSocket is asked for over HTTP/1.1.").toResponse();
    } else if (request.version() == HttpVersion.HTTP_1_0
        || !headers.containsWord("Upgrade", "websocket")
        || !headers.containsWord("Connection", "upgrade")) {
      return upgradeRequired("Here is a WebSocket; the request does not ask for one.");
    } else if (!"13".equals(request.header("Sec-WebSocket-Version"))) {
      return upgradeRequired("The version of the WebSocket protocol has to be 13.");
    }
    var key = request.header("Sec-WebSocket-Key");
    if (key == null || !isKey(key) || headers.all("Sec-WebSocket-Key").size() > 1) {
      return HttpProblem.of(400, "Sec-WebSocket-Key is not 16 bytes in Base64.").toResponse();
    } else if (!isAllowed(request, options)) {
      return HttpProblem.of(403, "Pages of this origin may not connect here.").toResponse();
    }
    var answer =
        Headers.of(
            "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", acceptOf(key));
    var subprotocol = subprotocol(headers, options);
    if (subprotocol != null) {
      answer = answer.and("Sec-WebSocket-Protocol", subprotocol);
    }
    WebSocketExtension compression = null;
    if (options.compression()) {
      var agreed =
          WebSocketDeflate.accept(headers.all("Sec-WebSocket-Extensions"), options.maxMessage());
      if (agreed != null) {
        answer = answer.and("Sec-WebSocket-Extensions", agreed.header());
        compression = agreed.extension();
      }
    }
    return Response.upgrade(
        answer, new WebSocketServer(request, options, handler, subprotocol, compression));
  }

  private static Response upgradeRequired(String why) {
    var response = HttpProblem.of(426, why).toResponse();
    return response.unchecked(
        response
            .headers()
            .and("Upgrade", "websocket")
            .and("Connection", "Upgrade")
            .and("Sec-WebSocket-Version", "13"));
  }

  private static boolean isKey(String key) {
    try {
      return key.length() % 4 == 0 && Base64.getDecoder().decode(key).length == KEY_LENGTH;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// What proves that a server understands the key.
  static String acceptOf(String key) {
    try {
      var sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder().encodeToString(sha1.digest((key + MAGIC).getBytes(ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-1", e);
    }
  }

  private static boolean isAllowed(Request request, WebSocketOptions options) {
    var origin = request.header("Origin");
    if (origin == null) {
      return true;
    }
    var allowed = options.origins();
    if (allowed != null) {
      return allowed.contains("*") || allowed.stream().anyMatch(each -> Urls.areSame(origin, each));
    }
    var page = Urls.origin(origin);
    return page != null // by its scheme: the server may be behind a proxy that has the TLS
        && page.equals(Urls.origin((page.secure() ? "https://" : "http://") + request.host()));
  }

  private static @Nullable String subprotocol(Headers headers, WebSocketOptions options) {
    for (var each : options.subprotocols()) {
      for (var offer : headers.all("Sec-WebSocket-Protocol")) {
        for (var offered : offer.split(",", -1)) {
          if (offered.strip().equals(each)) {
            return each;
          }
        }
      }
    }
    return null;
  }

  // ---- the handler ------------------------------------------------------------------------------

  @Override
  public Protocol begin(Transport transport, HttpOptions server, Runnable agree) {
    cancels = server.cancelOnDisconnect();
    socket = new WebSocket(loop(), transport, options, request, subprotocol, compression);
    socket.agreeLater(agree);
    return socket.protocol();
  }

  private static EventLoop loop() {
    return Objects.requireNonNull(EventLoop.running());
  }

  @Override
  public boolean hasEnded() {
    return socket != null && socket.isClosedInOrder();
  }

  @Override
  public void shutDown() {
    if (socket != null) {
      socket.goAway();
    }
  }

  @Override
  public void run() throws Exception {
    var ws = Objects.requireNonNull(socket);
    if (cancels) {
      ws.handler(Objects.requireNonNull(Asyncio.currentTask()));
    }
    int code = ERROR;
    boolean refused = false;
    try {
      handler.handle(ws);
      code = isShuttingDown() ? GOING_AWAY : 1000;
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      code = isShuttingDown() ? GOING_AWAY : ERROR;
      refused = !ws.hasAgreed();
      throw e;
    } catch (Throwable e) {
      if (!ws.hasAgreed()) {
        refused = true;
        throw e;
      } else if (!isOnlyTheEnd(e)) {
        Answers.report("Unhandled exception in the handler of WebSocket ", request, e, loop());
      }
    } finally {
      ws.handlerEnded();
      if (refused) {
        ws.refuse();
      } else {
        ws.finish(code, "");
      }
    }
  }

  private boolean isShuttingDown() {
    return request.shuttingDown().isSet();
  }

  /// Whether a handler failed for nothing but the end of its socket.
  private static boolean isOnlyTheEnd(Throwable e) {
    return e instanceof WebSocketClosedException
        || (e instanceof ExceptionGroup group
            && group.exceptions().stream().allMatch(WebSocketServer::isOnlyTheEnd));
  }
}
