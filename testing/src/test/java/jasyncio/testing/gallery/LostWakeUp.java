package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;

import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.GatherOption;
import jasyncio.testing.TestScope;
import java.util.ArrayDeque;
import java.util.List;

/// A turnstile that lets one in at a time, out of futures. Who has been woken, and is cancelled
/// before he runs, takes the turn along: nobody is let in any more.
///
/// FAITHFUL: clients go away at any moment. asyncio's own `Semaphore` had it (CPython issue 90155).
final class LostWakeUp {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "lost wake-up",
          scope -> threeClients(scope, new Turnstile()),
          scope -> threeClients(scope, new MendedTurnstile()));

  private LostWakeUp() {}

  private static class Turnstile {
    private final ArrayDeque<Future<Boolean>> waiting = new ArrayDeque<>();
    private boolean taken;

    final void enter() {
      if (!taken) {
        taken = true;
        return;
      }
      Future<Boolean> turn = getRunningLoop().createFuture();
      waiting.add(turn);
      try {
        await(turn);
      } catch (CancelledError e) {
        gaveUp(turn);
        throw e;
      }
    }

    void gaveUp(Future<Boolean> turn) {
      waiting.remove(turn);
    }

    final void leave() {
      while (!waiting.isEmpty()) {
        var next = waiting.remove();
        if (!next.done()) {
          next.setResult(true);
          return;
        }
      }
      taken = false;
    }
  }

  private static final class MendedTurnstile extends Turnstile {
    @Override
    void gaveUp(Future<Boolean> turn) {
      super.gaveUp(turn);
      if (!turn.cancelled()) { // it was woken
        leave();
      }
    }
  }

  private static void threeClients(TestScope scope, Turnstile turnstile) {
    var first = createTask(() -> visit(turnstile), "first");
    var second = scope.mayBeCancelled(createTask(() -> visit(turnstile), "second"));
    var third = createTask(() -> visit(turnstile), "third");
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(first, second, third)));
  }

  private static void visit(Turnstile turnstile) {
    turnstile.enter();
    try {
      sleep(0.1);
    } finally {
      turnstile.leave();
    }
  }
}
