package jasyncio.testing;

/// How the time of a test's loop passes.
public enum TimeMode {
  /// It stands still while anything can run, and jumps to the next timer when nothing can: a test
  /// that sleeps for an hour takes a millisecond. It begins at 0.
  ///
  /// The outside is not hurried. While another thread is at work for the loop, in
  /// [toThread][jasyncio.Asyncio#toThread] or an executor, or completes a future of the JDK that is
  /// awaited, time stands still; while a channel is watched, it passes as it does outside.
  VIRTUAL,

  /// It is the time of the clock on the wall.
  REAL
}
