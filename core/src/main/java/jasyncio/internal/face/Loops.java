package jasyncio.internal.face;

import static jasyncio.internal.face.Current.ACCESS;

import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import jasyncio.internal.base.HeldUp;
import jasyncio.internal.base.StepListener;
import jasyncio.internal.loop.Entry;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// The loops of this JVM, as they are seen from other threads.
@SuppressWarnings("unchecked") // the access knows no face, and so no types
public final class Loops {
  private Loops() {}

  /// Those that run, oldest first. Any thread.
  public static List<EventLoop> running() {
    return (List<EventLoop>) ACCESS.runningLoops();
  }

  /// What a loop is called. Any thread.
  public static String name(EventLoop loop) {
    return ACCESS.nameOfLoop(loop);
  }

  /// Who has the loop for itself at this moment, what it does, and where; `null` if nobody has. Any
  /// thread.
  public static @Nullable HeldUp heldUpBy(EventLoop loop) {
    return ACCESS.heldUpBy(loop);
  }

  /// For how many seconds the watchdog has seen one and the same have the loop; 0 if it does not
  /// know. Any thread.
  public static double heldUpFor(EventLoop loop) {
    return ACCESS.heldUpFor(loop);
  }

  /// See [jasyncio.lowlevel.Lowlevel#measureLag]. Any thread.
  public static DoubleSupplier measureLag(EventLoop loop) {
    return ACCESS.measureLag(loop);
  }

  /// Has `listener` told of each step from now on, while the loop runs: it takes the time of each.
  /// Any thread.
  public static void addStepListener(EventLoop loop, StepListener listener) {
    ACCESS.addStepListener(loop, listener);
  }

  /// No more, but for a step that is ending. Any thread.
  public static void removeStepListener(EventLoop loop, StepListener listener) {
    ACCESS.removeStepListener(loop, listener);
  }

  /// A step that went on when the first listener came has ended by now at the latest: that one is
  /// told of it, with the time since. The loop's thread, between two steps.
  public static void endNotedStep(EventLoop loop) {
    ACCESS.endNotedStep(loop);
  }

  /// A moment, by the loop's clock, and for how long it has been busy until then: nanoseconds, of
  /// which differences make sense.
  public record Load(long now, long busy) {}

  /// Has the loop take the time for which it is busy and does not wait, until [#unwatchLoad]. Any
  /// thread.
  ///
  /// @return where it begins
  public static Load watchLoad(EventLoop loop) {
    var core = ACCESS.core(loop);
    long busy = core.watchBusyTime();
    return new Load(core.nanos(), busy);
  }

  /// No more, unless others want to know. Any thread.
  public static void unwatchLoad(EventLoop loop) {
    ACCESS.core(loop).unwatchBusyTime();
  }

  /// How busy it has been, while somebody watches. The loop's thread.
  public static Load load(EventLoop loop) {
    var core = ACCESS.core(loop);
    long now = core.nanos();
    return new Load(now, core.watchedBusyNanos(now));
  }

  /// What the loop has to do. Timers that are due count as ready, though it has not taken them yet.
  /// The loop's thread.
  public static LoopStatistics statistics(EventLoop loop) {
    var seen = loop.statistics();
    int due = ACCESS.core(loop).due();
    return due == 0
        ? seen
        : new LoopStatistics(
            seen.ready() + due,
            Math.max(0, seen.timers() - due),
            seen.tasks(),
            seen.blocked(),
            seen.channels(),
            seen.executor());
  }

  /// Has the loops that run find out at once, and not within a quarter of a second, that somebody
  /// records or has ceased to. Any thread.
  public static void lookWhoRecords() {
    ACCESS.lookWhoRecords();
  }

  /// The name of the function that a callback, which a [StepListener] was told of, has called.
  public static String nameOfCallback(Object callback) {
    return ACCESS.nameOfCallback(callback);
  }

  /// Has the loop call `step` once in each iteration, until it gives `false`; no event for a loop
  /// that is otherwise idle (see [Entry]). Another thread than the loop's.
  ///
  /// @param step must not throw
  public static void ask(EventLoop loop, BooleanSupplier step) {
    ACCESS.core(loop).send(new Inquiry(loop, step));
  }

  private static final class Inquiry extends Entry {
    private final EventLoop loop;
    private final BooleanSupplier step;

    Inquiry(EventLoop loop, BooleanSupplier step) {
      this.loop = loop;
      this.step = step;
    }

    @Override
    protected boolean isQuestion() {
      return true;
    }

    @Override
    protected void run() {
      if (step.getAsBoolean()) {
        ACCESS.core(loop).schedule(this);
      }
    }
  }
}
