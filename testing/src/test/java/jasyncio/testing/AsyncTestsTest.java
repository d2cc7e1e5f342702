package jasyncio.testing;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jasyncio.sync.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class AsyncTestsTest {
  @Test
  void run_isInVirtualTime_fromNoughtOn() {
    double end =
        AsyncTests.run(() -> {
          sleep(Duration.ofDays(1));
          return getRunningLoop().time();
        });
    assertThat(end).isEqualTo(86_400);
  }

  @Test
  void error_isThatOfTheBody() {
    var error = new IOException("announced");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() ->
            AsyncTests.run(() -> {
              throw error;
            }))
        .isSameAs(error);
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> AsyncTests.run(() -> waitFor(() -> sleep(3600), 60)));
  }

  @Test
  void leftover_failsIt_unlessItIsAllowed() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() ->
            AsyncTests.run(() -> {
              createTask(() -> sleep(1), "left");
            }))
        .withMessageContainingAll("AsyncTestsTest.java:", "a task is left: task 'left'");
    AsyncTests.run(
        () -> {
          createTask(() -> sleep(1), "left");
        },
        Leftover.TASKS,
        Leftover.TIMERS);
  }

  @Test
  void deadLock_saysWhereItWasRun() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> AsyncTests.run(() -> new Event().await()))
        .withMessageContaining("dead-lock in AsyncTestsTest.java:");
  }

  @Test
  void run_whereALoopRuns_isRefused() {
    AsyncTests.run(() ->
        assertThatIllegalStateException()
            .isThrownBy(() -> AsyncTests.run(() -> sleep(1)))
            .withMessageStartingWith("AsyncTests.run() has a loop of its own"));
  }
}
