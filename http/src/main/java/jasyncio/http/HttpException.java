package jasyncio.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A request of an [HttpClient] has failed; the message says which one and why. Python:
/// `aiohttp.ClientError`, `httpx.HTTPError`.
///
/// What the network says, such as `connection refused`, is an [IOException] as it is.
@SuppressWarnings("serial") // never serialized
public sealed class HttpException extends IOException
    permits HttpTimeoutException, StatusException {
  HttpException(String message) {
    super(message);
  }

  HttpException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
