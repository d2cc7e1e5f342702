package jasyncio.http;

import java.io.IOException;

/// A server did not agree to a [WebSocket].
@SuppressWarnings("serial") // never serialized
public final class WebSocketHandshakeException extends IOException {
  private final transient int status;
  private final transient Headers headers;

  WebSocketHandshakeException(int status, Headers headers, String why) {
    super(why);
    this.status = status;
    this.headers = headers;
  }

  /// {@return the status of the response; 101 if it agreed in a wrong way, 0 if it was no HTTP}
  public int status() {
    return status;
  }

  /// {@return the headers of the response}
  public Headers headers() {
    return headers;
  }
}
