package jasyncio.conformance;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.ExceptionGroup;
import java.util.concurrent.TimeoutException;

/// Counts iterations of a loop: its callback is the first of every batch.
final class Clock {
  private final EventLoop loop;
  private int ticks;

  Clock(EventLoop loop) {
    this.loop = loop;
    loop.callSoon(this::tick);
  }

  private void tick() {
    ticks++;
    loop.callSoon(this::tick);
  }

  int ticks() {
    return ticks;
  }

  /// How many an await costs.
  int count(Awaitable<?, ?> awaitable) throws Exception {
    int start = ticks;
    try {
      awaitable.await();
    } catch (Oops | ExceptionGroup | CancelledError e) {
      // only the time counts
    } catch (Exception e) {
      if (!(e instanceof TimeoutException)) {
        throw e;
      }
    }
    return ticks - start;
  }

  int count(Action<?> action) throws Exception {
    return count(action.asAwaitable());
  }
}
