package jasyncio.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;

/// Errors that name the address concerned, which the JDK's do not.
final class Failures {
  private Failures() {}

  static BindException bind(SocketAddress address, IOException cause) {
    return because(
        new BindException(
            "error while attempting to bind on address " + address + ": " + cause.getMessage()),
        cause);
  }

  static ConnectException connect(SocketAddress address, IOException cause) {
    return because(
        new ConnectException("Connect call failed " + address + ": " + cause.getMessage()), cause);
  }

  private static <E extends IOException> E because(E e, IOException cause) {
    e.initCause(cause);
    return e;
  }
}
