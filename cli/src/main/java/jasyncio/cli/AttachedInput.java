package jasyncio.cli;

import jasyncio.CancelledError;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/// Runs the inputs of a prompt in the program that it visits, and says what they came to.
///
/// The program loads a copy of this class, with those that it uses here: see [AttachedLoop]. What
/// comes back is a text, whose first character says what it is about.
public final class AttachedInput {
  /// A value.
  static final char VALUE = 'v';

  /// An error.
  static final char ERROR = 'e';

  /// An error that is what an interrupt comes to, if there was one.
  static final char INTERRUPTIBLE = 'c';

  /// The input was broken off.
  static final char BROKEN_OFF = 'b';

  /// The number of something that an input uses and that cannot be used yet.
  static final char UNRESOLVED = 'u';

  /// An exit status.
  static final char EXIT = 'x';

  private static final int MAX_TEXT = 100_000; // of a value, whatever the limit is
  private static final Object LOCK = new Object();
  private static @Nullable Thread running; // that of the coroutine alone; under LOCK
  private static volatile @Nullable Thread asked; // to stop

  private AttachedInput() {}

  /// What the code of inputs calls in its loops: throws, once, in the input that was broken off.
  public static void check() {
    if (asked != null && asked == Thread.currentThread()) {
      asked = null;
      throw new KeyboardInterrupt();
    }
  }

  /// What [#run] takes.
  ///
  /// @param type the class that was made of an input
  /// @param method the name of the method in it
  /// @param limit see [ValueText]
  static String argument(String type, String method, int limit) {
    return Math.min(limit, MAX_TEXT) + " " + type + " " + method;
  }

  /// Runs an input.
  ///
  /// @param argument which
  static String run(String argument) {
    begin();
    try {
      return VALUE + value(argument.split(" ", 3));
    } catch (UnresolvedInput e) {
      return UNRESOLVED + Integer.toString(e.id());
    } catch (SystemExit e) {
      return EXIT + Integer.toString(e.code());
    } catch (KeyboardInterrupt e) {
      return Character.toString(BROKEN_OFF);
    } catch (CancelledError | InterruptedException e) {
      return INTERRUPTIBLE + PackedError.pack(e);
    } catch (Throwable e) {
      return ERROR + PackedError.pack(e);
    } finally {
      end();
    }
  }

  /// The value's `toString` is the program's code, too.
  private static String value(String[] argument) throws Throwable {
    try {
      var input = Class.forName(argument[1]).getDeclaredMethod(argument[2]);
      input.setAccessible(true);
      return ValueText.of(input.invoke(null), Integer.parseInt(argument[0]));
    } catch (InvocationTargetException e) {
      throw e.getCause() != null ? e.getCause() : e;
    }
  }

  private static void begin() {
    synchronized (LOCK) {
      running = Thread.currentThread();
      asked = null;
    }
  }

  /// Another input may have begun, if nobody has waited for this one.
  private static void end() {
    synchronized (LOCK) {
      if (running == Thread.currentThread()) {
        running = null;
        asked = null;
      }
      Thread.interrupted(); // came too late
    }
  }

  /// Breaks off the input that runs, if it computes or blocks.
  static String breakOff(String nothing) {
    synchronized (LOCK) {
      asked = running;
      if (running != null) {
        running.interrupt();
      }
    }
    return nothing;
  }

  /// The visitor has left: what has not ended by now, though cancelled, is broken off.
  static String leave(String nothing) {
    AttachedIo.leave(nothing);
    return breakOff(nothing);
  }
}
