package jasyncio.testing.internal.program;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which calls of a program are replaced, and by which of [jasyncio.testing.program.Outside].
final class Calls {
  /// What takes the place of a call: a static method, by name and descriptor.
  record Substitute(String name, String descriptor) {}

  private static final String ASYNCIO = "jasyncio/Asyncio";
  private static final String AWAITABLE = "Ljasyncio/Awaitable;";
  private static final String ACTION = "Ljasyncio/Action;";
  private static final String OPTIONS = "Ljasyncio/RunOptions;";
  private static final String RANDOM = "java/util/concurrent/ThreadLocalRandom";
  private static final String CHANNELS = "java/nio/channels/";
  private static final String FAMILY = "Ljava/net/ProtocolFamily;";
  private static final String TEXT = "Ljava/lang/String;";
  private static final String PATH = "Ljava/nio/file/Path;";
  private static final String INET = "Ljava/net/InetAddress;";

  private static final Map<String, Substitute> STATIC = new HashMap<>();

  private Calls() {}

  static {
    same(ASYNCIO, "run", "(" + AWAITABLE + ")Ljava/lang/Object;");
    same(ASYNCIO, "run", "(" + AWAITABLE + OPTIONS + ")Ljava/lang/Object;");
    same(ASYNCIO, "run", "(" + ACTION + ")V");
    same(ASYNCIO, "run", "(" + ACTION + OPTIONS + ")V");

    same("java/lang/System", "exit", "(I)V");
    same("java/lang/System", "currentTimeMillis", "()J");
    same("java/lang/System", "nanoTime", "()J");
    same("java/lang/Math", "random", "()D");
    same("java/util/UUID", "randomUUID", "()Ljava/util/UUID;");
    same("java/time/Clock", "systemUTC", "()Ljava/time/Clock;");
    same("java/time/Clock", "systemDefaultZone", "()Ljava/time/Clock;");
    same("java/time/Clock", "system", "(Ljava/time/ZoneId;)Ljava/time/Clock;");
    now("Instant", "instant");
    now("LocalDate", "localDate");
    now("LocalTime", "localTime");
    now("LocalDateTime", "localDateTime");
    now("ZonedDateTime", "zonedDateTime");
    now("OffsetDateTime", "offsetDateTime");

    var secure = "Ljava/security/SecureRandom;";
    put("java/security/SecureRandom", "getInstanceStrong", "()" + secure, "secureRandom");

    put("java/nio/file/Path", "of", "(" + TEXT + "[" + TEXT + ")" + PATH, "path");
    put("java/nio/file/Paths", "get", "(" + TEXT + "[" + TEXT + ")" + PATH, "path");
    put("java/nio/file/FileSystems", "getDefault", "()Ljava/nio/file/FileSystem;", "fileSystem");

    put(
        CHANNELS + "spi/SelectorProvider",
        "provider",
        "()L" + CHANNELS + "spi/SelectorProvider;",
        "provider");
    put(CHANNELS + "Selector", "open", "()L" + CHANNELS + "Selector;", "openSelector");
    put(CHANNELS + "Pipe", "open", "()L" + CHANNELS + "Pipe;", "openPipe");
    open("SocketChannel", "", "openSocket");
    open("SocketChannel", FAMILY, "openSocket");
    open("SocketChannel", "Ljava/net/SocketAddress;", "openSocket");
    open("ServerSocketChannel", "", "openServer");
    open("ServerSocketChannel", FAMILY, "openServer");
    open("DatagramChannel", "", "openDatagrams");
    open("DatagramChannel", FAMILY, "openDatagrams");
    same("java/net/InetAddress", "getByName", "(" + TEXT + ")" + INET);
    same("java/net/InetAddress", "getAllByName", "(" + TEXT + ")[" + INET);
    same("java/net/InetAddress", "getLocalHost", "()" + INET);
  }

  private static void put(String owner, String name, String descriptor, String substitute) {
    STATIC.put(owner + "." + name + descriptor, new Substitute(substitute, descriptor));
  }

  private static void same(String owner, String name, String descriptor) {
    put(owner, name, descriptor, name);
  }

  private static void now(String type, String substitute) {
    put("java/time/" + type, "now", "()Ljava/time/" + type + ";", substitute);
  }

  private static void open(String type, String parameter, String substitute) {
    put(CHANNELS + type, "open", "(" + parameter + ")L" + CHANNELS + type + ";", substitute);
  }

  /// What takes the place of a static method; `null` if nothing does.
  static @Nullable Substitute ofStatic(String owner, String name, String descriptor) {
    return STATIC.get(owner + "." + name + descriptor);
  }

  /// What takes the place of a method of an object, which becomes the first argument; `null` if
  /// nothing does.
  static @Nullable Substitute ofVirtual(String owner, String name, String descriptor) {
    return owner.equals(RANDOM)
            && name.startsWith("next")
            && !name.equals("nextFloat")
            && !name.equals("nextExponential")
            && !(name.equals("nextGaussian") && !descriptor.equals("()D"))
        ? new Substitute(name, "(L" + RANDOM + ";" + descriptor.substring(1))
        : null;
  }

  /// Whether a static method makes a set or map whose order is by chance.
  static boolean isOfChance(String owner, String name, String descriptor) {
    return name.equals("of")
        && (owner.equals("java/util/Set") || owner.equals("java/util/Map"))
        && !descriptor.startsWith("([");
  }
}
