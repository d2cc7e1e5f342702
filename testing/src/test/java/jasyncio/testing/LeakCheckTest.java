package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jasyncio.EventLoop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
  @AsyncTest
  void whatIsDone_isNotLeft(TestClock clock) {
    var before = createTask(() -> sleep(5));
    try (var _ = LeakCheck.begin()) {
      await(createTask(() -> sleep(1)));
      createTask(() -> sleep(0)); // ends by itself
    }
    assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    await(before);
  }

  @AsyncTest
  void task_isLeft(TestScope scope) {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> {
          try (var _ = LeakCheck.begin()) {
            scope.background(() -> sleep(3600)).setName("forgotten");
          }
        })
        .withMessageContainingAll(
            "a task is left: task 'forgotten' waits for its sleep to end",
            "(a task that is to go on afterwards: make it before the LeakCheck is begun)");
  }

  @AsyncTest
  void task_thatIsLeftThoughItWasCancelled_saysWhy(TestScope scope) {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> {
          try (var _ = LeakCheck.begin()) {
            var task =
                scope.background(() -> {
                  try {
                    sleep(3600);
                  } finally {
                    sleep(3600);
                  }
                });
            task.setName("stubborn");
            sleep(0);
            task.cancel("enough");
            sleep(0);
          }
        })
        .withMessageContainingAll(
            "task 'stubborn' waits for its sleep to end in 3600 s; stubborn was cancelled by ",
            "('enough')");
  }

  @AsyncTest
  void timer_isLeft(EventLoop loop) {
    var check = LeakCheck.begin();
    var timer = loop.callLater(3600, () -> {});
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(check::close)
        .withMessageContaining("a timer is left: <TimerHandle when=3600");
    timer.cancel();
    check.close();
  }

  @AsyncTest
  void close_inAnotherTask_leavesWhoBegan() {
    var check = LeakCheck.begin();
    await(createTask(() -> check.close()));
  }

  @Test
  void close_onAnotherLoop_refused() {
    var onNone = LeakCheck.begin();
    var onLoop =
        run(() -> {
          assertThatIllegalStateException()
              .isThrownBy(onNone::close)
              .withMessageStartingWith(
                  "this LeakCheck was begun where no loop runs, and is closed on <EventLoop");
          return LeakCheck.begin();
        });
    assertThatIllegalStateException()
        .isThrownBy(onLoop::close)
        .withMessageEndingWith(
            "and is closed where no loop runs: do both in coroutines of one loop, or both where none"
                + " runs");
  }

  @Test
  void threadOfTheLoopsExecutor_isNotLeft() {
    run(() -> {
      try (var _ = LeakCheck.begin()) {
        toThread(() -> {});
      }
    });
  }

  @Test
  void thread_isLeft_withoutALoop() throws Exception {
    var end = new CountDownLatch(1);
    var check = LeakCheck.begin();
    var thread =
        Thread.ofPlatform()
            .name("of LeakCheckTest")
            .start(() -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(check::close)
        .withMessageContaining("a thread is left: 'of LeakCheckTest'");
    end.countDown();
    thread.join();
    check.close();
  }
}
