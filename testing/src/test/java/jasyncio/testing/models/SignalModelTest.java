package jasyncio.testing.models;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.CancelledError;
import jasyncio.sync.Barrier;
import jasyncio.sync.BrokenBarrierException;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who waits for something to happen goes on when it has, and not before.
@Tag("slow")
class SignalModelTest {
  private static final int PROGRAMS = 20;

  // ---- events -----------------------------------------------------------------------------------

  private enum OfEvent {
    AWAIT,
    AWAIT_FOR_A_SECOND,
    SET,
    CLEAR,
    SET_AND_CLEAR,
    SLEEP
  }

  private static final class Events extends Model<OfEvent> {
    private final Event event = new Event();
    private boolean set;
    private int times; // that it was set

    @Override
    void perform(int task, OfEvent operation) throws Exception {
      switch (operation) {
        case AWAIT -> await(task);
        case AWAIT_FOR_A_SECOND -> {
          try {
            waitFor(() -> await(task), 1);
          } catch (TimeoutException e) { // as it may
          }
        }
        case SET -> set();
        case CLEAR -> clear();
        case SET_AND_CLEAR -> {
          set();
          clear();
        }
        case SLEEP -> sleep(1);
      }
    }

    private void set() {
      event.set();
      times += set ? 0 : 1;
      set = true;
    }

    private void clear() {
      event.clear();
      set = false;
    }

    private boolean await(int task) {
      int before = times;
      return waits(task, "await()", () -> set || times > before, event);
    }

    @Override
    void end() {
      ensure(
          event.toString().equals("<Event [" + (set ? "set" : "unset") + "]>"),
          "in the end it is %s",
          event);
    }
  }

  @Test
  void event_wakesAllThatWait() {
    Model.check("event", Program.draw(PROGRAMS, List.of(OfEvent.values())), Events::new);
  }

  // ---- conditions -------------------------------------------------------------------------------

  private enum OfCondition {
    TAKE,
    TAKE_WITHIN_A_SECOND,
    GIVE,
    GIVE_TWO,
    GIVE_TO_ALL,
    SLEEP
  }

  /// Most of them take or give one.
  private static final List<OfCondition> DRAWN =
      List.of(
          OfCondition.TAKE,
          OfCondition.TAKE,
          OfCondition.TAKE,
          OfCondition.TAKE_WITHIN_A_SECOND,
          OfCondition.GIVE,
          OfCondition.GIVE,
          OfCondition.GIVE_TWO,
          OfCondition.GIVE_TO_ALL,
          OfCondition.SLEEP);

  /// Things that are given with the lock held, and waited for.
  private static final class Conditions extends Model<OfCondition> {
    private final Condition changed = new Condition();
    private int things;
    private boolean held;

    @Override
    void perform(int task, OfCondition operation) throws Exception {
      switch (operation) {
        case TAKE -> take(task);
        case TAKE_WITHIN_A_SECOND -> {
          try {
            waitFor(
                () -> {
                  take(task);
                },
                1);
          } catch (TimeoutException e) { // as it may
          }
        }
        case GIVE ->
            guarded(
                task,
                () -> {
                  things++;
                  changed.signal();
                });
        case GIVE_TWO ->
            guarded(
                task,
                () -> {
                  things += 2;
                  changed.signal(2);
                });
        case GIVE_TO_ALL ->
            guarded(
                task,
                () -> {
                  things++;
                  changed.signalAll();
                });
        case SLEEP -> sleep(1);
      }
    }

    private void take(int task) throws Exception {
      guarded(
          task,
          () -> {
            held = false; // it waits without the lock
            try {
              waits(task, "waitFor()", () -> things > 0, () -> changed.waitFor(() -> things > 0));
            } finally {
              ensure(changed.locked() && !held, "a wait ends without the lock");
              held = true;
            }
            things--;
          });
    }

    private interface Part {
      void run() throws Exception;
    }

    private void guarded(int task, Part part) throws Exception {
      try (var _ = waits(task, "acquire()", () -> !held, changed::acquire)) {
        held = true;
        part.run();
        sleep(0);
        held = false;
      } finally {
        held = held && changed.locked();
      }
    }

    @Override
    void end() {
      ensure(changed.toString().equals("<Condition [unlocked]>"), "in the end it is %s", changed);
    }
  }

  @Test
  void condition_losesNoSignal() {
    Model.check("condition", Program.draw(3 * PROGRAMS, DRAWN), Conditions::new);
  }

  // ---- barriers ---------------------------------------------------------------------------------

  private enum OfBarrier {
    PASS,
    PASS_WITHIN_A_SECOND,
    SLEEP,
    ABORT,
    RESET
  }

  private static final class Barriers extends Model<OfBarrier> {
    private final Barrier barrier;
    private final int[] passed;
    private boolean aborted;
    private boolean broken;
    private boolean disturbed;
    private int gone; // that were let go, and cancelled then

    Barriers(int parties) {
      barrier = new Barrier(parties);
      passed = new int[parties];
    }

    @Override
    void perform(int task, OfBarrier operation) throws Exception {
      switch (operation) {
        case PASS -> pass(task);
        case PASS_WITHIN_A_SECOND -> {
          try {
            waitFor(
                () -> {
                  pass(task);
                },
                1);
          } catch (TimeoutException e) { // as it may
          }
        }
        case ABORT -> {
          disturbed = true;
          barrier.abort();
          aborted = true;
        }
        case RESET -> {
          disturbed = true;
          barrier.reset();
          aborted = false;
        }
        case SLEEP -> sleep(1);
      }
    }

    private void pass(int task) throws Exception {
      try {
        int index = waits(task, "await()", this::mayGo, barrier);
        ensure(index >= 0 && index < passed.length, "it is number %d", index);
        passed[index]++;
      } catch (BrokenBarrierException e) {
        ensure(disturbed, "broken, by nobody");
        broken = true;
      } catch (CancelledError e) {
        int total = gone + Arrays.stream(passed).sum();
        boolean isLast = total % passed.length == passed.length - 1;
        gone += isLast || barrier.toString().startsWith("<Barrier [draining") ? 1 : 0;
        throw e;
      }
    }

    private boolean mayGo() {
      return !isQuiet() || aborted || waiting() >= passed.length;
    }

    @Override
    void end() {
      ensure(barrier.broken() == aborted, "in the end it is %s", barrier);
      ensure(barrier.nWaiting() == 0, "in the end it is %s", barrier);
      if (!broken) {
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int count : passed) {
          least = Math.min(least, count);
          most = Math.max(most, count);
        }

        ensure(most - least <= gone, "numbers were given unevenly: %s", Arrays.toString(passed));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void barrier_letsThemGoTogether(int parties) {
    Model.check(
        "barrier " + parties,
        Program.draw(
            PROGRAMS, List.of(OfBarrier.PASS, OfBarrier.PASS_WITHIN_A_SECOND, OfBarrier.SLEEP)),
        () -> new Barriers(parties));
  }

  @Test
  void barrier_thatIsBroken_holdsNobody() {
    Model.check(
        "barrier", Program.draw(PROGRAMS, List.of(OfBarrier.values())), () -> new Barriers(2));
  }
}
