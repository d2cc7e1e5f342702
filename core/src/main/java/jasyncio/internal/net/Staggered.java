package jasyncio.internal.net;

import jasyncio.Awaitable;
import jasyncio.ReturnWhen;
import jasyncio.Task;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tries one thing after the other, beginning with the next when the last one has failed or has not
/// succeeded in time; the first success ends the others. Python:
/// `asyncio.staggered.staggered_race`.
final class Staggered {
  private Staggered() {}

  /// Suspends. **Cancellation** cancels all attempts. Those that are cancelled, also by a success,
  /// end in their own time.
  ///
  /// @param attempts what to try
  /// @param delay seconds between two beginnings at most; infinite: one after the other
  /// @param errors gets what the failed attempts threw
  /// @param discard gets what came too late
  /// @return what the winner gave, or `null` if all failed
  static <T> @Nullable T race(
      List<? extends Awaitable<T, ?>> attempts,
      double delay,
      List<Throwable> errors,
      Consumer<T> discard) {
    var loop = Current.loop();
    var running = new LinkedHashSet<Task<T>>();
    var waiting = new ArrayList<>(attempts);
    Task<T> last = null;
    double nextBegins = 0;
    try {
      while (!waiting.isEmpty() || !running.isEmpty()) {
        boolean hasFailed = last == null || !running.contains(last);
        if (!waiting.isEmpty() && (hasFailed || loop.time() >= nextBegins)) {
          last = loop.createTask(waiting.removeFirst());
          running.add(last);
          nextBegins = loop.time() + delay;
        }
        var patience = waiting.isEmpty() ? Double.POSITIVE_INFINITY : nextBegins - loop.time();
        for (var task : Tasks.wait(running, patience, ReturnWhen.FIRST_COMPLETED).done()) {
          running.remove(task);
          var error = task.exception();
          if (error == null) {
            return task.result();
          }
          errors.add(error);
        }
      }
      return null;
    } finally {
      for (var loser : running) { // not waited for: cancelling that would drop the winner
        loser.cancel();
        loser.addDoneCallback(l -> {
          if (!loser.cancelled() && loser.exception() == null) {
            discard.accept(loser.result());
          }
        });
      }
    }
  }
}
