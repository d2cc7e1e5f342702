package jasyncio;

import jasyncio.internal.base.BlockingCalls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What code on the loop had better do than to block its thread, or to compute for long.
final class Advice {
  static final String ON_COMPUTING =
      "toThread(…) has it computed by another thread; sleep(0) in between lets others run";

  static final String ON_MONITORS =
      "jasyncio.sync.Lock suspends, and may be held across an await, which a monitor may not";

  private Advice() {}

  /// What is said to a coroutine, as said to a task or, if there is none, to a callback.
  static String to(@Nullable Task<?> task, String advice) {
    return task != null
        ? advice
        : "a callback may not await; have it start a task, createTask(…), in which " + advice;
  }

  /// On a call that blocks.
  ///
  /// @param call the call, if it is known
  /// @param below whether it waits below Java, where it cannot be set aside
  static String onBlocking(EventLoop loop, @Nullable StackTraceElement call, boolean below) {
    var ways = new ArrayList<String>();
    var instead = call == null ? null : BlockingCalls.instead(call);
    if (instead != null) {
      ways.add(instead);
    }
    if (call == null || !isOfLocks(call)) {
      ways.add("toThread(…) has another thread wait");
    }
    if (!below
        && loop.kind == FiberKind.SCHEDULED
        && loop.getBlockingPolicy() != BlockingPolicy.SWITCH) {
      ways.add("under BlockingPolicy.SWITCH others run meanwhile");
    }
    return String.join("; ", ways);
  }

  /// On the call that a stack shows.
  ///
  /// @param stack innermost frame first
  static String onBlocking(EventLoop loop, List<StackTraceElement> stack, boolean below) {
    return onBlocking(loop, BlockingCalls.called(stack), below);
  }

  /// What a thread has locked another one cannot use.
  private static boolean isOfLocks(StackTraceElement call) {
    return call.getClassName().startsWith("java.util.concurrent.locks.");
  }
}
