package jasyncio.cpython;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.ensureFuture;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.runCoroutineThreadsafe;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.ContextVar;
import jasyncio.Coroutine;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.TaskFactory;
import jasyncio.TaskOptions;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What CPython's test_tasks.py asserts and nothing else here does.
@Timeout(600)
class CPythonTasksTest {
  private final EventLoop loop = newEventLoop();
  private final List<Object> order = new ArrayList<>();

  @AfterEach
  void close() {
    Asyncio.setEventLoop(null);
    loop.close();
  }

  private void runOnce() {
    loop.stop();
    loop.runForever();
  }

  /// Fails outside of a loop, belongs to the loop of the thread there, and to the running one
  /// inside.
  private void belongsToTheLoop(Awaitable<Future<?>, ?> maker) throws Exception {
    assertThatThrownBy(maker::await).isInstanceOf(IllegalStateException.class);
    var inside = loop.runUntilComplete(() -> maker.await());
    assertThat(inside.getLoop()).isSameAs(loop);
    loop.runUntilComplete(() -> inside.await());
    Asyncio.setEventLoop(loop);
    var outside = maker.await();
    assertThat(outside.getLoop()).isSameAs(loop);
    loop.runUntilComplete(() -> outside.await());
  }

  // CPython: test_tasks.BaseTaskTests.test_task_class, test_get_coro, test_get_context
  @Test
  void task_knowsItsLoopItsCoroutineAndItsContext() {
    var coroutine = coroutine(() -> "ok");
    var context = Asyncio.copyContext();
    var task = loop.createTask(coroutine, TaskOptions.defaults().context(context));
    assertThat(loop.runUntilComplete(task)).isEqualTo("ok");
    assertThat(task.getLoop()).isSameAs(loop);
    assertThat(task.getContext()).isSameAs(context);
  }

  // CPython: test_tasks.BaseTaskTests.test_ensure_future_coroutine
  @Test
  void ensureFuture_ofACoroutine_needsALoop() throws Exception {
    belongsToTheLoop(() -> ensureFuture(() -> "ok"));
  }

  // CPython: test_tasks.BaseTaskTests.test_ensure_future_awaitable, …_task_awaitable
  @Test
  void ensureFuture_ofAnAwaitableOfOnesOwn_awaitsIt() {
    Awaitable<String, ?> own =
        new Awaitable<>() {
          @Override
          public String await() {
            return sleep(0, "ok");
          }
        };
    var task = ensureFuture(own, loop);
    assertThat(task).isInstanceOf(Task.class);
    assertThat(loop.runUntilComplete(task)).isEqualTo("ok");
  }

  // CPython: test_tasks.BaseTaskTests.test_coroutine_non_gen_function_return_future
  @Test
  void coroutine_thatReturnsAFuture_doesNotAwaitIt() {
    var future = loop.<String>createFuture();
    var task = loop.createTask(() -> future);
    loop.createTask(() -> future.setResult("test"));
    assertThat(loop.runUntilComplete(task)).isSameAs(future);
  }

  @Nested
  class Cancelling {
    // CPython: test_tasks.BaseTaskTests.test_uncancel_basic
    @Test
    void uncancel_inTheMiddle_andAfterTheEnd() {
      var task =
          loop.createTask(() -> {
            try {
              sleep(10);
            } catch (CancelledError _) {
              currentTask().uncancel();
              sleep(10);
            }
          });
      runOnce();
      assertThat(task.cancel()).isTrue();
      assertThat(task.toString()).contains(" cancelling ");
      assertThat(task.cancelling()).isEqualTo(1);
      runOnce();
      runOnce();
      assertThat(task.toString()).doesNotContain(" cancelling ");
      assertThat(task.cancelling()).isZero();
      assertThat(task.cancelled()).isFalse();
      assertThat(task.cancel()).isTrue();
      assertThat(task.cancelling()).isEqualTo(1);
      assertThatThrownBy(() -> loop.runUntilComplete(task)).isInstanceOf(CancelledError.class);
      assertThat(task.cancelled()).isTrue();
      task.uncancel();
      assertThat(task.cancelled()).isTrue();
      assertThat(task.done()).isTrue();
    }

    /// A time limit, written by hand.
    private boolean timesOut(double seconds, double limit) throws TimeoutException {
      var task = currentTask();
      var timedOut = new boolean[1];
      var timer =
          getRunningLoop()
              .callLater(
                  limit,
                  () -> {
                    timedOut[0] = true;
                    task.cancel();
                  });
      try {
        sleep(seconds);
        order.add("finished");
      } catch (CancelledError e) {
        if (timedOut[0] && task.uncancel() == 0) {
          return true;
        }
        throw e;
      } finally {
        timer.cancel();
      }
      sleep(0);
      return false;
    }

    // CPython: test_tasks.BaseTaskTests.test_uncancel_structured_blocks
    @AsyncTest
    void uncancel_inAStructuredBlock_takesTheCancellationBack() throws Exception {
      var late =
          createTask(() -> {
            assertThat(timesOut(10, 0.001)).isTrue();
            sleep(0); // not cancelled any more
            order.add("outer code");
          });
      await(late);
      assertThat(late.cancelling()).isZero();
      var inTime = createTask(() -> timesOut(0, 10));
      assertThat(await(inTime)).isFalse();
      assertThat(inTime.cancelling()).isZero();
      assertThat(order).containsExactly("outer code", "finished");
    }

    // CPython: test_tasks.BaseTaskTests.test_uncancel_resets_must_cancel
    @Test
    void uncancel_ofATaskThatIsAboutToGoOn_letsItGoOn() {
      var future = loop.<Integer>createFuture();
      var task =
          loop.createTask(() -> {
            await(future);
            return 42;
          });
      runOnce();
      future.setResult(1);
      task.cancel();
      assertThat(task.cancelling()).isEqualTo(1);
      assertThat(task.uncancel()).isZero();
      assertThat(loop.runUntilComplete(task)).isEqualTo(42);
    }

    // CPython: test_tasks.BaseTaskTests.test_cancel_with_message_then_future_result,
    // …_then_future_exception, test_cancel_with_message_before_starting_task,
    // test_task_cancel_message_getter
    @AsyncTest
    void message_isThatOfResultAndException() {
      for (var message : new String[] {null, "my message"}) {
        for (boolean begun : new boolean[] {true, false}) { // its message is told once
          var task = createTask(() -> sleep(10));
          if (begun) {
            sleep(0);
          }
          task.cancel(message);
          Asyncio.wait(List.of(task));
          assertThatThrownBy(begun ? task::result : task::exception)
              .isInstanceOf(CancelledError.class)
              .hasMessage(message)
              .hasNoCause();
        }
      }
    }

    // CPython: test_tasks.BaseTaskTests.test_cancel_awaited_task
    @Test
    void cancelOfOneself_beforeAwaitingATask_cancelsThatToo() {
      var future = loop.<Integer>createFuture();
      var nested = new ArrayList<Task<?>>();
      var task =
          loop.createTask(() -> {
            nested.add(createTask(() -> await(future)));
            sleep(0);
            currentTask().cancel();
            nested.getFirst().await();
          });
      assertThatThrownBy(() -> loop.runUntilComplete(task)).isInstanceOf(CancelledError.class);
      assertThat(task.cancelled()).isTrue();
      assertThat(nested.getFirst().cancelled()).isTrue();
      assertThat(future.cancelled()).isTrue();
    }

    // CPython: test_tasks.BaseTaskTests.test_yield_future_passes_cancel
    @Test
    void cancel_reachesTheInnermostFrameFirst() {
      var waiter = loop.<Integer>createFuture();
      var task =
          loop.createTask(() -> {
            try {
              try {
                await(waiter);
                order.add("never");
              } catch (CancelledError e) {
                order.add("inner");
                throw e;
              }
            } catch (CancelledError _) {
              order.add("outer");
            }
          });
      runOnce();
      task.cancel();
      loop.runUntilComplete(task);
      assertThat(order).containsExactly("inner", "outer");
      assertThat(waiter.cancelled()).isTrue();
    }

    // CPython: test_tasks.BaseTaskTests.test_baseexception_during_cancel
    @Test
    void exitInAnswerToACancellation_leavesTheLoopAndIsTheTasksError() {
      var exit = new SystemExit(0);
      var task =
          loop.createTask(() -> {
            try {
              sleep(10);
            } catch (CancelledError _) {
              throw exit;
            }
          });
      runOnce();
      task.cancel();
      assertThat(task.done()).isFalse();
      assertThatThrownBy(
              () -> {
                runOnce();
                runOnce();
              })
          .isSameAs(exit);
      assertThat(task.done()).isTrue();
      assertThat(task.cancelled()).isFalse();
      assertThat(task.exception()).isSameAs(exit);
    }
  }

  // CPython: test_tasks.BaseTaskTests.test_exception_traceback
  @AsyncTest
  void exceptionOfATask_hasItsStackTrace() {
    var task =
        createTask(() -> {
          throw new IOException();
        });
    sleep(0);
    assertThat(task.exception().getStackTrace())
        .anyMatch(frame -> frame.getClassName().contains("CPythonTasksTest"));
  }

  @Nested
  class CurrentTask {
    // CPython: test_tasks.BaseCurrentLoopTests.test_current_task_no_running_loop,
    // test_current_task_with_implicit_loop; test_tasks.BaseTaskTests.test_current_task
    @Test
    void currentTask_isThatOfTheLoopAndNoneOutside() {
      assertThat(currentTask(loop)).isNull();
      var task =
          loop.createTask(() -> {
            order.add(currentTask());
            order.add(currentTask(loop));
          });
      loop.runUntilComplete(task);
      assertThat(order).containsExactly(task, task);
      assertThat(currentTask(loop)).isNull();
    }

    // CPython: test_tasks.BaseTaskTests.test_current_task_with_interleaving_tasks
    @Test
    void currentTask_withTasksThatTakeTurns_isTheirOwn() {
      var first = loop.<Integer>createFuture();
      var second = loop.<Integer>createFuture();
      var one =
          loop.createTask(() -> {
            order.add(currentTask());
            await(first);
            order.add(currentTask());
            second.setResult(1);
          });
      var two =
          loop.createTask(() -> {
            order.add(currentTask());
            first.setResult(1);
            await(second);
            order.add(currentTask());
          });
      loop.runUntilComplete(() -> Asyncio.wait(List.of(one, two)));
      assertThat(order).containsExactly(one, two, one, two);
      assertThat(currentTask(loop)).isNull();
    }
  }

  @Nested
  class Completing {
    // CPython: test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout
    @AsyncTest
    void asCompleted_withATimeLimitThatIsNotReached_givesAll() {
      for (var item : asCompleted(List.of(() -> sleep(0, "a")), 1000)) {
        assertThat(await(item)).isEqualTo("a");
      }
      for (var item : asCompleted(List.of(() -> sleep(0, "a")), 1000).async()) {
        assertThat(await(item)).isEqualTo("a");
      }
    }

    private List<Awaitable<Integer, ?>> numbers() {
      return List.of(() -> 0, () -> 1, () -> 2, () -> 3);
    }

    // CPython: test_tasks.BaseTaskTests.test_as_completed_resume_iterator
    @AsyncTest
    void asCompleted_goesOnWhereItWasLeft() {
      for (var iterator :
          List.of(asCompleted(numbers()).iterator(), asCompleted(numbers()).async().iterator())) {
        var collected = new ArrayList<Integer>();
        while (collected.size() < 2) {
          collected.add(await(iterator.next()));
        }
        while (iterator.hasNext()) {
          collected.add(await(iterator.next()));
        }
        assertThat(collected).containsExactlyInAnyOrder(0, 1, 2, 3);
      }
    }

    // CPython: test_tasks.BaseTaskTests.test_as_completed_concurrent
    @AsyncTest
    void asCompleted_itemsMayBeAwaitedSideBySide() {
      List<Awaitable<String, ?>> both = List.of(() -> sleep(0, "a"), () -> sleep(0, "b"));
      var plain = new ArrayList<Future<String>>();
      asCompleted(both).forEach(plain::add);
      assertThat(await(gather(plain))).containsExactlyInAnyOrder("a", "b");
      var given = new ArrayList<Future<String>>();
      asCompleted(both).async().forEach(given::add);
      assertThat(await(gather(given))).containsExactlyInAnyOrder("a", "b");
    }

    // CPython: test_tasks.BaseTaskTests.test_as_completed_coroutine_without_loop
    @Test
    void asCompleted_ofCoroutinesOutsideOfALoop_isAnError() {
      assertThatThrownBy(() -> asCompleted(numbers()).iterator().next())
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Nested
  class Shielding {
    // CPython: test_tasks.BaseTaskTests.test_shield_gather
    @Test
    void shieldAroundAGather_sparesItsChildren() {
      var one = loop.<Integer>createFuture();
      var two = loop.<Integer>createFuture();
      var parent = gather(one, two);
      var outer = shield(parent);
      runOnce();
      outer.cancel();
      runOnce();
      assertThat(outer.cancelled()).isTrue();
      one.setResult(1);
      two.setResult(2);
      runOnce();
      assertThat(parent.result()).containsExactly(1, 2);
    }

    // CPython: test_tasks.BaseTaskTests.test_gather_shield
    @Test
    void gatherOfShields_isCancelledWithoutTheirFutures() {
      var one = loop.<Integer>createFuture();
      var two = loop.<Integer>createFuture();
      var shields = List.of(shield(one), shield(two));
      var parent = gather(shields);
      runOnce();
      parent.cancel();
      runOnce();
      runOnce();
      assertThatThrownBy(parent::result).isInstanceOf(CancelledError.class);
      assertThat(shields).allMatch(Future::cancelled);
      one.setResult(1);
      two.setResult(2);
      runOnce();
    }

    // CPython: test_tasks.BaseTaskTests.test_shield_coroutine_without_loop,
    // …_use_running_loop, …_use_global_loop
    @Test
    void shield_ofACoroutine_needsALoop() throws Exception {
      belongsToTheLoop(() -> shield(() -> 42));
    }

    // CPython: test_tasks.BaseTaskTests.test_shield_duplicate_log_once
    @Test
    void errorUnderTwoShieldsThatWereCancelled_isToldOnce() {
      var reports = new ArrayList<ErrorContext>();
      loop.setExceptionHandler((l, error) -> reports.add(error));
      var inner = loop.<Integer>createFuture();
      for (int i = 0; i < 2; i++) {
        var outer = shield(inner);
        runOnce();
        outer.cancel();
        runOnce();
      }
      inner.setException(new IOException("foo"));
      runOnce();
      assertThat(reports).hasSize(1);
    }
  }

  @Nested
  class Gathering {
    // CPython: test_tasks.FutureGatherTests.test_constructor_empty_sequence_without_loop,
    // …_use_global_loop; test_tasks.CoroutineGatherTests.test_constructor_without_loop,
    // …_use_running_loop, …_use_global_loop
    @Test
    void gather_ofNothingOrOfCoroutines_needsALoop() throws Exception {
      belongsToTheLoop(() -> gather());
      Asyncio.setEventLoop(null);
      belongsToTheLoop(() -> gather(() -> "a", () -> "b"));
    }

    // CPython: test_tasks.FutureGatherTests.test_constructor_homogenous_futures
    @Test
    void gather_ofFutures_takesTheirLoop() {
      var futures = List.of(loop.createFuture(), loop.createFuture());
      for (int i = 0; i < 2; i++) {
        var all = gather(futures);
        assertThat(all.getLoop()).isSameAs(loop);
        runOnce();
        assertThat(all.done()).isFalse();
      }
    }

    // CPython: test_tasks.BaseTaskTests.test_cancel_gather_1
    @Test
    void gather_whoseChildrenAreDone_refusesToBeCancelled() {
      var future = loop.<Integer>createFuture();
      var gathered = loop.runUntilComplete(() -> gather(() -> await(future)));
      runOnce();
      future.addDoneCallback(f -> order.add(gathered.cancel()));
      future.setResult(42);
      assertThat(loop.runUntilComplete(gathered)).containsExactly(42);
      assertThat(order).containsExactly(false);
      assertThat(gathered.cancelled()).isFalse();
    }

    // CPython: test_tasks.BaseTaskTests.test_cancel_gather_2
    @Test
    void cancellation_ofWhoAwaitsAGather_hasItsMessage() {
      for (var message : new String[] {null, "my message"}) {
        var task =
            loop.createTask(() -> {
              while (true) {
                await(gather(Asyncio.RETURN_EXCEPTIONS, () -> sleep(0, 1)));
              }
            });
        runOnce();
        runOnce();
        task.cancel(message);
        assertThatThrownBy(() -> loop.runUntilComplete(task))
            .isInstanceOf(CancelledError.class)
            .hasMessage(message);
      }
    }
  }

  // CPython: test_tasks.BaseTaskTests.test_context_2
  @Test
  void contextOfATask_isNotChangedByCallbacksOfFutures() {
    var variable = ContextVar.of("variable", "nope");
    AsyncTests.run(() -> {
      for (int i = 0; i < 2; i++) {
        var future = getRunningLoop().<Integer>createFuture();
        future.addDoneCallback(f -> variable.set("something else"));
        variable.set("yes" + i);
        getRunningLoop().callSoon(() -> future.setResult(1));
        await(future);
        assertThat(variable.get()).isEqualTo("yes" + i);
        sleep(0.001);
        assertThat(variable.get()).isEqualTo("yes" + i);
      }
    });
    assertThat(variable.get()).isEqualTo("nope");
  }

  @Nested
  class FromOtherThreads {
    // CPython: test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout
    @Test
    void runCoroutineThreadsafe_whoGivesUpCancels() {
      loop.runUntilComplete(() -> {
        Asyncio.toThread(() -> {
          var result = runCoroutineThreadsafe(() -> sleep(100), loop);
          assertThatThrownBy(() -> result.get(0, TimeUnit.SECONDS))
              .isInstanceOf(TimeoutException.class);
          result.cancel(true);
        });
        sleep(0);
        sleep(0);
      });
      assertThat(Asyncio.allTasks(loop)).isEmpty();
    }

    // CPython: test_tasks.RunCoroutineThreadsafeTests
    //     .test_run_coroutine_threadsafe_task_factory_exception
    @Test
    void runCoroutineThreadsafe_withATaskFactoryThatFails_fails() {
      var reports = new ArrayList<ErrorContext>();
      var problem = new IllegalStateException("no tasks today");
      loop.setExceptionHandler((l, error) -> reports.add(error));
      loop.setTaskFactory(
          new TaskFactory() {
            @Override
            public <T> Future<T> create(EventLoop l, Coroutine<T> body, TaskOptions options) {
              throw problem;
            }
          });
      var result = runCoroutineThreadsafe(() -> 1, loop);
      runOnce();
      assertThat(result).failsWithin(0, TimeUnit.SECONDS).withThrowableThat().withCause(problem);
      assertThat(reports)
          .singleElement()
          .satisfies(error -> assertThat(error.exception()).isSameAs(problem));
    }
  }

  @Nested
  class EagerTasks {
    // CPython: test_tasks.BaseTaskTests.test_eager_start_false
    // CPython: test_eager_task_factory.EagerTaskFactoryLoopTests.test_eager_start_false
    @Test
    void eagerStart_false_winsOverTheFactory() {
      loop.setTaskFactory(Asyncio.eagerTaskFactory());
      loop.runUntilComplete(
          loop.createTask(() -> {
            var task =
                createTask(
                    () -> order.add(currentTask().getName()),
                    TaskOptions.named("example").eagerStart(false));
            assertThat(task.done()).isFalse();
            assertThat(order).isEmpty();
            await(task);
            assertThat(order).containsExactly("example");
          }));
    }

    // CPython: test_eager_task_factory.CEagerTaskFactoryLoopTests.test_name
    // CPython: test_eager_task_factory.DefaultTaskFactoryEagerStart
    //     .test_eager_start_true_with_default_factory
    // CPython: test_tasks.BaseTaskTests.test_eager_start_true
    @AsyncTest
    void eagerTask_hasItsNameInItsFirstStep() {
      var task =
          createTask(
              () -> order.add(currentTask().getName()),
              TaskOptions.named("example").eagerStart(true));
      assertThat(task.done()).isTrue();
      assertThat(order).containsExactly("example");
    }

    // CPython:
    // test_eager_task_factory.EagerTaskFactoryLoopTests.test_await_future_during_eager_step
    @Test
    void eagerTask_maySetWhatItsCreatorAwaitsNext() {
      loop.setTaskFactory(Asyncio.eagerTaskFactory());
      loop.runUntilComplete(() -> {
        var future = loop.<String>createFuture();
        var task = loop.createTask(() -> future.setResult("my message"));
        assertThat(task.done()).isTrue();
        assertThat(await(future)).isEqualTo("my message");
      });
    }

    // CPython: test_eager_task_factory.EagerTaskFactoryLoopTests
    //     .test_cancellation_after_eager_completion, …_after_eager_step_blocks
    @Test
    void eagerTask_isCancelledOnlyIfItIsNotDone() {
      loop.setTaskFactory(Asyncio.eagerTaskFactory());
      loop.runUntilComplete(() -> {
        var done = loop.createTask(() -> "finished without blocking");
        assertThat(done.cancel()).isFalse();
        assertThat(await(done)).isEqualTo("finished without blocking");
        var blocks = loop.createTask(() -> sleep(10));
        blocks.cancel("cancellation message");
        assertThat(blocks.cancelling()).isEqualTo(1);
        assertThatThrownBy(() -> await(blocks))
            .isInstanceOf(CancelledError.class)
            .hasMessage("cancellation message");
      });
    }

    // CPython: test_eager_task_factory.EagerTaskFactoryLoopTests
    //     .test_all_tasks_with_eager_completion, …_with_blocking
    @Test
    void eagerTask_isAmongAllTasksFromItsFirstStepToItsEnd() {
      loop.setTaskFactory(Asyncio.eagerTaskFactory());
      loop.runUntilComplete(() -> {
        var seen = new ArrayList<Iterable<Task<?>>>();
        var quick = loop.createTask(() -> seen.add(Asyncio.allTasks()));
        assertThat(seen.getFirst()).contains(quick);
        assertThat(Asyncio.allTasks()).doesNotContain(quick);
        var first = loop.<Integer>createFuture();
        var second = loop.<Integer>createFuture();
        var slow =
            loop.createTask(() -> {
              seen.add(Asyncio.allTasks());
              await(first);
              second.setResult(1);
            });
        assertThat(seen.getLast()).contains(slow);
        assertThat(Asyncio.allTasks()).contains(slow);
        first.setResult(1);
        await(second);
        assertThat(Asyncio.allTasks()).doesNotContain(slow);
      });
    }

    private int tasks;

    private void count(boolean eager) {
      loop.setTaskFactory(
          new TaskFactory() {
            @Override
            public <T> Future<T> create(EventLoop l, Coroutine<T> body, TaskOptions options) {
              var task = new Task<>(l, body, options.eagerStart(eager));
              if (!eager || !task.done()) {
                tasks++;
              }
              return task;
            }
          });
    }

    private void groups(int width, int depth) {
      if (depth > 0) {
        Asyncio.taskGroup(tg -> {
          for (int i = 0; i < width; i++) {
            tg.createTask(() -> groups(width, depth - 1));
          }
        });
      }
    }

    private Void gathers(int width, int depth) {
      if (depth > 0) {
        var children = new ArrayList<Awaitable<Void, ?>>();
        for (int i = 0; i < width; i++) {
          children.add(() -> gathers(width, depth - 1));
        }
        await(gather(children));
      }
      return null;
    }

    // CPython: test_eager_task_factory.BaseTaskCountingTests.test_recursive_taskgroups,
    // test_recursive_gather
    @Test
    void tasksOfARecursion_areAsManyAsItsCalls_orFewThatSuspendIfEager() {
      count(false);
      loop.runUntilComplete(loop.createTask(() -> groups(5, 4)));
      assertThat(tasks).isEqualTo(781);
      loop.runUntilComplete(loop.createTask(() -> gathers(5, 4)));
      assertThat(tasks).isEqualTo(2 * 781);
      tasks = 0;
      count(true);
      loop.runUntilComplete(loop.createTask(() -> gathers(5, 4)));
      assertThat(tasks).isLessThanOrEqualTo(1); // the main coroutine, which has no running loop
      tasks = 0;
      loop.runUntilComplete(loop.createTask(() -> groups(5, 4)));
      assertThat(tasks).isEqualTo(156); // a group waits a turn also for those that are done
    }
  }

  // CPython: test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_and_cancel
  @Test
  void threadsafeCall_cancelledByATaskOfTheLoop_isCancelled() {
    var made = new ArrayList<Task<?>>();
    loop.runUntilComplete(() -> {
      loop.setTaskFactory(
          new TaskFactory() {
            @Override
            public <T> Future<T> create(EventLoop l, Coroutine<T> body, TaskOptions options) {
              var task = new Task<>(l, body, options);
              made.add(task);
              return task;
            }
          });
      CompletableFuture<Void> result = runCoroutineThreadsafe(() -> sleep(10), loop);
      sleep(0);
      result.cancel(true);
      sleep(0);
      sleep(0);
      sleep(0);
      assertThat(result).isCancelled();
    });
    assertThat(made).singleElement().matches(Task::cancelled);
  }
}
