package jasyncio;

import jasyncio.internal.loop.Entry;

/// The thread of a loop: who is on it, and how others hand over what they want done there.
final class LoopThread {
  private final EventLoop loop;

  LoopThread(EventLoop loop) {
    this.loop = loop;
  }

  /// Whether the caller is a callback or a coroutine of the loop.
  boolean isHere() {
    return loop.isRunning() && loop.hub.isCurrent(Thread.currentThread());
  }

  /// In debug mode: checks that the caller may touch the loop. It is on its thread, or the loop
  /// does not run.
  void check() {
    if (loop.getDebug()) {
      check("callSoonThreadsafe");
    }
  }

  /// In any mode: the same for who makes a task.
  void checkForTask() {
    check("runCoroutineThreadsafe");
  }

  private void check(String instead) {
    if (!loop.hub.mayBeTouchedBy(Thread.currentThread())) {
      throw new IllegalStateException(
          "Non-thread-safe operation invoked on an event loop other than the current one; from another"
              + " thread use "
              + instead);
    }
  }

  /// Has `entry` get its turn. On the loop's own thread it takes its place in the queue like any
  /// other.
  void send(Entry entry) {
    if (isHere()) {
      loop.core.schedule(entry);
    } else {
      loop.core.send(entry);
    }
  }

  void sendUnlessClosed(Entry entry) {
    if (!loop.isClosed()) {
      send(entry);
    }
  }

  void sendUnlessClosed(Runnable callback) {
    sendUnlessClosed(new Handle(loop, callback, Bindings.EMPTY));
  }
}
