package jasyncio.testing.internal.net;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// That a socket is in a multicast group. All hosts of a network are on one wire: whatever the
/// interface, it hears what is sent to the group.
final class Membership extends MembershipKey {
  private final DatagramChannel channel;
  private final UdpSocket socket;
  private final InetAddress group;
  private final NetworkInterface on;
  private final @Nullable InetAddress source;
  private final ArrayList<InetAddress> blocked = new ArrayList<>();
  private volatile boolean valid = true;

  Membership(
      DatagramChannel channel,
      UdpSocket socket,
      InetAddress group,
      NetworkInterface on,
      @Nullable InetAddress source) {
    this.channel = channel;
    this.socket = socket;
    this.group = group;
    this.on = on;
    this.source = source;
  }

  @Override
  public boolean isValid() {
    return valid;
  }

  void invalidate() {
    valid = false;
  }

  @Override
  public void drop() {
    socket.net.run(() -> {
      if (valid) {
        valid = false;
        socket.leave(this);
      }
    });
  }

  @Override
  public MembershipKey block(InetAddress from) {
    if (source != null) {
      throw new IllegalStateException("key is source-specific");
    }
    check(from);
    socket.net.run(() -> {
      if (!blocked.contains(from)) {
        blocked.add(from);
      }
    });
    return this;
  }

  @Override
  public MembershipKey unblock(InetAddress from) {
    socket.net.run(() -> {
      if (!blocked.remove(from)) {
        throw new IllegalStateException("not blocked");
      }
    });
    return this;
  }

  private void check(InetAddress from) {
    if (!valid) {
      throw new IllegalStateException("key is no longer valid");
    }
    if (from.isAnyLocalAddress()) {
      throw new IllegalArgumentException("Source address is a wildcard address");
    }
    if (from.isMulticastAddress()) {
      throw new IllegalArgumentException("Source address is multicast address");
    }
    if (from.getClass() != group.getClass()) {
      throw new IllegalArgumentException("Source address is different type to group");
    }
  }

  boolean is(InetAddress itsGroup, Object itsInterface, @Nullable InetAddress itsSource) {
    return group.equals(itsGroup) && on.equals(itsInterface) && Objects.equals(source, itsSource);
  }

  /// Whether it lets through what is sent to a group; under the lock.
  boolean takes(InetAddress to, InetAddress from) {
    return group.equals(to) && (source == null || source.equals(from)) && !blocked.contains(from);
  }

  @Override
  public MulticastChannel channel() {
    return channel;
  }

  @Override
  public InetAddress group() {
    return group;
  }

  @Override
  public NetworkInterface networkInterface() {
    return on;
  }

  @Override
  public @Nullable InetAddress sourceAddress() {
    return source;
  }

  @Override
  public String toString() {
    var from = source == null ? "" : "," + source.getHostAddress();
    return "<" + group.getHostAddress() + "," + on.getName() + from + ">";
  }
}
