package jasyncio.cpython;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.wrapFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.ContextVar;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.InvalidStateException;
import jasyncio.Logs;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What CPython's test_futures.py and test_futures2.py assert and nothing else here does.
@Timeout(600)
class CPythonFuturesTest {
  private final EventLoop loop = newEventLoop();
  private final List<Object> order = new ArrayList<>();

  CPythonFuturesTest() {
    loop.setDebug(false);
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private void runOnce() {
    loop.stop();
    loop.runForever();
  }

  // CPython: test_futures.BaseFutureTests.test_constructor_without_loop
  @Test
  void newFuture_withoutAnyLoop_isAnError() {
    assertThatThrownBy(() -> new Future<Integer>()).isInstanceOf(IllegalStateException.class);
  }

  // CPython: test_futures.BaseFutureTests.test_cancel, test_result, test_exception
  @Test
  void doneFuture_isSetNoMore() {
    var cancelled = loop.<Integer>createFuture();
    assertThat(cancelled.cancel()).isTrue();
    var done = loop.<Integer>createFuture();
    done.setResult(42);
    var failed = loop.<Integer>createFuture();
    failed.setException(new IOException());
    for (var future : List.of(cancelled, done, failed)) {
      assertThat(future.done()).isTrue();
      assertThatThrownBy(() -> future.setResult(1)).isInstanceOf(InvalidStateException.class);
      assertThatThrownBy(() -> future.setException(new IOException()))
          .isInstanceOf(InvalidStateException.class);
      assertThat(future.cancel()).isFalse();
    }
    assertThat(failed.exception()).isInstanceOf(IOException.class);
  }

  // CPython: test_futures.BaseFutureTests.test_future_repr
  @Test
  void toString_namesCallbacksAndTheirNumber() {
    var future = loop.<Integer>createFuture();
    future.addDoneCallback(f -> order.add("first"));
    assertThat(future.toString()).matches("<Future pending cb=\\[[^,]+]>");
    future.addDoneCallback(f -> order.add("second"));
    assertThat(future.toString()).matches("<Future pending cb=\\[[^,]+, [^,]+]>");
    for (int i = 0; i < 8; i++) {
      future.addDoneCallback(f -> order.add("more"));
    }
    assertThat(future.toString()).matches("<Future pending cb=\\[[^,]+, <8 more>, [^,]+]>");
    future.cancel();
    assertThat(future).hasToString("<Future cancelled>");
  }

  // CPython: test_futures.BaseFutureTests.test_future_repr, test_future_source_traceback
  @Test
  void toString_inDebugMode_saysWhereTheFutureWasMade() {
    loop.setDebug(true);
    assertThat(loop.createFuture().toString())
        .matches("<Future pending created at .*CPythonFuturesTest.*>");
  }

  // CPython: test_futures.BaseFutureTests.test_tb_logger_abandoned, …_result_unretrieved,
  // …_result_retrieved, …_not_called_after_cancel
  @Test
  void futureWithoutAnError_isForgottenSilently() {
    try (var logs = Logs.capture()) {
      forget();
      loop.close(); // asks for a collection if something was left unread
      System.gc();
      assertThat(logs.lines()).isEmpty();
    }
  }

  private void forget() {
    loop.createFuture();
    loop.<Integer>createFuture().setResult(42);
    var read = loop.<Integer>createFuture();
    read.setResult(42);
    assertThat(read.result()).isEqualTo(42);
    loop.createFuture().cancel();
  }

  // CPython: test_futures.BaseFutureTests.test_wrap_future, …_use_running_loop
  @Test
  void wrapFuture_belongsToTheRunningLoop_andRunsElsewhere() {
    try (var executor = Executors.newSingleThreadExecutor()) {
      loop.runUntilComplete(() -> {
        var theirs = CompletableFuture.supplyAsync(Thread::currentThread, executor);
        var ours = wrapFuture(theirs);
        assertThat(ours.getLoop()).isSameAs(loop);
        assertThat(await(ours)).isNotSameAs(Thread.currentThread());
      });
    }
  }

  // CPython: test_futures.BaseFutureTests.test_wrap_future_without_loop
  @Test
  void wrapFuture_withoutAnyLoop_isAnError() {
    assertThatThrownBy(() -> wrapFuture(new CompletableFuture<Integer>()))
        .isInstanceOf(IllegalStateException.class);
  }

  // CPython: test_futures.BaseFutureTests.test_wrap_future_use_global_loop
  @Test
  void wrapFuture_outsideALoop_takesThatOfTheThread() {
    Asyncio.setEventLoop(loop);
    try {
      assertThat(wrapFuture(new CompletableFuture<Integer>()).getLoop()).isSameAs(loop);
    } finally {
      Asyncio.setEventLoop(null);
    }
  }

  // CPython: test_futures.BaseFutureTests.test_wrap_future_cancel2
  @Test
  void wrappedFuture_cancelledAfterItsSourceIsDone_leavesThatAlone() {
    var theirs = new CompletableFuture<Integer>();
    var ours = wrapFuture(theirs, loop);
    theirs.complete(42);
    assertThat(ours.cancel()).isTrue();
    runOnce();
    assertThat(theirs.isCancelled()).isFalse();
    assertThat(theirs.join()).isEqualTo(42);
    assertThat(ours.cancelled()).isTrue();
  }

  // CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback,
  // …_remove_first_and_second_callback, …_remove_third_callback
  @Test
  void removedCallbacks_whereverTheyStand_doNotRun() {
    for (var removed : List.of(List.of(0), List.of(0, 1), List.of(2))) {
      order.clear();
      var future = loop.<String>createFuture();
      var callbacks = new ArrayList<Consumer<Future<String>>>();
      var expected = new ArrayList<>(List.of(0, 1, 2));
      for (int i = 0; i < 3; i++) {
        int number = i;
        callbacks.add(f -> order.add(number));
        future.addDoneCallback(callbacks.getLast());
      }
      for (int i : removed) {
        assertThat(future.removeDoneCallback(callbacks.get(i))).isEqualTo(1);
        assertThat(future.removeDoneCallback(callbacks.get(i))).isZero();
        expected.remove(Integer.valueOf(i));
      }
      future.setResult("foo");
      runOnce();
      assertThat(order).isEqualTo(expected);
    }
  }

  // CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception
  @Test
  void callback_runsAfterAnErrorToo() {
    var future = loop.<String>createFuture();
    future.addDoneCallback(f -> order.add(f.exception()));
    var problem = new IOException();
    future.setException(problem);
    runOnce();
    assertThat(order).containsExactly(problem);
  }

  /// A callback whose `equals` has side effects.
  private record Evil(Runnable whenCompared) implements Consumer<Future<Integer>> {
    @Override
    public void accept(Future<Integer> future) {}

    @Override
    public boolean equals(Object other) {
      whenCompared.run();
      return false;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  // CPython: test_futures.BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_mutation,
  // …_list_clear, test_schedule_callbacks_list_mutation_2
  @Test
  void removal_withAnEqualsThatChangesTheList_isHarmless() {
    Consumer<Future<Integer>> other = f -> order.add("other");
    for (int kind = 0; kind < 2; kind++) {
      boolean adds = kind == 1;
      var future = loop.<Integer>createFuture();
      var left = new int[] {100};
      for (int i = 0; i < 64; i++) {
        future.addDoneCallback(other);
      }
      future.removeDoneCallback(
          new Evil(() -> {
            if (!adds) {
              future.removeDoneCallback(other);
            } else if (left[0]-- > 0) {
              future.addDoneCallback(other);
            }
          }));
      future.setResult(1);
      runOnce();
    }
    assertThat(order).containsOnly("other");
  }

  // CPython: test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1
  @Test
  void callback_thatRemovesALaterOne_comesTooLate() {
    var future = loop.<Integer>createFuture();
    Consumer<Future<Integer>> later = f -> order.add("later");
    future.addDoneCallback(f -> order.add(f.removeDoneCallback(later)));
    future.addDoneCallback(later);
    future.addDoneCallback(later);
    future.setResult(1);
    runOnce();
    assertThat(order).containsExactly(0, "later", "later");
  }

  // CPython: test_futures2.FutureTests.test_future_traceback
  @AsyncTest
  void error_awaitedManyTimes_doesNotGrow() {
    var task =
        createTask(() -> {
          throw new IOException("42");
        });
    var lengths = new ArrayList<Integer>();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> await(task))
          .satisfies(e -> {
            lengths.add(e.getStackTrace().length);
            assertThat(e.getSuppressed()).isEmpty();
          });
    }
    assertThat(lengths).containsOnly(lengths.getFirst());
  }

  // CPython: test_futures2.FutureTests.test_handle_exc_handler_correct_context
  @Test
  void exceptionHandler_seesTheContextOfWhatFailed() {
    var name = ContextVar.of("name", "foo");
    loop.setExceptionHandler((l, error) -> order.add(name.get()));
    loop.callSoon(() -> {
      name.set("bar");
      throw new IllegalStateException();
    });
    runOnce();
    assertThat(order).containsExactly("bar");
    assertThat(name.get()).isEqualTo("foo");
  }

  // CPython: test_futures2.FutureReprTests.test_recursive_repr_for_pending_tasks
  @AsyncTest
  void toString_ofATaskWhoseResultIsItself_ends() {
    var task = createTask(() -> Asyncio.allTasks());
    var tasks = await(task);
    assertThat(tasks).contains(task);
    assertThat(task.toString()).contains("...");
    var self = getRunningLoop().<Object>createFuture();
    self.setResult(self);
    assertThat(self.toString()).contains("...");
  }

  // CPython: test_context.DecimalContextTest.test_asyncio_task_decimal_context
  @Test
  void contextOfATask_survivesItsSleep() {
    var precision = ContextVar.of("precision", 28);
    AsyncTests.run(() -> {
      var both =
          gather(
              () -> {
                precision.set(3);
                sleep(0.002);
                return precision.get();
              },
              () -> {
                precision.set(6);
                sleep(0.004);
                return precision.get();
              });
      assertThat(await(both)).containsExactly(3, 6);
    });
    assertThat(precision.get()).isEqualTo(28);
  }
}
