package jasyncio.gevent;

import java.time.Duration;

/// How [Gevent#joinall] and its kin wait; immutable. Python: their keyword arguments.
///
/// @param timeout seconds to wait at most; infinite for as long as it takes
/// @param count how many objects to wait for; at most as many as there are
/// @param raiseError whether the first error of a greenlet ends the wait and is thrown; for
///   `joinall`, and for [Group#join], which throws when its wait is over
public record WaitOptions(double timeout, int count, boolean raiseError) {
  private static final WaitOptions DEFAULTS =
      new WaitOptions(Double.POSITIVE_INFINITY, Integer.MAX_VALUE, false);

  /// Options that make sense.
  ///
  /// @throws IllegalArgumentException if the timeout is NaN, or the count negative
  public WaitOptions {
    if (Double.isNaN(timeout) || count < 0) {
      throw new IllegalArgumentException(
          "timeout must be a number and count not negative: " + timeout + ", " + count);
    }
  }

  /// {@return options that wait for all objects, as long as it takes}
  public static WaitOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with a timeout}
  ///
  /// @param seconds to wait at most
  public WaitOptions timeout(double seconds) {
    return new WaitOptions(seconds, count, raiseError);
  }

  /// {@return these options with a timeout}
  ///
  /// @param duration to wait at most
  public WaitOptions timeout(Duration duration) {
    return timeout(Seconds.of(duration));
  }

  /// {@return these options with a number of objects to wait for}
  ///
  /// @param count how many
  public WaitOptions count(int count) {
    return new WaitOptions(timeout, count, raiseError);
  }

  /// {@return these options with or without errors being thrown}
  ///
  /// @param raiseError whether they are
  public WaitOptions raiseError(boolean raiseError) {
    return new WaitOptions(timeout, count, raiseError);
  }
}
