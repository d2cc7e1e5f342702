package jasyncio;

import org.jspecify.annotations.Nullable;

/// Thrown out of an await when the task was cancelled. Clean up and let it go on.
///
/// An [Error], so that `catch (Exception e)` does not swallow a cancellation by accident.
/// Cancelling is cheap, so it has a stack trace, and says which task was cancelled and what that
/// waited for, only where somebody is likely to look: in the coroutine that [Asyncio#run] was
/// given, in the cause of a `TimeoutException`, and if debug mode was on when the program began.
///
/// Python: `asyncio.CancelledError`.
public final class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Cancellation cancellation;
  private transient @Nullable Place place; // where it arrived, if it tells

  /// A cancellation without a message.
  public CancelledError() {
    this(null);
  }

  /// A cancellation with the message given to [Future#cancel(String)].
  ///
  /// @param message the message, or `null`
  public CancelledError(@Nullable String message) {
    this(message, null);
  }

  CancelledError(@Nullable String message, @Nullable Cancellation cancellation) {
    super(message);
    this.cancellation = cancellation;
  }

  /// {@return who cancelled whom, and why; `null` for an error that a program has made itself}
  public @Nullable Cancellation cancellation() {
    return cancellation;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return Debug.DEFAULT ? super.fillInStackTrace() : this;
  }

  /// It arrives where the caller waits, as what became of `awaited`: takes a note of that, if it is
  /// to tell.
  ///
  /// @param awaited what was awaited, if that is known
  CancelledError arrived(@Nullable Object awaited) {
    if (place == null) {
      var loop = Running.loop();
      var task = loop == null ? null : loop.current();
      if (loop == null || (task != null && task.has((byte) (Future.MAIN | Future.LIMITED)))) {
        place = new Place(task, task != null && task.cancelling() > 0, awaited);
        if (getStackTrace().length == 0) {
          super.fillInStackTrace();
        }
      }
    }
    return this;
  }

  /// Where a cancellation arrived.
  ///
  /// @param task the task that waited; `null`: a thread on which no loop runs
  /// @param own whether the task itself was cancelled
  private record Place(@Nullable Task<?> task, boolean own, @Nullable Object awaited) {
    /// What was cancelled, by the name that [Cancellation#target()] has for it.
    @Nullable String cancelled() {
      var cancelled = own ? task : awaited;
      return cancelled instanceof Future<?> future ? Cancellation.nameOf(future) : null;
    }

    @Override
    public String toString() {
      var what =
          awaited instanceof DescribedFuture<?> || awaited instanceof RemoteCall<?>
              ? ((Future<?>) awaited).waitInfo().what()
              : awaited == null ? "" : Describe.text(awaited);
      if (task == null) {
        return what + " was cancelled";
      } else if (awaited == null) {
        return task.getName() + " was cancelled";
      }
      return own
          ? task.getName() + " was cancelled while it waited for " + what
          : task.getName() + " waited for " + what + ", which was cancelled";
    }
  }

  /// {@return the class and the message; and what was cancelled by whom, if it has a stack trace
  /// for that}
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the message is what cancel() was given
  public String toString() {
    var text = super.toString();
    if (place != null) {
      text += (getMessage() == null ? ": " : "; ") + place;
      if (cancellation != null) {
        text += ": " + cancellation.addedTo(place.cancelled(), getMessage());
      }
    }
    return text;
  }
}
