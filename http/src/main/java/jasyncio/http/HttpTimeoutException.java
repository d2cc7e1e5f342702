package jasyncio.http;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;

/// A request of an [HttpClient] took too long; the message says what did, how long that was, and
/// with whom. Python: `httpx.TimeoutException`.
@SuppressWarnings("serial") // never serialized
public final class HttpTimeoutException extends HttpException {
  /// What a time limit is for.
  public enum Limit {
    /// for a connection of the pool to become free: [ClientOptions#poolTimeout]
    POOL,
    /// to look the host up, to connect, and to agree on TLS: [ClientOptions#connectTimeout]
    CONNECT,
    /// while nothing comes, or nothing of the request is taken: [ClientOptions#readTimeout]
    READ,
    /// for everything, from the request to the end of the response: [ClientRequest#timeout]
    TOTAL
  }

  private final transient Limit limit;

  HttpTimeoutException(Limit limit, String message) {
    super(message);
    this.limit = Objects.requireNonNull(limit);
  }

  /// {@return which limit was exceeded}
  public Limit limit() {
    return limit;
  }

  /// A duration as text, such as `2.5 s`.
  static String text(Duration duration) {
    var seconds =
        BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
    return seconds.stripTrailingZeros().toPlainString() + " s";
  }
}
