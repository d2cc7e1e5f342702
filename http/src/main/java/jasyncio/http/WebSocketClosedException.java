package jasyncio.http;

import java.io.IOException;

/// A [WebSocket] has ended: nothing can be sent or received any more.
///
/// Codes are those of RFC 6455: 1000 in the regular way, 1001 going away, 1005 none was given, 1006
/// lost without a goodbye, 1011 an error; 3000 to 4999 are for libraries and programs.
///
/// A loop over a WebSocket throws it unless the code is 1000, 1001 or 1005; [WebSocket#receive()]
/// and [WebSocket#send(String)] whatever it is. Python: `websockets.ConnectionClosed`.
@SuppressWarnings("serial") // never serialized
public final class WebSocketClosedException extends IOException {
  private final transient int code;
  private final transient String reason;

  WebSocketClosedException(int code, String reason) {
    super("the WebSocket is closed: code " + code + (reason.isEmpty() ? "" : ", '" + reason + "'"));
    this.code = code;
    this.reason = reason;
  }

  /// {@return the code}
  public int code() {
    return code;
  }

  /// {@return the reason in words; mostly empty}
  public String reason() {
    return reason;
  }
}
