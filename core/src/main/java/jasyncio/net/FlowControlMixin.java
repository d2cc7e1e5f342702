package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import jasyncio.internal.net.LazyWaitList;
import jasyncio.internal.net.Peers;
import java.io.IOException;
import java.net.SocketException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The half of a protocol that a [StreamWriter] needs: it knows whether writing is paused, and
/// whether the connection is lost, and wakes who waits for that. By itself it is the protocol of
/// what is only written to:
///
/// ```java fragment
/// var output = Pipes.connectWritePipe(FlowControlMixin::new, System.out);
/// var writer = new StreamWriter(output.transport(), output.protocol(), null);
/// ```
///
/// A subclass that overrides one of the three methods calls it as well. Python:
/// `asyncio.streams.FlowControlMixin`.
public class FlowControlMixin implements Protocol {
  private final EventLoop loop;

  private final LazyWaitList draining = new LazyWaitList("the connection to take what was written");
  private final LazyWaitList closing = new LazyWaitList("the connection to be closed");
  private int resumptions; // who waits in drain() is told of the first news, and not of later ones
  private boolean paused;
  private boolean lost;
  private @Nullable Throwable reason; // why it was lost, if that was an error

  /// The flow control of a connection of the [current loop][jasyncio.Asyncio#getEventLoop()].
  ///
  /// @throws IllegalStateException if there is none
  public FlowControlMixin() {
    this(Current.loopOrDefault());
  }

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
    draining.checkThread();
    paused = false;
    resumptions++;
    draining.wakeAll();
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    if (lost) {
      return; // the first time says why
    }
    closing.checkThread();
    draining.checkThread();
    lost = true;
    reason = exception;
    closing.wakeAll();
    draining.wakeAll();
  }

  /// The transport, as far as it is known.
  @Nullable BaseTransport transport() {
    return null;
  }

  private @Nullable String peerName() {
    return this instanceof Peers.Named named ? named.peerName() : Peers.name(transport());
  }

  private WaitInfo infoOnDraining() {
    return Peers.waitInfo(
        peerName(), "", " to take what was written", "the connection to take what was written");
  }

  private WaitInfo infoOnClosing() {
    return Peers.waitInfo(
        peerName(), "the connection to ", " to be closed", "the connection to be closed");
  }

  /// Waits while writing is paused.
  final void awaitResumed() throws IOException {
    if (lost) {
      throw new SocketException("Connection lost");
    }
    if (paused) {
      int before = resumptions;
      draining.await(this::infoOnDraining);
      if (resumptions == before) {
        raiseReason();
      }
    }
  }

  /// Waits until the connection is lost or closed.
  final void awaitLost() throws IOException {
    if (!lost) {
      closing.await(this::infoOnClosing);
    }
    raiseReason();
  }

  private void raiseReason() throws IOException {
    if (reason != null) {
      throw Sneaky.rethrow(reason, IOException.class);
    }
  }
}
