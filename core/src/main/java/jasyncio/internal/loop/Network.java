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

  /// The addresses of a host, of which there is at least one. It may block, and is called by a
  /// thread of the loop's executor.
  ///
  /// @throws UnknownHostException if nobody knows it
  List<InetAddress> addresses(String host) throws UnknownHostException;
}
