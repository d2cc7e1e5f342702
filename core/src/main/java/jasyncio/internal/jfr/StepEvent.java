package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/// A task or a callback had the loop for itself for a while.
@Name("jasyncio.Step")
@Label("Step")
@Category("jasyncio")
@Description("A step of a task, or a callback: nothing else ran on the loop meanwhile")
@StackTrace(false)
@Threshold("20 ms")
public final class StepEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Task or Callback")
  @Nullable String who;

  @Label("Seen At")
  @Description("Where it was when it had taken longer than slow_callback_duration")
  @Nullable String seenAt;

  StepEvent() {}

  static boolean isWanted() {
    return new StepEvent().isEnabled();
  }

  /// A step begins.
  public static StepEvent start() {
    var event = new StepEvent();
    event.begin();
    return event;
  }

  /// It is over; whether that is worth to be told.
  public boolean isOver() {
    end();
    return shouldCommit();
  }

  /// Tells of it.
  ///
  /// @param loop the loop's name
  /// @param who the task or the callback
  /// @param seenAt a stack as text, or `null`
  public void tell(String loop, String who, @Nullable String seenAt) {
    this.loop = loop;
    this.who = who;
    this.seenAt = seenAt;
    commit();
  }
}
