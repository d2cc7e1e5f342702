package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A turn: a step of a task, or a callback, however short, and what it was that made it ready. From
/// all of them follows on which path a result came about.
@Name("jasyncio.Turn")
@Label("Turn")
@Category("jasyncio")
@Description("A step of a task, or a callback, and the turn that has made it ready")
@Enabled(false)
@StackTrace(false)
public final class TurnEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Number")
  @Description("Counts the turns of this loop, from 1")
  long number;

  @Label("Woken By")
  @Description(
      "The number of the turn that has made it ready; 0 for what comes from outside: I/O, a timer,"
          + " another thread; -1 if it was ready before this was recorded")
  long wokenBy;

  @Label("Queued")
  @Description("How long it was ready, and others ran")
  @Timespan(Timespan.NANOSECONDS)
  long queued;

  @Label("Task or Callback")
  @Nullable String who;

  @Label("Task Number")
  @Description("0 for a callback")
  int task;

  @Label("Coroutine")
  @Nullable String coroutine;

  @Label("First")
  @Description("It is the task's first step")
  boolean first;

  @Label("Last")
  @Description("It is the task's last step")
  boolean last;

  @Label("Waited")
  @Description(
      "From the task's last step, or the beginning of the recording, until it was ready; 0 if that"
          + " is not known")
  @Timespan(Timespan.NANOSECONDS)
  long waited;

  @Label("Waited For")
  @Description("What the task waited for, if it was for a while")
  @Nullable String waitedFor;

  @Label("Wait Kind")
  @Description("TIMER, IO and so on; of a callback TIMER, IO or THREAD, if it came from outside")
  @Nullable String waitKind;

  private TurnEvent() {}

  static boolean isWanted() {
    return new TurnEvent().isEnabled();
  }

  /// A turn begins.
  ///
  /// @param number counts them
  /// @param wokenBy the number of the turn that has made it ready, or what the field says
  /// @param queued how long it was ready, in nanoseconds
  public static TurnEvent start(long number, long wokenBy, long queued) {
    var event = new TurnEvent();
    event.number = number;
    event.wokenBy = wokenBy;
    event.queued = queued;
    event.begin();
    return event;
  }

  /// The number that it was given.
  public long number() {
    return number;
  }

  /// Whether no turn has made it ready.
  public boolean isFromOutside() {
    return wokenBy == 0;
  }

  /// It is over, though told of later.
  public void stop() {
    end();
  }

  /// The task has waited before.
  ///
  /// @param waited from its last step until it was ready, in nanoseconds
  public void waited(long waited, @Nullable String what, @Nullable String kind) {
    this.waited = waited;
    this.waitedFor = what;
    this.waitKind = kind;
  }

  /// It was a task's.
  ///
  /// @param number the task's
  public void ofTask(int number, String coroutine, boolean first, boolean last) {
    this.task = number;
    this.coroutine = coroutine;
    this.first = first;
    this.last = last;
  }

  /// It is over: tells of it.
  ///
  /// @param loop the loop's name
  /// @param who the task's name, or the callback's
  public void tell(String loop, String who) {
    this.loop = loop;
    this.who = who;
    commit();
  }
}
