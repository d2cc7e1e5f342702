package jasyncio.internal.net;

/// The owner of a channel that is closed with its loop.
public interface LoopOwned {
  /// The loop is being closed and runs no callbacks any more: close the channel.
  void loopCloses();
}
