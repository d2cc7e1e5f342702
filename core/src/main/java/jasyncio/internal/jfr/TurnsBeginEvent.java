package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// From now on the turns of a loop are recorded which runs already. A recording is asked for some
/// time before, up to seconds in a JVM where it is the first one.
@Name("jasyncio.TurnsBegin")
@Label("Turns Begin")
@Category("jasyncio")
@Description("From now on the turns of a loop are recorded, which runs already")
@StackTrace(false)
public final class TurnsBeginEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  private TurnsBeginEvent() {}

  /// Tells of it. Not on a thread that carries fibers.
  ///
  /// @param loop the loop's name
  public static void tell(String loop) {
    var event = new TurnsBeginEvent();
    event.loop = loop;
    event.commit();
  }
}
