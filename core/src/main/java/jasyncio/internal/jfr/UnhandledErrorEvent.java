package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// What came to a loop's exception handler.
@Name("jasyncio.UnhandledError")
@Label("Unhandled Error")
@Category("jasyncio")
@Description("What came to the loop's exception handler, as nobody else could get it")
@StackTrace(false)
public final class UnhandledErrorEvent extends Event {
  @Label("Message")
  @Nullable String message;

  @Label("Error")
  @Nullable String error;

  @Label("Task")
  @Nullable String task;

  private UnhandledErrorEvent() {}

  /// Whether somebody wants to know.
  public static boolean isWanted() {
    return new UnhandledErrorEvent().isEnabled();
  }

  /// Tells of it.
  ///
  /// @param error as text
  /// @param task its name
  public static void tell(String message, @Nullable String error, @Nullable String task) {
    var event = new UnhandledErrorEvent();
    event.message = message;
    event.error = error;
    event.task = task;
    event.commit();
  }
}
