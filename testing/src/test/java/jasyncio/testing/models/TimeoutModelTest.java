package jasyncio.testing.models;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.waitFor;

import jasyncio.Timeout;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A time limit ends what takes longer, at its time, and nothing else; and no cancellation from
/// elsewhere is taken for its own.
@Tag("slow")
class TimeoutModelTest {
  private enum Operation {
    IN_TIME,
    TOO_LATE,
    TIE,
    AT_ONCE,
    INNER,
    OUTER,
    BOTH,
    CLEAN_UP,
    PUT_OFF,
    YIELD
  }

  private static final class Timeouts extends Model<Operation> {
    @Override
    void perform(int task, Operation operation) throws Exception {
      double began = getRunningLoop().time();
      switch (operation) {
        case IN_TIME -> ensureExactly(inTime(() -> sleep(1), 2), "it was in time");
        case TOO_LATE -> ensureExactly(!inTime(() -> sleep(2), 1), "it was too late");
        case TIE -> inTime(() -> sleep(1), 1);
        case AT_ONCE -> ensureExactly(!inTime(() -> sleep(1), 0), "there was no time");
        case INNER ->
            ensureExactly(
                inTime(() -> ensure(!inTime(() -> sleep(2), 1), "too late"), 3), "in time");
        case OUTER ->
            ensureExactly(
                !inTime(
                    () -> {
                      inTime(() -> sleep(2), 3);
                      ensureExactly(false, "the inner one took it");
                    },
                    1),
                "it was too late");
        case BOTH ->
            inTime(
                () -> {
                  ensure(!inTime(() -> sleep(2), 1), "too late");
                },
                1);
        case CLEAN_UP ->
            ensureExactly(
                !inTime(
                    () -> {
                      try {
                        sleep(2);
                      } finally {
                        sleep(1);
                      }
                    },
                    1),
                "it was too late");
        case PUT_OFF -> {
          var limit = Timeout.after(1);
          try {
            limit.run(() -> {
              sleep(0);
              limit.reschedule(began + 3);
              sleep(2);
            });
          } catch (TimeoutException e) {
            ensureExactly(false, "it was in time");
            return;
          }
        }
        case YIELD -> sleep(0);
      }
      double seconds =
          switch (operation) {
            case IN_TIME, TOO_LATE, TIE, INNER, OUTER, BOTH -> 1;
            case CLEAN_UP, PUT_OFF -> 2;
            case AT_ONCE, YIELD -> 0;
          };
      double took = getRunningLoop().time() - began;
      ensure(took > seconds - 1e-6, "%s took but %s s", operation, took);
      ensureExactly(took < seconds + 1e-6, "%s took %s s", operation, took);
    }

    private interface Part {
      void run() throws Exception;
    }

    private void ensureExactly(boolean holds, String what, Object... details) {
      ensure(holds || !isExact(), what, details);
    }

    private static boolean inTime(Part part, double seconds) throws Exception {
      try {
        if (seconds == 3) {
          timeout(
              seconds,
              () -> {
                part.run();
              });
        } else {
          waitFor(part::run, seconds);
        }
        return true;
      } catch (TimeoutException e) {
        return false;
      }
    }

    @Override
    void end() {}
  }

  @Test
  void limit_endsWhatTakesLonger_andNothingElse() {
    Model.check("timeout", Program.draw(30, List.of(Operation.values())), Timeouts::new);
  }
}
