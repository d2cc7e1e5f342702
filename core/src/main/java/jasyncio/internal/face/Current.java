package jasyncio.internal.face;

import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.internal.loop.LoopAccess;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Who runs on the calling thread.
public final class Current {
  static final LoopAccess ACCESS = access();

  private Current() {}

  private static LoopAccess access() {
    EventLoop.running(); // initialises the class that installs it
    return LoopAccess.get();
  }

  /// The loop that runs here.
  ///
  /// @throws IllegalStateException if none does
  public static EventLoop loop() {
    return (EventLoop) ACCESS.runningLoop();
  }

  /// The loop that runs here, or else the one that was set for this thread.
  ///
  /// @throws IllegalStateException if there is neither
  public static EventLoop loopOrDefault() {
    return (EventLoop) ACCESS.loopOrDefault();
  }

  /// The task that runs here, or `null` in a callback or where no loop runs.
  public static @Nullable Task<?> task() {
    return (Task<?>) ACCESS.currentTask();
  }

  /// What the running task has just caught is to arrive at its next await instead.
  public static void cancelAgain(CancelledError error) {
    ACCESS.cancelAgain(Objects.requireNonNull(ACCESS.currentTask()), error);
  }
}
