package jasyncio;

import jasyncio.internal.base.Steps;
import java.util.Comparator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;

/// The calls from other loops that a loop has not ended yet. Any thread; takes no lock, which a
/// task would wait for as for a blocking call.
final class RemoteCalls {
  private final Set<RemoteCall<?>> open =
      new ConcurrentSkipListSet<>(Comparator.comparingLong(call -> call.number));
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean closed;
  private final Queue<Exit> exits = new ConcurrentLinkedQueue<>();

  /// What leaves the loop, and a call that it has ended.
  private record Exit(Throwable error, RemoteCall<?> call) {}

  /// Whether it was taken: not if the loop is closed.
  boolean add(RemoteCall<?> call) {
    count.incrementAndGet();
    open.add(call);
    return !closed || !remove(call); // else close() has found it, and will tell
  }

  /// Whether it was there: who removes it tells the caller.
  boolean remove(RemoteCall<?> call) {
    if (!open.remove(call)) {
      return false;
    }
    count.decrementAndGet();
    return true;
  }

  /// The task of a call has ended with `error`, and the caller is told.
  void gives(RemoteCall<?> call, Throwable error) {
    if (error instanceof SystemExit || error instanceof KeyboardInterrupt) {
      exits.add(new Exit(error, call));
    }
  }

  /// Whether an error that has left the loop is still to be told, because no caller has read it. It
  /// counts as read from then on.
  boolean isUntold(Throwable error) {
    var given = exits.stream().filter(exit -> exit.error == error).map(Exit::call).toList();
    if (given.stream().anyMatch(Future::hasFailureBeenRead)) {
      return false;
    }
    given.forEach(call -> call.getLoop().thread.sendUnlessClosed(call::markRead));
    return true;
  }

  int size() {
    return count.get();
  }

  /// The loop is closed: what is left has no other end.
  void close() {
    closed = true;
    var telling = new Steps();
    for (var call : open) {
      if (remove(call)) {
        telling.take(call::lost);
      }
    }
    telling.end();
  }
}
