package jasyncio.internal.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/// The file descriptors of channels, so that a child can get them. Linux only.
public final class Descriptors {
  /* Overview
   * The JDK tells nobody which descriptor is behind a channel. But what `configureBlocking` does to a channel can be
   * seen by fcntl, or in /proc/self/fdinfo: its descriptor is the one that follows when the mode is switched at
   * random. A descriptor that does not move is out at the second switch. One that somebody else switches at this
   * moment would have to go along by chance; our own searches take turns.
   * A descriptor that was just closed is given out next, so the last numbers found are tried first; else all of
   * them are gone through, at some microseconds each.
   * A child that has got the descriptor shares the mode. So a channel is searched for once, before any child has it.
   */
  private static final int ROUNDS = 8;
  private static final int RECENT = 8;
  private static final int O_NONBLOCK = 04000;
  private static final String OWN = "/proc/self/fd";
  private static final String OWN_FLAGS = "/proc/self/fdinfo/";

  private static final boolean AVAILABLE =
      System.getProperty("os.name").equals("Linux") && new File(OWN_FLAGS).isDirectory();
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final ArrayDeque<Integer> recent = new ArrayDeque<>(); // under LOCK
  private static final Map<SelectableChannel, Integer> known = new WeakHashMap<>(); // under LOCK

  private Descriptors() {}

  /// Whether descriptors can be found here.
  public static boolean areAvailable() {
    return AVAILABLE;
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
        number = search(channel);
        known.put(channel, number);
      }
      return number;
    } finally {
      LOCK.unlock();
    }
  }

  private static int search(SelectableChannel channel) throws IOException {
    boolean blocking = channel.isBlocking();
    try {
      int found = find(channel);
      recent.remove((Integer) found);
      recent.addFirst(found);
      if (recent.size() > RECENT) {
        recent.removeLast();
      }
      return found;
    } finally {
      channel.configureBlocking(blocking);
    }
  }

  private static int find(SelectableChannel channel) throws IOException {
    var tried = new LinkedHashSet<Integer>();
    for (int number : recent) {
      for (int near = number - 1; near <= number + 2; near++) {
        if (near >= 0 && tried.add(near) && follows(near, channel)) {
          return near;
        }
      }
    }
    var names = new File(OWN).list();
    if (names == null) {
      throw new IOException("cannot list " + OWN);
    }
    var numbers = Arrays.stream(names).mapToInt(Integer::parseInt).sorted().toArray();
    for (int number : numbers) {
      if (!tried.contains(number) && canBeAChannel(number) && follows(number, channel)) {
        return number;
      }
    }
    throw new IOException("no descriptor in " + OWN + " is that of " + channel);
  }

  private static boolean canBeAChannel(int number) {
    try {
      var target = Files.readSymbolicLink(Path.of(OWN, Integer.toString(number))).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static boolean follows(int number, SelectableChannel channel) throws IOException {
    boolean blocking = !channel.isBlocking();
    for (int round = 0; round < ROUNDS; round++) {
      channel.configureBlocking(blocking);
      if (isBlocking(number) != (blocking ? 1 : 0)) {
        return false;
      }
      blocking = round == 0 ? !blocking : ThreadLocalRandom.current().nextBoolean();
    }
    return true;
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
