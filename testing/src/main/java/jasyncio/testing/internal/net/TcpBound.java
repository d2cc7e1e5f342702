package jasyncio.testing.internal.net;

import java.util.List;

/// A TCP socket that has a port: a listening one, or one end of a connection.
interface TcpBound extends PortTable.Bound {
  /// The host crashes, and the other end is to know.
  default void resetPeer() {}

  default void addConnectionTo(List<SimNetwork.Connection> all) {}
}
