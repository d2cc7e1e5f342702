package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/// What a channel says, in the words of `java.net`'s sockets.
final class SocketErrors {
  private SocketErrors() {}

  interface Call<T> {
    T run() throws IOException;
  }

  /// What is an [IOException] already stays what it is, as with the JDK's.
  static <T> T run(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (NotYetConnectedException e) {
      throw new SocketException("Socket is not connected", e);
    } catch (AlreadyBoundException e) {
      throw new SocketException("Already bound", e);
    } catch (NotYetBoundException e) {
      throw new SocketException("Socket is not bound yet", e);
    } catch (AlreadyConnectedException e) {
      throw new SocketException("Already connected", e);
    } catch (UnsupportedAddressTypeException e) {
      throw new SocketException("Unsupported address type", e);
    } catch (UnresolvedAddressException e) {
      throw new SocketException("Unresolved address", e);
    }
  }

  /// The same, where only socket exceptions may come.
  static <T> T option(Call<T> call) throws SocketException {
    try {
      return run(call);
    } catch (SocketException e) {
      throw e;
    } catch (ClosedChannelException e) {
      throw new SocketException("Socket is closed", e);
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }
}
