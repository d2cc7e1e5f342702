package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.Future;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The half of a protocol that a [StreamWriter] needs: it knows whether writing is paused, and
/// whether the connection is lost, and wakes who waits for that.
///
/// A subclass that overrides one of the three methods calls it as well. Python:
/// `asyncio.streams.FlowControlMixin`.
public class FlowControlMixin implements BaseProtocol {
  private final EventLoop loop;

  // Futures of those that wait in drain() and in waitClosed(). Their result is null, or the error
  // with which the
  // connection was lost.
  private final List<Future<@Nullable Throwable>> draining = new ArrayList<>(0);
  private final List<Future<@Nullable Throwable>> closing = new ArrayList<>(0);
  private boolean paused;
  private boolean lost;
  private @Nullable Throwable reason; // why it was lost, if that was an error

  /// The flow control of a connection.
  ///
  /// @param loop the connection's loop
  public FlowControlMixin(EventLoop loop) {
    this.loop = Objects.requireNonNull(loop, "loop");
  }

  /// {@return the connection's loop}
  protected final EventLoop getLoop() {
    return loop;
  }

  @Override
  public void pauseWriting() {
    paused = true;
  }

  @Override
  public void resumeWriting() {
    paused = false;
    wake(draining, null);
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    if (lost) {
      return; // the first time says why
    }
    lost = true;
    reason = exception;
    wake(closing, exception);
    wake(draining, exception);
  }

  private static void wake(List<Future<@Nullable Throwable>> waiters, @Nullable Throwable problem) {
    for (var waiter : waiters) {
      if (!waiter.done()) {
        waiter.setResult(problem);
      }
    }
  }

  /// Waits while writing is paused.
  final void awaitResumed() throws IOException {
    if (lost) {
      throw new SocketException("Connection lost");
    }
    if (paused) {
      await(draining);
    }
  }

  /// Waits until the connection is lost or closed.
  final void awaitLost() throws IOException {
    if (!lost) {
      await(closing);
    } else if (reason != null) {
      throw Raise.raise(reason);
    }
  }

  private void await(List<Future<@Nullable Throwable>> waiters) throws IOException {
    var waiter = new Future<@Nullable Throwable>(loop);
    waiters.add(waiter);
    Throwable problem;
    try {
      problem = waiter.await();
    } finally {
      waiters.remove(waiter);
    }
    if (problem != null) {
      throw Raise.raise(problem);
    }
  }
}
