package jasyncio.process;

import jasyncio.net.BaseProtocol;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What happens to a child process, as callbacks: [#connectionMade] once and first;
/// [#pipeDataReceived] for what it writes; [#pipeConnectionLost] once for each pipe;
/// [#processExited] once, before or after the pipes are done; `connectionLost` once and last.
///
/// Write `@Override` over each method: one with other parameters is an overload, which nobody
/// calls, and only debug mode tells.
///
/// Called by the loop, one callback at a time; must not await. What a callback throws is reported.
/// Python: `asyncio.SubprocessProtocol`.
public interface SubprocessProtocol extends BaseProtocol {

  /// The child runs, and its pipes are connected.
  ///
  /// @param transport what to signal it with and to write to its pipe
  default void connectionMade(SubprocessTransport transport) {}

  /// The child has written something.
  ///
  /// @param fd 1 for its standard output, 2 for its standard error
  /// @param data the bytes; yours to keep
  default void pipeDataReceived(int fd, byte[] data) {}

  /// The child has written something. Override this form to read the bytes where they lie. By
  /// default it copies them for [#pipeDataReceived(int, byte[])].
  ///
  /// @param fd 1 for its standard output, 2 for its standard error
  /// @param data the bytes between position and limit; used for others as soon as this returns
  default void pipeDataReceived(int fd, ByteBuffer data) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    pipeDataReceived(fd, bytes);
  }

  /// A pipe is closed, by either side.
  ///
  /// @param fd 0, 1 or 2
  /// @param exception the reason, or `null` if it was closed in the regular way
  default void pipeConnectionLost(int fd, @Nullable Throwable exception) {}

  /// The child has ended: see [SubprocessTransport#getReturncode()].
  default void processExited() {}
}
