package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads the header of the PROXY protocol, version 1 or 2, and not one byte behind it.
/// Specification: <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>.
public final class ProxyHeaderParser {
  /* Overview
   *   START   twelve bytes, which both versions have, tell which one it is
   *   LINE    version 1: never more than its shortest rest is asked for, so from some point on two bytes, or one
   *   FIXED   version 2: four bytes that say how long the rest is
   *   REST    the rest
   */
  private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
  private static final int LONGEST_LINE = 107;
  private static final int SHORTEST_TCP4 = "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n".length();
  private static final int SHORTEST_TCP6 = "PROXY TCP6 :: :: 0 0\r\n".length();
  private static final int SHORTEST_UNKNOWN = "PROXY UNKNOWN\r\n".length();
  private static final int FIXED_LENGTH = 16;
  private static final int UNIX_LENGTH = 108;
  private static final int TLV_CRC = 3;
  private static final int TLV_TLS = 0x20;

  private enum State {
    START,
    LINE,
    FIXED,
    REST
  }

  private final int most;
  private State state = State.START;
  private byte[] bytes = new byte[LONGEST_LINE];
  private int count;
  private int wanted = SIGNATURE.length;

  /// A parser of one header.
  ///
  /// @param most how long it may be, in bytes
  public ProxyHeaderParser(int most) {
    this.most = most;
  }

  /// {@return where the next bytes of the header go}
  public ByteBuffer room() {
    return ByteBuffer.wrap(bytes, count, wanted - count);
  }

  /// Takes bytes that were put there.
  ///
  /// @param n how many
  /// @return the header, or `null` if more has to come
  /// @throws IOException if it is none
  public @Nullable ProxyHeader received(int n) throws IOException {
    count += n;
    if (count < wanted) {
      return null;
    }
    return switch (state) {
      case START -> {
        begin();
        yield null;
      }
      case LINE -> line();
      case FIXED -> fixed();
      case REST -> rest();
    };
  }

  private void begin() throws IOException {
    if (Arrays.equals(bytes, 0, count, SIGNATURE, 0, count)) {
      state = State.FIXED;
      wanted = FIXED_LENGTH;
      return;
    }
    state = State.LINE;
    var text = new String(bytes, 0, count, ISO_8859_1);
    if (text.startsWith("PROXY TCP4 ")) {
      wanted = SHORTEST_TCP4;
    } else if (text.startsWith("PROXY TCP6 ")) {
      wanted = SHORTEST_TCP6;
    } else if (text.equals("PROXY UNKNOW")) {
      wanted = SHORTEST_UNKNOWN;
    } else {
      throw new IOException("the connection does not begin with a header of the PROXY protocol");
    }
  }

  // ---- version 1 --------------------------------------------------------------------------------

  private @Nullable ProxyHeader line() throws IOException {
    if (bytes[count - 2] == '\r' && bytes[count - 1] == '\n') {
      return parsed(new String(bytes, 0, count - 2, ISO_8859_1));
    }
    wanted = count + (bytes[count - 1] == '\r' ? 1 : 2);
    if (wanted > LONGEST_LINE) {
      throw malformed();
    }
    return null;
  }

  private static ProxyHeader parsed(String line) throws IOException {
    if (line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0) {
      throw malformed();
    } else if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
      return ProxyHeader.NOTHING;
    }
    var words = line.split(" ", -1);
    boolean six = words[1].equals("TCP6");
    if (words.length != 6 || !(six || words[1].equals("TCP4"))) {
      throw malformed();
    }
    address(words[3], six);
    port(words[5]);
    return new ProxyHeader(new InetSocketAddress(address(words[2], six), port(words[4])), false);
  }

  private static InetAddress address(String text, boolean six) throws IOException {
    var address = Addresses.parse(text);
    if (address == null || (text.indexOf(':') >= 0) != six) {
      throw malformed();
    }
    return address;
  }

  private static int port(String text) throws IOException {
    if (!text.matches("0|[1-9]\\d{0,4}") || Integer.parseInt(text) > 65_535) {
      throw malformed();
    }
    return Integer.parseInt(text);
  }

  // ---- version 2 --------------------------------------------------------------------------------

  private int number(int at, int length) {
    int value = 0;
    for (int i = at; i < at + length; i++) {
      value = (value << 8) | (bytes[i] & 0xff);
    }
    return value;
  }

  private @Nullable ProxyHeader fixed() throws IOException {
    int length = number(14, 2);
    if ((bytes[12] & 0xff) >> 4 != 2 || (bytes[12] & 0x0f) > 1 || FIXED_LENGTH + length > most) {
      throw malformed();
    }
    state = State.REST;
    bytes = Arrays.copyOf(bytes, FIXED_LENGTH + length);
    wanted = bytes.length;
    return length == 0 ? rest() : null;
  }

  private ProxyHeader rest() throws IOException {
    if ((bytes[12] & 0x0f) == 0) { // LOCAL: the proxy asks for itself
      return ProxyHeader.NOTHING;
    }
    int at = FIXED_LENGTH;
    SocketAddress source = null;
    switch (bytes[13]) {
      case 0x00 -> {} // it does not say
      case 0x11 -> {
        source = inet(4);
        at += 2 * 4 + 4;
      }
      case 0x21 -> {
        source = inet(16);
        at += 2 * 16 + 4;
      }
      case 0x31 -> {
        source = unix();
        at += 2 * UNIX_LENGTH;
      }
      default -> throw malformed();
    }
    boolean secure = false;
    while (at < bytes.length) {
      need(at + 3);
      int from = at + 3;
      int length = number(at + 1, 2);
      need(from + length);
      if (bytes[at] == TLV_CRC) {
        checkSum(from, length);
      } else if (bytes[at] == TLV_TLS) {
        need(length < 5 ? Integer.MAX_VALUE : from + length);
        secure = (bytes[from] & 1) != 0;
      }
      at = from + length;
    }
    return new ProxyHeader(source, secure);
  }

  private void need(int length) throws IOException {
    if (bytes.length < length) {
      throw malformed();
    }
  }

  private InetSocketAddress inet(int length) throws IOException {
    need(FIXED_LENGTH + 2 * length + 4);
    var address =
        InetAddress.getByAddress(Arrays.copyOfRange(bytes, FIXED_LENGTH, FIXED_LENGTH + length));
    return new InetSocketAddress(address, number(FIXED_LENGTH + 2 * length, 2));
  }

  private UnixDomainSocketAddress unix() throws IOException {
    need(FIXED_LENGTH + 2 * UNIX_LENGTH);
    int end = FIXED_LENGTH;
    while (end < FIXED_LENGTH + UNIX_LENGTH && bytes[end] != 0) {
      end++;
    }
    try {
      return UnixDomainSocketAddress.of(
          new String(bytes, FIXED_LENGTH, end - FIXED_LENGTH, ISO_8859_1));
    } catch (InvalidPathException e) {
      throw malformed();
    }
  }

  private void checkSum(int at, int length) throws IOException {
    need(length == 4 ? at + length : Integer.MAX_VALUE);
    int expected = number(at, 4);
    var zeroed = bytes.clone();
    Arrays.fill(zeroed, at, at + 4, (byte) 0);
    var sum = new CRC32C();
    sum.update(zeroed);
    if ((int) sum.getValue() != expected) {
      throw malformed();
    }
  }

  private static IOException malformed() {
    return new IOException("the header of the PROXY protocol is malformed");
  }
}
