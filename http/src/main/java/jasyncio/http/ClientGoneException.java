package jasyncio.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The client has gone. Its handler is told, who may have something to clean up; nobody else is,
/// for it is no error of the program.
final class ClientGoneException extends IOException {
  private static final long serialVersionUID = 1;

  ClientGoneException(String message) {
    super(message);
  }

  ClientGoneException(@Nullable String message, Throwable cause) {
    super(message, cause);
  }

  /// Whether that is what a handler has thrown, perhaps as the cause of something else.
  static boolean isReasonOf(@Nullable Throwable e) {
    return e instanceof ClientGoneException
        || (e != null && e.getCause() instanceof ClientGoneException);
  }
}
