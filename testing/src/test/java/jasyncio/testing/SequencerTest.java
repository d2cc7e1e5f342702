package jasyncio.testing;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jasyncio.CancelledError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequencerTest {
  private final List<Object> seen = new ArrayList<>();
  private final Sequencer order = new Sequencer();

  @Test
  void at_tasksOutOfOrder_bodiesInOrder() {
    run(() ->
        taskGroup(group -> {
          group.createTask(() -> record(2));
          group.createTask(() -> {
            record(1);
            record(4);
          });
          group.createTask(() -> {
            record(0);
            record(3);
          });
        }));
    assertEquals(List.of(0, 1, 2, 3, 4), seen);
  }

  private void record(int position) {
    try (var _ = order.at(position)) {
      sleep(0);
      seen.add(position);
    }
  }

  @AsyncTest
  void at_due_doesNotSuspend() {
    Checkpoints.assertDoesNotSuspend(() -> order.at(0).close());
    Checkpoints.assertDoesNotSuspend(() -> order.at(1).close());
  }

  @AsyncTest
  void run_bodyThrows_comesOutAndSequenceGoesOn() {
    int answer = order.run(0, () -> 42);
    assertEquals(42, answer);
    var later = createTask(() -> order.run(2, () -> "later"));
    var e = assertThrows(IOException.class, () -> order.run(1, () -> fail("lost")));
    assertEquals("lost", e.getMessage());
    assertEquals("later", later.await());
  }

  private static void fail(String message) throws IOException {
    throw new IOException(message);
  }

  @AsyncTest
  void at_positionTakenBefore_refused() {
    order.at(0).close();
    var e = assertThrows(IllegalStateException.class, () -> order.at(0));
    assertEquals(
        "position 0 is taken already: <Sequencer nobody has come to position 1>", e.getMessage());
    order.at(1).close(); // the sequence has not suffered
    assertThrows(IllegalArgumentException.class, () -> order.at(-1));
  }

  @AsyncTest
  void close_twice_onceCounts() {
    var turn = order.at(0);
    turn.close();
    var next = order.at(1);
    turn.close();
    assertEquals(
        "<Sequencer position 1 is under way in test close_twice_onceCounts()>", order.toString());
    next.close();
  }

  @AsyncTest
  void at_gap_saysWhatIsMissing() {
    order.at(0).close();
    var waiting = createTask(() -> order.at(3));
    sleep(0);
    assertEquals(
        "position 3 of <Sequencer nobody has come to position 1, waiting: [3]>",
        String.valueOf(waiting.waitsFor()));
    waiting.cancel();
    assertThrows(CancelledError.class, waiting::await);
  }

  @AsyncTest
  void at_turnNobodyCloses_saysWhose() {
    await(createTask(() -> order.at(0), "forgetful"));
    assertEquals(
        "<Sequencer position 0 is under way in task 'forgetful', which is done and has not closed"
            + " it>",
        order.toString());
  }

  @AsyncTest
  void at_whereNobodyCanWait_refusedAndSequenceGoesOn() {
    var error = getRunningLoop().<Throwable>createFuture();
    getRunningLoop().setExceptionHandler((_, e) -> error.setResult(e.exception()));
    getRunningLoop().callSoon(() -> order.at(1));
    assertInstanceOf(IllegalStateException.class, error.await());
    assertEquals("<Sequencer nobody has come to position 0>", order.toString());
    order.at(0).close();
    order.at(1).close();
  }

  @AsyncTest
  void cancel_waiting_breaksSequenceForAll() {
    var victim = createTask(() -> order.at(1));
    var other = createTask(() -> order.at(2));
    sleep(0);
    victim.cancel();
    var told = assertThrows(IllegalStateException.class, other::await);
    assertEquals(
        "the sequence is broken: position 1 was cancelled before its turn came", told.getMessage());
    assertTrue(victim.cancelled());
    assertThrows(IllegalStateException.class, () -> order.at(0));
    assertEquals(List.of(currentTask()), List.copyOf(allTasks()));
  }

  @AsyncTest
  void cancel_inBody_sequenceGoesOn() {
    var victim = createTask(() -> order.run(0, () -> sleep(100)));
    var other = createTask(() -> order.run(1, () -> 1));
    sleep(0);
    victim.cancel();
    assertEquals(1, other.await());
  }
}
