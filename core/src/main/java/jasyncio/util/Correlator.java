package jasyncio.util;

import jasyncio.Action;
import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Matches answers to requests by an id: many requests are under way over one connection.
///
/// The tasks that ask call [#request]. The one that reads from the connection calls [#answer] for
/// what it reads, and [#close] when the connection is lost. Belongs to one loop.
///
/// @param <K> the ids
/// @param <V> the answers
public final class Correlator<K, V extends @Nullable Object> {
  private final Map<K, Future<V>> waiting = new HashMap<>();
  private @Nullable Throwable lost;

  /// A correlator without requests.
  public Correlator() {}

  /// Sends a request and waits for the answer. Suspends.
  ///
  /// **Cancellation** ends the wait; an answer that comes later is not wanted any more.
  ///
  /// @param <X> what sending throws
  /// @param id of the request, and of its answer
  /// @param send writes the request; may suspend
  /// @return the answer
  /// @throws X what sending throws
  /// @throws jasyncio.CancelledError if the task is cancelled
  /// @throws IllegalStateException if a request of that id is under way, or no loop runs here
  ///
  ///   It throws the very error that was given to [#fail] or [#close].
  public <X extends Exception> V request(K id, Action<X> send) throws X {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(send, "send");
    Future<V> answer =
        Current.loop()
            .createFuture(() -> new WaitInfo(WaitInfo.Kind.OTHER, "the answer to request " + id));
    if (waiting.containsKey(id)) {
      throw new IllegalStateException("a request with id " + id + " is under way");
    } else if (lost != null) {
      answer.setException(lost);
      return answer.await();
    }
    waiting.put(id, answer);
    try {
      send.run();
      return answer.await();
    } finally {
      waiting.remove(id, answer);
      if (!answer.cancel() && !answer.cancelled()) {
        var _ = answer.exception(); // sending failed: nobody asks for the answer any more
      }
    }
  }

  /// Gives a request its answer. Does not suspend.
  ///
  /// @param id of the request
  /// @param value the answer
  /// @return whether a request of that id waits for it
  public boolean answer(K id, V value) {
    var answer = take(id);
    if (answer == null) {
      return false;
    }
    answer.setResult(value);
    return true;
  }

  /// Gives a request an error for an answer. Does not suspend.
  ///
  /// @param id of the request
  /// @param error what its [#request] throws
  /// @return whether a request of that id waits for it
  public boolean fail(K id, Throwable error) {
    Objects.requireNonNull(error, "error");
    var answer = take(id);
    if (answer == null) {
      return false;
    }
    answer.setException(error);
    return true;
  }

  private @Nullable Future<V> take(K id) {
    var answer = waiting.remove(Objects.requireNonNull(id, "id"));
    return answer == null || answer.done() ? null : answer;
  }

  /// The connection is lost: all requests fail with `error`, and all later ones. Does not suspend.
  /// A second call has no effect.
  ///
  /// @param error what they throw
  public void close(Throwable error) {
    Objects.requireNonNull(error, "error");
    if (lost == null) {
      lost = error;
      var all = List.copyOf(waiting.keySet());
      all.forEach(id -> fail(id, error));
    }
  }

  /// {@return how many requests are under way}
  public int size() {
    return waiting.size();
  }

  /// {@return `<Correlator [requests:2]>`}
  @Override
  public String toString() {
    return "<Correlator [requests:" + size() + (lost == null ? "]>" : ", closed]>");
  }
}
