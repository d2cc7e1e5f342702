package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/// What the system says when a call fails, in Linux's words and as the class that the JDK makes of
/// it.
enum Fault {
  ACCESS("Permission denied"),
  ADDRESS_IN_USE("Address already in use"),
  ADDRESS_NOT_AVAILABLE("Cannot assign requested address"),
  BROKEN_PIPE("Broken pipe"),
  CRASHED("The host has crashed"),
  MESSAGE_TOO_LONG("Message too long"),
  NETWORK_UNREACHABLE("Network is unreachable"),
  NO_FILE("No such file or directory"),
  NO_ROUTE("No route to host"),
  NOT_CONNECTED("Transport endpoint is not connected"),
  REFUSED("Connection refused"),
  RESET("Connection reset by peer"),
  TIMED_OUT("Connection timed out"),
  TOO_MANY_FILES("Too many open files");

  private final String text;

  Fault(String text) {
    this.text = text;
  }

  /// As most calls on sockets say it.
  IOException ofSocket() {
    return switch (this) {
      case REFUSED, TIMED_OUT, NOT_CONNECTED -> new ConnectException(text);
      case NO_ROUTE -> new NoRouteToHostException(text);
      case ACCESS, ADDRESS_IN_USE, ADDRESS_NOT_AVAILABLE -> new BindException(text);
      default -> new SocketException(text);
    };
  }

  /// As reading and writing say it, which do not know that it is a socket.
  IOException ofFile() {
    return new IOException(text);
  }
}
