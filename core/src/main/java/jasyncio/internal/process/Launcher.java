package jasyncio.internal.process;

import java.io.IOException;

/// Starts child processes. There are two, and what they differ in is in docs/decisions.
public sealed interface Launcher permits PosixLauncher, JdkLauncher {

  /// Starts a program.
  ///
  /// @throws IOException if that is not possible; says why
  Child start(Command command) throws IOException;

  /// The best one that works here.
  static Launcher best() {
    return Best.LAUNCHER;
  }

  /// The one that works everywhere.
  static Launcher jdk() {
    return new JdkLauncher();
  }

  /// Chooses once.
  final class Best {
    static final Launcher LAUNCHER = choose();

    private Best() {}

    private static Launcher choose() {
      var posix = PosixLauncher.ifPossible();
      return posix != null ? posix : jdk();
    }
  }
}
