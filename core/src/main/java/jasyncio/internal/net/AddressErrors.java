package jasyncio.internal.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Errors that name the address concerned, which the JDK's do not.
public final class AddressErrors {
  private AddressErrors() {}

  static IOException bind(SocketAddress address, IOException cause) {
    if (address instanceof UnixDomainSocketAddress unix) {
      var folder = unix.getPath().toAbsolutePath().getParent();
      if (folder != null && Files.notExists(folder)) {
        return missing(unix.getPath(), cause);
      }
    }
    return because(
        new BindException(
            "error while attempting to bind on address "
                + Peers.text(address)
                + ": "
                + cause.getMessage()),
        cause);
  }

  public static IOException connect(SocketAddress address, IOException cause) {
    if (address instanceof UnixDomainSocketAddress unix && Files.notExists(unix.getPath())) {
      return missing(unix.getPath(), cause);
    }
    return because(
        new ConnectException(
            "Connect call failed " + Peers.text(address) + ": " + cause.getMessage()),
        cause);
  }

  static IllegalArgumentException unknown(SocketAddress address) {
    return new IllegalArgumentException(
        "an InetSocketAddress or a UnixDomainSocketAddress was expected, got " + address);
  }

  private static NoSuchFileException missing(Path path, IOException cause) {
    return because(new NoSuchFileException(path.toString(), null, cause.getMessage()), cause);
  }

  private static <E extends IOException> E because(E e, IOException cause) {
    e.initCause(cause);
    return e;
  }
}
