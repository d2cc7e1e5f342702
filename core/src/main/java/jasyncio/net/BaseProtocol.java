package jasyncio.net;

import org.jspecify.annotations.Nullable;

/// What every protocol is told, whatever its transport. Called by the loop, one callback at a time;
/// must not await. Under policy [SWITCH][jasyncio.BlockingPolicy#SWITCH] a callback may block:
/// meanwhile nothing is received, but other callbacks may come.
///
/// A transport that is closed with its loop tells nothing.
///
/// Python: `asyncio.BaseProtocol`.
public interface BaseProtocol {

  /// The connection is lost or closed: the last call, exactly once.
  ///
  /// @param exception the reason, or `null` if it was closed in the regular way
  default void connectionLost(@Nullable Throwable exception) {}

  /// The transport's write buffer went over its high-water mark: stop writing if you can. Comes in
  /// the middle of the call that has filled it.
  default void pauseWriting() {}

  /// The transport's write buffer is back at its low-water mark: go on writing.
  default void resumeWriting() {}
}
