package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.GatherOption;
import jasyncio.testing.TestScope;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// A circuit breaker: after a failure it refuses calls for a while, and then lets one through, as a
/// probe. If that is cancelled nobody ever says how it went, and all others are refused.
///
/// FAITHFUL: it takes a call that is slow, and a client that goes away during the next one.
final class StuckBreaker {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "breaker whose probe is cancelled",
          scope -> threeCalls(scope, new Breaker()),
          scope -> threeCalls(scope, new MendedBreaker()));

  private StuckBreaker() {}

  private static class Breaker {
    private static final double PAUSE = 5;

    private enum State {
      CLOSED,
      OPEN,
      PROBING
    }

    private State state = State.CLOSED;
    private double openUntil;

    final void call() throws TimeoutException {
      if (state == State.PROBING || (state == State.OPEN && now() < openUntil)) {
        throw new IllegalStateException("refused");
      } else if (state == State.OPEN) {
        state = State.PROBING;
      }
      try {
        waitFor(() -> sleep(0.5), 1);
        state = State.CLOSED;
      } catch (TimeoutException e) {
        open();
        throw e;
      } finally {
        ended();
      }
    }

    private static double now() {
      return getRunningLoop().time();
    }

    private void open() {
      state = State.OPEN;
      openUntil = now() + PAUSE;
    }

    void ended() {}

    final void openIfProbing() {
      if (state == State.PROBING) {
        open();
      }
    }
  }

  private static final class MendedBreaker extends Breaker {
    @Override
    void ended() {
      openIfProbing();
    }
  }

  private static void threeCalls(TestScope scope, Breaker breaker) {
    for (int i = 1; i <= 2; i++) {
      var call = scope.mayBeCancelled(createTask(() -> breaker.call(), "call-" + i));
      await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(call)));
      sleep(10);
    }
    try {
      breaker.call();
    } catch (TimeoutException e) { // it was let through
    }
    assertThat(breaker.state).isNotEqualTo(Breaker.State.PROBING);
  }
}
