package jasyncio.testing;

import java.util.List;
import java.util.function.Consumer;

/// The way between two hosts of a [Simulation], in one direction or in both: how long packets take
/// on it, and what becomes of them. What is said of it holds for what is sent from then on;
/// [#hold()] and [#cut()] also hit what is on the way.
///
/// TCP loses nothing for good: a segment that is lost is sent again after 200 ms or more, and twice
/// that, and so on, until the connection breaks. Datagrams are lost as they are.
///
/// By default a packet takes half a millisecond, and nothing happens to it. None of the methods
/// suspends; they are called by the test's coroutine, or by the code of hosts.
public final class Link {
  private final List<jasyncio.testing.internal.net.Link> directions;

  Link(List<jasyncio.testing.internal.net.Link> directions) {
    this.directions = List.copyOf(directions);
  }

  private Link each(Consumer<jasyncio.testing.internal.net.Link> change) {
    directions.forEach(change);
    return this;
  }

  private static long nanos(String what, double seconds) {
    if (!(seconds >= 0 && seconds < 1e9)) {
      throw new IllegalArgumentException(what + " of a link is 0 s or more, not " + seconds);
    }
    return Math.round(seconds * 1e9);
  }

  /// Has each packet take so long.
  ///
  /// @param seconds how long
  /// @return this
  /// @throws IllegalArgumentException if that is negative, or not a number
  public Link latency(double seconds) {
    return latency(seconds, seconds);
  }

  /// Has each packet take some time or other between two, which is chosen for each; the shortest in
  /// the plain run.
  ///
  /// @param least how long at least, in seconds
  /// @param most how long at most
  /// @return this
  /// @throws IllegalArgumentException if these are negative, not numbers, or the wrong way round
  public Link latency(double least, double most) {
    long from = nanos("the latency", least);
    long to = nanos("the latency", most);
    if (to < from) {
      throw new IllegalArgumentException(
          "a latency from " + least + " s to " + most + " s is the wrong way round");
    }
    return each(link -> link.latency(from).jitter(to - from));
  }

  /// Has packets leave one after the other, as fast as that.
  ///
  /// @param bytesPerSecond how many bytes in a second; 0 for no limit, as by default
  /// @return this
  /// @throws IllegalArgumentException if it is negative
  public Link bandwidth(long bytesPerSecond) {
    return each(link -> link.bandwidth(bytesPerSecond));
  }

  /// Has packets be lost now and then.
  ///
  /// @param probability of each: from 0, as by default, to 1
  /// @return this
  /// @throws IllegalArgumentException if it is none
  public Link loss(double probability) {
    return each(link -> link.loss(probability));
  }

  /// Has datagrams arrive twice now and then.
  ///
  /// @param probability of each: from 0, as by default, to 1
  /// @return this
  /// @throws IllegalArgumentException if it is none
  public Link duplication(double probability) {
    return each(link -> link.duplication(probability));
  }

  /// Has datagrams be overtaken now and then by those that are sent after them.
  ///
  /// @param probability of each: from 0, as by default, to 1
  /// @return this
  /// @throws IllegalArgumentException if it is none
  public Link reordering(double probability) {
    return each(link -> link.reordering(probability));
  }

  /// Has what is written at once to a stream arrive in two pieces now and then, as it may do on any
  /// network: finds code that takes what it reads for a whole message.
  ///
  /// @param probability of each segment: from 0, as by default, to 1
  /// @return this
  /// @throws IllegalArgumentException if it is none
  public Link splitting(double probability) {
    return each(link -> link.splitting(probability));
  }

  /// Stops what is on the way, and what is sent: it arrives after the end of the block, and nothing
  /// is lost.
  ///
  /// @return closing it ends it; idempotent
  public Fault hold() {
    each(jasyncio.testing.internal.net.Link::hold);
    return () -> each(jasyncio.testing.internal.net.Link::release);
  }

  /// Loses what is on the way, and what is sent, until the end of the block.
  ///
  /// @return closing it ends it; idempotent
  public Fault cut() {
    each(jasyncio.testing.internal.net.Link::cut);
    return () -> each(jasyncio.testing.internal.net.Link::repair);
  }

  /// A fault that lasts: until it is closed, best by the end of a `try` statement.
  @FunctionalInterface
  public interface Fault extends AutoCloseable {
    /// Ends it. Idempotent.
    @Override
    void close();
  }

  /// {@return such as `n1 -> n2, n2 -> n1`}
  @Override
  public String toString() {
    return String.join(", ", directions.stream().map(Object::toString).toList());
  }
}
