package jasyncio.net;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How an endpoint for datagrams takes part in multicast; immutable.
///
/// The options of an open endpoint can still be changed, and groups joined and left, on the channel
/// that is its [ExtraInfo#SOCKET], a [java.nio.channels.MulticastChannel].
///
/// @param groups the groups that it receives from
/// @param outgoing the interface that it sends multicast through, or `null` for the system's choice
/// @param timeToLive how many networks multicast may pass, 0 to 255, or `null` for the system's
///   choice, which is 1
/// @param loopback whether what it sends is received on this host, too, or `null` for the system's
///   choice, which is yes
public record MulticastOptions(
    List<Group> groups,
    @Nullable NetworkInterface outgoing,
    @Nullable Integer timeToLive,
    @Nullable Boolean loopback) {
  private static final MulticastOptions DEFAULTS =
      new MulticastOptions(List.of(), null, null, null);

  /// A group to receive from.
  ///
  /// @param address the group's address
  /// @param networkInterface the interface to receive on, or `null` for the first that can
  /// @param source whose datagrams alone are received, or `null` for everybody's
  public record Group(
      InetAddress address,
      @Nullable NetworkInterface networkInterface,
      @Nullable InetAddress source) {
    /// Checks the address.
    ///
    /// @throws IllegalArgumentException if it is no multicast address
    public Group {
      if (!address.isMulticastAddress()) {
        throw new IllegalArgumentException("a multicast address was expected, got " + address);
      }
    }
  }

  /// Checks the options, as the methods below do.
  ///
  /// @throws IllegalArgumentException unless the time to live is between 0 and 255
  public MulticastOptions {
    groups = List.copyOf(groups);
    if (timeToLive != null && (timeToLive < 0 || timeToLive > 255)) {
      throw new IllegalArgumentException("timeToLive must be between 0 and 255, got " + timeToLive);
    }
  }

  /// {@return no groups, the rest as the system has it}
  public static MulticastOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with one more group}
  ///
  /// @param group the group's address
  /// @param networkInterface the interface to receive on, or `null` for the first that can
  public MulticastOptions join(InetAddress group, @Nullable NetworkInterface networkInterface) {
    return join(group, networkInterface, null);
  }

  /// {@return these options with one more group}
  ///
  /// @param group the group's address
  /// @param networkInterface the interface to receive on, or `null` for the first that can
  /// @param source whose datagrams alone are received, or `null` for everybody's
  public MulticastOptions join(
      InetAddress group,
      @Nullable NetworkInterface networkInterface,
      @Nullable InetAddress source) {
    var more = new ArrayList<>(groups);
    more.add(new Group(group, networkInterface, source));
    return new MulticastOptions(more, outgoing, timeToLive, loopback);
  }

  /// {@return these options with another interface to send through}
  ///
  /// @param outgoing the interface
  public MulticastOptions outgoing(NetworkInterface outgoing) {
    Objects.requireNonNull(outgoing, "outgoing");
    return new MulticastOptions(groups, outgoing, timeToLive, loopback);
  }

  /// {@return these options with another time to live}
  ///
  /// @param networks how many networks multicast may pass
  public MulticastOptions timeToLive(int networks) {
    return new MulticastOptions(groups, outgoing, networks, loopback);
  }

  /// {@return these options with loopback or without}
  ///
  /// @param loopback whether what is sent is received on this host, too
  public MulticastOptions loopback(boolean loopback) {
    return new MulticastOptions(groups, outgoing, timeToLive, loopback);
  }
}
