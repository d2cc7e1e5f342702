package jasyncio;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How [Asyncio#run(Awaitable, RunOptions)] and [Runner] set up their loop; immutable.
///
/// @param debug debug mode on or off, or `null` for what the loop has, by default what
///   `-Djasyncio.debug` or `JASYNCIO_DEBUG` says
/// @param loopFactory makes the loop, or `null` for [Asyncio#newEventLoop()]
/// @param blocking the blocking policy, or `null` for what the loop has, by default what
///   `-Djasyncio.blocking` says
/// @param fibers the fiber runtime, or `null` as for [EventLoop#create]; not used with a loop
///   factory
public record RunOptions(
    @Nullable Boolean debug,
    @Nullable Supplier<EventLoop> loopFactory,
    @Nullable BlockingPolicy blocking,
    @Nullable FiberKind fibers) {
  private static final RunOptions DEFAULTS = new RunOptions(null, null, null, null);

  /// {@return options that leave everything as it is by default}
  public static RunOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with debug mode on or off}
  ///
  /// @param debug whether it is on
  public RunOptions debug(boolean debug) {
    return new RunOptions(debug, loopFactory, blocking, fibers);
  }

  /// {@return these options with a loop factory}
  ///
  /// @param loopFactory makes the loop
  public RunOptions loopFactory(@Nullable Supplier<EventLoop> loopFactory) {
    return new RunOptions(debug, loopFactory, blocking, fibers);
  }

  /// {@return these options with a blocking policy}
  ///
  /// @param blocking the policy
  public RunOptions blocking(@Nullable BlockingPolicy blocking) {
    return new RunOptions(debug, loopFactory, blocking, fibers);
  }

  /// {@return these options with a fiber runtime}
  ///
  /// @param fibers the runtime
  public RunOptions fibers(@Nullable FiberKind fibers) {
    return new RunOptions(debug, loopFactory, blocking, fibers);
  }

  EventLoop newLoop() {
    var loop = loopFactory != null ? loopFactory.get() : EventLoop.create(fibers);
    if (debug != null) {
      loop.setDebug(debug);
    }
    if (blocking != null) {
      loop.setBlockingPolicy(blocking);
    }
    return loop;
  }
}
