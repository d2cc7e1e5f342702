package jasyncio.testing;

import jasyncio.internal.base.JdkClasses;
import jasyncio.internal.loop.Channels;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.Sleeper;
import jasyncio.internal.loop.Waiting;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Time that stands still while anything can run, and jumps to the next timer when nothing can.
final class VirtualTime implements Waiting {
  /* Overview
   * The loop has nothing to do, and its next timer is due in n. What could come before?
   *   another thread is at work for it    it waits until that has called: time stands still
   *   a channel is watched, or a task     time passes as it does outside, for n at most
   *   blocks for a device
   *   a task blocks for a while           without the agent time passes as it does outside;
   *                                       with it, as long as threads may do something about that
   *                                       which the loop does not know of, and a moment longer
   *   nothing                             time jumps by n
   *
   * With the agent the timers of blocking calls are timers of the loop: see JdkTime.
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

  /// Others that have the same time, and run while the loop waits.
  interface Others {
    /// The loop waits: has the others run until there is something for it, or the time is over.
    ///
    /// @param late how much later it wakes
    void await(long nanos, long late);

    /// Something was sent to the loop. Any thread.
    void sent();
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

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long MONITOR_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /// How long threads are idle before they are taken for being so: on a busy machine one that has
  /// got something to do may take its time to begin.
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Inbox inbox;
  private final Channels channels;
  private final Outside outside;
  private final Lateness lateness;
  private final Sleeper sleeper;
  private @Nullable Others others; // set before the loop runs
  private final long beganNanos = System.nanoTime() | 1; // ForkJoinTask makes its limits odd
  private final long beganMillis = System.currentTimeMillis();
  private volatile long now;
  private volatile boolean ended;
  private long endedNanos; // in real time; set before `ended`

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

  /// What the JDK's blocking calls, and who else sees virtual time, have for `System.nanoTime()`.
  long jdkNanos() {
    return beganNanos + passed();
  }

  /// And for `System.currentTimeMillis()`.
  long jdkMillis() {
    return beganMillis + TimeUnit.NANOSECONDS.toMillis(passed());
  }

  private long passed() {
    return ended ? now + (System.nanoTime() - endedNanos) : now;
  }

  /// The loop has ended. For threads that are left, time goes on from here, as it does outside.
  void end() {
    endedNanos = System.nanoTime();
    ended = true;
  }

  /// The loop is not alone.
  void shareWith(Others them) {
    others = them;
  }

  /// Whether the loop is not alone.
  boolean isShared() {
    return others != null;
  }

  /// Lets so much time pass at once.
  void pass(long nanos) {
    long then = now + nanos; // only the loop's thread does it
    now = then;
  }

  @Override
  public void send(Entry entry) {
    sleeper.send(entry);
    if (others != null) {
      others.sent();
    }
  }

  @Override
  public void await(long nanos) {
    if (!inbox.isEmpty()) {
      return;
    }
    if (others != null) {
      awaitWith(others, nanos);
      return;
    }
    if (isAboutToBeSent()) {
      sleeper.await(Math.min(nanos, MONITOR_NANOS));
      return;
    }
    boolean still = outside.answers();
    boolean paced = isPaced();
    boolean open = !still && !paced && nanos != FOREVER && mayBeEndedByOthers();
    if (lateness.instead(nanos, !still && !paced && !open)) {
      return;
    }
    if (outside.answers() || (nanos == FOREVER && !paced)) {
      sleeper.await(FOREVER);
    } else if (paced) {
      long began = System.nanoTime();
      sleeper.await(nanos);
      pass(Math.min(nanos, System.nanoTime() - began));
    } else {
      long left = open ? awaitOthers(nanos) : nanos;
      if (left > 0 && !isAboutToBeSent()) { // by a thread that has ended meanwhile
        pass(left + lateness.overshoot(nanos));
      }
    }
  }

  private void awaitWith(Others them, long nanos) {
    channels.selectNow();
    if (!channels.haveFound() && !lateness.instead(nanos, true)) {
      them.await(nanos, nanos == FOREVER ? 0 : lateness.overshoot(nanos));
    }
  }

  /// Lets time pass as it does outside, as long as others may do something.
  ///
  /// @return how much is to pass at once, because nothing is to be expected of them any more
  private long awaitOthers(long nanos) {
    long began = System.nanoTime();
    long lastAtWork = began;
    long passed = 0;
    while (passed < nanos && inbox.isEmpty() && !Thread.currentThread().isInterrupted()) {
      if (OtherThreads.now().stream().anyMatch(OtherThreads::isAtWork)) {
        lastAtWork = System.nanoTime();
      } else if (System.nanoTime() - lastAtWork > MOMENT_NANOS) {
        return nanos - passed;
      }
      sleeper.await(Math.min(nanos - passed, LOOK_NANOS));
      long before = passed;
      passed = Math.min(nanos, System.nanoTime() - began);
      pass(passed - before);
    }
    return 0;
  }

  /// Waits in real time for what comes from outside, while virtual time stands still.
  ///
  /// @param nanos at most so long, more than 0
  void awaitOutside(long nanos) {
    sleeper.await(nanos);
  }

  /// Whether others are at work for the loop, so that time does not pass at all.
  boolean standsStill() {
    return outside.answers();
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
  /// blocking call waits for a device, or with a limit that the JDK takes the time of itself.
  ///
  /// Who waits without a limit in `java.util.concurrent`, or in a monitor, waits for another task
  /// of this loop, as far as can be told.
  private boolean isPaced() {
    return !channels.isEmpty() || outside.blocked().stream().anyMatch(this::isPaced);
  }

  private boolean isPaced(Thread thread) {
    return (isTimed(thread) && !hasTimerHere(thread))
        || Arrays.stream(thread.getStackTrace())
            .map(StackTraceElement::getClassName)
            .anyMatch(JdkClasses::areOfDevices);
  }

  private static boolean isTimed(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING;
  }

  private boolean hasTimerHere(Thread thread) {
    return JdkTime.isThere() && JdkTime.of(thread) == this;
  }

  /// Whether a task waits with a limit, but does not sleep, and there are threads that the loop
  /// does not know of.
  private boolean mayBeEndedByOthers() {
    return JdkTime.isThere()
        && outside.blocked().stream().anyMatch(t -> isTimed(t) && !sleeps(t))
        && !OtherThreads.now().isEmpty();
  }

  private static boolean sleeps(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame ->
            frame.getClassName().equals("java.lang.Thread")
                && frame.getMethodName().equals("sleep"));
  }

  @Override
  public boolean isAboutToBeSent() {
    return JdkTime.isToldOfMonitor(outside.blocked()) || !inbox.isEmpty();
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
