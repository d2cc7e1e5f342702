package jasyncio.testing;

/// What a test may leave behind by mistake.
public enum Leftover {
  /// Tasks that are not done.
  TASKS("a task"),
  /// Callbacks that are scheduled for later.
  TIMERS("a timer"),
  /// Channels that the loop watches: sockets, pipes; and streams that nobody has closed, those in
  /// memory, too.
  CHANNELS("a channel"),
  /// Handlers of signals.
  SIGNALS("a handler of signal"),
  /// Asynchronous generators that are neither exhausted nor closed.
  GENERATORS("an open generator"),
  /// Platform threads; looked at for tests [on a loop][OnLoop] that JUnit does not run in parallel.
  THREADS("a thread"),
  /// Errors that were told to the loop's exception handler, and those that nobody has read.
  ERRORS("an error");

  final String singular;

  Leftover(String singular) {
    this.singular = singular;
  }
}
