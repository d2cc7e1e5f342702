package jasyncio;

import org.jspecify.annotations.Nullable;

/// A request to cancel a task which whoever makes it takes back in the end: what is left then are
/// those of others.
final class OwnRequest {
  private final Task<?> task;
  private final Cancellation cancellation;
  private final @Nullable Cancellation before; // the last of others

  /// Asks `task` to end.
  OwnRequest(Task<?> task, Cancellation cancellation) {
    this.task = task;
    this.cancellation = cancellation;
    this.before = task.cancelling() > 0 ? task.cancellation() : null;
    task.cancelBy(cancellation);
  }

  /// Takes the request back.
  ///
  /// @return how many are left
  int takeBack() {
    int left = task.uncancel();
    if (before != null) {
      task.replaceRequest(cancellation, before);
    }
    return left;
  }
}
