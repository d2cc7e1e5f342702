package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A turn that had begun before turns were recorded, or goes on when a part of the recording ends:
/// a loop that is held up all the time has no other. Told at the end of each part, where turns are
/// recorded.
@Name("jasyncio.CutTurn")
@Label("Turn, Cut Off")
@Category("jasyncio")
@Description("A turn whose beginning or end is not in the recording")
@StackTrace(false)
@Period("endChunk")
public final class CutTurnEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Task or Callback")
  @Nullable String who;

  @Label("Task Number")
  @Description("0 for a callback")
  int task;

  @Label("Coroutine")
  @Nullable String coroutine;

  @Label("Lasted")
  @Description("For how long, while turns were recorded")
  @Timespan(Timespan.NANOSECONDS)
  long lasted;

  @Label("Before")
  @Description("For how long it had lasted before, at least; 0 if it began later, or nobody knows")
  @Timespan(Timespan.NANOSECONDS)
  long before;

  @Label("Ago")
  @Description("How long before this was told it has ended; 0 if it goes on")
  @Timespan(Timespan.NANOSECONDS)
  long ago;

  @Label("Begun Before")
  @Description("It began before turns were recorded")
  boolean begunBefore;

  @Label("Goes On")
  @Description("It has not ended")
  boolean goesOn;

  @Label("Last")
  @Description("It was the task's last step")
  boolean last;

  @Label("Doing")
  @Nullable String doing;

  @Label("Seen At")
  @Description("Where it was when it was looked at")
  @Nullable String seenAt;

  private CutTurnEvent() {}

  /// Has `telling` run at the end of each part of a recording, on whatever thread ends it.
  public static void register(Runnable telling) {
    FlightRecorder.addPeriodicEvent(CutTurnEvent.class, telling);
  }

  /// Whether turns are recorded, and those that are cut off as well.
  public static boolean isWanted() {
    return TurnEvent.isWanted() && new CutTurnEvent().isEnabled();
  }

  /// A turn, cut off.
  ///
  /// @param begunBefore whether it began before turns were recorded
  /// @param goesOn whether it has not ended
  /// @param last whether it was the task's last step
  public static CutTurnEvent of(boolean begunBefore, boolean goesOn, boolean last) {
    var event = new CutTurnEvent();
    event.begunBefore = begunBefore;
    event.goesOn = goesOn;
    event.last = last;
    return event;
  }

  /// Its times, in nanoseconds.
  ///
  /// @param before how long it had lasted before turns were recorded
  /// @param lasted how long it has since
  /// @param ago how long it has been over
  public CutTurnEvent times(long before, long lasted, long ago) {
    this.before = before;
    this.lasted = lasted;
    this.ago = ago;
    return this;
  }

  /// What it was seen to do.
  ///
  /// @param seenAt a stack as text
  public CutTurnEvent seen(String doing, String seenAt) {
    this.doing = doing;
    this.seenAt = seenAt;
    return this;
  }

  /// Tells of it.
  ///
  /// @param loop the loop's name
  /// @param who the task's name, or the callback's
  /// @param task the task's number; 0 for a callback
  /// @param coroutine what runs
  public void tell(String loop, String who, int task, String coroutine) {
    this.loop = loop;
    this.who = who;
    this.task = task;
    this.coroutine = coroutine;
    commit();
  }
}
