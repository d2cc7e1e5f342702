package jasyncio;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.internal.base.StepListener;
import jasyncio.internal.face.Loops;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Those who are told of each step, and what it costs when there is none.
class StepListenersTest {
  @Test
  void listener_isToldOfEachStep_untilItIsRemoved() {
    var heard = new ArrayList<String>();
    StepListener listener =
        (step, nanos, isSlow, seen) ->
            heard.add(step instanceof Task<?> task ? task.getName() : Loops.nameOfCallback(step));
    run(
        () -> {
          var loop = getRunningLoop();
          await(createTask(() -> {}, "before"));
          assertThat(loop.steps.began()).isZero(); // nobody looks at the clock
          Loops.addStepListener(loop, listener);
          await(createTask(() -> sleep(0), "task"));
          loop.callSoon(() -> {});
          sleep(0);
          assertThat(loop.steps.began()).isNotZero();
          Loops.removeStepListener(loop, listener);
          await(createTask(() -> {}, "after"));
          assertThat(loop.steps.began()).isZero();
        },
        RunOptions.defaults().debug(false));
    assertThat(heard.stream().filter(name -> !name.startsWith("Task-")))
        .startsWith("task", "task")
        .contains("StepListenersTest.<lambda>")
        .doesNotContain("before", "after");
  }

  @Test
  void step_duringWhichSomebodyBeginsToListen_isNotTold_unlessItGoesOnForAWhile() {
    var heard = new ArrayList<Long>(); // of the task below
    var watched = new AtomicReference<Object>();
    StepListener listener =
        (step, nanos, isSlow, seen) -> {
          if (step == watched.get()) {
            heard.add(nanos);
          }
        };
    run(
        () -> {
          var loop = getRunningLoop();
          watched.set(currentTask());
          Loops.addStepListener(loop, listener);
          sleep(0);
          Loops.removeStepListener(loop, listener); // while this step runs
          sleep(0);
          heard.clear();
          Loops.addStepListener(loop, listener);
          sleep(0);
          assertThat(heard).allMatch(nanos -> nanos >= 1_000_000); // on a busy machine
          int before = heard.size();
          sleep(0);
          assertThat(heard).hasSize(before + 1);
          Loops.removeStepListener(loop, listener);
        },
        RunOptions.defaults().debug(false));
  }

  @Test
  void listener_thatFails_isDropped_andHarmsNobody() {
    var told = new AtomicInteger();
    StepListener listener =
        (step, nanos, isSlow, seen) -> {
          told.incrementAndGet();
          throw new OutOfMemoryError("made up");
        };
    int result =
        run(
            () -> {
              Loops.addStepListener(getRunningLoop(), listener);
              sleep(0);
              return await(createTask(() -> 42));
            },
            RunOptions.defaults().debug(false));
    assertThat(result).isEqualTo(42);
    assertThat(told).hasValueLessThanOrEqualTo(1); // the step that it began in is not told
  }

  @Test
  void step_inWhichAnotherTaskStartsEagerly_isTold() {
    var heard = new ArrayList<String>();
    StepListener listener =
        (step, nanos, isSlow, seen) ->
            heard.add(step instanceof Task<?> task ? task.getName() : "");
    run(
        () -> {
          var loop = getRunningLoop();
          Loops.addStepListener(loop, listener);
          await(
              createTask(
                  () -> {
                    createTask(() -> {}, TaskOptions.named("inner").eagerStart(true));
                  },
                  "outer"));
          Loops.removeStepListener(loop, listener);
        },
        RunOptions.defaults().debug(false));
    assertThat(heard).contains("inner", "outer");
  }
}
