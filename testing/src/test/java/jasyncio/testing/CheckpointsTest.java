package jasyncio.testing;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.testing.Checkpoints.assertDoesNotSuspend;
import static jasyncio.testing.Checkpoints.assertSuspends;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.queue.Queue;
import jasyncio.sync.Event;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class CheckpointsTest {

  @AsyncTest
  void assertSuspends_bodySuspends_givesResult() {
    assertSuspends(() -> sleep(0));
    assertSuspends(() -> sleep(0.001));
    int answer =
        assertSuspends(() -> {
          sleep(0);
          return 42;
        });
    assertEquals(42, answer);
    var done = getRunningLoop().<String>createFuture();
    getRunningLoop().callSoon(() -> done.setResult("x"));
    assertEquals("x", assertSuspends(done));
  }

  @AsyncTest
  void assertSuspends_sleepOfNothingWhileAlone_isSuspension() {
    sleep(0);
    assertSuspends(() -> sleep(0));
    assertThrows(AssertionError.class, () -> assertDoesNotSuspend(() -> sleep(0)));
  }

  @AsyncTest
  void assertSuspends_bodyDoesNot_fails() {
    var e = assertThrows(AssertionError.class, () -> assertSuspends(() -> 42));
    assertEquals("expected to suspend, but came back without", e.getMessage());
    assertThrows(AssertionError.class, () -> assertSuspends(() -> {}));
  }

  @AsyncTest
  void assertDoesNotSuspend_othersAreReady_theyDoNotCount() {
    var queue = new Queue<String>();
    var other = createTask(() -> queue.get());
    sleep(0);
    assertDoesNotSuspend(() -> queue.put("a"));
    assertFalse(other.done());
    assertEquals(7, assertDoesNotSuspend(() -> 7));
    assertEquals("a", assertSuspends(other));
  }

  @AsyncTest
  void assertDoesNotSuspend_bodySuspends_failsAndSaysWhereFirst() {
    var e =
        assertThrows(
            AssertionError.class,
            () ->
                assertDoesNotSuspend(() -> {
                  firstPlace();
                  sleep(0);
                }));
    assertEquals("expected not to suspend, but did", e.getMessage());
    var cause = e.getCause();
    assertNotNull(cause);
    assertTrue(
        Arrays.stream(cause.getStackTrace()).anyMatch(f -> f.getMethodName().equals("firstPlace")),
        () -> Arrays.toString(cause.getStackTrace()));
  }

  private static void firstPlace() {
    sleep(0);
  }

  @AsyncTest
  void both_bodyThrows_comesOut() {
    var thrown = new IOException("lost");
    assertEquals(
        thrown, assertThrows(IOException.class, () -> assertSuspends(() -> failing(thrown))));
    assertEquals(
        thrown, assertThrows(IOException.class, () -> assertDoesNotSuspend(() -> failing(thrown))));
  }

  private static void failing(IOException e) throws IOException {
    throw e;
  }

  @AsyncTest
  void cancel_inBody_reachesIt() {
    var event = new Event();
    var cleaned = new boolean[1];
    var victim =
        createTask(() ->
            assertSuspends(() -> {
              try {
                event.await();
              } finally {
                sleep(0);
                cleaned[0] = true;
              }
            }));
    sleep(0);
    victim.cancel();
    assertThrows(CancelledError.class, victim::await);
    assertTrue(cleaned[0]);
  }

  @AsyncTest
  void timeLimit_aroundAndInside_works() {
    assertThrows(
        TimeoutException.class, () -> timeout(0.001, () -> assertSuspends(() -> sleep(100))));
    assertThrows(
        TimeoutException.class, () -> assertSuspends(() -> timeout(0.001, () -> sleep(100))));
  }

  @Test
  void both_outsideOfTask_refused() {
    assertThrows(IllegalStateException.class, () -> assertSuspends(() -> Asyncio.sleep(0)));
  }
}
