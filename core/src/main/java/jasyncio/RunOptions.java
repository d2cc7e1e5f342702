package jasyncio;

import jasyncio.internal.base.Durations;
import jasyncio.internal.base.Steps;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How [Asyncio#run(Awaitable, RunOptions)] and [Runner] set up their loop; immutable.
///
/// @param debug debug mode on or off, or `null` for what the loop has, by default what
///   `-Djasyncio.debug` or `JASYNCIO_DEBUG` says
/// @param loopFactory makes the loop, a new one each time, or `null` for [Asyncio#newEventLoop()]
/// @param blocking the blocking policy, or `null` for what the loop has, by default what
///   `-Djasyncio.blocking` says
/// @param fibers the fiber runtime, or `null` as for [EventLoop#create]; not used with a loop
///   factory
/// @param stallLimit for how many seconds a task may hold up the loop before a warning is logged,
///   see [EventLoop#setStallLimit(double)]; or `null` for what the loop has, by default what
///   `-Djasyncio.stall` says, or one second
public record RunOptions(
    @Nullable Boolean debug,
    @Nullable Supplier<EventLoop> loopFactory,
    @Nullable BlockingPolicy blocking,
    @Nullable FiberKind fibers,
    @Nullable Double stallLimit) {
  private static final RunOptions DEFAULTS = new RunOptions(null, null, null, null, null);

  /// {@return options that leave everything as it is by default}
  public static RunOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with debug mode on or off}
  ///
  /// @param debug whether it is on
  public RunOptions debug(boolean debug) {
    return new RunOptions(debug, loopFactory, blocking, fibers, stallLimit);
  }

  /// {@return these options with a loop factory}
  ///
  /// @param loopFactory makes the loop
  public RunOptions loopFactory(@Nullable Supplier<EventLoop> loopFactory) {
    return new RunOptions(debug, loopFactory, blocking, fibers, stallLimit);
  }

  /// {@return these options with a blocking policy}
  ///
  /// @param blocking the policy
  public RunOptions blocking(@Nullable BlockingPolicy blocking) {
    return new RunOptions(debug, loopFactory, blocking, fibers, stallLimit);
  }

  /// {@return these options with a fiber runtime}
  ///
  /// @param fibers the runtime
  public RunOptions fibers(@Nullable FiberKind fibers) {
    return new RunOptions(debug, loopFactory, blocking, fibers, stallLimit);
  }

  /// {@return these options with a limit for how long a task may hold up the loop}
  ///
  /// @param seconds the limit, after which a warning is logged; 0 for no warnings
  /// @throws IllegalArgumentException if it is negative, or not a number
  public RunOptions stallLimit(double seconds) {
    return new RunOptions(debug, loopFactory, blocking, fibers, StallWatch.checked(seconds));
  }

  /// {@return these options with a limit for how long a task may hold up the loop}
  ///
  /// @param limit the limit, after which a warning is logged; zero for no warnings; `null` for what
  ///   the loop has
  /// @throws IllegalArgumentException if it is negative
  public RunOptions stallLimit(@Nullable Duration limit) {
    return limit == null
        ? new RunOptions(debug, loopFactory, blocking, fibers, null)
        : stallLimit(Durations.seconds(limit, "limit"));
  }

  /// {@return options for a loop that is like `loop`; if that is `null`, the default}
  static RunOptions like(@Nullable EventLoop loop) {
    return loop == null
        ? DEFAULTS
        : new RunOptions(
            loop.getDebug(), null, loop.getBlockingPolicy(), loop.fibers(), loop.getStallLimit());
  }

  EventLoop newLoop() {
    var loop = loopFactory != null ? checked(loopFactory.get()) : EventLoop.create(fibers);
    try {
      set(loop);
    } catch (Throwable e) {
      new Steps().take(loop::close);
      throw e;
    }
    return loop;
  }

  private static EventLoop checked(@Nullable EventLoop made) {
    if (made == null) {
      throw new IllegalArgumentException("the loop factory gave null; it is to make a loop");
    } else if (made.isClosed() || made.isRunning()) {
      throw new IllegalArgumentException(
          "the loop factory gave a loop that "
              + (made.isClosed() ? "is closed" : "runs already")
              + ", "
              + made
              + "; it is to make a new one");
    }
    return made;
  }

  private void set(EventLoop loop) {
    if (debug != null) {
      loop.setDebug(debug);
    }
    if (blocking != null) {
      loop.setBlockingPolicy(blocking);
    }
    if (stallLimit != null) {
      loop.setStallLimit(stallLimit);
    }
  }
}
