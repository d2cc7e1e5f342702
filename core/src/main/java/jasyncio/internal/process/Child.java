package jasyncio.internal.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/// A child process. Used by one thread at a time, except where it says otherwise.
public interface Child {

  /// Its process id; its own until [#reap()] was called after its end, unless the JDK started it.
  long pid();

  /// Has `listener` run, once and by another thread, when the process has ended. To be called once.
  void whenEnded(Runnable listener);

  /// Takes note of the end, which has been told to the listener, and forgets the process.
  ///
  /// @return its exit code, or the negative number of the signal that ended it
  int reap();

  /// Sends a signal. One that is sent to a process that has just ended goes nowhere.
  ///
  /// @throws IllegalArgumentException if there is no such signal
  /// @throws IllegalStateException if the system does not allow it
  void signal(int number);

  /// Blocks until the process has ended.
  ///
  /// @return whether it has, within this time
  default boolean awaitEnd(Duration patience) {
    boolean interrupted = false;
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      while (true) {
        try {
          return awaitEnd(deadline - System.nanoTime());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Blocks until the process has ended.
  ///
  /// @return whether it has, within this time
  boolean awaitEnd(long nanos) throws InterruptedException;

  /// Nobody will call [#reap()]: the process is to be forgotten by itself when it ends.
  void abandon();

  /// The other end of its standard input, if that is a [ChildStream.BlockingPipe].
  OutputStream stdin();

  /// The other end of its standard output, if that is a [ChildStream.BlockingPipe].
  InputStream stdout();

  /// The other end of its standard error, if that is a [ChildStream.BlockingPipe].
  InputStream stderr();
}
