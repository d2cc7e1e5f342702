package jasyncio.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/// What is in use while nobody is connected.
///
/// @param heap bytes that are left by a collection
/// @param direct bytes outside of the heap
record SoakFigures(long heap, long direct, long descriptors, int threads) {
  private static final Pattern LINE =
      Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+)( .*)?");

  /// What belongs to a connection: there must be none. Also of what wraps them in the JDK.
  private static final Pattern MORTAL =
      Pattern.compile(
          "jasyncio\\.http\\.("
              + "(Http1|Http2)(Connection|ClientConnection|ClientStream|Exchange|Turns)"
              + "|ClientExchange|Request|RequestBody|WebSocket|ProxyPreamble|StreamedResponse"
              + "|BodyWriter|EventSource|EventStream|Upload|TimeLimits|ClientLimits"
              + "|internal\\.(Http[12](Server|Client)?Codec|Http2Stream|WebSocketCodec|Decompressor))"
              + "|jasyncio\\.internal\\.net\\.(SocketTransport|TlsLayer|TlsEngine)"
              + "|sun\\.security\\.ssl\\.SSLEngineImpl"
              + "|sun\\.nio\\.ch\\.SocketChannelImpl");
  private static final int COLLECTIONS = 5; // what has a cleaner goes in the second

  /// How many there are of what belongs to connections: somebody else's, before the first of ours.
  /// Blocks.
  static Map<String, Long> before() throws JMException {
    for (int i = 1; i < COLLECTIONS; i++) {
      count();
    }
    return count();
  }

  /// Collects, and looks. Blocks.
  static SoakFigures take(Map<String, Long> before) throws JMException {
    var left = moreThan(before);
    for (int i = 1; i < COLLECTIONS && !left.isEmpty(); i++) {
      left = moreThan(before);
    }
    if (!left.isEmpty()) {
      throw new AssertionError("nobody is connected, but there are still " + left);
    }
    long heap = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      var usage = pool.getCollectionUsage(); // that of the last collection, if it is of the heap
      heap += usage == null ? 0 : usage.getUsed();
    }
    long direct = 0;
    for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      direct += Objects.equals(pool.getName(), "direct") ? pool.getMemoryUsed() : 0;
    }
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    return new SoakFigures(heap, direct, openDescriptors(), threads);
  }

  static long openDescriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }

  private static Map<String, Long> moreThan(Map<String, Long> before) throws JMException {
    var left = count();
    left.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));
    left.values().removeIf(count -> count <= 0);
    return left;
  }

  private static Map<String, Long> count() throws JMException {
    var histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    var counts = new TreeMap<String, Long>();
    for (var line : histogram.split("\n", -1)) {
      var parts = LINE.matcher(line);
      if (parts.matches() && MORTAL.matcher(parts.group(2)).matches()) {
        counts.put(parts.group(2), Long.valueOf(parts.group(1)));
      }
    }
    return counts;
  }
}
