package jasyncio.gevent;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.Handle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A time limit that is thrown, itself, into the greenlet that started it when the time is over.
///
/// ```java skip
/// var limit = new Timeout(5);
/// try (var running = limit.start()) {
///   ...
/// } catch (Timeout e) {
///   if (e != limit) throw e; // somebody else's
/// }
/// ```
///
/// Limits that are nested are told apart by which object arrives. An [Error], so that `catch
/// (Exception e)` does not swallow it. It comes out of gevent's own functions as itself. In an
/// await of asyncio's it shows as a `CancelledError`, in a call that blocks after
/// [Monkey#patchAll()] as whatever an interrupt makes of that: around these use
/// [Gevent#withTimeout(double, Awaitable)], which turns them back into the limit. Python:
/// `gevent.Timeout`.
public final class Timeout extends Error implements AutoCloseable {
  private static final long serialVersionUID = 1L;

  /// From its start; infinite for never.
  private final double seconds;

  private final transient @Nullable Throwable exception;
  private transient @Nullable Execution execution; // into whom it is thrown, from start() on
  private transient @Nullable Handle timer; // while it is pending

  /// A limit that never ends, and what is thrown where a result is asked for that is not there.
  public Timeout() {
    this(Seconds.FOREVER);
  }

  /// A limit that has not been started.
  ///
  /// @param seconds from its start; infinite for never
  public Timeout(double seconds) {
    this(seconds, null);
  }

  /// A limit that has not been started.
  ///
  /// @param duration from its start
  public Timeout(Duration duration) {
    this(Seconds.of(duration));
  }

  /// A limit that has not been started and that throws something else than itself.
  ///
  /// @param seconds from its start; infinite for never
  /// @param exception what is thrown; `null` for the limit itself
  public Timeout(double seconds, @Nullable Throwable exception) {
    super(text(seconds, exception));
    if (Double.isNaN(seconds)) {
      throw new IllegalArgumentException("a time limit must be a number of seconds, not NaN");
    }
    this.seconds = seconds;
    this.exception = exception;
  }

  /// A limit that has not been started and that throws something else than itself.
  ///
  /// @param duration from its start
  /// @param exception what is thrown; `null` for the limit itself
  public Timeout(Duration duration, @Nullable Throwable exception) {
    this(Seconds.of(duration), exception);
  }

  private static @Nullable String text(double seconds, @Nullable Throwable exception) {
    if (seconds == Seconds.FOREVER) {
      return null;
    }
    var text = Seconds.text(seconds) + (seconds == 1 ? " second" : " seconds");
    return exception == null ? text : text + ": " + exception.getMessage();
  }

  /// A limit that is running.
  ///
  /// @param seconds from now; infinite for never
  /// @return the limit
  public static Timeout startNew(double seconds) {
    return new Timeout(seconds).start();
  }

  /// A limit that is running.
  ///
  /// @param duration from now
  /// @return the limit
  public static Timeout startNew(Duration duration) {
    return startNew(Seconds.of(duration));
  }

  /// Runs `body` for a limited time and goes on when that is over. Python: `with Timeout(seconds,
  /// False)`.
  ///
  /// @param <X> what the body throws
  /// @param seconds the time
  /// @param body what to run
  /// @return whether it ended in time
  /// @throws X what the body throws
  public static <X extends Exception> boolean silently(double seconds, Action<X> body) throws X {
    var limit = new Timeout(seconds);
    try {
      limit.run(body.asAwaitable());
      return true;
    } catch (Timeout e) {
      if (e == limit) {
        return false;
      }
      throw e;
    }
  }

  /// Runs `body` for a limited time and goes on when that is over.
  ///
  /// @param <X> what the body throws
  /// @param duration the time
  /// @param body what to run
  /// @return whether it ended in time
  /// @throws X what the body throws
  public static <X extends Exception> boolean silently(Duration duration, Action<X> body) throws X {
    return silently(Seconds.of(duration), body);
  }

  /// Runs `body` inside this limit.
  ///
  /// @param <X> what the body throws
  /// @throws X what the body throws
  <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> body) throws X {
    var me = Execution.current();
    start();
    try {
      return me.translating(body);
    } finally {
      cancel();
    }
  }

  /// Starts the time.
  ///
  /// @return this limit, for a `try` statement
  /// @throws IllegalStateException if it is running already, or in a callback of a loop
  public Timeout start() {
    if (pending()) {
      throw new IllegalStateException(
          "the time limit of "
              + getMessage()
              + " is already started; to restart it, cancel it first");
    }
    var me = Execution.current();
    execution = me;
    if (seconds != Seconds.FOREVER) {
      timer = me.hub.loop().callLater(seconds, this::fire);
    }
    return this;
  }

  private void fire() {
    if (timer != null) {
      var target = Objects.requireNonNull(execution);
      if (target.interrupt(thrown())) {
        timer = null;
      } else {
        timer = target.hub.loop().callSoon(this::fire);
      }
    }
  }

  private Throwable thrown() {
    return exception != null ? exception : this;
  }

  /// {@return whether the time runs}
  public boolean pending() {
    return timer != null;
  }

  /// {@return the time in seconds; infinite for never}
  public double seconds() {
    return seconds;
  }

  /// Stops the time. What was thrown and has not arrived yet is taken back, if the caller is whom
  /// it would reach. Without effect if it was not started.
  public void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (execution != null) {
      execution.withdraw(thrown());
      execution = null;
    }
  }

  /// Stops the time, as [#cancel()] does.
  @Override
  public void close() {
    cancel();
  }
}
