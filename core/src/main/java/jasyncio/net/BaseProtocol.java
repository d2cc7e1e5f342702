package jasyncio.net;

import org.jspecify.annotations.Nullable;

/// What every protocol is told, whatever its transport. Called by the loop; must not await.
///
/// Python: `asyncio.BaseProtocol`.
public interface BaseProtocol {

  /// The connection is lost or closed: the last call, exactly once.
  ///
  /// @param exception the reason, or `null` if it was closed in the regular way
  default void connectionLost(@Nullable Throwable exception) {}

  /// The transport's write buffer went over its high-water mark: stop writing if you can.
  default void pauseWriting() {}

  /// The transport's write buffer is back at its low-water mark: go on writing.
  default void resumeWriting() {}
}
