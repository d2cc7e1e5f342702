package jasyncio;

import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.jfr.TurnEvent;
import jasyncio.internal.loop.WakeLog;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Tells Flight Recorder of each turn, and of the turn that has made it ready, so that it can be
/// said later on which path a result came about. The loop's thread only; see [StepClock].
final class TurnLog {
  /* Overview
   * A turn begins, ends or is set aside in a blocking call. It may begin within another one, where a task is started
   * eagerly: `outer` holds that until it goes on. Of a turn that is set aside is told when the next one ends, because
   * Flight Recorder must not be called where a fiber leaves its thread.
   */
  private static final long A_WHILE =
      100_000; // nanoseconds; of a shorter wait it is not said for what

  /// What a task has waited for of which nothing is left to be asked.
  private static final WaitInfo SLEEP = new WaitInfo(WaitInfo.Kind.TIMER, "its sleep to end");

  /// A turn that runs.
  ///
  /// @param task whose it is; `null` for a callback
  /// @param first whether it is the task's first
  private record Turn(TurnEvent event, @Nullable Task<?> task, boolean first) {}

  /// When a task was left, and whether in a blocking call.
  private record Left(long nanos, boolean blocks) {}

  private final EventLoop loop;
  private final WakeLog wakes;
  private final LambdaNames names = new LambdaNames();
  private final IdentityHashMap<Task<?>, Left> left =
      new IdentityHashMap<>(); // of those that are not done
  private final Queue<Turn> setAside = new ArrayDeque<>(); // of which is to be told yet
  private final ArrayDeque<Turn> outer = new ArrayDeque<>();
  private final int lastBefore = Task.lastNumber(); // of the tasks that there were already
  private final long began; // of the recording
  private @Nullable Turn turn; // that runs
  private long count;

  /// @param count how many turns the loop has had that were told of
  /// @param began when turns began to be recorded, or the loop to run: by what led to them before,
  ///   nothing gets longer
  TurnLog(EventLoop loop, WakeLog wakes, long count, long began) {
    this.loop = loop;
    this.wakes = wakes;
    this.count = count;
    this.began = began;
  }

  /// How many turns have begun, with those before.
  long count() {
    return count;
  }

  /// @param task whose step it is; `null` for a callback
  void begin(@Nullable Task<?> task, long now) {
    long number = ++count;
    boolean wasReady = wakes.turnBegins(number);
    long since = wasReady ? laterOf(wakes.readySince(), began) : now;
    var event =
        wasReady
            ? TurnEvent.start(number, wakes.causeOfTurn(), now - since)
            : TurnEvent.start(number, turn == null ? WakeLog.UNKNOWN : turn.event.number(), 0);
    var before = task == null ? null : left.remove(task);
    boolean first = task != null && before == null && task.number() > lastBefore;
    if (task != null && before != null) {
      tellWait(event, task, since - before.nanos, before.blocks);
    } else if (task != null && !first) { // it has waited since before anybody recorded
      var what = task.waitInfoOfWaiter();
      tellWait(event, what == null && event.isFromOutside() ? SLEEP : what, since - began);
    }
    if (turn != null) {
      outer.push(turn);
    }
    turn = new Turn(event, task, first);
  }

  private static long laterOf(long nanos, long other) {
    return nanos - other > 0 ? nanos : other;
  }

  private static void tellWait(TurnEvent event, Task<?> task, long nanos, boolean blocks) {
    if (blocks) {
      tellWait(event, new WaitInfo(WaitInfo.Kind.BLOCKING, "its blocking call to end"), nanos);
    } else if (nanos < A_WHILE) {
      tellWait(event, null, nanos);
    } else {
      var what = task.waitInfoOfWaiter();
      tellWait(event, what == null ? SLEEP : what, nanos);
    }
  }

  private static void tellWait(TurnEvent event, @Nullable WaitInfo what, long nanos) {
    event.waited(
        nanos, what == null ? null : what.what(), what == null ? null : what.kind().name());
  }

  /// @param step the task or the callback
  void end(Object step) {
    tellOfSetAside();
    var ended = turn;
    if (ended != null) {
      if (step instanceof Task<?> task) {
        if (!task.done()) {
          names.look(task.naming(), task::getStack);
          left.put(task, new Left(System.nanoTime(), false));
        } else if (!loop.steps.seen().isEmpty()) { // one that never waits has no other stack
          names.look(task.naming(), loop.steps::seen);
        }
        tell(ended, task, task.done());
      } else {
        tell(ended.event, (Handle) step);
      }
      goOn();
    }
  }

  /// The turn that runs waits in a blocking call, and others have theirs.
  void setAside() {
    var ended = turn;
    if (ended != null) {
      ended.event.stop();
      if (ended.task != null) {
        left.put(ended.task, new Left(System.nanoTime(), true));
      }
      setAside.add(ended);
      goOn();
    }
  }

  private void goOn() {
    turn = outer.poll();
    if (turn != null) {
      wakes.turnGoesOn(turn.event.number());
    }
  }

  private void tellOfSetAside() {
    for (Turn earlier; (earlier = setAside.poll()) != null; ) {
      if (earlier.task != null) {
        tell(earlier, earlier.task, false);
      } else {
        earlier.event.tell(loop.observer.name(), "a callback");
      }
    }
  }

  private void tell(Turn turn, Task<?> task, boolean last) {
    turn.event.ofTask(task.number(), names.of(task.naming()), turn.first, last);
    turn.event.tell(loop.observer.name(), task.getName());
  }

  private void tell(TurnEvent event, Handle callback) {
    if (event.isFromOutside()) {
      event.waited(0, null, sourceOf(callback).name());
    }
    event.tell(loop.observer.name(), callback.functionName());
  }

  private static WaitInfo.Kind sourceOf(Handle callback) {
    return callback instanceof TimerHandle
        ? WaitInfo.Kind.TIMER
        : callback.repeats() ? WaitInfo.Kind.IO : WaitInfo.Kind.THREAD;
  }
}
