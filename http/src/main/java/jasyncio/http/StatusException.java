package jasyncio.http;

/// A response whose status is no success, thrown by [ClientResponse#requireSuccess()], and by
/// [ClientResponse#json(Class)] of one that is not what was expected. Python:
/// `httpx.HTTPStatusError`.
@SuppressWarnings("serial") // never serialized
public final class StatusException extends HttpException {
  private final transient ClientResponse response;

  StatusException(String message, ClientResponse response) {
    super(message);
    this.response = response;
  }

  /// {@return the status}
  public int status() {
    return response.status();
  }

  /// {@return the response}
  public ClientResponse response() {
    return response;
  }
}
