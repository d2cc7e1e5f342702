package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Costs that can be counted: what benchmarks showed to be dear does not come back unnoticed.
@Timeout(600)
class CountedCostsTest {
  /// The library's frames, inner first, between the program and the hub that switches.
  private static List<String> framesOfWhoever(Action<?> waits) {
    return run(() -> {
      var thread = new AtomicReference<Thread>();
      var task =
          createTask(() -> {
            thread.set(Thread.currentThread());
            waits.run();
          });
      getRunningLoop().callSoon(() -> {}); // so that sleep(0) is no way back without a switch
      sleep(0);
      var stack = thread.get().getStackTrace();
      task.cancel();
      return Arrays.stream(stack)
          .filter(frame -> frame.getClassName().startsWith("jasyncio."))
          .map(frame -> frame.getClassName() + "." + frame.getMethodName())
          .takeWhile(frame -> !frame.startsWith(CountedCostsTest.class.getName()))
          .dropWhile(frame -> frame.startsWith("jasyncio.internal.fiber."))
          .toList();
    });
  }

  @Test
  void sleep_leavesTwoFramesOnTheStackOfEachSleeper() {
    assertThat(framesOfWhoever(() -> sleep(3600)))
        .containsExactly("jasyncio.Task.sleep", "jasyncio.Asyncio.sleep");
  }

  @Test
  void sleepOfZero_switchesTwoFramesBelow() {
    assertThat(framesOfWhoever(() -> sleep(0)))
        .containsExactly("jasyncio.Task.yieldOnce", "jasyncio.Asyncio.sleep");
  }

  @Test
  void await_ofAFuture_switchesThreeFramesBelow() {
    assertThat(framesOfWhoever(() -> await(getRunningLoop().createFuture())))
        .containsExactly(
            "jasyncio.Task.awaitFuture", "jasyncio.Future.await", "jasyncio.Asyncio.await");
  }

  /// Prints hello from a loop, that its watch has looked at by then.
  static final class Hello {
    static void main() {
      run(() -> {
        sleep(0.6);
        System.out.println("hello");
      });
    }
  }

  /// They are made at run time, from method handles: some 20 ms of the start of every program.
  @Test
  void start_needsNoMethodsOfRecords() {
    var runtime = System.getProperty("jasyncio.fibers", "scheduled");
    var result =
        ChildJvm.run(
            Hello.class,
            List.of(
                "-Xlog:class+load",
                "-Djasyncio.fibers=" + runtime,
                "--add-opens=java.base/java.lang=ALL-UNNAMED"));
    assertThat(result.output())
        .contains("hello", "jasyncio.internal.loop.LoopCore source:")
        .doesNotContain("java.lang.runtime.ObjectMethods ");
  }
}
