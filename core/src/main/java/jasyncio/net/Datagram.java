package jasyncio.net;

import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// A datagram that was received. Two are equal if their bytes and addresses are.
///
/// @param data its bytes, maybe none; not copied
/// @param address who sent it
@SuppressWarnings("ArrayRecordComponent") // equals compares the bytes
public record Datagram(byte[] data, SocketAddress address) {
  /// Checks that nothing is `null`.
  public Datagram {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(address, "address");
  }

  /// {@return its bytes as UTF-8 text}
  public String text() {
    return new String(data, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Datagram d && Arrays.equals(data, d.data) && address.equals(d.address);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(data) + address.hashCode();
  }

  /// {@return `Datagram[5 bytes from /127.0.0.1:9999]`}
  @Override
  public String toString() {
    return "Datagram[" + data.length + " bytes from " + address + "]";
  }
}
