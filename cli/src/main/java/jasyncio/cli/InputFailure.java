package jasyncio.cli;

import jdk.jshell.spi.ExecutionControl.RunException;
import jdk.jshell.spi.ExecutionControl.StoppedException;
import jdk.jshell.spi.ExecutionControl.UserException;
import org.jspecify.annotations.Nullable;

/// What the last input threw, as an object. JShell is only told what it looks like.
final class InputFailure {
  private volatile @Nullable Throwable error;

  /// Another input begins.
  void forget() {
    error = null;
  }

  /// Keeps what an input threw.
  ///
  /// @return what JShell is told
  RunException keep(Throwable thrown) {
    error = thrown;
    return thrown instanceof ReplLoop.Interrupted
        ? new StoppedException()
        : new UserException(
            String.valueOf(thrown.getMessage()),
            thrown.getClass().getName(),
            thrown.getStackTrace());
  }

  /// What was kept, once.
  @Nullable Throwable take() {
    Throwable taken = error;
    error = null;
    return taken;
  }
}
