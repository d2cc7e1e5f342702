package jasyncio.testing;

import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.Sleeper;
import jasyncio.internal.loop.Waiting;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Time that stands still while anything can run, and jumps to the next timer when nothing can.
final class VirtualTime implements Waiting {
  /* Overview
   * The loop has nothing to do, and its next timer is due in n. What could come before?
   *   another thread is at work for it    it waits until that has called: time stands still
   *   a channel is watched                time passes as it does outside, for n at most
   *   nothing                             time jumps by n
   *
   * `now` is written by the loop's logical thread, and read by any.
   */

  /// What the exploration of schedules has to say about time.
  interface Lateness {
    /// A wait of so many nanoseconds is over: how much later the loop wakes.
    long overshoot(long nanos);

    /// The loop would wait for so many nanoseconds.
    ///
    /// @return whether something was done instead, that may have made something ready
    boolean instead(long nanos);
  }

  private static final Lateness NONE =
      new Lateness() {
        @Override
        public long overshoot(long nanos) {
          return 0;
        }

        @Override
        public boolean instead(long nanos) {
          return false;
        }
      };

  private final Inbox inbox;
  private final Channels channels;
  private final BooleanSupplier outside;
  private final Lateness lateness;
  private final Sleeper sleeper;
  private volatile long now;

  VirtualTime(Inbox inbox, Channels channels, BooleanSupplier outside) {
    this(inbox, channels, outside, NONE);
  }

  VirtualTime(Inbox inbox, Channels channels, BooleanSupplier outside, Lateness lateness) {
    this.inbox = inbox;
    this.channels = channels;
    this.outside = outside;
    this.lateness = lateness;
    this.sleeper = new Sleeper(inbox, channels, () -> now);
  }

  @Override
  public long nanos() {
    return now;
  }

  /// Lets so much time pass at once.
  void pass(long nanos) {
    long then = now + nanos; // only the loop's thread does it
    now = then;
  }

  @Override
  public void send(Entry entry) {
    sleeper.send(entry);
  }

  @Override
  public void await(long nanos) {
    if (!inbox.isEmpty() || lateness.instead(nanos)) {
      return;
    }
    if (outside.getAsBoolean()) {
      sleeper.await(FOREVER);
    } else if (!channels.isEmpty()) {
      long began = System.nanoTime();
      sleeper.await(nanos);
      pass(Math.min(nanos, System.nanoTime() - began));
    } else if (nanos == FOREVER) {
      sleeper.await(FOREVER);
    } else {
      pass(nanos + lateness.overshoot(nanos));
    }
  }

  @Override
  public boolean isWaiting() {
    return sleeper.isWaiting();
  }

  /// A time for messages: `1 h 2 min 3.5 s`.
  static String text(long nanos) {
    long whole = TimeUnit.NANOSECONDS.toSeconds(nanos);
    long hours = whole / 3600;
    long minutes = whole / 60 % 60;
    var seconds = java.math.BigDecimal.valueOf(nanos - (whole - whole % 60) * 1_000_000_000L, 9);
    var text = seconds.stripTrailingZeros().toPlainString() + " s";
    if (hours > 0) {
      return hours + " h " + minutes + " min " + text;
    }
    return minutes > 0 ? minutes + " min " + text : text;
  }
}
