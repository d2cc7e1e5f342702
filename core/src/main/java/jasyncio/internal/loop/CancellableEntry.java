package jasyncio.internal.loop;

/// An entry that may be cancelled: a callback, which becomes ready at once, when a channel is, or,
/// if it is put into the heap, at a given time.
public abstract class CancellableEntry extends Entry {
  boolean inHeap;
  private boolean cancelled;

  /// {@return whether it was cancelled}
  ///
  /// @hidden
  protected final boolean isCancelled() {
    return cancelled;
  }

  /// Marks the entry as cancelled; the heap drops it later. The loop must be told, too: see
  /// [LoopCore#cancel].
  final void markCancelled() {
    cancelled = true;
  }

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected final boolean isWanted(int ticket) {
    return !cancelled;
  }

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected final void leftHeap(int ticket) {
    inHeap = false;
  }
}
