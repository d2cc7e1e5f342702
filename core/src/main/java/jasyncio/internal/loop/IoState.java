package jasyncio.internal.loop;

/// What the I/O packages keep for a loop: made when first asked for, closed with the loop.
public abstract class IoState {
  /// The loop is being closed.
  ///
  /// @param watches the channels that are on its selector
  protected abstract void close(Iterable<Watch> watches);
}
