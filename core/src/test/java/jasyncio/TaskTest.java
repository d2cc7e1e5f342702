package jasyncio;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class TaskTest {

  private static final RunOptions NO_DEBUG = RunOptions.defaults().debug(false);

  @Nested
  class Cancelling {
    @AsyncTest
    void cancel_beforeTheFirstStep_neverRunsTheBody() {
      var order = new ArrayList<String>();
      var task = createTask(() -> order.add("body"));
      assertThat(task.cancel()).isTrue();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
      assertThat(order).isEmpty();
      assertThat(task.cancelled()).isTrue();
      assertThat(task.cancel()).isFalse();
    }

    @AsyncTest
    void cancel_beforeTheFirstStep_closesTheCoroutine() {
      var coroutine = coroutine(() -> 1);
      var task = createTask(coroutine);
      task.cancel();
      sleep(0);
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
    }

    @AsyncTest
    void cancel_ofATaskThatAwaits_cancelsWhatItAwaits() {
      var future = getRunningLoop().<Integer>createFuture();
      var task = createTask(() -> await(future));
      sleep(0);
      task.cancel("enough");
      assertThat(future.cancelled()).isTrue();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class).hasMessage("enough");
      assertThatThrownBy(task::result).isInstanceOf(CancelledError.class).hasNoCause();
    }

    @AsyncTest
    void cancel_twice_keepsTheFirstMessageAndCounts() {
      var task = createTask(() -> sleep(100));
      sleep(0);
      task.cancel("first");
      task.cancel("second");
      assertThat(task.cancelling()).isEqualTo(2);
      assertThatThrownBy(() -> await(task)).hasMessage("first");
    }

    @AsyncTest
    void cancel_ofASleeperAndUncancel_stillWakesIt() {
      var task = createTask(() -> sleep(100));
      sleep(0);
      task.cancel("sleep no more");
      task.uncancel();
      assertThatThrownBy(() -> await(task)).hasMessage("sleep no more");
    }

    @Test
    void cancel_ofASleeperWhoseTimeHasCome_wakesItOnceInTheNextIteration() {
      run(() -> {
        var loop = getRunningLoop();
        var order = new ArrayList<String>();
        var open = loop.<String>createFuture();
        var task =
            createTask(() -> {
              try {
                sleep(0.002);
              } catch (CancelledError e) {
                order.add("cancelled: " + e.getMessage());
              }
              return await(open);
            });
        sleep(0);
        loop.callAt(
            0, // long ago, and so before the sleeper's time
            () -> {
              task.cancel("now");
              task.cancel("again");
              task.uncancel();
              loop.callSoon(() -> order.add("later"));
            });
        for (double end = loop.time() + 0.005; loop.time() < end; ) {
          Thread.onSpinWait(); // both timers are due when the loop looks at them
        }
        loop.callLater(0.01, () -> open.setResult("opened"));
        assertThat(await(task)).isEqualTo("opened");
        assertThat(order).containsExactly("cancelled: now", "later");
      });
    }

    @AsyncTest
    void sleep_afterACancelledOne_isNotEndedByTheTimerOfThat() {
      var loop = getRunningLoop();
      var task =
          createTask(() -> {
            try {
              sleep(0.002);
            } catch (CancelledError e) {
              double begin = loop.time();
              sleep(0.02);
              return loop.time() - begin;
            }
            return 0.0;
          });
      sleep(0);
      task.cancel();
      assertThat(await(task)).isGreaterThanOrEqualTo(0.02);
    }

    @AsyncTest
    void sleeper_saysThatItWaits() {
      var task = createTask(() -> sleep(100));
      sleep(0);
      assertThat(task.toString()).contains(" wait_for=<Future pending cb=[Task.task_wakeup()]>");
      task.cancel();
      assertThat(task.toString()).contains(" wait_for=<Future cancelled>");
    }

    @AsyncTest
    void cancel_swallowed_isOverAndTheCountStays() {
      var task =
          createTask(() -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              sleep(0); // works again
              sleep(0.001);
            }
            return currentTask().cancelling();
          });
      sleep(0);
      task.cancel();
      assertThat(await(task)).isEqualTo(1);
      assertThat(task.cancelled()).isFalse();
    }

    @AsyncTest
    void cancel_ofItselfBeforeReturning_losesTheValue() {
      var task =
          createTask(() -> {
            currentTask().cancel("myself");
            return 1;
          });
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class).hasMessage("myself");
      assertThat(task.cancelled()).isTrue();
    }

    @AsyncTest
    void uncancel_toZero_dropsACancellationThatHasNotArrived() {
      var task =
          createTask(() -> {
            currentTask().cancel();
            assertThat(currentTask().uncancel()).isZero();
            assertThat(currentTask().uncancel()).isZero();
            sleep(0);
            return "survived";
          });
      assertThat(await(task)).isEqualTo("survived");
    }

    @AsyncTest
    void cancelledError_thrownByTheBody_cancelsTheTask() {
      var task =
          createTask(() -> {
            throw new CancelledError("by myself");
          });
      assertThatThrownBy(() -> await(task)).hasMessage("by myself");
      assertThat(task.cancelled()).isTrue();
      assertThat(task.cancelling()).isZero();
    }

    @AsyncTest
    void exception_whileCancelled_wins() {
      var problem = new IOException("instead");
      var task =
          createTask(() -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              throw problem;
            }
          });
      sleep(0);
      task.cancel();
      assertThatThrownBy(() -> await(task)).isSameAs(problem);
      assertThat(task.cancelled()).isFalse();
    }

    @AsyncTest
    void cancel_inTheMomentTheFutureIsDone_arrivesAtTheNextStep() {
      var future = getRunningLoop().<Integer>createFuture();
      var task = createTask(() -> await(future));
      sleep(0);
      future.setResult(1);
      assertThat(task.cancel()).isTrue();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
      assertThat(future.result()).isEqualTo(1);
    }
  }

  @Nested
  class Eager {
    private static final TaskOptions EAGER = TaskOptions.defaults().eagerStart(true);

    @AsyncTest
    void eagerTask_thatDoesNotSuspend_isDoneAtOnce() {
      var outer = currentTask();
      var task = createTask(() -> currentTask(), EAGER);
      assertThat(task.done()).isTrue();
      assertThat((Object) task.result()).isSameAs(task);
      assertThat((Object) currentTask()).isSameAs(outer);
      assertThat(allTasks()).doesNotContain(task);
    }

    @AsyncTest
    void eagerTask_thatSuspends_goesOnLater() {
      var order = new ArrayList<String>();
      var task =
          createTask(
              () -> {
                order.add("inside");
                sleep(0);
                order.add("later");
              },
              EAGER);
      order.add("after createTask");
      assertThat(allTasks()).contains(task);
      await(task);
      assertThat(order).containsExactly("inside", "after createTask", "later");
    }

    @AsyncTest
    void eagerTask_thatFails_keepsTheError() {
      var problem = new IOException();
      var task =
          createTask(
              () -> {
                throw problem;
              },
              EAGER);
      assertThat(task.done()).isTrue();
      assertThat(task.exception()).isSameAs(problem);
    }

    @Test
    void eagerTasks_nestedDeeply_allRun() {
      run(() -> assertThat(nested(200)).isEqualTo(200));
    }

    private static int nested(int depth) {
      return depth == 0 ? 0 : 1 + await(createTask(() -> nested(depth - 1), EAGER));
    }

    @AsyncTest
    void eagerTaskFactory_makesAllTasksEager() {
      getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
      assertThat(createTask(() -> 1).done()).isTrue();
      assertThat(createTask(() -> 1, TaskOptions.defaults().eagerStart(false)).done()).isFalse();
      assertThat(Asyncio.gather(() -> 1, () -> 2).done()).isTrue();
    }

    @Test
    void eagerTask_hasItsOwnContext() {
      var variable = ContextVar.of("variable", "outer");
      run(() -> {
        var task =
            createTask(
                () -> {
                  variable.set("inner");
                  sleep(0);
                  return variable.get();
                },
                EAGER);
        assertThat(variable.get()).isEqualTo("outer");
        assertThat(await(task)).isEqualTo("inner");
        assertThat(variable.get()).isEqualTo("outer");
      });
    }
  }

  @Nested
  class Description {
    @Test
    void toString_followsTheState() {
      run(
          () -> {
            var task = createTask(() -> sleep(0, 42), "named");
            assertThat(task.toString())
                .matches(
                    "<Task pending name='named' coro=<TaskTest\\.Description\\.<lambda>\\(\\)>>");
            sleep(0);
            assertThat(task.toString())
                .startsWith(
                    "<Task pending name='named' coro=<TaskTest.Description.<lambda>() running at")
                .contains("TaskTest.java:");
            await(task);
            assertThat(task)
                .hasToString(
                    "<Task finished name='named' coro=<TaskTest.Description.<lambda>() done>"
                        + " result=42>");
          },
          NO_DEBUG);
    }

    @Test
    void toString_ofASuspendedTask_saysWhatItWaitsFor() {
      run(
          () -> {
            var future = getRunningLoop().<Integer>createFuture();
            var task = createTask(() -> await(future));
            sleep(0);
            assertThat(task.toString())
                .contains(" wait_for=<Future pending cb=[Task.task_wakeup()]>");
            assertThat(future).hasToString("<Future pending cb=[Task.task_wakeup()]>");
            task.cancel();
            assertThat(task.toString()).startsWith("<Task cancelling name=");
            sleep(0);
            assertThat(task.toString()).startsWith("<Task cancelled name=");
          },
          NO_DEBUG);
    }

    @AsyncTest
    void name_isGivenOrNumbered() {
      var first = createTask(() -> 1);
      var second = createTask(() -> 1);
      int number = Integer.parseInt(first.getName().substring("Task-".length()));
      assertThat(second.getName()).isEqualTo("Task-" + (number + 1));
      first.setName("renamed");
      assertThat(first.getName()).isEqualTo("renamed");
      assertThat(createTask(() -> 1, "named").getName()).isEqualTo("named");
    }

    @AsyncTest
    void getStack_showsTheUsersFramesInnermostFirst() {
      var future = getRunningLoop().<Integer>createFuture();
      var task = createTask(() -> outerFrame(future));
      assertThat(task.getStack()).isEmpty();
      sleep(0);
      assertThat(task.getStack())
          .extracting(StackTraceElement::getMethodName)
          .startsWith("innerFrame", "outerFrame");
      assertThat(task.getStack())
          .allMatch(frame -> frame.getClassName().startsWith("jasyncio.TaskTest"));
      assertThat(task.getStack(1)).hasSize(1);
      future.setResult(1);
      await(task);
      assertThat(task.getStack()).isEmpty();
    }

    private static int outerFrame(Future<Integer> future) {
      return innerFrame(future) + 1;
    }

    private static int innerFrame(Future<Integer> future) {
      return await(future);
    }

    @AsyncTest
    void printStack_printsTheStackOrTheError() {
      var future = getRunningLoop().<Integer>createFuture();
      var task = createTask(() -> outerFrame(future), "printed");
      sleep(0);
      assertThat(printed(task))
          .startsWith("Stack for <Task pending name='printed'")
          .contains("(most recent call first):")
          .contains("TaskTest$Description.innerFrame(TaskTest.java:");
      future.setException(new IllegalStateException("problem"));
      Asyncio.wait(java.util.List.of(task));
      assertThat(printed(task))
          .startsWith("Traceback for <Task finished name='printed'")
          .contains("java.lang.IllegalStateException: problem");
      task.exception();
      assertThat(printed(createTask(() -> 1, "new"))).startsWith("No stack for <Task pending");
    }

    private static String printed(Task<?> task) {
      var bytes = new ByteArrayOutputStream();
      task.printStack(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void debugMode_remembersWhereTheTaskWasMade() {
      run(
          () -> {
            var task = createTask(() -> 1);
            assertThat(task.toString()).contains(" created at TaskTest.java:");
            await(task);
          },
          RunOptions.defaults().debug(true));
    }
  }

  @Nested
  class Factories {
    @AsyncTest
    void factory_getsCoroutineAndOptions() {
      var seen = new ArrayList<TaskOptions>();
      var loop = getRunningLoop();
      var factory =
          new TaskFactory() {
            @Override
            public <T> Future<T> create(EventLoop l, Coroutine<T> coroutine, TaskOptions options) {
              seen.add(options);
              return new Task<>(l, coroutine, options);
            }
          };
      loop.setTaskFactory(factory);
      assertThat(loop.getTaskFactory()).isSameAs(factory);
      var task = createTask(() -> 1, "named");
      assertThat(await(task)).isEqualTo(1);
      assertThat(task.getCoro()).isNotNull();
      assertThat(seen).containsExactly(TaskOptions.named("named"));
      loop.setTaskFactory(null);
    }

    @AsyncTest
    void factory_thatMakesOtherFutures_servesEnsureFutureButNotCreateTask() {
      var loop = getRunningLoop();
      loop.setTaskFactory(
          new TaskFactory() {
            @Override
            public <T> Future<T> create(EventLoop l, Coroutine<T> coroutine, TaskOptions options) {
              coroutine.close();
              return l.createFuture();
            }
          });
      assertThat(Asyncio.ensureFuture(() -> 1)).isNotInstanceOf(Task.class);
      assertThatThrownBy(() -> createTask(() -> 1))
          .isInstanceOf(ClassCastException.class)
          .hasMessageContaining("use ensureFuture");
      loop.setTaskFactory(null);
    }

    @Test
    void options_withNothing_leaveEverythingAsItIs() {
      run(() -> {
        var task = createTask(() -> sleep(0), TaskOptions.defaults());
        assertThat(task.getName()).startsWith("Task-");
        assertThat(task.done()).isFalse();
        await(task);
      });
      assertThatIllegalStateException().isThrownBy(() -> createTask(() -> 1));
    }
  }
}
