package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/// Paths as they are sent.
public final class Paths {
  private Paths() {}

  /// {@return a path, or a part of one, without its escapes}
  ///
  /// @param text as it was sent, ASCII
  /// @throws IllegalArgumentException if an escape is wrong, or stands for what is no text
  public static String decode(String text) {
    int percent = text.indexOf('%');
    if (percent < 0) {
      return text;
    }
    var bytes = new byte[text.length()];
    int n = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 <= text.length() - 1 ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 <= text.length() - 1 ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new IllegalArgumentException(
              "A percent sign in a path is followed by two hexadecimal digits.");
        }
        c = (char) (16 * high + low);
        if (c == 0) {
          throw new IllegalArgumentException("A path has no %00.");
        }
        i += 2;
      }
      bytes[n++] = (byte) c;
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, n)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("The escapes of a path stand for UTF-8.", e);
    }
  }
}
