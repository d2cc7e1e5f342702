package jasyncio.testing.program;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.RunOptions;
import jasyncio.SystemExit;
import jasyncio.testing.internal.program.Surroundings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a program that was loaded for a simulated host calls in place of what it asks the JDK for:
/// the time, random numbers, files, sockets. A method is named after the one that it stands for,
/// and does the same where no host runs. Any thread; none suspends, but for [#run].
///
/// It is public because the classes of such programs have to reach it. Others call the JDK.
public final class Outside {
  private Outside() {}

  private static @Nullable Surroundings here() {
    return Surroundings.Known.here();
  }

  private static RandomGenerator generator() {
    var host = here();
    return host == null ? ThreadLocalRandom.current() : host.random();
  }

  // ---- the program ------------------------------------------------------------------------------

  /// `Asyncio.run`: on a host there is a loop already.
  ///
  /// @param <T> what the coroutine gives
  /// @param <X> what it throws
  /// @param main the coroutine
  /// @return what it gives
  /// @throws X what it throws
  public static <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> main)
      throws X {
    return here() == null ? jasyncio.Asyncio.run(main) : main.await();
  }

  /// `Asyncio.run`; a host's loop has the options of the simulation.
  ///
  /// @param <T> what the coroutine gives
  /// @param <X> what it throws
  /// @param main the coroutine
  /// @param options for where there is none
  /// @return what it gives
  /// @throws X what it throws
  public static <T extends @Nullable Object, X extends Exception> T run(
      Awaitable<T, X> main, RunOptions options) throws X {
    return here() == null ? jasyncio.Asyncio.run(main, options) : main.await();
  }

  /// `Asyncio.run`.
  ///
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @throws X what it throws
  public static <X extends Exception> void run(Action<X> main) throws X {
    if (here() == null) {
      jasyncio.Asyncio.run(main);
    } else {
      main.run();
    }
  }

  /// `Asyncio.run`.
  ///
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @param options for where there is no host
  /// @throws X what it throws
  public static <X extends Exception> void run(Action<X> main, RunOptions options) throws X {
    if (here() == null) {
      jasyncio.Asyncio.run(main, options);
    } else {
      main.run();
    }
  }

  /// `System.exit`: ends the host's program alone.
  ///
  /// @param status the exit code
  public static void exit(int status) {
    if (here() == null) {
      System.exit(status);
    }
    throw new SystemExit(status);
  }

  // ---- time -------------------------------------------------------------------------------------

  /// {@return `System.currentTimeMillis()`}
  public static long currentTimeMillis() {
    return instant().toEpochMilli();
  }

  /// {@return `System.nanoTime()`}
  public static long nanoTime() {
    var host = here();
    return host == null ? System.nanoTime() : host.nanos();
  }

  /// {@return `Instant.now()`}
  public static Instant instant() {
    var host = here();
    return host == null ? Instant.now() : host.now();
  }

  private static Clock clock(ZoneId zone) {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return zone;
      }

      @Override
      public Clock withZone(ZoneId other) {
        return clock(other);
      }

      @Override
      public Instant instant() {
        return Outside.instant();
      }
    };
  }

  /// {@return `Clock.systemUTC()`}
  public static Clock systemUTC() {
    return clock(ZoneOffset.UTC);
  }

  /// {@return `Clock.systemDefaultZone()`}
  public static Clock systemDefaultZone() {
    return clock(ZoneId.systemDefault());
  }

  /// {@return `Clock.system(zone)`}
  ///
  /// @param zone the zone
  public static Clock system(ZoneId zone) {
    return clock(zone);
  }

  /// {@return `LocalDate.now()`}
  public static LocalDate localDate() {
    return LocalDate.now(systemDefaultZone());
  }

  /// {@return `LocalTime.now()`}
  public static LocalTime localTime() {
    return LocalTime.now(systemDefaultZone());
  }

  /// {@return `LocalDateTime.now()`}
  public static LocalDateTime localDateTime() {
    return LocalDateTime.now(systemDefaultZone());
  }

  /// {@return `ZonedDateTime.now()`}
  public static ZonedDateTime zonedDateTime() {
    return ZonedDateTime.now(systemDefaultZone());
  }

  /// {@return `OffsetDateTime.now()`}
  public static OffsetDateTime offsetDateTime() {
    return OffsetDateTime.now(systemDefaultZone());
  }

  // ---- chance -----------------------------------------------------------------------------------

  /// {@return the seed of a `new Random()`, or the like}
  public static long seed() {
    return generator().nextLong();
  }

  /// {@return `Math.random()`}
  public static double random() {
    return generator().nextDouble();
  }

  /// {@return `UUID.randomUUID()`}
  public static UUID randomUUID() {
    var host = here();
    if (host == null) {
      return UUID.randomUUID();
    }
    long most = (host.random().nextLong() & ~0xf000L) | 0x4000L;
    long least = (host.random().nextLong() & ~(3L << 62)) | (1L << 63);
    return new UUID(most, least);
  }

  /// {@return `random.nextInt()`}
  ///
  /// @param random is not used
  public static int nextInt(ThreadLocalRandom random) {
    return generator().nextInt();
  }

  /// {@return `random.nextInt(bound)`}
  ///
  /// @param random is not used
  /// @param bound below it
  public static int nextInt(ThreadLocalRandom random, int bound) {
    return generator().nextInt(bound);
  }

  /// {@return `random.nextInt(origin, bound)`}
  ///
  /// @param random is not used
  /// @param origin from there
  /// @param bound below it
  public static int nextInt(ThreadLocalRandom random, int origin, int bound) {
    return generator().nextInt(origin, bound);
  }

  /// {@return `random.nextLong()`}
  ///
  /// @param random is not used
  public static long nextLong(ThreadLocalRandom random) {
    return generator().nextLong();
  }

  /// {@return `random.nextLong(bound)`}
  ///
  /// @param random is not used
  /// @param bound below it
  public static long nextLong(ThreadLocalRandom random, long bound) {
    return generator().nextLong(bound);
  }

  /// {@return `random.nextLong(origin, bound)`}
  ///
  /// @param random is not used
  /// @param origin from there
  /// @param bound below it
  public static long nextLong(ThreadLocalRandom random, long origin, long bound) {
    return generator().nextLong(origin, bound);
  }

  /// {@return `random.nextDouble()`}
  ///
  /// @param random is not used
  public static double nextDouble(ThreadLocalRandom random) {
    return generator().nextDouble();
  }

  /// {@return `random.nextDouble(bound)`}
  ///
  /// @param random is not used
  /// @param bound below it
  public static double nextDouble(ThreadLocalRandom random, double bound) {
    return generator().nextDouble(bound);
  }

  /// {@return `random.nextDouble(origin, bound)`}
  ///
  /// @param random is not used
  /// @param origin from there
  /// @param bound below it
  public static double nextDouble(ThreadLocalRandom random, double origin, double bound) {
    return generator().nextDouble(origin, bound);
  }

  /// {@return `random.nextBoolean()`}
  ///
  /// @param random is not used
  public static boolean nextBoolean(ThreadLocalRandom random) {
    return generator().nextBoolean();
  }

  /// {@return `random.nextGaussian()`}
  ///
  /// @param random is not used
  public static double nextGaussian(ThreadLocalRandom random) {
    return generator().nextGaussian();
  }

  /// `random.nextBytes(bytes)`.
  ///
  /// @param random is not used
  /// @param bytes what is filled
  public static void nextBytes(ThreadLocalRandom random, byte[] bytes) {
    generator().nextBytes(bytes);
  }

  /// {@return `new SecureRandom()`, or what `SecureRandom.getInstanceStrong()` gives}
  public static SecureRandom secureRandom() {
    return here() == null ? new SecureRandom() : new Secure();
  }

  /// A `SecureRandom` of a simulated host: anything but secure.
  public static final class Secure extends SecureRandom {
    private static final long serialVersionUID = 1L;

    /// `new SecureRandom()`.
    public Secure() {
      super();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      if (here() == null) {
        super.nextBytes(bytes);
      } else {
        generator().nextBytes(bytes);
      }
    }
  }

  // ---- collections whose order is by chance -----------------------------------------------------

  /// {@return `Set.of(…)`, in the order of its elements here}
  ///
  /// @param elements the elements
  public static Set<Object> setOf(Object... elements) {
    Set.of(elements); // refuses what it refuses
    return Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(elements)));
  }

  /// {@return `Map.of(…)`, in the order of its entries here}
  ///
  /// @param keysAndValues the keys, each with its value behind it
  public static Map<Object, Object> mapOf(Object... keysAndValues) {
    var map = new LinkedHashMap<Object, Object>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      var key = keysAndValues[i];
      if (map.put(Objects.requireNonNull(key), Objects.requireNonNull(keysAndValues[i + 1]))
          != null) {
        throw new IllegalArgumentException("duplicate key: " + key);
      }
    }
    return Collections.unmodifiableMap(map);
  }

  // ---- files ------------------------------------------------------------------------------------

  /// {@return `Path.of(…)`}
  ///
  /// @param first the path, or its beginning
  /// @param more what is joined to that
  public static Path path(String first, String... more) {
    return fileSystem().getPath(first, more);
  }

  /// {@return `FileSystems.getDefault()`}
  public static FileSystem fileSystem() {
    var host = here();
    return host == null ? FileSystems.getDefault() : host.disk();
  }

  // ---- sockets ----------------------------------------------------------------------------------

  /// {@return `SelectorProvider.provider()`}
  public static SelectorProvider provider() {
    var host = here();
    return host == null ? SelectorProvider.provider() : host.sockets();
  }

  /// {@return `Selector.open()`}
  ///
  /// @throws IOException if it cannot be opened
  public static Selector openSelector() throws IOException {
    return provider().openSelector();
  }

  /// {@return `Pipe.open()`}
  ///
  /// @throws IOException if it cannot be opened
  public static Pipe openPipe() throws IOException {
    return provider().openPipe();
  }

  /// {@return `SocketChannel.open()`}
  ///
  /// @throws IOException if it cannot be opened
  public static SocketChannel openSocket() throws IOException {
    return provider().openSocketChannel();
  }

  /// {@return `SocketChannel.open(family)`}
  ///
  /// @param family the family
  /// @throws IOException if it cannot be opened
  public static SocketChannel openSocket(ProtocolFamily family) throws IOException {
    return provider().openSocketChannel(family);
  }

  /// {@return `SocketChannel.open(remote)`}
  ///
  /// @param remote where to
  /// @throws IOException if it cannot be connected
  public static SocketChannel openSocket(SocketAddress remote) throws IOException {
    var channel = openSocket();
    try {
      channel.connect(remote);
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /// {@return `ServerSocketChannel.open()`}
  ///
  /// @throws IOException if it cannot be opened
  public static ServerSocketChannel openServer() throws IOException {
    return provider().openServerSocketChannel();
  }

  /// {@return `ServerSocketChannel.open(family)`}
  ///
  /// @param family the family
  /// @throws IOException if it cannot be opened
  public static ServerSocketChannel openServer(ProtocolFamily family) throws IOException {
    return provider().openServerSocketChannel(family);
  }

  /// {@return `DatagramChannel.open()`}
  ///
  /// @throws IOException if it cannot be opened
  public static DatagramChannel openDatagrams() throws IOException {
    return provider().openDatagramChannel();
  }

  /// {@return `DatagramChannel.open(family)`}
  ///
  /// @param family the family
  /// @throws IOException if it cannot be opened
  public static DatagramChannel openDatagrams(ProtocolFamily family) throws IOException {
    return provider().openDatagramChannel(family);
  }

  /// {@return `InetAddress.getByName(host)`}
  ///
  /// @param host a name
  /// @throws UnknownHostException if nobody knows it
  public static InetAddress getByName(String host) throws UnknownHostException {
    return getAllByName(host)[0];
  }

  /// {@return `InetAddress.getAllByName(host)`}
  ///
  /// @param host a name
  /// @throws UnknownHostException if nobody knows it
  public static InetAddress[] getAllByName(String host) throws UnknownHostException {
    var here = here();
    return here == null
        ? InetAddress.getAllByName(host)
        : here.addresses(host).toArray(InetAddress[]::new);
  }

  /// {@return `InetAddress.getLocalHost()`}
  ///
  /// @throws UnknownHostException if nobody knows it
  public static InetAddress getLocalHost() throws UnknownHostException {
    var here = here();
    return here == null ? InetAddress.getLocalHost() : getByName(here.name());
  }
}
