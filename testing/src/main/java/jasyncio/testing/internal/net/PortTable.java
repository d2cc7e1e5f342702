package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who has which port of a host, for one protocol. Under the lock.
final class PortTable<B extends PortTable.Bound> {
  /// Who has a port.
  interface Bound {
    InetSocketAddress boundTo();

    boolean reuseAddress();

    boolean reusePort();

    /// Whether nobody else can have the port, though both would share it.
    boolean isListening();
  }

  private static final int FIRST = 32_768; // of the ports that nobody asks for: Linux's
  private static final int LAST = 60_999;

  private final Map<Integer, Set<B>> ports = new LinkedHashMap<>();
  private final Map<Integer, Set<B>> listening = new LinkedHashMap<>(); // the few among many
  private final ArrayDeque<Leaving<B>> leaving = new ArrayDeque<>();
  private int next = FIRST;

  private record Leaving<B>(B bound, long until) {}

  /// {@return who has a port}
  Collection<B> at(int port) {
    return ports.getOrDefault(port, Set.of());
  }

  /// {@return who listens on a port}
  Collection<B> listeningAt(int port) {
    return listening.getOrDefault(port, Set.of());
  }

  /// It listens from now on.
  void listens(B bound) {
    listening.computeIfAbsent(bound.boundTo().getPort(), _ -> new LinkedHashSet<>()).add(bound);
  }

  void forEach(Consumer<B> action) {
    ports.values().forEach(each -> List.copyOf(each).forEach(action));
  }

  boolean isFree(int port) {
    return !ports.containsKey(port);
  }

  /// A port that nobody has; each comes again when all others were given.
  int anyPort(long now) throws IOException {
    expire(now);
    for (int i = FIRST; i <= LAST; i++) {
      int port = next;
      next = next == LAST ? FIRST : next + 1;
      if (isFree(port)) {
        return port;
      }
    }
    throw Fault.ADDRESS_IN_USE.ofSocket();
  }

  /// Adds one, unless others are in its way.
  void add(B bound, long now) throws IOException {
    expire(now);
    check(bound);
    addAnyway(bound);
  }

  void check(B bound) throws IOException {
    for (var other : at(bound.boundTo().getPort())) {
      if (other != bound && collide(bound, other)) {
        throw Fault.ADDRESS_IN_USE.ofSocket();
      }
    }
  }

  void addAnyway(B bound) {
    ports.computeIfAbsent(bound.boundTo().getPort(), _ -> new LinkedHashSet<>()).add(bound);
  }

  void remove(@Nullable B bound) {
    if (bound != null) {
      remove(bound, ports);
      remove(bound, listening);
    }
  }

  private void remove(B bound, Map<Integer, Set<B>> from) {
    int port = bound.boundTo().getPort();
    var there = from.get(port);
    if (there != null && there.remove(bound) && there.isEmpty()) {
      from.remove(port);
    }
  }

  /// It goes by itself later.
  void removeAt(B bound, long until) {
    leaving.add(new Leaving<>(bound, until));
  }

  private void expire(long now) {
    for (var first = leaving.peek(); first != null && first.until <= now; first = leaving.peek()) {
      remove(first.bound);
      leaving.poll();
    }
  }

  void clear() {
    ports.clear();
    listening.clear();
    leaving.clear();
  }

  private boolean collide(B one, B other) {
    if (!overlap(one.boundTo().getAddress(), other.boundTo().getAddress())) {
      return false;
    }
    if (one.reusePort() && other.reusePort()) {
      return false;
    }
    boolean shared = one.reuseAddress() && other.reuseAddress();
    return !shared || one.isListening() || other.isListening();
  }

  /// Java's sockets of family INET6 hear IPv4 as well.
  private static boolean overlap(InetAddress one, InetAddress other) {
    return one.equals(other) || covers(one, other) || covers(other, one);
  }

  static boolean covers(InetAddress wildcard, InetAddress address) {
    return wildcard.isAnyLocalAddress()
        && (!(wildcard instanceof Inet4Address) || address instanceof Inet4Address);
  }
}
