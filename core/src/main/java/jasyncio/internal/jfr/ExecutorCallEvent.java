package jasyncio.internal.jfr;

import java.util.concurrent.Callable;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A call on a thread of an executor.
@Name("jasyncio.ExecutorCall")
@Label("Executor Call")
@Category("jasyncio")
@Description("A call that a loop had another thread make: how long it waited for one, and took")
@StackTrace(false)
@Threshold("20 ms")
public final class ExecutorCallEvent extends Event {
  @Label("Call")
  @Nullable String call;

  @Label("Queued")
  @Description("How long it waited for a thread")
  @Timespan(Timespan.NANOSECONDS)
  long queued;

  @Label("Ran")
  @Description("How long it took then")
  @Timespan(Timespan.NANOSECONDS)
  long ran;

  private ExecutorCallEvent() {}

  /// The same call, which tells of itself; or `call`, if nobody wants to know.
  ///
  /// @param name what it is called
  public static <T extends @Nullable Object> Callable<T> watched(Callable<T> call, String name) {
    var event = new ExecutorCallEvent();
    if (!event.isEnabled()) {
      return call;
    }
    event.call = name;
    event.begin();
    long submitted = System.nanoTime();
    return () -> {
      long started = System.nanoTime();
      try {
        return call.call();
      } finally {
        event.queued = started - submitted;
        event.ran = System.nanoTime() - started;
        event.commit();
      }
    };
  }
}
