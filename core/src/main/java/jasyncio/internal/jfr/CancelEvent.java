package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/// A task or a future is to be cancelled.
@Name("jasyncio.Cancel")
@Label("Cancel")
@Category("jasyncio")
@Description("A request to cancel a task or a future")
public final class CancelEvent extends Event {
  @Label("Source")
  @Nullable String source;

  @Label("Target")
  @Nullable String target;

  @Label("By")
  @Nullable String by;

  @Label("Reason")
  @Nullable String reason;

  private CancelEvent() {}

  /// Whether somebody wants to know.
  public static boolean isWanted() {
    return new CancelEvent().isEnabled();
  }

  /// Tells of it.
  public static void tell(String source, String target, String by, @Nullable String reason) {
    var event = new CancelEvent();
    event.source = source;
    event.target = target;
    event.by = by;
    event.reason = reason;
    event.commit();
  }
}
