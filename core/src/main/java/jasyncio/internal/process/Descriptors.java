package jasyncio.internal.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The file descriptors of channels, so that a child can get them. Linux only.
public final class Descriptors {
  /* Overview
   * The JDK tells nobody which descriptor is behind a channel. But what `configureBlocking` does to a channel can be
   * seen by fcntl, or in /proc/self/fdinfo: its descriptor is the one that follows when the mode is switched at
   * random. One that does not move is out at the second switch. One that somebody else switches at this moment
   * would have to go along by chance; our own searches take turns.
   * A pipe gets the lowest numbers that are free, so that of a pipe of our own is known beforehand, unless another
   * thread comes in between, and only has to be confirmed. If one does, and for any other channel, all are asked.
   * A child that has got the descriptor shares the mode. So a channel is searched for once, before any child has it.
   */
  private static final int ROUNDS = 12;
  private static final int O_NONBLOCK = 04000;
  private static final String OWN = "/proc/self/fd";
  private static final String OWN_FLAGS = "/proc/self/fdinfo/";

  private static final boolean AVAILABLE =
      System.getProperty("os.name").equals("Linux") && new File(OWN_FLAGS).isDirectory();
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Map<SelectableChannel, Integer> known = new WeakHashMap<>(); // under LOCK

  private Descriptors() {}

  /// Whether descriptors can be found here.
  public static boolean areAvailable() {
    return AVAILABLE;
  }

  /// Opens a pipe whose descriptors are known from then on.
  public static Pipe openPipe() throws IOException {
    return openPipe(Libc.ifPossible());
  }

  static Pipe openPipe(@Nullable Libc libc) throws IOException {
    LOCK.lock();
    try {
      if (libc != null) {
        var numbers = libc.numbersOfNextPipe();
        return noted(Pipe.open(), numbers);
      }
      var open = numbers();
      try (var _ = new FileInputStream("/dev/null")) { // has the number that the folder had
        return noted(Pipe.open(), twoNotIn(open));
      }
    } finally {
      LOCK.unlock();
    }
  }

  private static Pipe noted(Pipe pipe, int... numbers) throws IOException {
    try {
      note(pipe.source(), numbers);
      note(pipe.sink(), numbers);
      return pipe;
    } catch (Throwable e) {
      pipe.source().close();
      pipe.sink().close();
      throw e;
    }
  }

  private static void note(SelectableChannel channel, int[] numbers) throws IOException {
    var found = among(numbers, channel);
    if (found.length > 0) {
      known.put(channel, found[0]);
    } else { // another thread has come in between
      of(channel);
    }
  }

  private static int[] twoNotIn(int[] sorted) {
    var two = new int[2];
    int count = 0;
    for (int number = 0; count < 2; number++) {
      if (Arrays.binarySearch(sorted, number) < 0) {
        two[count++] = number;
      }
    }
    return two;
  }

  /// The descriptor of an open channel that is registered with no selector. Its mode is as before.
  ///
  /// @throws IOException if it cannot be found
  public static int of(SelectableChannel channel) throws IOException {
    LOCK.lock();
    try {
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      var number = known.get(channel);
      if (number == null) {
        var found = among(numbers(), channel);
        if (found.length == 0) {
          throw new IOException("no descriptor in " + OWN + " is that of " + channel);
        }
        number = found[0]; // any other one is a copy of it
        known.put(channel, number);
      }
      return number;
    } finally {
      LOCK.unlock();
    }
  }

  /// The descriptors that are open, sorted; one of them was that of the folder itself.
  private static int[] numbers() throws IOException {
    var names = new File(OWN).list();
    if (names == null) {
      throw new IOException("cannot list " + OWN);
    }
    return Arrays.stream(names).mapToInt(Integer::parseInt).sorted().toArray();
  }

  /// Those that follow a channel.
  private static int[] among(int[] numbers, SelectableChannel channel) throws IOException {
    boolean before = channel.isBlocking();
    var left = numbers;
    try {
      boolean blocking = !before;
      for (int round = 0; round < ROUNDS && left.length > 0; round++) {
        channel.configureBlocking(blocking);
        int wanted = blocking ? 1 : 0;
        left = Arrays.stream(left).filter(number -> isBlocking(number) == wanted).toArray();
        blocking = round == 0 ? !blocking : ThreadLocalRandom.current().nextBoolean();
      }
      return left;
    } finally {
      channel.configureBlocking(before);
    }
  }

  /// 1 or 0; -1 if there is no such descriptor.
  private static int isBlocking(int number) {
    var libc = Libc.ifPossible();
    int flags = libc != null ? libc.flags(number) : shownFlags(number);
    return flags < 0 ? -1 : (flags & O_NONBLOCK) == 0 ? 1 : 0;
  }

  /// The flags of a descriptor as /proc shows them; -1 if there is no such descriptor.
  private static int shownFlags(int number) {
    var buffer = new byte[256];
    int length;
    try (var in = new FileInputStream(OWN_FLAGS + number)) {
      length = in.read(buffer);
    } catch (IOException e) {
      return -1;
    }
    var text = new String(buffer, 0, Math.max(length, 0), StandardCharsets.US_ASCII);
    int at = text.indexOf("flags:");
    int end = text.indexOf('\n', at);
    return at < 0 || end < 0 ? -1 : Integer.parseInt(text.substring(at + 6, end).strip(), 8);
  }
}
