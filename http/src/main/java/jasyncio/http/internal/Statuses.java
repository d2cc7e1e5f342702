package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What statuses are called.
public final class Statuses {
  private static final AtomicReferenceArray<byte @Nullable []> LINES =
      new AtomicReferenceArray<>(600); // of all loops

  private Statuses() {}

  /// {@return what a status is called}
  ///
  /// @param status the status
  public static String reason(int status) {
    return switch (status) {
      // as they are called since RFC 9110
      case 413 -> "Content Too Large";
      case 414 -> "URI Too Long";
      case 416 -> "Range Not Satisfiable";
      case 422 -> "Unprocessable Content";
      // those of other documents that Netty does not know, or calls as nobody else does
      case 208 -> "Already Reported";
      case 226 -> "IM Used";
      case 425 -> "Too Early";
      case 451 -> "Unavailable For Legal Reasons";
      case 508 -> "Loop Detected";
      default -> HttpResponseStatus.valueOf(status).reasonPhrase();
    };
  }

  /// The first line of a response, with its end.
  static byte[] line(int status) {
    byte[] line = LINES.getAcquire(status);
    if (line == null) {
      line = ("HTTP/1.1 " + status + " " + reason(status) + "\r\n").getBytes(ISO_8859_1);
      LINES.setRelease(status, line); // of two threads both make the same
    }
    return line;
  }
}
