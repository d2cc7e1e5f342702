package jasyncio.internal.net;

import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.net.Datagram;
import jasyncio.net.DatagramProtocol;
import jasyncio.net.DatagramTransport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Between an endpoint and the coroutines that use it: the datagrams that nobody has taken yet, and
/// who waits to receive or to send.
///
/// A receiver that waits is woken for each datagram, and takes it from the queue by itself; if it
/// is cancelled instead, it wakes the next one. So no datagram is lost to a cancellation.
public final class DatagramQueue implements DatagramProtocol {
  private final int limit;
  private final ArrayDeque<Datagram> received = new ArrayDeque<>();
  private final WaitList receivers = new WaitList(this, () -> waitInfo("a datagram for "));
  private final LazyWaitList senders = new LazyWaitList(this);
  private final LazyWaitList closers = new LazyWaitList(this);
  private @Nullable DatagramTransport transport;
  private @Nullable IOException error; // the first one that nobody was told of
  private boolean writingPaused;
  private boolean closed;

  /// @param limit how many datagrams are kept; with so many nothing is read
  public DatagramQueue(int limit) {
    this.limit = limit;
  }

  private WaitInfo waitInfo(String what) {
    return new WaitInfo(WaitInfo.Kind.IO, what + transport);
  }

  // ---- what the transport tells -----------------------------------------------------------------

  @Override
  public void connectionMade(DatagramTransport madeTransport) {
    transport = madeTransport;
  }

  @Override
  public void datagramReceived(byte[] data, SocketAddress from) {
    received.add(new Datagram(data, from));
    if (received.size() >= limit) {
      transport().pauseReading();
    }
    receivers.wakeFirst();
  }

  @Override
  public void errorReceived(IOException newError) {
    if (error == null) {
      error = newError;
      receivers.wakeFirst();
    }
  }

  @Override
  public void pauseWriting() {
    writingPaused = true;
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    senders.wakeAll();
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    closed = true;
    received.clear();
    receivers.wakeAll();
    senders.wakeAll();
    closers.wakeAll();
  }

  // ---- what the coroutines do -------------------------------------------------------------------

  public DatagramTransport transport() {
    return Objects.requireNonNull(transport);
  }

  /// {@return the next datagram, or `null` if the endpoint is closed} Suspends unless there is one.
  public @Nullable Datagram receive() throws IOException {
    while (!transport().isClosing()) {
      if (!received.isEmpty()) {
        var datagram = received.remove();
        if (received.size() <= limit / 2) {
          transport().resumeReading();
        }
        return datagram;
      }
      throwError();
      awaitReceived();
    }
    return null;
  }

  private void awaitReceived() {
    var place = receivers.enter();
    try {
      place.await();
    } catch (Throwable e) {
      if (place.woken()) {
        receivers.wakeFirst(); // and then cancelled
      }
      throw e;
    } finally {
      place.leave();
    }
  }

  /// Sends a datagram. Suspends while too much waits to be sent.
  public void send(ByteBuffer data, @Nullable SocketAddress address) throws IOException {
    if (transport().isClosing()) {
      throw new ClosedChannelException();
    }
    throwError();
    transport().sendto(data, address);
    throwError();
    while (writingPaused && !closed) {
      senders.await(() -> waitInfo("datagrams to be sent by "));
    }
  }

  public int waitingToSend() {
    return senders.size();
  }

  private void throwError() throws IOException {
    var e = error;
    if (e != null) {
      error = null;
      throw e;
    }
  }

  /// Waits until the transport is closed. Suspends.
  public void awaitClosed() {
    if (!closed) {
      closers.await(() -> waitInfo("the end of "));
    }
  }

  /// {@return `<DatagramQueue …>` with the transport}
  @Override
  public String toString() {
    return "<DatagramQueue " + transport + ">";
  }
}
