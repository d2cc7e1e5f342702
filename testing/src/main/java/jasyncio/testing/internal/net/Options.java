package jasyncio.testing.internal.net;

import static java.net.StandardSocketOptions.IP_MULTICAST_IF;
import static java.net.StandardSocketOptions.IP_MULTICAST_LOOP;
import static java.net.StandardSocketOptions.IP_MULTICAST_TTL;
import static java.net.StandardSocketOptions.IP_TOS;
import static java.net.StandardSocketOptions.SO_BROADCAST;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;

import java.net.SocketOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The options of a socket, with Linux's defaults and limits. Of a buffer, Linux keeps as much
/// again for its own use, which nobody sees. Under the lock.
final class Options {
  static final Set<SocketOption<?>> STREAM =
      of(
          SO_SNDBUF,
          SO_RCVBUF,
          SO_KEEPALIVE,
          SO_REUSEADDR,
          SO_REUSEPORT,
          SO_LINGER,
          TCP_NODELAY,
          IP_TOS);
  static final Set<SocketOption<?>> LISTENER = of(SO_RCVBUF, SO_REUSEADDR, SO_REUSEPORT);
  static final Set<SocketOption<?>> UNIX = of(SO_SNDBUF, SO_RCVBUF, SO_LINGER);
  static final Set<SocketOption<?>> UNIX_LISTENER = of(SO_RCVBUF);
  static final Set<SocketOption<?>> DATAGRAM =
      of(
          SO_SNDBUF,
          SO_RCVBUF,
          SO_REUSEADDR,
          SO_REUSEPORT,
          SO_BROADCAST,
          IP_TOS,
          IP_MULTICAST_IF,
          IP_MULTICAST_TTL,
          IP_MULTICAST_LOOP);

  /// What a datagram or Unix-domain socket holds.
  static final int BUFFER = 106_496;

  private static final int TCP_SEND = 8192; // what it says, not what it takes
  private static final int TCP_RECEIVE = 65_536;
  private static final int TCP_GROWN = 262_144; // what a send buffer takes that nobody has limited
  private static final int LARGEST = 4_194_304;
  private static final int LEAST_SEND = 2304;
  private static final int LEAST_RECEIVE = 1152;

  private static Set<SocketOption<?>> of(SocketOption<?>... options) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(options)));
  }

  private final Set<SocketOption<?>> supported;
  private Map<SocketOption<?>, Object> values = Map.of(); // only what was set

  Options(Set<SocketOption<?>> supported) {
    this.supported = supported;
  }

  /// Those of a connection that was accepted.
  Options inherited() {
    var child = new Options(STREAM);
    child.values = values.isEmpty() ? values : new LinkedHashMap<>(values);
    if (!values.containsKey(SO_REUSEADDR)) {
      child.put(SO_REUSEADDR, true); // the JDK sets it on those that listen
    }
    return child;
  }

  Set<SocketOption<?>> supported() {
    return supported;
  }

  /// As a channel checks it, before it looks whether it is open.
  void check(SocketOption<?> option, @Nullable Object value) {
    check(option);
    if (!option.type().isInstance(value)) {
      throw new IllegalArgumentException("Invalid value '" + value + "'");
    }
  }

  void check(SocketOption<?> option) {
    Objects.requireNonNull(option);
    if (!supported.contains(option)) {
      throw new UnsupportedOperationException("'" + option + "' not supported");
    }
  }

  void set(SocketOption<?> option, Object value) {
    put(option, value instanceof Integer n ? valid(option, n) : value);
  }

  private void put(SocketOption<?> option, Object value) {
    if (values.isEmpty()) {
      values = new LinkedHashMap<>();
    }
    values.put(option, value);
  }

  private static Object valid(SocketOption<?> option, int n) {
    if (option == SO_SNDBUF || option == SO_RCVBUF) {
      if (n < 0) {
        throw new IllegalArgumentException("Invalid send/receive buffer size");
      }
      int least = option == SO_SNDBUF ? LEAST_SEND : LEAST_RECEIVE;
      return Math.clamp(n, least, LARGEST);
    } else if (option == SO_LINGER) {
      return n < 0 ? -1 : Math.min(n, 65_535);
    } else if (option == IP_TOS && (n < 0 || n > 255)) {
      throw new IllegalArgumentException("Invalid IP_TOS value");
    } else if (option == IP_MULTICAST_TTL && (n < 0 || n > 255)) {
      throw new IllegalArgumentException("Invalid TTL/hop value");
    }
    return n;
  }

  @Nullable Object get(SocketOption<?> option) {
    var value = values.get(option);
    return value != null ? value : standard(option);
  }

  private @Nullable Object standard(SocketOption<?> option) {
    boolean tcp = supported == STREAM || supported == LISTENER;
    if (option == SO_SNDBUF) {
      return tcp ? TCP_SEND : BUFFER;
    } else if (option == SO_RCVBUF) {
      return tcp ? TCP_RECEIVE : BUFFER;
    } else if (option == SO_LINGER) {
      return -1;
    } else if (option == IP_TOS) {
      return 0;
    } else if (option == IP_MULTICAST_TTL) {
      return 1;
    } else if (option == IP_MULTICAST_LOOP) {
      return true;
    } else if (option == IP_MULTICAST_IF) {
      return null;
    }
    return option == SO_REUSEADDR && supported == LISTENER;
  }

  // ---- what the sockets need of them ------------------------------------------------------------

  boolean is(SocketOption<Boolean> option) {
    return Boolean.TRUE.equals(get(option));
  }

  int linger() {
    return (Integer) Objects.requireNonNull(get(SO_LINGER));
  }

  int timeToLive() {
    return (Integer) Objects.requireNonNull(get(IP_MULTICAST_TTL));
  }

  /// How many bytes may wait to be sent.
  int sendCapacity() {
    var set = (Integer) values.get(SO_SNDBUF);
    return set != null ? set : supported == STREAM ? TCP_GROWN : BUFFER;
  }

  /// How many bytes may wait to be read.
  int receiveCapacity() {
    var set = (Integer) values.get(SO_RCVBUF);
    return set != null ? set : supported == STREAM ? TCP_RECEIVE : BUFFER;
  }
}
