package jasyncio;

import static java.util.Collections.synchronizedMap;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.jfr.BlockingCallEvent;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.LoopCore;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The fibers that wait in blocking calls while the loop goes on, and what belongs to them. Only
/// the loop's logical thread changes that; any thread may ask.
final class BlockedFibers implements LoopCore.BlockingListener {
  private record Saved(
      @Nullable Task<?> task,
      @Nullable Object context,
      long stepBegan,
      @Nullable BlockingCallEvent event) {}

  private final EventLoop loop;
  private final Map<Fiber, Saved> saved = synchronizedMap(new IdentityHashMap<>());
  private final Map<Task<?>, Fiber> fibers = synchronizedMap(new IdentityHashMap<>()); // of tasks

  BlockedFibers(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void leave(Fiber fiber) {
    var task = Running.taskOf(fiber);
    boolean setAside = loop.getBlockingPolicy() == BlockingPolicy.SWITCH; // others run
    var event = setAside && loop.steps.recordsBlocking() ? BlockingCallEvent.start() : null;
    saved.put(fiber, new Saved(task, loop.context, loop.steps.began(), event));
    if (setAside) {
      loop.steps.setAside();
      if (task != null) {
        fibers.put(task, fiber);
        if (task.hasWish()) {
          task.blocksThoughCancelled();
        }
      }
      returnFromEagerStart(fiber);
    }
  }

  /// A task that was started eagerly is set aside: whoever made it goes on.
  private void returnFromEagerStart(Fiber fiber) {
    for (var f = fiber; f != null; f = f.caller()) {
      if (f.owner() instanceof Task<?> && f.hasCaller()) {
        loop.hub.returnEarly(f);
        return;
      }
    }
  }

  @Override
  public void enter(Fiber fiber) {
    var back = saved.remove(fiber);
    if (back != null) {
      if (back.event != null && back.event.isOver()) {
        describe(fiber, back.task, back.event);
        loop.steps.blockedBefore(back.event);
      }
      if (back.task != null) {
        fibers.remove(back.task, fiber);
      }
      loop.context = back.context;
      if (loop.getBlockingPolicy() == BlockingPolicy.SWITCH) {
        loop.steps.beginAgain(back.task);
      } else {
        loop.steps.goOn(back.stepBegan);
      }
    }
  }

  /// Flight Recorder itself must not be called where a fiber leaves its thread or comes back: its
  /// buffers would be those of another thread.
  private void describe(Fiber fiber, @Nullable Task<?> task, BlockingCallEvent event) {
    var thread = fiber.thread();
    event.describe(
        loop.observer.name(),
        task == null ? null : task.getName(),
        thread == null ? "" : Describe.stack(Debug.userStack(thread.getStackTrace())).strip());
  }

  @Override
  public long patience() {
    return (long) (loop.getSlowCallbackDuration() * 1e9);
  }

  @Override
  public Entry report(Fiber fiber) {
    var task = Running.taskOf(fiber);
    return new Entry() {
      @Override
      protected void run() {
        var thread = Objects.requireNonNull(fiber.thread()); // it has run
        loop.reports.tellBlocking(task, Debug.userStack(thread.getStackTrace()), false);
      }
    };
  }

  // ---- asking -----------------------------------------------------------------------------------

  boolean isEmpty() {
    return saved.isEmpty();
  }

  /// How many tasks wait in blocking calls while others run.
  int tasks() {
    return fibers.size();
  }

  List<Fiber> toList() {
    return Arrays.asList(saved.keySet().toArray(new Fiber[0]));
  }

  /// Whether `task` waits in a blocking call while others run.
  boolean isSetAside(Task<?> task) {
    return fibers.containsKey(task);
  }

  /// The thread of the blocking call that `task` waits in while others run, or `null`.
  @Nullable Thread threadOf(Task<?> task) {
    var fiber = fibers.get(task);
    if (fiber == null && loop.current() == task) {
      fiber = loop.hub.current();
    }
    return fiber == null ? null : loop.hub.blockedThread(fiber);
  }

  /// The fiber on which the code of `task` runs, or waits in a blocking call: perhaps that of a
  /// coroutine which the task drives by hand.
  @Nullable Fiber fiberOf(Task<?> task) {
    var blocked = fibers.get(task);
    var current = loop.hub.current();
    if (blocked != null || current == null) {
      return blocked;
    }
    return Running.taskOf(current) == task ? current : null;
  }
}
