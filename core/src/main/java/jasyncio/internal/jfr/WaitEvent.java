package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/// A task waited.
@Name("jasyncio.Wait")
@Label("Wait")
@Category("jasyncio")
@Description("A task waited; the time from its suspension to its next step")
@Enabled(false)
@StackTrace(false)
@Threshold("100 ms")
public final class WaitEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Task")
  @Nullable String task;

  @Label("Waited For")
  @Nullable String what;

  WaitEvent() {}

  static boolean isWanted() {
    return new WaitEvent().isEnabled();
  }

  /// A task is suspended.
  public static WaitEvent start() {
    var event = new WaitEvent();
    event.begin();
    return event;
  }

  /// It goes on; whether that is worth to be told.
  public boolean isOver() {
    end();
    return shouldCommit();
  }

  /// Tells of it.
  ///
  /// @param loop the loop's name
  /// @param task the task's name
  /// @param what it waited for
  public void tell(String loop, String task, String what) {
    this.loop = loop;
    this.task = task;
    this.what = what;
    commit();
  }
}
