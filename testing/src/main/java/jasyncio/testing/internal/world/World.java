package jasyncio.testing.internal.world;

import java.util.function.Supplier;

/// What a simulated thing needs of the world: its time, something to happen later, and what is left
/// to chance.
public interface World {
  /// {@return nanoseconds of simulated time}
  long nanos();

  /// Has `event` happen at a time: in the order of times, and of these calls where times are equal.
  /// Any thread.
  ///
  /// @param nanos when; what is over already is now, and still not within this call
  /// @param event what happens; it does not throw
  void at(long nanos, Runnable event);

  /// Chooses from `bound` possibilities, of which 0 is the plain thing: no delay, no fault.
  ///
  /// @param what is chosen, for reports: `loss`, `torn write`
  /// @param bound how many there are; if there is but one, nothing is chosen
  /// @return the choice, from 0 to `bound` - 1
  int choose(String what, int bound);

  /// Chooses whether something happens that is to happen now and then; the plain thing is that it
  /// does not.
  ///
  /// @param what may happen, for reports
  /// @param probability from 0, never, to 1, always
  default boolean happens(String what, double probability) {
    return probability >= 1 || (probability > 0 && choose(what, 2) == 1);
  }

  /// Notes, for the reader of a failure, that something out of the ordinary has happened.
  ///
  /// @param what has, such as `n1 -> n2: 512 bytes are lost`; asked only if somebody reads it
  void note(Supplier<String> what);

  /// Notes, for the reader of a failure, that something was carried from one host to another.
  ///
  /// @param sent when it was sent
  /// @param arrives whether it arrives, now; else it has been lost
  /// @param what it is; asked only if somebody reads it
  default void message(String from, String to, long sent, boolean arrives, Supplier<String> what) {}
}
