package jasyncio.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.Arrays;

/// Which charsets lines can be read in.
final class Charsets {
  private static final byte[] NEWLINE = {'\n'};

  private Charsets() {}

  /// Lines end with the byte 10. Other charsets than the usual are tried out.
  ///
  /// @throws IllegalArgumentException if a newline is not that byte
  static void checkNewline(Charset charset) {
    if (charset == UTF_8 || charset == US_ASCII || charset == ISO_8859_1) {
      return;
    }
    if (!charset.canEncode() || !Arrays.equals("\n".getBytes(charset), NEWLINE)) {
      throw new IllegalArgumentException(
          "lines end with the byte 10, which is no newline in "
              + charset
              + "; use asInputStream() with an InputStreamReader");
    }
  }
}
