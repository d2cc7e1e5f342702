package jasyncio.gevent;

/// Thrown out of a wait of the main program that would never end: nothing is ready, and nothing is
/// in sight that could wake anybody. The message names all who wait, for what, and where.
///
/// Calls in executors, futures of the JDK's that are awaited, calls that block a greenlet under
/// `SWITCH`, and waits at a [ThreadsafeQueue][jasyncio.queue.ThreadsafeQueue] are in sight; other
/// threads that could still report are not: see [Hub#keepAlive()]. Python:
/// `gevent.exceptions.LoopExit`.
public final class LoopExit extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  LoopExit(String message) {
    super(message);
  }
}
