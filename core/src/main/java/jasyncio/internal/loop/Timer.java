package jasyncio.internal.loop;

/// An entry that may be cancelled, and that becomes ready at a given time if it is put into the
/// heap.
public abstract class Timer extends Entry {
  boolean inHeap;
  private boolean cancelled;

  /// {@return whether it was cancelled}
  ///
  /// @hidden
  protected final boolean isCancelled() {
    return cancelled;
  }

  /// Marks the timer as cancelled; the heap drops it later. The loop must be told, too: see
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
