package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.generator.Generators;
import jasyncio.gevent.Gevent;
import jasyncio.queue.Queue;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is finished does not keep what it was given, even if it is kept itself; and what never ends
/// does not keep those who left it.
@Timeout(60)
@Tag("slow")
class RetentionTest {
  /// Something to be captured.
  private static final class Captured {
    int uses;

    void use() {
      uses++;
    }
  }

  /// A case: makes something finished from what is captured, and returns what the program keeps of
  /// it.
  @FunctionalInterface
  private interface Finished {
    Object of(Captured captured) throws Exception;
  }

  /// Runs in a frame of its own, so that no local refers to what was captured.
  private static Object[] begin(Finished finished, ReferenceQueue<Object> queue) throws Exception {
    var captured = new Captured();
    var kept = finished.of(captured);
    return new Object[] {kept, new WeakReference<Object>(captured, queue)};
  }

  private static void assertDropped(Finished finished) {
    run(() -> {
      var queue = new ReferenceQueue<Object>();
      var kept = begin(finished, queue);
      try {
        sleep(0);
        sleep(0);
        assertCollected(queue);
      } finally {
        Reference.reachabilityFence(kept);
      }
    });
  }

  private static void assertCollected(ReferenceQueue<?> queue) throws InterruptedException {
    Reference<?> collected = null;
    for (int i = 0; i < 100 && collected == null; i++) {
      System.gc();
      collected = queue.remove(10 * i + 1);
    }
    assertThat(collected).as("collected").isNotNull();
  }

  private static void fails(ThrowingCallable call) {
    assertThat(catchThrowable(call)).isNotNull();
  }

  private static Future<Integer> never() {
    return getRunningLoop().createFuture();
  }

  @Test
  void task_dropsItsBody() {
    assertDropped(captured -> {
      var task = createTask(() -> captured.use());
      await(task);
      return task;
    });
    assertDropped(captured -> {
      var task =
          createTask(() -> {
            captured.use();
            return 1;
          });
      await(task);
      return task;
    });
  }

  @Test
  void task_thatFailedOrWasCancelled_dropsItsBody() {
    assertDropped(captured -> {
      var task =
          createTask(() -> {
            captured.use();
            throw new IllegalStateException();
          });
      fails(() -> await(task));
      return task;
    });
    assertDropped(captured -> {
      var task =
          createTask(() -> {
            captured.use();
            sleep(100);
          });
      sleep(0);
      task.cancel();
      Asyncio.wait(List.of(task));
      return task;
    });
    assertDropped(captured -> {
      var task = createTask(() -> captured.use());
      task.cancel(); // before it began
      Asyncio.wait(List.of(task));
      return task;
    });
  }

  @Test
  void tasks_thatEachAwaitTheOneBefore_doNotPileUp() {
    assertDropped(captured -> {
      var first = createTask(() -> captured.use());
      Task<Void> last = first;
      for (int i = 0; i < 100; i++) {
        var before = last;
        last =
            createTask(() -> {
              await(before);
            });
      }
      await(last);
      return last;
    });
  }

  @Test
  void coroutine_dropsItsBodyAndItsOutcome() {
    assertDropped(captured -> {
      var awaited = coroutine(() -> captured.use());
      await(awaited);
      return awaited;
    });
    assertDropped(captured -> {
      var driven = coroutine(() -> captured);
      fails(() -> driven.send(null));
      return driven;
    });
    assertDropped(captured -> {
      var closed = coroutine(() -> captured.use());
      closed.close();
      return closed;
    });
    assertDropped(captured -> {
      var task = createTask(coroutine(() -> captured.use()));
      await(task);
      return task;
    });
  }

  @Test
  void gather_dropsItsMembers() {
    assertDropped(captured -> {
      var member = getRunningLoop().<Object>createFuture();
      member.addDoneCallback(f -> captured.use());
      var gather = gather(member);
      member.setResult(1);
      await(gather);
      return gather;
    });
  }

  @Test
  void gather_thatFailed_leavesWhatNeverEnds() {
    assertDropped(captured -> {
      var never = never();
      var failed = never();
      var gather = gather(never, failed);
      gather.addDoneCallback(f -> captured.use());
      failed.setException(new IllegalStateException());
      fails(() -> await(gather));
      return never;
    });
  }

  @Test
  void futureThatNeverEnds_keepsNobodyWhoLeft() {
    assertDropped(captured -> {
      var never = never();
      leave(never, captured, f -> await(shield(f)));
      leave(never, captured, f -> Asyncio.wait(List.of(f)));
      leave(never, captured, f -> await(gather(f, sleeper())));
      leave(never, captured, f -> asCompleted(List.of(f)).async().iterator().next());
      leave(never, captured, f -> await(asCompleted(List.of(f)).iterator().next()));
      return never;
    });
  }

  private static Task<Integer> sleeper() {
    return createTask(() -> sleep(100, 1));
  }

  /// A task that waits for a shield of `future`, in some way, and is cancelled.
  private static void leave(
      Future<Integer> future, Captured captured, Consumer<Future<Integer>> wait) {
    var task =
        createTask(() -> {
          wait.accept(shield(future));
          captured.use();
        });
    sleep(0);
    sleep(0);
    task.cancel();
    Asyncio.wait(List.of(task));
    sleep(0);
  }

  @Test
  void asCompleted_leftEarly_isForgottenByWhatNeverEnds() {
    assertDropped(captured -> {
      var never = never();
      var done = getRunningLoop().<Object>createFuture();
      done.addDoneCallback(f -> captured.use());
      done.setResult(1);
      for (var item : asCompleted(List.of(never, done))) {
        await(item);
        break;
      }
      return never;
    });
  }

  @Test
  void asCompleted_leftEarlyAgainAndAgain_leavesLittle() {
    run(() -> {
      var never = never();
      for (int i = 0; i < 2000; i++) {
        var done = never();
        done.setResult(i);
        for (var item : asCompleted(List.of(never, done)).async()) {
          await(item);
          break;
        }
        if (i % 500 == 499) {
          System.gc();
        }
      }
      assertThat(never.toString()).containsPattern("<\\d{1,3} more>");
    });
  }

  @Test
  void taskGroup_dropsItsErrorsAndItsParent() {
    assertDropped(captured -> {
      var group = new TaskGroup();
      fails(() ->
          group.run(tg -> {
            tg.createTask(() -> {
              captured.use();
              throw new IllegalStateException();
            });
            return 1;
          }));
      return group;
    });
  }

  @Test
  void timeout_andWaitFor_dropTheirBodies() {
    assertDropped(captured -> {
      var limit = jasyncio.Timeout.after(100);
      limit.run(() -> captured.use());
      waitFor(() -> captured.use(), 100);
      return limit;
    });
  }

  @Test
  void future_dropsItsCallbacks() {
    assertDropped(captured -> {
      var future = never();
      future.addDoneCallback(f -> captured.use());
      future.setResult(1);
      sleep(0);
      return future;
    });
  }

  @Test
  void handle_thatHasRunOrWasCancelled_dropsItsCallback() {
    assertDropped(captured -> {
      var soon = getRunningLoop().callSoon(captured::use);
      sleep(0);
      return soon;
    });
    assertDropped(captured -> {
      var later = getRunningLoop().callLater(0.0001, captured::use);
      while (captured.uses == 0) {
        sleep(0.001);
      }
      return later;
    });
    assertDropped(captured -> {
      var cancelled = getRunningLoop().callLater(100, captured::use);
      cancelled.cancel();
      return cancelled;
    });
  }

  @Test
  void generators_thatHaveEnded_dropTheirBodies() {
    assertDropped(captured -> {
      var generator = Generators.<Integer>generator(g -> captured.use());
      generator.forEach(item -> {});
      return generator;
    });
    assertDropped(captured -> {
      var generator =
          Generators.<Integer>asyncGenerator(g -> {
            captured.use();
            g.yield(1);
          });
      generator.next();
      generator.aclose();
      return generator;
    });
  }

  @Test
  void locksAndQueues_keepNobodyWhoLeft() {
    assertDropped(captured -> {
      var lock = new Lock();
      var held = lock.acquire();
      var event = new Event();
      var condition = new Condition();
      var queue = new Queue<Integer>();
      for (var wait :
          List.<Action>of(
              lock::acquire,
              event::await,
              queue::get,
              () -> {
                try (var _ = condition.acquire()) {
                  condition.await();
                }
              })) {
        var task =
            createTask(() -> {
              wait.run();
              captured.use();
            });
        sleep(0);
        task.cancel();
        Asyncio.wait(List.of(task));
      }
      return new Object[] {lock, held, event, condition, queue};
    });
  }

  @Test
  void greenlet_dropsItsBody() {
    assertDropped(captured -> {
      var greenlet = Gevent.spawn(() -> captured.use());
      greenlet.join();
      return greenlet;
    });
  }
}
