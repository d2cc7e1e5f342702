package jasyncio.testing;

import jasyncio.internal.loop.Network;
import jasyncio.testing.internal.net.SimHost;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;

/// The simulated network, as the loop of a host is on it.
record HostNetwork(SimHost host) implements Network {
  @Override
  public SelectorProvider provider() {
    return host.provider();
  }

  @Override
  public boolean blocks() {
    return false;
  }

  @Override
  public List<InetAddress> addresses(String name) throws UnknownHostException {
    return host.names().resolveNow(name);
  }
}
