package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Cancelling along what tasks and gathers wait for.
@Timeout(600)
class CancellingTest {
  private static final int DEPTH = 100_000;

  private static Future<Integer> future() {
    return getRunningLoop().createFuture();
  }

  /// What is awaited only once `hold` has been filled: so that tasks may wait for each other.
  private static Task<Integer> awaiting(List<? extends Future<Integer>> hold, int index) {
    return createTask(() -> await(hold.get(index)));
  }

  @Test
  @Tag("slow")
  void cancel_ofALongChainOfAwaits_reachesItsEnd() {
    run(() -> {
      var leaf = future();
      var tasks = new ArrayList<Task<Integer>>();
      Future<Integer> before = leaf;
      for (int i = 0; i < DEPTH; i++) {
        var awaited = before;
        var task = createTask(() -> await(awaited));
        tasks.add(task);
        before = task;
      }
      sleep(0);
      assertThat(tasks.getLast().cancel("enough")).isTrue();
      assertThat(leaf.cancelled()).isTrue();
      assertThatThrownBy(() -> await(tasks.getLast()))
          .isInstanceOf(CancelledError.class)
          .hasMessage("enough");
      assertThat(tasks).allMatch(task -> task.cancelled() && task.cancelling() == 1);
    });
  }

  @Test
  @Tag("slow")
  void cancel_ofGathersInGathers_reachesTheInnermost() {
    run(() -> {
      var leaf = future();
      Future<?> nest = gather(leaf);
      for (int i = 0; i < DEPTH; i++) {
        nest = gather(nest);
      }
      assertThat(nest.cancel()).isTrue();
      assertThat(leaf.cancelled()).isTrue();
      var outermost = nest;
      assertThatThrownBy(() -> await(outermost)).isInstanceOf(CancelledError.class);
    });
  }

  @Test
  void cancel_ofTwoTasksThatAwaitEachOther_endsBoth() {
    run(() -> {
      var tasks = new ArrayList<Task<Integer>>();
      tasks.add(awaiting(tasks, 1));
      tasks.add(awaiting(tasks, 0));
      sleep(0);
      assertThat(tasks.getFirst().cancel("enough")).isTrue();
      assertThat(tasks.getFirst().cancel("again")).isTrue();
      assertThat(tasks).extracting(Task::cancelling).containsExactly(2, 1);
      Asyncio.wait(tasks);
      assertThat(tasks).allMatch(Task::cancelled);
    });
  }

  @Test
  void cancel_ofATaskThatAwaitsAGatherOfItself_endsIt() {
    run(() -> {
      var hold = new ArrayList<Task<Object>>();
      var other = future();
      hold.add(createTask(() -> (Object) await(gather(other, hold.getFirst()))));
      sleep(0);
      assertThat(hold.getFirst().cancel()).isTrue();
      assertThatThrownBy(() -> await(hold.getFirst())).isInstanceOf(CancelledError.class);
      assertThat(other.cancelled()).isTrue();
    });
  }

  @Test
  void cancel_ofLayersOfAwaits_asksEachOnce() {
    run(() -> {
      var leaf = future();
      var all = new ArrayList<Future<?>>();
      Future<?> left = leaf;
      Future<?> right = leaf;
      for (int layer = 0; layer < 40; layer++) {
        var l = left;
        var r = right;
        left = createTask(() -> await(gather(l, r)));
        right = createTask(() -> await(gather(l, r)));
        all.add(left);
        all.add(right);
        sleep(0);
      }
      var top = gather(left, right);
      assertThat(top.cancel()).isTrue();
      Asyncio.wait(all);
      assertThat(all).allMatch(Future::cancelled);
      assertThat(all).allMatch(f -> ((Task<?>) f).cancelling() == 1);
      assertThatThrownBy(() -> await(top)).isInstanceOf(CancelledError.class);
    });
  }

  @Test
  void cancel_ofATaskWhoseAwaitedTaskIsDone_staysWithTheTask() {
    run(() -> {
      var child = createTask(() -> 1);
      var parent = createTask(() -> await(child));
      sleep(0);
      sleep(0); // the child is done, the parent about to go on
      if (!parent.done()) {
        assertThat(parent.cancel()).isTrue();
        assertThatThrownBy(() -> await(parent)).isInstanceOf(CancelledError.class);
      }
      assertThat(child.cancelled()).isFalse();
    });
  }

  @Test
  void toString_ofTasksThatAwaitEachOther_ends() {
    run(() -> {
      var tasks = new ArrayList<Task<Integer>>();
      tasks.add(awaiting(tasks, 1));
      tasks.add(awaiting(tasks, 0));
      tasks.getFirst().setName("a");
      tasks.getLast().setName("b");
      sleep(0);
      assertThat(tasks.getFirst().toString())
          .containsSubsequence("name='a'", "wait_for=<Task pending name='b'", "wait_for=...");
      tasks.getFirst().cancel();
    });
  }

  @Test
  void toString_ofALongChainOrAResultThatHoldsItself_ends() {
    run(() -> {
      Future<Object> chain = getRunningLoop().createFuture();
      chain.setResult("end");
      for (int i = 0; i < DEPTH; i++) {
        Future<Object> next = getRunningLoop().createFuture();
        next.setResult(chain);
        chain = next;
      }
      assertThat(chain.toString()).contains("result=...").hasSizeLessThan(1000);

      Future<Object> own = getRunningLoop().createFuture();
      own.setResult(List.of(own));
      assertThat(own.toString()).startsWith("<Future finished result=");
    });
  }

  @Test
  @Tag("slow")
  void waitersOfOneFuture_thatLeave_costTheSameEach() {
    run(() -> {
      var future = future();
      var shields = new ArrayList<Future<?>>();
      var waits = new ArrayList<Future<?>>();
      for (int i = 0; i < 40_000; i++) {
        shields.add(shield(future));
        waits.add(createTask(() -> Asyncio.wait(List.of(future))));
      }
      sleep(0);
      shields.reversed().forEach(Future::cancel);
      waits.forEach(Future::cancel);
      Asyncio.wait(waits);
      sleep(0);
      assertThat(future.awaitedBy()).isEmpty();
      future.setResult(1);
    });
  }

  @Test
  void waitFor_withNoTimeLeft_isAnAwaiter() {
    run(() -> {
      var begun = future();
      var end = future();
      var stubborn =
          createTask(() -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              begun.setResult(1);
              await(end);
            }
          });
      sleep(0);
      var waiting = createTask(() -> waitFor(stubborn, 0));
      await(begun);
      assertThat(stubborn.awaitedBy()).containsExactly(waiting);
      waiting.cancel();
      end.setResult(1);
      assertThatThrownBy(() -> await(waiting))
          .isInstanceOfAny(CancelledError.class, TimeoutException.class);
    });
  }

  @Test
  void theErrorOfATask_thatACancellationOvertakes_isTold() {
    var reports = new ArrayList<String>();
    run(() -> {
      getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error.message()));
      var ready = future();
      var waiting =
          createTask(() -> {
            await(
                createTask(() -> {
                  await(ready);
                  throw new IllegalStateException("overtaken");
                }));
          });
      sleep(0);
      sleep(0);
      ready.setResult(1);
      sleep(0); // it has failed
      waiting.cancel();
      assertThatThrownBy(() -> await(waiting)).isInstanceOf(CancelledError.class);
    });
    assertThat(reports).containsExactly("Task exception was never retrieved");
  }
}
