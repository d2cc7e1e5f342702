package jasyncio.http;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A message that came over a [WebSocket]: text, or bytes.
public final class WebSocketMessage {
  private final @Nullable String text;
  private final byte[] bytes;

  private WebSocketMessage(@Nullable String text, byte[] bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  static WebSocketMessage text(String text, byte[] encoded) {
    return new WebSocketMessage(text, encoded);
  }

  static WebSocketMessage binary(byte[] bytes) {
    return new WebSocketMessage(null, bytes);
  }

  /// {@return whether it is text}
  public boolean isText() {
    return text != null;
  }

  /// {@return the text}
  ///
  /// @throws IllegalStateException if it is a binary message: see [#bytes()]
  public String text() {
    if (text == null) {
      throw new IllegalStateException("the message is binary; read it by bytes()");
    }
    return text;
  }

  /// {@return the bytes; those of a text as UTF-8. Not to be changed}
  public byte[] bytes() {
    return bytes;
  }

  int length() {
    return bytes.length;
  }

  /// {@return such as `<WebSocketMessage "hi">`, or with the number of bytes}
  @Override
  public String toString() {
    return text == null || text.length() > 60
        ? "<WebSocketMessage of " + bytes.length + " bytes>"
        : "<WebSocketMessage \"" + text + "\">";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WebSocketMessage message
        && Objects.equals(text, message.text)
        && Arrays.equals(bytes, message.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
