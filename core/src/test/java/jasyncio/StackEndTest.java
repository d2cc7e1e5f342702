package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A task has next to no stack left and awaits: that may fail, but it is its own affair.
@Timeout(600)
class StackEndTest {
  private static final int ROUNDS = 15;
  private int attempts;

  /// Awaits at the end of the stack, and where ever so little more of it is left.
  @SuppressWarnings("InfiniteRecursion") // until the stack ends
  private void deep() {
    try {
      deep();
    } catch (StackOverflowError e) {
      attempts = Math.max(attempts, 1);
    }
    if (attempts > 0 && attempts < 400) {
      attempts++;
      try {
        sleep(0);
        attempts = 400;
      } catch (StackOverflowError e) {
        assertThat(e).isNotNull();
      }
    }
  }

  @Test
  @Tag("slow")
  @Tag("stack")
  void await_atTheEndOfTheStack_losesNobodysWakeUp() {
    run(() -> {
      for (int round = 0; round < ROUNDS; round++) {
        attempts = 0;
        var others = new ArrayList<Task<Void>>();
        for (int i = 0; i < 20; i++) {
          double pause = i % 3 == 0 ? 0.00001 : 0;
          others.add(
              createTask(() -> {
                for (int k = 0; k < 300; k++) {
                  sleep(pause);
                }
              }));
        }
        var deep = createTask(this::deep);
        for (var other : others) {
          await(other);
        }
        await(deep);
      }
    });
  }
}
