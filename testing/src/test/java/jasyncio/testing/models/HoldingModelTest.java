package jasyncio.testing.models;

import static jasyncio.Asyncio.sleep;

import jasyncio.sync.Acquirable;
import jasyncio.sync.BoundedSemaphore;
import jasyncio.sync.CapacityLimiter;
import jasyncio.sync.Condition;
import jasyncio.sync.Held;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is held by so many at a time: never by more, whoever waits gets it, in the order of
/// arrival, and a cancelled one passes it on.
@Tag("slow")
class HoldingModelTest {
  private enum Operation {
    /// Has it, and gives it back in the same turn.
    TOUCH,
    /// Has it for a turn.
    HOLD,
    /// Has it for a second, after a second.
    LONG,
    /// Wants it within a second.
    TIMED
  }

  @SuppressWarnings("ImmutableEnumChecker") // makers keep nothing
  enum Kind {
    LOCK(1, Lock::new, "<Lock [unlocked]>"),
    CONDITION(1, Condition::new, "<Condition [unlocked]>"),
    SEMAPHORE(2, () -> new Semaphore(2), "<Semaphore [unlocked, value:2]>"),
    BINARY_SEMAPHORE(1, () -> new Semaphore(1), "<Semaphore [unlocked, value:1]>"),
    BOUNDED_SEMAPHORE(2, () -> new BoundedSemaphore(2), "<BoundedSemaphore [unlocked, value:2]>"),
    LIMITER_OF_ONE(1, () -> new CapacityLimiter(1), "<CapacityLimiter [0/1]>"),
    LIMITER(2, () -> new CapacityLimiter(2), "<CapacityLimiter [0/2]>");

    final int capacity;
    final Supplier<Acquirable> maker;
    final String fresh;

    Kind(int capacity, Supplier<Acquirable> maker, String fresh) {
      this.capacity = capacity;
      this.maker = maker;
      this.fresh = fresh;
    }
  }

  private static final class Holding extends Model<Operation> {
    private final Kind kind;
    private final Acquirable thing;
    private int holders;

    Holding(Kind kind) {
      this.kind = kind;
      this.thing = kind.maker.get();
    }

    @Override
    void perform(int task, Operation operation) throws Exception {
      switch (operation) {
        case TOUCH -> release(acquire(task));
        case HOLD -> {
          var held = acquire(task);
          try {
            sleep(0);
          } finally {
            release(held);
          }
        }
        case LONG -> {
          sleep(1);
          var held = acquire(task);
          try {
            sleep(1);
          } finally {
            release(held);
          }
        }
        case TIMED -> withinASecond(() -> release(acquire(task, "acquire() within a second")));
      }
    }

    private Held acquire(int task) throws Exception {
      return acquire(task, "acquire()");
    }

    private Held acquire(int task, String what) throws Exception {
      boolean fair = isInOrder() || kind.capacity == 1;
      var held = waits(task, what, () -> holders < kind.capacity, fair, thing::acquire);
      holders++;
      return held;
    }

    private void release(Held held) {
      holders--;
      held.close();
    }

    @Override
    void end() {
      ensure(thing.toString().equals(kind.fresh), "in the end it is %s", thing);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void holders_areAsManyAsMayBe_oneAfterTheOther(Kind kind) {
    Model.check(
        kind.name(), Program.draw(20, List.of(Operation.values())), () -> new Holding(kind));
  }
}
