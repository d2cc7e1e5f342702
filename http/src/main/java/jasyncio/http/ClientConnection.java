package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connection of a client: what the pool knows of it, in any version of HTTP.
abstract class ClientConnection implements Protocol {
  final HttpClient client;
  final ConnectionPool pool;
  final ConnectionPool.Group group;
  final EventLoop loop;
  double idleUntil; // the pool's
  private double idleSince = Double.POSITIVE_INFINITY;
  private @Nullable Transport transport;
  private boolean shut;
  private boolean lost;

  ClientConnection(
      HttpClient client, ConnectionPool pool, ConnectionPool.Group group, EventLoop loop) {
    this.client = client;
    this.pool = pool;
    this.group = group;
    this.loop = loop;
  }

  final boolean hasTransport() {
    return transport != null;
  }

  final Transport transport() {
    return Objects.requireNonNull(transport);
  }

  final void transport(Transport newTransport) {
    transport = newTransport;
  }

  final boolean isShut() {
    return shut;
  }

  final boolean isLost() {
    return lost;
  }

  // ---- connecting -------------------------------------------------------------------------------

  abstract boolean isConnected();

  /// Connects. Suspends. If it fails, or is cancelled, [#unused()] has to be called.
  ///
  /// @return what requests are sent on: this, or what it has become
  abstract ClientConnection connect() throws IOException;

  // ---- for the pool -----------------------------------------------------------------------------

  /// Whether a request can be sent on it, as far as is known.
  abstract boolean isUsable();

  /// Whether it can be given to several requests at the same time.
  boolean isShared() {
    return false;
  }

  /// Whether it can be given to one more, if it is shared.
  boolean hasRoom() {
    return false;
  }

  /// It is given to one more.
  void claim() {}

  /// Whether a request was sent on it before.
  abstract boolean isUsed();

  /// For how long it has been idle, in seconds; less than nothing if it is not.
  final double idleFor() {
    return loop.time() - idleSince;
  }

  final void idle(boolean idle) {
    idleSince = idle ? loop.time() : Double.POSITIVE_INFINITY;
  }

  /// For how long the server keeps it, in seconds.
  double keptByServer() {
    return Double.POSITIVE_INFINITY;
  }

  /// Whoever has it does not need it.
  abstract void unused();

  /// Closes it, once what was written is sent.
  final void shut() {
    if (!shut) {
      shut = true;
      closing();
      pool.remove(this);
      if (transport != null) {
        transport.close();
      }
    }
  }

  /// It is going to be closed.
  abstract void closing();

  /// Closes it at once.
  final void abort() {
    shut();
    abortTransport();
  }

  final void abortTransport() {
    if (transport != null) {
      transport.abort();
    }
  }

  /// Gives its transport away, for good: it is neither this one's nor the pool's any more.
  final Transport forget() {
    var given = transport();
    shut = true;
    pool.gone(this);
    transport = null;
    return given;
  }

  abstract void clientClosed();

  /// An exchange begins.
  abstract ClientStream begin(ClientExchange exchange);

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    lost = true;
    died(exception);
    shut();
    pool.gone(this);
  }

  /// Tells whoever uses it.
  abstract void died(@Nullable Throwable exception);

  @Override
  public String toString() {
    return "<connection to " + group.route + ">";
  }
}
