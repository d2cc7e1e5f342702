package jasyncio.net;

import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.Timeout;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Durations;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import jasyncio.internal.net.Acceptor;
import jasyncio.internal.net.Clients;
import jasyncio.internal.net.LazyWaitList;
import jasyncio.internal.net.Listeners;
import jasyncio.internal.net.Peers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Accepts connections; made by [Transports] and [Streams].
///
/// At the end of `try (var server = …)` nobody is accepted any more; its clients are not waited
/// for. Used on its loop's thread. Python: `asyncio.Server`.
public final class Server implements AutoCloseable {
  /* Overview
   *   new -> serving     startServing(), or made so
   *   new, serving -> closed    close(): nobody is accepted any more; clients go on
   * It is finished when it is closed and the last of `clients` has gone.
   */
  private final EventLoop loop;
  private final List<Acceptor> acceptors;
  private final List<SocketAddress> addresses;
  private final Runnable cleanUp;
  private final Clients clients = new Clients(this::wakeIfFinished);
  private final LazyWaitList closers = new LazyWaitList(this);
  private @Nullable Future<@Nullable Void> forever; // serveForever ends by its cancellation
  private boolean serving;
  private boolean closed;

  Server(EventLoop loop, Listeners.Listening listening, Welcome welcome) throws IOException {
    this.loop = loop;
    this.cleanUp = listening.cleanUp();
    this.acceptors = new ArrayList<>();
    var bound = new ArrayList<SocketAddress>();
    try {
      for (var channel : listening.channels()) {
        bound.add(Objects.requireNonNull(channel.getLocalAddress()));
        acceptors.add(
            new Acceptor(loop, channel, listening.backlog(), c -> welcome.accept(c, clients)));
      }
    } catch (Throwable e) {
      acceptors.forEach(Acceptor::close);
      throw e;
    }
    this.addresses = List.copyOf(bound);
  }

  /// Makes a transport of a new connection.
  interface Welcome {
    void accept(SocketChannel channel, Clients clients) throws IOException;
  }

  private void wakeIfFinished() {
    if (isFinished()) {
      closers.wakeAll();
    }
  }

  private boolean isFinished() {
    return closed && clients.isEmpty();
  }

  /// {@return the loop}
  public EventLoop getLoop() {
    return loop;
  }

  /// {@return the address that it listens on; of several, see [#addresses()], the first}
  ///
  /// A server that is closed still says which one that was. Of all of the machine's addresses, it
  /// is the wildcard: clients need one that leads to this machine, and the [#port()].
  public SocketAddress address() {
    return addresses.getFirst();
  }

  /// {@return the addresses that it listens on, or listened on; one for each socket}
  public List<SocketAddress> addresses() {
    return addresses;
  }

  /// {@return the port of [#address()], also when it is closed}
  ///
  /// @throws UnsupportedOperationException if that is a Unix-domain socket
  public int port() {
    if (address() instanceof InetSocketAddress inet) {
      return inet.getPort();
    }
    throw new UnsupportedOperationException(
        "a Unix-domain socket has no port; use address(): " + address());
  }

  /// {@return the listening channels, to ask for their options; none once the server is closed}
  public List<ServerSocketChannel> sockets() {
    return closed ? List.of() : acceptors.stream().map(Acceptor::channel).toList();
  }

  /// {@return whether connections are accepted}
  public boolean isServing() {
    return serving;
  }

  /// Begins to accept connections. Idempotent. Suspends for one iteration.
  ///
  /// @throws IllegalStateException if the server is closed
  public void startServing() {
    begin();
    Tasks.sleep(0);
  }

  void begin() {
    if (closed) {
      throw new IllegalStateException("server " + this + " is closed");
    }
    if (!serving) {
      serving = true;
      acceptors.forEach(Acceptor::start);
    }
  }

  /// Accepts connections until the task is cancelled or the server closed. Suspends.
  ///
  /// **Cancellation** closes the server and the connections of its clients, whose handlers see the
  /// end of the stream, and waits until they are closed; what was written is sent before. A second
  /// cancellation ends the waiting for a client that does not take it. After [#close()] the clients
  /// go on, and are waited for.
  ///
  /// @throws CancelledError when it ends, also by [#close()]
  /// @throws IllegalStateException if the server is closed, or somebody serves for ever already
  public void serveForever() {
    if (forever != null) {
      throw new IllegalStateException(
          "server " + this + " is already being awaited on serveForever()");
    }
    begin();
    int wishes = cancellations();
    var waiter =
        loop.<@Nullable Void>createFuture(
            () -> new WaitInfo(WaitInfo.Kind.IO, "the end of " + this));
    forever = waiter;
    try {
      waiter.await();
    } catch (CancelledError e) {
      boolean cancelled = !closed || cancellations() != wishes;
      close();
      if (cancelled) {
        closeClients();
      }
      waitClosed();
      throw e;
    } finally {
      forever = null;
    }
  }

  private WaitInfo infoOnClosing() {
    var server =
        "the server at " + addresses.stream().map(Peers::text).collect(Collectors.joining(", "));
    int n = clients.size();
    return new WaitInfo(
        WaitInfo.Kind.IO,
        closed
            ? (n == 1 ? "a client" : n + " clients") + " to leave " + server
            : server + " to be closed");
  }

  private static int cancellations() {
    var task = Current.task();
    return task == null ? 0 : task.cancelling();
  }

  /// {@return what it looks like now} Python: `asyncio.Server._clients` and `is_serving`.
  public Statistics statistics() {
    return new Statistics(serving, clients.size());
  }

  /// What a server looks like.
  ///
  /// @param isServing whether it accepts connections
  /// @param clients how many are connected
  public record Statistics(boolean isServing, int clients) {}

  /// Stops accepting connections, and ends [#serveForever()]; clients go on. Idempotent. Does not
  /// suspend: [#waitClosed()] waits for the clients, [#close(Duration)] does not wait for ever.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    serving = false;
    acceptors.forEach(Acceptor::close);
    cleanUp.run();
    if (forever != null) {
      forever.cancel();
    }
    wakeIfFinished();
  }

  /// Stops accepting connections, waits until the clients have ended by themselves, but not longer
  /// than `grace`, and aborts those that are left. Suspends until all are gone.
  ///
  /// **Cancellation** ends the waiting; the clients that are left go on.
  ///
  /// @param grace how long clients may take
  public void close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    close(Durations.seconds(grace));
  }

  /// As [#close(Duration)], in seconds.
  ///
  /// @param grace how long clients may take
  /// @throws IllegalArgumentException if that is not a number; then nothing has been closed
  public void close(double grace) {
    if (Double.isNaN(grace)) {
      throw new IllegalArgumentException("grace must be a number");
    }
    close();
    try {
      Timeout.after(grace).run(this::waitClosed);
    } catch (TimeoutException e) {
      abortClients();
      waitClosed();
    }
  }

  /// Closes the connections of all clients: what is in their write buffers is still sent.
  public void closeClients() {
    clients.close();
  }

  /// Ends the connections of all clients at once.
  public void abortClients() {
    clients.abort();
  }

  /// Waits until the server is closed and the last client has gone. Suspends.
  public void waitClosed() {
    while (!isFinished()) {
      closers.await(this::infoOnClosing);
    }
  }

  /// {@return `<Server sockets=[/127.0.0.1:8888]>`}
  @Override
  public String toString() {
    return "<Server sockets=" + acceptors.stream().map(Acceptor::address).toList() + ">";
  }
}
