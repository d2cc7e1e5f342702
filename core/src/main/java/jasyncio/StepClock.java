package jasyncio;

import jasyncio.internal.base.Log;
import jasyncio.internal.base.StepListener;
import jasyncio.internal.jfr.BlockingCallEvent;
import jasyncio.internal.jfr.FlightRecording;
import jasyncio.internal.jfr.StepEvent;
import jasyncio.internal.jfr.TurnsBeginEvent;
import jasyncio.internal.jfr.WaitEvent;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Takes the time of callbacks and of tasks' steps, and tells of slow ones, for whoever wants to
/// know: debug mode, policy `FORBID`, Flight Recorder, and visitors who measure.
final class StepClock {
  private static final long LEAST_NANOS =
      1_000_000; // of a step that nobody has seen begin: others are over as soon as they are noted

  private final EventLoop loop;
  private final SlowSteps slowSteps;
  private volatile double slowSeconds = 0.1; // any thread
  private volatile boolean on; // set by whoever wants to know, asked by the loop's thread
  private volatile List<StepListener> listeners = List.of(); // set by any thread, under this lock
  private long began; // loop's thread only: nanoseconds; 0 between steps, and while it is off
  private volatile @Nullable OngoingStep
      noted; // set by whoever looks, cleared by the loop's thread

  // for Flight Recorder, loop's thread only
  private volatile FlightRecording.Wanted wanted = FlightRecording.Wanted.NOTHING; // set with `on`
  private @Nullable StepEvent event; // of the step that runs
  private final Queue<BlockingCallEvent> blockedBefore = new ArrayDeque<>();
  private @Nullable IdentityHashMap<Task<?>, WaitEvent> waits; // of those that are suspended
  private @Nullable TurnLog turns; // while each turn is recorded
  private long turnCount; // up to the last one that was
  private volatile long
      recordedSince; // when turns began to be recorded; set by another thread, too
  private final CutTurns cutTurns; // any thread

  StepClock(EventLoop loop) {
    this.loop = loop;
    this.slowSteps = new SlowSteps(loop);
    this.cutTurns = new CutTurns(loop);
  }

  double slowSeconds() {
    return slowSeconds;
  }

  void setSlowSeconds(double seconds) {
    slowSeconds = seconds;
  }

  /// The loop begins to run, or it has been decided anew who wants to know.
  synchronized void set() {
    wanted = FlightRecording.wanted();
    on =
        loop.getDebug()
            || loop.getBlockingPolicy() == BlockingPolicy.FORBID
            || wanted.any()
            || !listeners.isEmpty();
    if (!on) {
      noted = null; // nobody would end it
    }
    if (on && loop.isRunning()) {
      slowSteps.loopStarts();
    } else {
      slowSteps.loopEnds();
    }
  }

  /// From now on `listener` is told of each step. Any thread.
  synchronized void add(StepListener listener) {
    var before = listeners;
    var more = new ArrayList<>(before);
    more.add(listener);
    note();
    listeners = List.copyOf(more);
    try {
      set();
    } catch (Throwable e) { // no thread for the watchdog, say
      listeners = before;
      throw e;
    }
  }

  /// And now no more, though perhaps of the one that is ending. Any thread.
  synchronized void remove(StepListener listener) {
    listeners = listeners.stream().filter(other -> other != listener).toList();
    set();
  }

  /// Turns are to be recorded, or not any more, of a loop that may be in the middle of one. Another
  /// thread; the loop learns of it by [#recordingChanged()].
  synchronized void recordTurns(boolean wanted) {
    if (!wanted) {
      cutTurns.end();
      set(); // the loop may learn of it only after the next recording has begun
    } else if (!this.wanted.turns()) {
      var step = note();
      recordedSince = System.nanoTime();
      cutTurns.begin(step, recordedSince);
      if (loop.isRunning()) {
        TurnsBeginEvent.tell(loop.observer.name());
      }
      set();
    }
  }

  /// Notes which step the loop is in, before the clock is to run. Under this lock.
  private @Nullable OngoingStep note() {
    var known = noted;
    if (known == null) {
      known = OngoingStep.of(loop, on);
      noted = known;
    }
    return known;
  }

  /// When the step began that runs now; 0 if that is not known. Any thread.
  long clockedSince() {
    return slowSteps.stepStarted();
  }

  /// A part of a recording ends, in which there are turns. Another thread.
  void tellOfCutTurns() {
    cutTurns.tell();
  }

  /// The loop begins to run. Its thread.
  void loopStarts() {
    recordedSince = System.nanoTime();
    set();
    setTurns();
  }

  /// Somebody has begun to record, or has ceased. The loop's thread, where no user code may run.
  void recordingChanged() {
    endNoted();
    set();
    setTurns();
    if (!wanted.waits()) {
      waits = null;
    }
  }

  private void setTurns() {
    if (!wanted.turns()) {
      logNoTurns();
      loop.core.logNoWakes();
    } else if (turns == null) {
      var wakes = loop.core.logWakes();
      turns = wakes == null ? null : new TurnLog(loop, wakes, turnCount, recordedSince);
    }
  }

  private void logNoTurns() {
    if (turns != null) {
      turnCount = turns.count();
      turns = null;
    }
  }

  void loopEnds() {
    endNoted();
    slowSteps.loopEnds();
    event = null;
    waits = null;
    logNoTurns();
    loop.core.logNoWakes();
    blockedBefore.clear();
  }

  // ---- steps ------------------------------------------------------------------------------------

  void begin() {
    if (on) {
      begin(loop.current());
    }
  }

  /// A task that was set aside in a blocking call, or a callback, goes on.
  void beginAgain(@Nullable Task<?> task) {
    if (on) {
      begin(task);
    }
  }

  private void begin(@Nullable Task<?> task) {
    if (noted != null && began == 0) {
      endNoted();
    }
    goOn(System.nanoTime());
    slowSteps.stepBegins(began);
    if (FlightRecording.isOn()) {
      beginRecording(task);
    }
  }

  private void beginRecording(@Nullable Task<?> task) {
    event = wanted.steps() ? StepEvent.start() : null;
    if (waits != null && task != null) {
      endWait(task, waits.remove(task));
    }
    if (turns != null) {
      turns.begin(task, began);
    }
  }

  private void endWait(Task<?> task, @Nullable WaitEvent wait) {
    if (wait != null && wait.isOver()) {
      var what = task.waitInfoOfWaiter();
      wait.tell(
          loop.observer.name(),
          task.getName(),
          what == null ? "its time, or its turn" : what.what());
    }
  }

  /// The step that somebody has noted is over, if there is one: another begins, or the loop is
  /// between two. Its thread.
  void endNoted() {
    var step = noted;
    if (step != null) {
      noted = null;
      long now = System.nanoTime();
      step.end(now);
      long nanos = now - step.seenAt;
      if (!step.timed && nanos >= LEAST_NANOS && !listeners.isEmpty()) {
        double took = nanos / 1e9;
        boolean isSlow = took >= slowSeconds;
        tell(step.task != null ? step.task : step.who(), nanos, isSlow, step.stack);
      }
    }
  }

  /// @param step the task or the callback
  void end(Object step) {
    if (began == 0) {
      return;
    } else if (!on) { // nobody wants to know any more
      logNoTurns(); // it has begun one that it would not end
      forget();
      return;
    }
    long nanos = System.nanoTime() - began;
    double took = nanos / 1e9;
    if (FlightRecording.isOn()) {
      endRecording(step);
    }
    var known = noted;
    if (known != null && known.timed && (known.task == null || known.task == step)) {
      endNoted();
    }
    forget();
    if (!listeners.isEmpty()) {
      boolean isSlow = took >= slowSeconds;
      tell(step, nanos, isSlow, isSlow ? slowSteps.sight().stack() : List.of());
    }
    if (took >= slowSeconds) {
      if (loop.getDebug() && took * (1 - slowSteps.sight().loading()) >= slowSeconds) {
        logSlow(step, took);
      }
      if (loop.getBlockingPolicy() == BlockingPolicy.FORBID && slowSteps.sight().below()) {
        var stack = slowSteps.sight().stack();
        loop.reports.tellBlocking(step instanceof Task<?> task ? task : null, stack, true);
      }
    }
  }

  private void tell(Object step, long nanos, boolean isSlow, List<StackTraceElement> seen) {
    for (var listener : listeners) {
      try {
        listener.stepEnded(step, nanos, isSlow, seen);
      } catch (Throwable e) { // without memory, say: the loop goes on without it
        remove(listener);
      }
    }
  }

  /// The step that runs is set aside in a blocking call.
  void setAside() {
    if (turns != null) {
      turns.setAside();
    }
    forget();
  }

  /// Whether Flight Recorder is to be told of blocking calls.
  boolean recordsBlocking() {
    return wanted.blockingCalls();
  }

  /// A blocking call has ended, of which the recorder is told when this step has, too.
  void blockedBefore(BlockingCallEvent event) {
    blockedBefore.add(event);
  }

  private void endRecording(Object what) {
    for (BlockingCallEvent call; (call = blockedBefore.poll()) != null; ) {
      call.tell();
    }
    if (turns != null) {
      turns.end(what);
    }
    var ended = event;
    event = null;
    if (ended != null && ended.isOver()) {
      var stack = slowSteps.sight().stack();
      ended.tell(
          loop.observer.name(),
          what instanceof Task<?> task ? task.getName() : Describe.text(what),
          stack.isEmpty() ? null : Describe.stack(stack).strip());
    }
    if (!wanted.waits()) {
      waits = null;
    } else if (what instanceof Task<?> task && !task.done()) {
      if (waits == null) {
        waits = new IdentityHashMap<>();
      }
      waits.put(task, WaitEvent.start());
    }
  }

  private void logSlow(Object step, double took) {
    var seen = slowSteps.sight().stack();
    Log.log(
        Level.WARNING,
        () ->
            String.format(Locale.ROOT, "Executing %s took %.3f seconds", step, took)
                + (seen.isEmpty() ? "" : "; it was seen at" + Describe.stack(seen)));
  }

  /// When the step began that runs now.
  long began() {
    return began;
  }

  /// A step goes on that began then.
  void goOn(long began) {
    this.began = began;
  }

  /// A step goes on that began at `began`, and in which another one has run since `inner`.
  void goOnAfter(long began, long inner) {
    if (began != 0 && on) {
      goOn(began + System.nanoTime() - inner);
    }
  }

  /// What runs now is no step any more: its time is not the loop's.
  void forget() {
    began = 0;
    slowSteps.stepEnds();
  }

  /// Where the step that runs now was when it had taken too long, if anybody looked. Any thread.
  List<StackTraceElement> seen() {
    return slowSteps.sight().stack();
  }
}
