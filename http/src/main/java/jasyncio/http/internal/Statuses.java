package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/// What statuses are called.
public final class Statuses {
  private static final byte[] @Nullable [] LINES = new byte[600][];

  private Statuses() {}

  /// {@return what a status is called}
  ///
  /// @param status the status
  public static String reason(int status) {
    return switch (status) {
      case 413 -> "Content Too Large"; // as it is called since RFC 9110
      case 422 -> "Unprocessable Content";
      default -> HttpResponseStatus.valueOf(status).reasonPhrase();
    };
  }

  /// The first line of a response, with its end.
  static byte[] line(int status) {
    byte[] line = LINES[status];
    if (line == null) {
      line = ("HTTP/1.1 " + status + " " + reason(status) + "\r\n").getBytes(ISO_8859_1);
      LINES[status] = line; // of two threads both make the same
    }
    return line;
  }
}
