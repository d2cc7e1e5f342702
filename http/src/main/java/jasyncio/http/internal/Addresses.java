package jasyncio.http.internal;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Addresses as text, without a resolver.
public final class Addresses {
  private static final String NUMBER = "(0|[1-9]\\d{0,2})";

  private Addresses() {}

  /// {@return the address that a text is, in its usual form and without brackets; `null`: it is
  /// none}
  ///
  /// @param text the text
  public static @Nullable InetAddress parse(String text) {
    try {
      if (text.matches(NUMBER + "(\\." + NUMBER + "){3}")) {
        return Inet4Address.ofLiteral(text);
      } else if (text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:.]{2,45}")) {
        return Inet6Address.ofLiteral(text);
      }
    } catch (IllegalArgumentException e) {
      // it only looks like one
    }
    return null;
  }

  /// Addresses that begin alike, such as `10.0.0.0/8`, or one.
  ///
  /// @param address one of them
  /// @param bits how much of it all have
  public record Range(InetAddress address, int bits) {
    /// {@return the range that a text is; `null`: it is none}
    ///
    /// @param text an address, perhaps with `/` and how many bits count
    public static @Nullable Range parse(String text) {
      int slash = text.indexOf('/');
      var address = Addresses.parse(slash < 0 ? text : text.substring(0, slash));
      if (address == null) {
        return null;
      }
      int all = 8 * address.getAddress().length;
      var bits = slash < 0 ? "" + all : text.substring(slash + 1);
      if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > all) {
        return null;
      }
      return new Range(address, Integer.parseInt(bits));
    }

    /// {@return whether an address is one of them}
    ///
    /// @param other the address
    public boolean contains(InetAddress other) {
      var mine = address.getAddress();
      var its = other.getAddress();
      if (mine.length != its.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        if (((mine[i / 8] ^ its[i / 8]) & (0x80 >> (i % 8))) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
