package jasyncio.internal.net;

import java.io.IOException;
import java.net.SocketException;

/// A connection that breaks is a [SocketException], as with `java.net.Socket`, so that one `catch`
/// gets them all.
///
/// Channels throw some of the system's errors as such, and others ("Broken pipe", "Connection reset
/// by peer", on Linux those of writing) as plain [IOException]s: which, depends on the call and on
/// the system.
public final class ConnectionErrors {
  private ConnectionErrors() {}

  /// What a socket's channel failed with. What has a class of its own keeps it, such as that this
  /// side has closed the channel.
  public static IOException ofSocket(IOException e) {
    return e.getClass() == IOException.class ? new SocketException(e.getMessage(), e) : e;
  }

  /// What a call failed with that may have been about a file as well. Only the system's words can
  /// tell.
  public static IOException ofSocketOrFile(IOException e) {
    var message = String.valueOf(e.getMessage());
    boolean broken = message.contains("Broken pipe") || message.contains("Connection reset");
    return broken ? ofSocket(e) : e;
  }
}
