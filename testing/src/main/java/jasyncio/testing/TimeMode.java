package jasyncio.testing;

/// How the time of a test's loop passes.
public enum TimeMode {
  /// It stands still while anything can run, and jumps to the next timer when nothing can: a test
  /// that sleeps for an hour takes a millisecond. It begins at 0.
  ///
  /// The outside is not hurried. While another thread is at work for the loop, in
  /// [toThread][jasyncio.Asyncio#toThread] or an executor, or completes a future of the JDK that is
  /// awaited, time stands still; while a channel is watched, it passes as it does outside. So it
  /// does while a task blocks, under policy [SWITCH][jasyncio.BlockingPolicy#SWITCH], in a read of
  /// a device, or in a call with a limit, such as `Thread.sleep` or `tryLock(…)`: the JDK takes the
  /// time of these itself, unless the JVM is started with the kit's jar as its agent,
  /// `-javaagent:jasyncio-testing.jar`. Then their limits are timers of the loop like others. A
  /// lock or latch without a limit does not hold time back.
  VIRTUAL,

  /// It is the time of the clock on the wall.
  REAL
}
