package jasyncio.gevent;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/// What blocking calls of the JDK throw when their thread is interrupted.
final class Interrupts {
  private static final int MAX_CAUSES = 10;

  private Interrupts() {}

  /// Whether an interrupt of this thread is behind an error: JDBC drivers and the like put others
  /// around it, and sockets leave the mark on the thread.
  static boolean caused(Throwable error) {
    if (!(error instanceof Exception)) {
      return false;
    }
    if (Thread.currentThread().isInterrupted()) {
      return true;
    }
    @Nullable Throwable e = error;
    for (int i = 0; i < MAX_CAUSES && e != null; i++) {
      if (isOne(e)) {
        return true;
      }
      e = e.getCause();
    }
    return false;
  }

  private static boolean isOne(Throwable e) {
    return e instanceof InterruptedException
        || e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))
        || (e instanceof SocketException && "Closed by interrupt".equals(e.getMessage()));
  }
}
