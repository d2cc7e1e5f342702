package jasyncio.internal.base;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.Arrays;

/// Where lines of text end: at the byte 10, before which there may be a 13.
public final class Newlines {
  private static final byte[] NEWLINE = {'\n'};

  private Newlines() {}

  /// Refuses a charset in which a newline is something else. Others than the usual are tried out.
  ///
  /// @param instead what to do instead, for the message
  /// @throws IllegalArgumentException if it is such a one
  public static void check(Charset charset, String instead) {
    if (charset == UTF_8 || charset == US_ASCII || charset == ISO_8859_1) {
      return;
    }
    if (!charset.canEncode() || !Arrays.equals("\n".getBytes(charset), NEWLINE)) {
      throw new IllegalArgumentException(
          "lines end with the byte 10, which is no newline in " + charset + "; " + instead);
    }
  }

  /// The length of a line without its end.
  public static int lengthOfText(byte[] line) {
    int length = line.length;
    if (length == 0 || line[length - 1] != '\n') {
      return length;
    }
    return length > 1 && line[length - 2] == '\r' ? length - 2 : length - 1;
  }
}
