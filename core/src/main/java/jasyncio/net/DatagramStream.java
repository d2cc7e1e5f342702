package jasyncio.net;

import jasyncio.internal.base.Sneaky;
import jasyncio.internal.net.DatagramQueue;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An endpoint for datagrams, for coroutines: sends and receives them one by one. Made by
/// [Datagrams#open], [Datagrams#bind] and [Datagrams#connect].
///
/// It iterates over what it receives, until it is closed. Datagrams that nobody takes are kept, up
/// to a limit (64; [DatagramOptions#queueLimit(int)]). Then nothing more is read from the socket
/// until half of them are taken: what comes meanwhile waits in the system's buffer, and is lost
/// when that is full, too. Nothing else is dropped.
///
/// An error of the network ends nothing. It is thrown once, to whoever sends next, or has to wait
/// for a datagram; of several errors, the first. It may be a [java.net.PortUnreachableException] if
/// nobody listens at the other end.
///
/// Used on the loop's thread, by as many coroutines as you like; each datagram goes to one of them.
/// Who waits longest is woken first. Python's asyncio has no counterpart; asyncio-dgram has.
public final class DatagramStream implements AutoCloseable, Iterable<Datagram> {
  private final DatagramQueue queue;

  DatagramStream(DatagramQueue queue) {
    this.queue = queue;
  }

  /// Sends a datagram to the other side of a connected endpoint. Suspends while too much waits to
  /// be sent.
  ///
  /// **Cancellation** while it suspends: the datagram is sent all the same.
  ///
  /// @param data the datagram
  /// @throws IOException if it cannot be sent, or an earlier error is to be told; then it is not
  ///   sent
  /// @throws ClosedChannelException if the endpoint is closed
  /// @throws IllegalArgumentException if the endpoint has no remote address, or the datagram is
  ///   empty: the JDK cannot send that on a connected channel
  public void send(byte[] data) throws IOException {
    queue.send(ByteBuffer.wrap(data), null);
  }

  /// Sends a datagram, as [#send(byte[])] does. Suspends while too much waits to be sent.
  ///
  /// @param data the datagram
  /// @param address where to
  /// @throws IOException if it cannot be sent, or an earlier error is to be told; then it is not
  ///   sent
  /// @throws IllegalArgumentException if the endpoint has another remote address, or cannot send to
  ///   this one
  public void send(byte[] data, SocketAddress address) throws IOException {
    queue.send(ByteBuffer.wrap(data), address);
  }

  /// Sends the bytes between the buffer's position and limit as a datagram, as [#send(byte[])]
  /// does. Suspends while too much waits to be sent; the buffer may be used again at once.
  ///
  /// @param data the datagram
  /// @param address where to, or `null` to the other side of a connected endpoint
  /// @throws IOException if it cannot be sent, or an earlier error is to be told; then it is not
  ///   sent
  /// @throws IllegalArgumentException as the other forms
  public void send(ByteBuffer data, @Nullable SocketAddress address) throws IOException {
    queue.send(data, address);
  }

  /// Receives a datagram. Suspends unless there is one.
  ///
  /// **Cancellation** loses none.
  ///
  /// @return the datagram
  /// @throws IOException if an error is to be told; the next call waits for the next datagram
  /// @throws ClosedChannelException if the endpoint is closed, also meanwhile
  public Datagram receive() throws IOException {
    var datagram = queue.receive();
    if (datagram == null) {
      throw new ClosedChannelException();
    }
    return datagram;
  }

  /// {@return the datagrams from now on; `hasNext` suspends until there is one, throws the errors
  /// of [#receive()], and is false once the endpoint is closed}
  @Override
  public Iterator<Datagram> iterator() {
    return new Iterator<>() {
      private @Nullable Datagram next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          try {
            next = queue.receive();
          } catch (IOException e) {
            throw Sneaky.sneak(e);
          }
        }
        return next != null;
      }

      @Override
      public Datagram next() {
        if (!hasNext() || next == null) {
          throw new NoSuchElementException("the endpoint is closed");
        }
        var datagram = next;
        next = null;
        return datagram;
      }
    };
  }

  /// {@return this side's address}
  public SocketAddress localAddress() {
    return Objects.requireNonNull(transport().getExtraInfo(ExtraInfo.SOCKNAME));
  }

  /// {@return the other side's address, or `null` if the endpoint is not connected}
  public @Nullable SocketAddress remoteAddress() {
    return transport().getExtraInfo(ExtraInfo.PEERNAME);
  }

  /// {@return the transport beneath, to set its limits and ask for its socket; do not set another
  /// protocol}
  public DatagramTransport transport() {
    return queue.transport();
  }

  /// {@return whether the endpoint is closed or being closed}
  public boolean isClosing() {
    return transport().isClosing();
  }

  /// Closes the endpoint. What was sent is sent still; what was received and not taken is dropped;
  /// who waits to receive is told. Idempotent. Does not suspend.
  @Override
  public void close() {
    transport().close();
  }

  /// Waits until the endpoint is closed and everything is sent. Suspends.
  public void waitClosed() {
    queue.awaitClosed();
  }

  /// {@return `<DatagramStream …>` with the transport}
  @Override
  public String toString() {
    return "<DatagramStream " + transport() + ">";
  }
}
