package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A loop was closed while a task was not done.
@Name("jasyncio.LeakedTask")
@Label("Leaked Task")
@Category("jasyncio")
@Description("A task that was not done when its loop was closed")
@StackTrace(false)
public final class LeakedTaskEvent extends Event {
  @Label("Task")
  @Nullable String task;

  @Label("Waits For")
  @Nullable String waitsFor;

  @Label("At")
  @Nullable String at;

  /// What there is to say of it.
  ///
  /// @param task its name
  /// @param waitsFor for what it waits
  /// @param at its stack, as text
  public LeakedTaskEvent(String task, @Nullable String waitsFor, String at) {
    this.task = task;
    this.waitsFor = waitsFor;
    this.at = at;
  }

  /// Whether somebody wants to know.
  public static boolean isWanted() {
    return new LeakedTaskEvent("", null, "").isEnabled();
  }

  /// Tells of it.
  public void tell() {
    commit();
  }
}
