package jasyncio.testing;

import jasyncio.internal.base.JdkClasses;
import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.Sleeper;
import jasyncio.internal.loop.Waiting;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// Time that stands still while anything can run, and jumps to the next timer when nothing can.
final class VirtualTime implements Waiting {
  /* Overview
   * The loop has nothing to do, and its next timer is due in n. What could come before?
   *   another thread is at work for it    it waits until that has called: time stands still
   *   a channel is watched, or a task     time passes as it does outside, for n at most
   *   blocks for a device or a while
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
    /// @param alone whether nothing but its timers can end that
    /// @return whether something was done instead, that may have made something ready
    boolean instead(long nanos, boolean alone);
  }

  private static final Lateness NONE =
      new Lateness() {
        @Override
        public long overshoot(long nanos) {
          return 0;
        }

        @Override
        public boolean instead(long nanos, boolean alone) {
          return false;
        }
      };

  private final Inbox inbox;
  private final Channels channels;
  private final Outside outside;
  private final Lateness lateness;
  private final Sleeper sleeper;
  private volatile long now;

  VirtualTime(Inbox inbox, Channels channels, Outside outside) {
    this(inbox, channels, outside, NONE);
  }

  VirtualTime(Inbox inbox, Channels channels, Outside outside, Lateness lateness) {
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
    if (!inbox.isEmpty() || lateness.instead(nanos, !isHeldBack())) {
      return;
    }
    if (outside.answers()) {
      sleeper.await(FOREVER);
    } else if (isPaced()) {
      long began = System.nanoTime();
      sleeper.await(nanos);
      pass(Math.min(nanos, System.nanoTime() - began));
    } else if (nanos == FOREVER) {
      sleeper.await(FOREVER);
    } else {
      pass(nanos + lateness.overshoot(nanos));
    }
  }

  /// Waits in real time for what comes from outside, while virtual time stands still.
  ///
  /// @param nanos at most so long, more than 0
  void awaitOutside(long nanos) {
    sleeper.await(nanos);
  }

  /// Whether other threads are at work that are sure to call: time must not go on before.
  boolean isSureToBeCalled() {
    return outside.answers() && !outside.areStages();
  }

  /// Whether something outside may come before the next timer, so that time is not to jump.
  boolean isHeldBack() {
    return outside.answers() || isPaced();
  }

  /// Whether time passes as it does outside: a channel is watched, or a task that is set aside in a
  /// blocking call waits for a device, or with a limit, which the JDK takes the time of itself.
  ///
  /// Who waits without a limit in `java.util.concurrent`, or in a monitor, waits for another task
  /// of this loop, as far as can be told.
  private boolean isPaced() {
    return !channels.isEmpty() || outside.blocked().stream().anyMatch(VirtualTime::isTimed);
  }

  private static boolean isTimed(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING
        || Arrays.stream(thread.getStackTrace())
            .map(StackTraceElement::getClassName)
            .anyMatch(JdkClasses::areOfDevices);
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
