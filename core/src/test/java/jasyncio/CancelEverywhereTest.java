package jasyncio;

import static jasyncio.CancelEverywhere.Scenario.scenario;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/// What the fixture adds to the test kit's finds what it is there for.
class CancelEverywhereTest {

  /// An event that forgets nobody: not even those who do not wait any more.
  private static final class Hoarder {
    final ArrayDeque<Future<Boolean>> waiters = new ArrayDeque<>();

    void await() {
      var wakeUp = Asyncio.getRunningLoop().<Boolean>createFuture();
      waiters.add(wakeUp);
      wakeUp.await();
      waiters.remove(wakeUp);
    }

    void set() {
      waiters.forEach(waiter -> {
        if (!waiter.done()) {
          waiter.setResult(true);
        }
      });
    }
  }

  @Test
  void whoIsLeftInAnObject_isFound() {
    assertThatThrownBy(() ->
            CancelEverywhere.check(
                scenario(
                    "Hoarder.await",
                    "cancelled",
                    run -> {
                      var hoarder = run.watch(new Hoarder());
                      run.victim(hoarder::await);
                      run.other(() -> {
                        Asyncio.sleep(1);
                        hoarder.set();
                      });
                    })))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("left in Hoarder.waiters")
        .hasMessageContaining("[ONCE, TWICE, AGAIN, TIME_OUT, GO_ON] at moment 3, when all wait");
  }
}
