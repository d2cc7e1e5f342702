package jasyncio.internal.net;

import jasyncio.net.DatagramProtocol;
import jasyncio.net.Protocol;

/// Is called where there is nobody to call any more: the protocol of a transport that is closed,
/// which does not keep the one that it had.
final class NullProtocol implements Protocol, DatagramProtocol {
  static final NullProtocol INSTANCE = new NullProtocol();

  private NullProtocol() {}

  @Override
  public String toString() {
    return "nobody";
  }
}
