package jasyncio.cli;

/// The exit statuses of the `jasyncio` command.
final class ExitStatus {
  /// All went well.
  static final int OK = 0;

  /// The program did not compile. The JVM gives the same status to an uncaught exception.
  static final int FAILED = 1;

  /// The command line asked for something that cannot be done.
  static final int USAGE = 2;

  /// Ended by Ctrl-C: 128 + SIGINT, as a shell reports it.
  static final int INTERRUPTED = 130;

  private ExitStatus() {}
}
