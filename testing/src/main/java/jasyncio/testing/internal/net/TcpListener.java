package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A TCP socket that others connect to. Under the lock.
final class TcpListener extends ListenSocket implements TcpBound {
  private final ProtocolFamily family;
  private @Nullable InetSocketAddress local;
  private long taken; // how many connections it was given
  private final LinkedHashSet<TcpSocket> pending = new LinkedHashSet<>(); // not accepted yet

  TcpListener(SimHost host, ProtocolFamily family) {
    super(host, new Options(Options.LISTENER));
    this.family = family;
  }

  /// Who listens on an address of a host's; of several, those with that very address go first, and
  /// then the one that comes next: they take turns.
  static @Nullable TcpListener find(SimHost host, InetSocketAddress address) {
    var found = new ArrayList<TcpListener>();
    boolean exact = false;
    for (var bound : host.tcp.listeningAt(address.getPort())) {
      if (bound instanceof TcpListener listener) {
        var its = listener.boundTo().getAddress();
        boolean same = its.equals(address.getAddress());
        if (same && !exact) {
          found.clear();
          exact = true;
        }
        if (same || (!exact && PortTable.covers(its, address.getAddress()))) {
          found.add(listener);
        }
      }
    }
    return found.isEmpty() ? null : leastLoaded(found);
  }

  private static TcpListener leastLoaded(List<TcpListener> found) {
    var best = found.getFirst();
    for (var each : found) {
      if (each.taken < best.taken) {
        best = each;
      }
    }
    best.taken++;
    return best;
  }

  ProtocolFamily family() {
    return family;
  }

  @Override
  @Nullable InetSocketAddress local() {
    return local;
  }

  @Override
  public InetSocketAddress boundTo() {
    return Objects.requireNonNull(local);
  }

  @Override
  public boolean reuseAddress() {
    return options.is(StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public boolean reusePort() {
    return options.is(StandardSocketOptions.SO_REUSEPORT);
  }

  @Override
  public boolean isListening() {
    return listening;
  }

  @Override
  void listen(@Nullable SocketAddress address, int limit) throws IOException {
    TcpSocket.bind(host, this, Addresses.local(address, family), l -> local = l);
    host.tcp.listens(this);
    listening = true;
    backlog = limit;
  }

  /// A client has asked, but does not know yet that it was heard.
  void pending(TcpSocket child) {
    pending.add(child);
  }

  void established(TcpSocket child) {
    arrived(child);
  }

  /// One has ended before it was accepted: who accepts it will see.
  void ended(TcpSocket child) {
    pending.remove(child);
  }

  @Override
  void accepted(StreamSocket socket) {
    var child = (TcpSocket) socket;
    child.accepted();
    pending.remove(child);
  }

  @Override
  void close() {
    if (!release()) {
      return;
    }
    listening = false;
    if (local != null && !vanished) {
      host.tcp.remove(this);
    }
    for (var child : List.copyOf(pending)) {
      child.accepted();
      child.abort();
    }
    pending.clear();
    arrived.clear();
    changed(Poll.ALL);
  }
}
