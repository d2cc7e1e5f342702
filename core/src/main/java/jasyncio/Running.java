package jasyncio;

import jasyncio.internal.fiber.Fiber;
import org.jspecify.annotations.Nullable;

/// Who runs here: which loop, which task, which coroutine driven by hand.
///
/// The fiber whose code calls knows all of it, and finding the fiber takes the same time however
/// many loops there are: on the scheduled runtime a thread's scheduler *is* its fiber, on the
/// portable one a thread local leads to it.
final class Running {
  /// The loops of [Asyncio#setEventLoop].
  private static final ThreadLocal<@Nullable EventLoop> OF_THREAD = new ThreadLocal<>();

  private Running() {}

  /// The loop that runs on the calling thread, or `null`.
  static @Nullable EventLoop loop() {
    var fiber = Fiber.current();
    return fiber != null && fiber.hub().owner() instanceof EventLoop loop ? loop : null;
  }

  /// See [Asyncio#getRunningLoop()].
  static EventLoop getRunningLoop() {
    var loop = loop();
    if (loop == null) {
      throw new IllegalStateException(
          "no running event loop; this is called in coroutines, which run(...) and createTask(...)"
              + " begin, and in the loop's callbacks");
    }
    return loop;
  }

  /// See [Asyncio#getEventLoop()].
  static EventLoop getEventLoop() {
    var loop = loop();
    if (loop == null) {
      loop = OF_THREAD.get();
    }
    if (loop == null) {
      throw new IllegalStateException(
          "There is no current event loop in thread '"
              + Thread.currentThread().getName()
              + "'; use run(...), or newEventLoop() and setEventLoop(...)");
    }
    return loop;
  }

  /// See [Asyncio#setEventLoop].
  static void setEventLoop(@Nullable EventLoop loop) {
    if (loop == null) {
      OF_THREAD.remove();
    } else {
      OF_THREAD.set(loop);
    }
  }

  /// The task whose code runs on the calling thread; `null` in a callback, and without a loop.
  static @Nullable Task<?> task() {
    var fiber = Fiber.current();
    return fiber != null && fiber.hub().owner() instanceof EventLoop ? taskOf(fiber) : null;
  }

  /// The task whose code `fiber` runs, be it in a coroutine that the task drives by hand.
  static @Nullable Task<?> taskOf(Fiber fiber) {
    var owner = fiber.owner();
    if (owner instanceof Task<?> task) {
      return task;
    }
    return owner instanceof Coroutine<?> coroutine ? coroutine.drivingTask() : null;
  }

  /// The task or the coroutine driven by hand whose code the caller runs, or `null`: who can be
  /// suspended here.
  static @Nullable Object code() {
    var fiber = Fiber.current();
    return fiber == null ? null : fiber.owner();
  }
}
