package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/// A task waited in a blocking call, and others ran. Where they cannot, it is a long step.
@Name("jasyncio.BlockingCall")
@Label("Blocking Call")
@Category("jasyncio")
@Description("A call in which a task waited while others ran, under policy SWITCH")
@StackTrace(false)
@Threshold("20 ms")
public final class BlockingCallEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Task")
  @Nullable String task;

  @Label("At")
  @Nullable String at;

  private BlockingCallEvent() {}

  static boolean isWanted() {
    return new BlockingCallEvent().isEnabled();
  }

  /// It begins.
  public static BlockingCallEvent start() {
    var event = new BlockingCallEvent();
    event.begin();
    return event;
  }

  /// It is over; whether that is worth to be told.
  public boolean isOver() {
    end();
    return shouldCommit();
  }

  /// What there is to say of it.
  ///
  /// @param loop the loop's name
  /// @param task its name, or `null`
  /// @param at the stack, as text
  public void describe(String loop, @Nullable String task, String at) {
    this.loop = loop;
    this.task = task;
    this.at = at;
  }

  /// Tells of it.
  public void tell() {
    commit();
  }
}
