package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One end of a stream of bytes, as the system sees it. Under the lock.
abstract class StreamSocket extends Endpoint {
  static final int UNAVAILABLE = -2; // nothing to read, or no room to write, for the time being
  static final int END = -1;

  final Options options;

  StreamSocket(SimHost host, Options options) {
    super(host);
    this.options = options;
  }

  /// The other end has broken the connection, which one hears once.
  static final class Reset extends IOException {
    private static final long serialVersionUID = 1;

    Reset() {
      super("Connection reset");
    }
  }

  abstract @Nullable SocketAddress local();

  abstract void bind(@Nullable SocketAddress local) throws IOException;

  /// Begins to connect.
  ///
  /// @return whether it is connected already
  abstract boolean connect(SocketAddress remote) throws IOException;

  /// Whether connecting is over; fails if it has.
  abstract boolean pollConnect() throws IOException;

  /// Reads what there is, if anything.
  ///
  /// @return how many bytes, [#UNAVAILABLE], or [#END]
  abstract int read(ByteBuffer to) throws IOException;

  /// Writes what there is room for, if any.
  ///
  /// @return how many bytes, or [#UNAVAILABLE]
  abstract int write(ByteBuffer from) throws IOException;

  /// How many bytes could be read.
  abstract int available();

  abstract void shutdownInput();

  abstract void shutdownOutput();
}
