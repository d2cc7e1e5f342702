package jasyncio.internal.net;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The connections of a server that are there. Used on its loop's thread.
public final class Clients {
  private final Set<SocketTransport> transports = new LinkedHashSet<>();
  private final Runnable whenGone;

  /// @param whenGone what to do each time that one has gone
  public Clients(Runnable whenGone) {
    this.whenGone = whenGone;
  }

  void add(SocketTransport client) {
    transports.add(client);
  }

  void remove(SocketTransport client) {
    transports.remove(client);
    whenGone.run();
  }

  public int size() {
    return transports.size();
  }

  public boolean isEmpty() {
    return transports.isEmpty();
  }

  /// Closes all: what is in their write buffers is still sent.
  public void close() {
    List.copyOf(transports).forEach(SocketTransport::closeFromTop);
  }

  /// Ends all at once.
  public void abort() {
    List.copyOf(transports).forEach(SocketTransport::abort);
  }
}
