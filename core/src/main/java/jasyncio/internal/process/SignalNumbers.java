package jasyncio.internal.process;

import java.util.Locale;
import java.util.Objects;
import sun.misc.Signal;

/// The numbers of signals, which the JVM knows for its system.
public final class SignalNumbers {
  /// Ends a process whatever it does about it; has this number everywhere.
  public static final int KILL = 9;

  /// Asks a process to end; has this number everywhere.
  public static final int TERM = 15;

  private SignalNumbers() {}

  /// The number of a signal.
  ///
  /// @param name such as `USR1` or `SIGUSR1`
  /// @throws IllegalArgumentException if this system has no such signal
  public static int of(String name) {
    var upper = Objects.requireNonNull(name, "name").strip().toUpperCase(Locale.ROOT);
    try {
      return new Signal(upper.startsWith("SIG") ? upper.substring(3) : upper).getNumber();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + name + "' is not a signal of this system; give a name such as USR1 or TERM", e);
    }
  }
}
