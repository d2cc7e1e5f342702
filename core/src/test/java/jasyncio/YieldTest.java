package jasyncio;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A task that yields goes on at once if nothing else is ready; nobody must notice.
@org.junit.jupiter.api.Timeout(600)
class YieldTest {

  @Test
  void loneYields_letTimersRun() {
    run(() -> {
      var fired = new AtomicBoolean();
      getRunningLoop().callLater(0.001, () -> fired.set(true));
      while (!fired.get()) {
        sleep(0);
      }
    });
  }

  @AsyncTest
  void loneYields_letOtherThreadsIn() {
    var loop = getRunningLoop();
    var seen = new AtomicBoolean();
    Thread.ofPlatform().start(() -> loop.callSoonThreadsafe(() -> seen.set(true)));
    while (!seen.get()) {
      sleep(0);
    }
  }

  @AsyncTest
  void loneYield_throwsACancellationThatIsDue() {
    currentTask().cancel("due");
    assertThatThrownBy(() -> sleep(0)).isInstanceOf(CancelledError.class).hasMessage("due");
    currentTask().uncancel();
  }

  @Test
  void loneYield_afterStop_stopsTheLoop() {
    var order = new ArrayList<String>();
    try (var loop = newEventLoop()) {
      var task =
          loop.createTask(() -> {
            loop.stop();
            sleep(0);
            order.add("after");
          });
      loop.runForever();
      order.add("stopped");
      loop.runUntilComplete(task);
    }
    assertThat(order).containsExactly("stopped", "after");
  }

  @AsyncTest
  void yieldOfAnEagerTask_goesBackToItsMaker() {
    var order = new ArrayList<String>();
    var task =
        createTask(
            () -> {
              order.add("begins");
              sleep(0);
              order.add("goes on");
            },
            TaskOptions.defaults().eagerStart(true));
    order.add("made");
    task.await();
    assertThat(order).isEqualTo(List.of("begins", "made", "goes on"));
  }
}
