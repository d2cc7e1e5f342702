package jasyncio.testing.internal.net;

import jasyncio.testing.internal.world.World;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A network of hosts in a simulated world. Any thread may call anything.
///
/// Between any two hosts there are two [Link]s, one in each direction; each host has one to itself.
/// What is on the way is on a link; what is neither on one nor in a socket's buffer does not exist.
public final class SimNetwork {
  /// How long a packet takes from a host to another one, if nothing else is said.
  static final long LATENCY = 500_000; // 0.5 ms: a network within a building

  final ReentrantLock lock = new ReentrantLock();
  final World world;
  private final Map<String, SimHost> hosts = new LinkedHashMap<>();
  private final Map<InetAddress, SimHost> owners = new LinkedHashMap<>();
  private Consumer<Link> newLink = link -> {};

  /// @param world its time, events and choices
  public SimNetwork(World world) {
    this.world = world;
  }

  // ---- hosts and links --------------------------------------------------------------------------

  /// Adds a host.
  ///
  /// @param name unique; it resolves to the addresses, on all hosts
  /// @param addresses unique, none of them a loopback address: each host has those for itself
  /// @throws IllegalArgumentException if there is a host of that name or with one of the addresses
  public SimHost host(String name, InetAddress... addresses) {
    return call(() -> {
      if (hosts.containsKey(name)) {
        throw new IllegalArgumentException("there is a host " + name + " already");
      }
      for (var address : addresses) {
        var owner = owners.get(address);
        if (owner != null) {
          throw new IllegalArgumentException(address + " is an address of " + owner.name());
        }
      }
      var host = new SimHost(this, name, List.of(addresses));
      hosts.put(name, host);
      for (var address : addresses) {
        owners.put(address, host);
      }
      return host;
    });
  }

  /// {@return all hosts, in the order in which they were added}
  public List<SimHost> hosts() {
    return call(() -> List.copyOf(hosts.values()));
  }

  /// Takes a host away, with all that it has open, as [SimHost#crash] does.
  void remove(SimHost host) {
    run(() -> {
      host.crash(false);
      hosts.remove(host.name(), host);
      owners.values().removeIf(owner -> owner == host);
    });
  }

  /// The way from a host to another, or to itself.
  public Link link(SimHost from, SimHost to) {
    return call(() -> from.linkTo(to));
  }

  /// Has each link between two different hosts set up, those that there are already as well.
  public void links(Consumer<Link> setUp) {
    run(() -> {
      newLink = setUp;
      hosts.values().forEach(host -> host.links().forEach(setUp));
    });
  }

  Link newLink(SimHost from, SimHost to) {
    var link = new Link(this, from, to);
    if (from != to) {
      link.latency(LATENCY);
      newLink.accept(link);
    }
    return link;
  }

  @Nullable SimHost named(String name) {
    return hosts.get(name);
  }

  /// The host that an address leads to, from one of them; `null` if there is none.
  @Nullable SimHost find(SimHost from, InetAddress address) {
    return address.isLoopbackAddress() ? from : owners.get(address);
  }

  Collection<SimHost> everybody() {
    return Collections.unmodifiableCollection(hosts.values());
  }

  // ---- what is going on -------------------------------------------------------------------------

  /// Something on its way.
  ///
  /// @param from the host that has sent it
  /// @param to the host that it is for
  /// @param kind `SYN`, `data`, `FIN`, `datagram`, ...
  /// @param bytes how many of a program's
  /// @param due when it arrives, in the world's time; what is held back comes later
  public record InFlight(String from, String to, String kind, int bytes, long due) {}

  /// {@return what is on its way: for each host, for each of its links, as it was sent}
  public List<InFlight> inFlight() {
    return call(() -> {
      var all = new ArrayList<InFlight>();
      for (var host : hosts.values()) {
        host.links().forEach(link -> link.addInFlightTo(all));
      }
      return all;
    });
  }

  /// A TCP connection, as one of its two hosts sees it.
  ///
  /// @param host the host
  /// @param local its address, such as `10.0.0.1:32768`
  /// @param remote the other's
  /// @param state as `netstat` names it: `ESTABLISHED`, `CLOSE_WAIT`, ...
  /// @param unread bytes that have arrived
  /// @param unacknowledged bytes that were written, and are not known to have arrived
  public record Connection(
      String host, String local, String remote, String state, int unread, int unacknowledged) {}

  /// {@return all TCP connections, twice if both hosts know of it}
  public List<Connection> connections() {
    return call(() -> {
      var all = new ArrayList<Connection>();
      hosts.values().forEach(host -> host.addConnectionsTo(all));
      return all;
    });
  }

  // ---- the world, under the lock ----------------------------------------------------------------

  long nanos() {
    return world.nanos();
  }

  void at(long nanos, Runnable event) {
    world.at(nanos, () -> run(event));
  }

  void note(Supplier<String> what) {
    world.note(what);
  }

  void run(Runnable body) {
    lock.lock();
    try {
      body.run();
    } finally {
      lock.unlock();
    }
  }

  <T extends @Nullable Object> T call(Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }

  /// What may fail as I/O does.
  interface Io<T extends @Nullable Object> {
    T run() throws IOException;
  }

  <T extends @Nullable Object> T io(Io<T> body) throws IOException {
    lock.lock();
    try {
      return body.run();
    } finally {
      lock.unlock();
    }
  }
}
