package jasyncio.internal.loop;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;

/// The network that a loop is on: where its sockets come from, and the names of hosts.
public interface Network {
  /// That of the system.
  Network SYSTEM =
      new Network() {
        @Override
        public SelectorProvider provider() {
          return SelectorProvider.provider();
        }

        @Override
        public List<InetAddress> addresses(String host) throws UnknownHostException {
          return List.of(InetAddress.getAllByName(host));
        }
      };

  /// What makes sockets, and the loop's selector.
  SelectorProvider provider();

  /// Whether to find an address may block: then a thread of the loop's executor does it.
  default boolean blocks() {
    return true;
  }

  /// The addresses of a host, of which there is at least one.
  ///
  /// @throws UnknownHostException if nobody knows it
  List<InetAddress> addresses(String host) throws UnknownHostException;
}
