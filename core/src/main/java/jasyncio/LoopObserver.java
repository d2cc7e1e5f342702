package jasyncio;

import jasyncio.internal.base.Log;
import jasyncio.internal.jfr.CutTurnEvent;
import jasyncio.internal.jfr.FlightRecording;
import jasyncio.internal.jfr.LoopStatisticsEvent;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// A loop for those who look at it from outside while it runs: Flight Recorder and visitors.
final class LoopObserver implements Watchdog.Eye {
  /* Overview
   * The loops that run are those whose eye is open; as StallWatch does, the watchdog closes it when it finds that the
   * loop has ended, since a loop may run again and again for moments. On the same occasion it looks whether somebody
   * has begun or ceased to record, and tells the loop.
   */
  private static final long PERIOD_NANOS = 250_000_000;
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final Set<LoopObserver> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean TELLS_STATISTICS = new AtomicBoolean();
  private static final AtomicBoolean LETS_IN = new AtomicBoolean();
  private static final TaskAges AGES = new TaskAges();
  private static final String SOCKET = "jasyncio.inspect.StandingSocket"; // which stands on us

  private final EventLoop loop;
  private final int number = COUNTER.incrementAndGet();
  private final AtomicBoolean open = new AtomicBoolean(); // any thread
  private FlightRecording.Wanted wanted = FlightRecording.Wanted.NOTHING; // under this lock

  LoopObserver(EventLoop loop) {
    this.loop = loop;
  }

  /// What the loop is called. Any thread.
  String name() {
    var label = loop.label;
    return label != null ? label : "loop-" + number;
  }

  /// The loops that run, or have run a moment ago. Any thread.
  static List<EventLoop> running() {
    return OPEN.stream()
        .map(observer -> observer.loop)
        .filter(EventLoop::isRunning)
        .sorted((a, b) -> Integer.compare(a.observer.number, b.observer.number))
        .toList();
  }

  /// The loop begins to run.
  void openIfNeeded() {
    if (!open.get() && open.compareAndSet(false, true)) {
      OPEN.add(this);
      Watchdog.open(this, PERIOD_NANOS);
    }
    look();
    if (!LETS_IN.get() && LETS_IN.compareAndSet(false, true)) {
      letVisitorsIn();
    }
  }

  private static void letVisitorsIn() {
    if (System.getProperty("jasyncio.insight", "").isBlank()) {
      return;
    }
    try {
      var constructor = Class.forName(SOCKET).getDeclaredConstructor();
      constructor.setAccessible(true);
      ((Runnable) constructor.newInstance()).run();
    } catch (ReflectiveOperationException | LinkageError e) {
      Log.log(Level.WARNING, "No visitor can come in", e);
    }
  }

  /// Somebody has begun to record, or has ceased: the loops that run learn of it. Any thread.
  static void lookWhoRecords() {
    look();
    OPEN.forEach(LoopObserver::tellOfRecording);
  }

  private static void look() {
    FlightRecording.look();
    if (FlightRecording.isOn() && TELLS_STATISTICS.compareAndSet(false, true)) {
      LoopStatisticsEvent.register(() -> running().forEach(LoopObserver::tellStatistics));
      CutTurnEvent.register(LoopObserver::tellOfCutTurns);
    }
  }

  /// For how many seconds there has been a task: at least so many, and some percent or a quarter of
  /// a second more at most. Any thread.
  static double age(Task<?> task) {
    return AGES.age(task.number(), System.nanoTime()) / 1e9;
  }

  private static void tellStatistics(EventLoop loop) {
    var now = loop.statistics();
    var executor = now.executor();
    LoopStatisticsEvent.tell(
        loop.observer.name(),
        now.ready(),
        now.timers(),
        now.tasks(),
        now.channels(),
        executor == null ? 0 : executor.threads(),
        executor == null ? 0 : executor.active(),
        executor == null ? 0 : executor.queued());
  }

  private static void tellOfCutTurns() {
    if (CutTurnEvent.isWanted()) {
      running().forEach(loop -> loop.steps.tellOfCutTurns());
    }
  }

  @Override
  public synchronized long look(long now) {
    if (!loop.isRunning()) {
      OPEN.remove(this);
      Watchdog.close(this);
      wanted = FlightRecording.Wanted.NOTHING; // the next run finds out by itself
      open.set(false);
      if (loop.isRunning()) {
        openIfNeeded(); // it has begun anew, and may have seen it open
      }
      return Long.MAX_VALUE;
    }
    int last = Task.lastNumber(); // before the clock is looked at
    AGES.note(last, System.nanoTime());
    look();
    tellOfRecording();
    return PERIOD_NANOS;
  }

  private synchronized void tellOfRecording() {
    var now = FlightRecording.wanted();
    if ((now.any() || wanted.any()) && !now.equals(wanted)) { // to link equals() takes its time
      wanted = now;
      loop.steps.recordTurns(now.turns());
      loop.core.tell(loop.steps::recordingChanged);
    }
  }
}
