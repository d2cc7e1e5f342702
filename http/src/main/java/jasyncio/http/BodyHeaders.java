package jasyncio.http;

import java.util.Locale;

/// Which headers are of the body that they come with. They go for nothing that is sent instead: a
/// problem, or a request that was redirected and has no body any more.
final class BodyHeaders {
  private BodyHeaders() {}

  /// Whether a header says what a body is, of a request or of a response.
  static boolean describes(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "content-security-policy", "content-security-policy-report-only" -> false;
      case "digest", "repr-digest", "signature", "signature-input" -> true; // they would not hold
      case "last-modified", "trailer" -> true;
      default -> lower.startsWith("content-"); // Type, Encoding, Disposition, Digest, …
    };
  }

  /// Whether a header says what the body of a response is, or what others may do with it.
  static boolean concerns(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "etag", "accept-ranges", "sourcemap", "x-sourcemap", "x-sendfile" -> true;
      case "age", "expires", "pragma", "surrogate-control" -> true; // how long it is good for
      default ->
          lower.startsWith("x-accel-") // for nginx: Buffering, Redirect, Expires, …
              || lower.endsWith("cache-control") // also CDN-Cache-Control and the like
              || describes(name);
    };
  }
}
