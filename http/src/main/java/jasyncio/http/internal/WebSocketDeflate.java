package jasyncio.http.internal;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilter;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilterProvider;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateClientExtensionHandshaker;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Agrees on permessage-deflate, RFC 7692.
public final class WebSocketDeflate {
  private static final int LEVEL = 6;
  private static final long SPACE = 1024; // bytes
  private static final int WINDOW = PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE;
  private static final WebSocketExtensionFilterProvider LONG_ONES =
      new WebSocketExtensionFilterProvider() {
        @Override
        public WebSocketExtensionFilter encoderFilter() {
          return WebSocketCodec::isSmall;
        }

        @Override
        public WebSocketExtensionFilter decoderFilter() {
          return WebSocketExtensionFilter.NEVER_SKIP;
        }
      };

  private WebSocketDeflate() {}

  /// What was agreed on.
  ///
  /// @param extension its handlers
  /// @param header what the server says of it
  public record Agreed(WebSocketExtension extension, String header) {}

  /// {@return what a server agrees to, or `null`}
  ///
  /// @param offers what the client offers: values of `Sec-WebSocket-Extensions`
  /// @param maxMessage how long a message may be
  @SuppressWarnings(
      "deprecation") // of the constructor that takes no memory level: the JDK has none
  public static @Nullable Agreed accept(Iterable<String> offers, int maxMessage) {
    var handshaker =
        new PerMessageDeflateServerExtensionHandshaker(
            LEVEL, false, WINDOW, true, true, LONG_ONES, withSpace(maxMessage));
    for (var header : offers) {
      for (var offer : WebSocketExtensionUtil.extractExtensions(header)) {
        var extension = handshaker.handshakeExtension(offer);
        if (extension != null) {
          return new Agreed(extension, textOf(extension.newReponseData()));
        }
      }
    }
    return null;
  }

  /// Netty's decoder gives up when it has filled its space, also if that was all; the codec looks
  /// at the length that came out.
  private static int withSpace(int maxMessage) {
    return (int) Math.min(maxMessage + SPACE, Integer.MAX_VALUE);
  }

  private static String textOf(WebSocketExtensionData data) {
    var text = new StringBuilder(data.name());
    for (Map.Entry<String, String> parameter : data.parameters().entrySet()) {
      text.append("; ").append(parameter.getKey());
      if (parameter.getValue() != null) {
        text.append('=').append(parameter.getValue());
      }
    }
    return text.toString();
  }

  @SuppressWarnings("deprecation") // as above
  private static PerMessageDeflateClientExtensionHandshaker client(int maxMessage) {
    return new PerMessageDeflateClientExtensionHandshaker(
        LEVEL, false, WINDOW, true, false, LONG_ONES, withSpace(maxMessage));
  }

  /// {@return what a client offers}
  public static String offer() {
    return textOf(client(1).newRequestData());
  }

  /// {@return what a server has agreed to, or `null` if that was not offered}
  ///
  /// @param answer the value of `Sec-WebSocket-Extensions`
  /// @param maxMessage how long a message may be
  public static @Nullable WebSocketExtension agreed(String answer, int maxMessage) {
    var extensions = WebSocketExtensionUtil.extractExtensions(answer);
    if (extensions.size() != 1) {
      return null;
    }
    // How a server limits itself may be said without having been asked, and needs nothing here.
    var parameters = new HashMap<>(extensions.getFirst().parameters());
    parameters.remove("server_max_window_bits");
    parameters.remove("server_no_context_takeover");
    return client(maxMessage)
        .handshakeExtension(new WebSocketExtensionData(extensions.getFirst().name(), parameters));
  }
}
