package jasyncio.files;

import jasyncio.internal.base.Newlines;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/// Bytes to text, strictly: nothing is replaced.
final class Texts {
  private static final char REPLACEMENT = '\ufffd';

  private Texts() {}

  /// @throws IllegalArgumentException if a newline is not the byte 10
  static void checkNewline(Charset charset) {
    Newlines.check(charset, "use readString");
  }

  static String decode(byte[] bytes, Charset charset) throws CharacterCodingException {
    return decode(bytes, bytes.length, charset);
  }

  /// A line's text, without its end.
  static String line(byte[] bytes, Charset charset) throws CharacterCodingException {
    return decode(bytes, Newlines.lengthOfText(bytes), charset);
  }

  private static String decode(byte[] bytes, int length, Charset charset)
      throws CharacterCodingException {
    var text = new String(bytes, 0, length, charset); // the fast way
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    return charset.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
  }
}
