package jasyncio.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Arrays;

/// Bytes to text, strictly: nothing is replaced.
final class Texts {
  private static final byte[] NEWLINE = {'\n'};
  private static final char REPLACEMENT = '\ufffd';

  private Texts() {}

  /// @throws IllegalArgumentException if a newline is not the byte 10
  static void checkNewline(Charset charset) {
    if (charset == UTF_8 || charset == US_ASCII || charset == ISO_8859_1) {
      return;
    }
    if (!charset.canEncode() || !Arrays.equals("\n".getBytes(charset), NEWLINE)) {
      throw new IllegalArgumentException(
          "lines end with the byte 10, which is no newline in " + charset + "; use readString");
    }
  }

  static String decode(byte[] bytes, Charset charset) throws CharacterCodingException {
    return decode(bytes, bytes.length, charset);
  }

  /// A line's text, without its end.
  static String line(byte[] bytes, Charset charset) throws CharacterCodingException {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\n') {
      length--;
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
    }
    return decode(bytes, length, charset);
  }

  private static String decode(byte[] bytes, int length, Charset charset)
      throws CharacterCodingException {
    var text = new String(bytes, 0, length, charset); // the fast way
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    return charset.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
  }

  /// Throws an error as it is. Never returns; the return type lets callers write `throw raise(e)`.
  static RuntimeException raise(Throwable e) {
    throw Texts.<RuntimeException>as(e);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased: nothing is checked
  private static <X extends Throwable> X as(Throwable e) throws X {
    throw (X) e;
  }
}
