package jasyncio.testing;

/// What a test may leave behind by mistake.
public enum Leftover {
  /// Tasks that are not done.
  TASKS("tasks"),
  /// Callbacks that are scheduled for later.
  TIMERS("timers"),
  /// Channels that the loop watches: sockets, pipes.
  CHANNELS("channels"),
  /// Handlers of signals.
  SIGNALS("signal handlers"),
  /// Asynchronous generators that are neither exhausted nor closed.
  GENERATORS("generators"),
  /// Platform threads.
  THREADS("threads"),
  /// Errors that were told to the loop's exception handler, and those that nobody has read.
  ERRORS("errors");

  final String plural;

  Leftover(String plural) {
    this.plural = plural;
  }
}
