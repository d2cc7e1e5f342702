package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.Timeout;
import jasyncio.http.internal.WebSocketDeflate;
import jasyncio.net.Protocol;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The client's side of the handshake.
final class WebSocketClient {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MOST = 16 * 1024; // bytes of a head
  private static final int SHOWN = 200; // characters of what is answered instead

  private final URI uri;
  private final WebSocketOptions options;
  private final boolean secure;
  private final String key;
  private Headers common; // beside those of the handshake

  WebSocketClient(URI uri, WebSocketOptions options) {
    this.uri = URI.create(uri.toASCIIString());
    this.options = options;
    this.common = options.headers();
    this.secure = "wss".equalsIgnoreCase(uri.getScheme());
    if ((!secure && !"ws".equalsIgnoreCase(uri.getScheme()))
        || uri.getHost() == null
        || uri.getRawFragment() != null
        || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "a WebSocket is at a URI such as wss://example.org/chat, without user and fragment");
    }
    var random = new byte[16];
    RANDOM.nextBytes(random);
    this.key = Base64.getEncoder().encodeToString(random);
  }

  WebSocket connect() throws IOException {
    try {
      return Timeout.after(options.openTime()).run(this::dial);
    } catch (TimeoutException e) {
      throw tooLate(e);
    }
  }

  /// Opens the socket over a connection of a client, with its headers and cookies.
  WebSocket connect(HttpClient client) throws IOException {
    var url = Urls.parse((secure ? "https" : "http") + uri.toString().substring(secure ? 3 : 2));
    common = client.headersFor(url, options.headers());
    try {
      return Timeout.after(options.openTime())
          .run(() -> open(client.dial(url), answer -> client.answered(url, answer)));
    } catch (TimeoutException e) {
      throw tooLate(e);
    }
  }

  private IOException tooLate(TimeoutException e) {
    return (IOException)
        new SocketTimeoutException(
                "the WebSocket %s could not be opened within %s (openTime)"
                    .formatted(uri, HttpTimeoutException.text(options.openTime())))
            .initCause(e);
  }

  private WebSocket dial() throws IOException {
    var loop = Objects.requireNonNull(EventLoop.running());
    var connect = options.connect();
    if (secure && connect.tls() == null) {
      connect = connect.tls(TlsOptions.of(trust()).applicationProtocols("http/1.1"));
    }
    var origin = origin();
    var handshake = new Handshake(loop, _ -> {});
    try {
      Transports.createConnection(() -> handshake, origin.host(), origin.port(), connect);
    } catch (SSLException e) {
      throw TlsErrors.explained(e, uri.toString());
    }
    return handshake.await();
  }

  /// Opens the socket over a connection that is there, such as one in memory.
  WebSocket open(Transport transport) throws IOException {
    return open(transport, _ -> {});
  }

  private WebSocket open(Transport transport, Consumer<Headers> watcher) throws IOException {
    var handshake = new Handshake(Objects.requireNonNull(EventLoop.running()), watcher);
    transport.setProtocol(handshake);
    handshake.connectionMade(transport);
    return handshake.await();
  }

  private static SSLContext trust() throws IOException {
    try {
      return Asyncio.toThread(() -> TlsContexts.client()); // which reads files
    } catch (GeneralSecurityException e) {
      throw new IOException("there is no TLS: " + e.getMessage(), e);
    }
  }

  private Urls.Origin origin() {
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    return new Urls.Origin(secure, uri.getHost().replaceFirst("^\\[(.*)]$", "$1"), port);
  }

  private byte[] request() {
    var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var text = new StringBuilder("GET ").append(path);
    if (uri.getRawQuery() != null) {
      text.append('?').append(uri.getRawQuery());
    }
    text.append(" HTTP/1.1\r\nHost: ").append(origin().authority());
    text.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13");
    text.append("\r\nSec-WebSocket-Key: ").append(key);
    if (!options.subprotocols().isEmpty()) {
      text.append("\r\nSec-WebSocket-Protocol: ").append(String.join(", ", options.subprotocols()));
    }
    if (options.compression()) {
      text.append("\r\nSec-WebSocket-Extensions: ").append(WebSocketDeflate.offer());
    }
    common.forEach((name, value) -> text.append("\r\n").append(name).append(": ").append(value));
    return text.append("\r\n\r\n").toString().getBytes(ISO_8859_1);
  }

  /// Waits for the head of the response; what comes behind it is the socket's.
  private final class Handshake implements Protocol {
    private final EventLoop loop;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Consumer<Headers> watcher; // of what the server has answered
    final Future<WebSocket> opened;
    private @Nullable Transport transport;

    Handshake(EventLoop loop, Consumer<Headers> watcher) {
      this.loop = loop;
      this.watcher = watcher;
      this.opened = loop.createFuture();
    }

    WebSocket await() throws IOException {
      try {
        return opened.await();
      } catch (Throwable e) {
        transport().abort();
        throw e;
      }
    }

    private Transport transport() {
      return Objects.requireNonNull(transport);
    }

    @Override
    public void connectionMade(Transport newTransport) {
      transport = newTransport;
      newTransport.write(request());
    }

    @Override
    public void dataReceived(byte[] data) {
      received.writeBytes(data);
      var all = received.toByteArray();
      int end = endOfHead(all);
      if (opened.done()) {
        return;
      } else if (end < 0) {
        if (all.length > MOST) {
          fail(new WebSocketHandshakeException(0, Headers.none(), "the response has no end"));
        }
        return;
      }
      try {
        var head = new String(all, 0, end, ISO_8859_1);
        if (isRefusalToCome(head, all.length - end) && all.length < MOST) {
          return; // it may say why
        }
        var socket = open(head, new String(all, end, all.length - end, UTF_8));
        var protocol = socket.protocol();
        transport().setProtocol(protocol);
        opened.setResult(socket);
        if (all.length > end) {
          protocol.dataReceived(ByteBuffer.wrap(all, end, all.length - end));
        }
      } catch (WebSocketHandshakeException e) {
        fail(e);
      }
    }

    private void fail(Exception e) {
      failed(e);
      transport().abort();
    }

    private void failed(Exception e) {
      if (!opened.done()) {
        opened.setException(e);
        var _ = opened.exception(); // read, also if who waits is cancelled now
      }
    }

    private WebSocketHandshakeException refused(int status, Headers headers, String body) {
      var shown = body.length() > SHOWN ? body.substring(0, SHOWN) + "…" : body;
      return new WebSocketHandshakeException(
          status,
          headers,
          "%s was answered %d instead of a WebSocket%s"
              .formatted(uri, status, shown.isEmpty() ? "" : ": " + shown));
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      var all = received.toByteArray();
      int end = endOfHead(all);
      if (end >= 0 && !opened.done()) { // it has not said all of why
        try {
          open(new String(all, 0, end, ISO_8859_1), new String(all, end, all.length - end, UTF_8));
        } catch (WebSocketHandshakeException e) {
          failed(e);
          return;
        }
      }
      var lost = new IOException("the server has closed the connection without an answer");
      if (exception != null) {
        lost.initCause(exception);
      }
      failed(lost);
    }

    private static boolean isRefusalToCome(String head, int bytes)
        throws WebSocketHandshakeException {
      var lines = head.split("\r\n", -1);
      var length = headersOf(lines).get("Content-Length");
      return statusOf(lines[0]) != 101
          && length != null
          && length.matches("\\d{1,5}")
          && bytes < Integer.parseInt(length);
    }

    /// Opens the socket, if the server agrees.
    ///
    /// @param rest what has come behind the head
    private WebSocket open(String head, String rest) throws WebSocketHandshakeException {
      var lines = head.split("\r\n", -1);
      int status = statusOf(lines[0]);
      var headers = headersOf(lines);
      watcher.accept(headers);
      if (status != 101) {
        throw refused(status, headers, rest);
      }
      if (!headers.containsWord("Upgrade", "websocket")
          || !headers.containsWord("Connection", "upgrade")
          || !WebSocketServer.acceptOf(key).equals(headers.get("Sec-WebSocket-Accept"))) {
        throw wrong(headers, "the server has answered 101, but not to what was asked");
      }
      var subprotocol = headers.get("Sec-WebSocket-Protocol");
      if (subprotocol != null && !options.subprotocols().contains(subprotocol)) {
        throw wrong(headers, "the server speaks a subprotocol that was not offered");
      }
      return new WebSocket(loop, transport(), options, null, subprotocol, compression(headers));
    }

    private @Nullable WebSocketExtension compression(Headers headers)
        throws WebSocketHandshakeException {
      var answer = String.join(", ", headers.all("Sec-WebSocket-Extensions"));
      if (answer.isEmpty()) {
        return null;
      }
      var agreed =
          options.compression() ? WebSocketDeflate.agreed(answer, options.maxMessage()) : null;
      if (agreed == null) {
        throw wrong(headers, "the server uses an extension that was not offered");
      }
      return agreed;
    }
  }

  private static WebSocketHandshakeException wrong(Headers headers, String why) {
    return new WebSocketHandshakeException(101, headers, why);
  }

  private static int endOfHead(byte[] bytes) {
    for (int i = 3; i < bytes.length && i < MOST; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int statusOf(String line) throws WebSocketHandshakeException {
    if (!line.matches("HTTP/1\\.\\d [1-5]\\d\\d( .*)?")) {
      throw new WebSocketHandshakeException(0, Headers.none(), "the server does not speak HTTP");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static Headers headersOf(String[] lines) throws WebSocketHandshakeException {
    var fields = new ArrayList<String>();
    try {
      for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
        int colon = Math.max(0, lines[i].indexOf(':'));
        fields.add(lines[i].substring(0, colon));
        fields.add(lines[i].substring(colon + 1).strip());
      }
      return Headers.of(fields.toArray(new String[0]));
    } catch (IllegalArgumentException e) {
      throw new WebSocketHandshakeException(0, Headers.none(), "a header is wrong: " + e);
    }
  }
}
