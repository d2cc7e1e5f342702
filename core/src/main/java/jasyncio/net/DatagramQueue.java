package jasyncio.net;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Between an endpoint and the coroutines that use it: the datagrams that nobody has taken yet, and
/// who waits to receive or to send.
///
/// A receiver that waits is woken for each datagram, and takes it from the queue by itself; if it
/// is cancelled instead, it wakes the next one. So no datagram is lost to a cancellation.
final class DatagramQueue implements DatagramProtocol {
  private final EventLoop loop;
  private final int limit;
  private final ArrayDeque<Datagram> received = new ArrayDeque<>();
  private final ArrayDeque<Future<Boolean>> receivers = new ArrayDeque<>();
  private final List<Future<Boolean>> senders = new ArrayList<>();
  private final Future<Boolean> closed;
  private @Nullable DatagramTransport transport;
  private @Nullable IOException error; // the first one that nobody was told of
  private boolean writingPaused;

  /// @param limit how many datagrams are kept; with so many nothing is read
  DatagramQueue(EventLoop loop, int limit) {
    this.loop = loop;
    this.limit = limit;
    this.closed = loop.createFuture();
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
    wakeReceiver();
  }

  @Override
  public void errorReceived(IOException newError) {
    if (error == null) {
      error = newError;
      wakeReceiver();
    }
  }

  private void wakeReceiver() {
    while (!receivers.isEmpty()) {
      if (wake(receivers.remove())) {
        return;
      }
    }
  }

  private static boolean wake(Future<Boolean> waiter) {
    if (waiter.done()) {
      return false; // cancelled
    }
    waiter.setResult(true);
    return true;
  }

  @Override
  public void pauseWriting() {
    writingPaused = true;
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    wakeSenders();
  }

  private void wakeSenders() {
    senders.forEach(DatagramQueue::wake);
    senders.clear();
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    received.clear();
    while (!receivers.isEmpty()) {
      wake(receivers.remove());
    }
    wakeSenders();
    closed.setResult(true);
  }

  // ---- what the coroutines do -------------------------------------------------------------------

  DatagramTransport transport() {
    return Objects.requireNonNull(transport);
  }

  /// {@return the next datagram, or `null` if the endpoint is closed} Suspends unless there is one.
  @Nullable Datagram receive() throws IOException {
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
    var waiter = loop.<Boolean>createFuture();
    receivers.add(waiter);
    try {
      waiter.await();
    } catch (Throwable e) {
      receivers.remove(waiter);
      if (!waiter.cancelled()) {
        wakeReceiver(); // it was woken, and then cancelled
      }
      throw e;
    }
  }

  /// Sends a datagram. Suspends while too much waits to be sent.
  void send(ByteBuffer data, @Nullable SocketAddress address) throws IOException {
    if (transport().isClosing()) {
      throw new ClosedChannelException();
    }
    throwError();
    transport().sendto(data, address);
    throwError();
    while (writingPaused && !closed.done()) {
      var waiter = loop.<Boolean>createFuture();
      senders.add(waiter);
      waiter.await();
    }
  }

  private void throwError() throws IOException {
    var e = error;
    if (e != null) {
      error = null;
      throw e;
    }
  }

  /// Waits until the transport is closed. Suspends.
  void awaitClosed() {
    Asyncio.shield(closed).await();
  }
}
