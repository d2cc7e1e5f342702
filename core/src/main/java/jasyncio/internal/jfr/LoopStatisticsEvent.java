package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// What a loop has to do, at intervals.
@Name("jasyncio.LoopStatistics")
@Label("Loop Statistics")
@Category("jasyncio")
@Description("What a loop that runs has to do at this moment")
@StackTrace(false)
@Period("1 s")
public final class LoopStatisticsEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Ready")
  int ready;

  @Label("Timers")
  int timers;

  @Label("Tasks")
  int tasks;

  @Label("Channels")
  int channels;

  @Label("Executor Threads")
  int executorThreads;

  @Label("Executor Active")
  int executorActive;

  @Label("Executor Queued")
  int executorQueued;

  private LoopStatisticsEvent() {}

  /// Has `telling` run at each interval, on a thread of Flight Recorder.
  public static void register(Runnable telling) {
    FlightRecorder.addPeriodicEvent(LoopStatisticsEvent.class, telling);
  }

  /// Tells of a loop.
  ///
  /// @param counts ready, timers, tasks, channels; threads, active and queued of the executor
  public static void tell(String loop, int... counts) {
    var event = new LoopStatisticsEvent();
    event.loop = loop;
    event.ready = counts[0];
    event.timers = counts[1];
    event.tasks = counts[2];
    event.channels = counts[3];
    event.executorThreads = counts[4];
    event.executorActive = counts[5];
    event.executorQueued = counts[6];
    event.commit();
  }
}
