package jasyncio.testing;

import static jasyncio.Asyncio.await;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.internal.base.Durations;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.lowlevel.Lowlevel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The time of a test's loop: a parameter of test methods [on a loop][OnLoop].
///
/// Virtual time needs no clock to pass: it jumps as soon as nothing can run before the next timer.
/// The clock is for tests that look at what has happened by some moment.
///
/// ```java
/// class ReminderTest {
///   @AsyncTest
///   void remindsEveryMinute(TestClock clock) {
///     var sent = new ArrayList<String>();
///     var reminding = createTask(() -> {
///       while (true) {
///         sleep(60);
///         sent.add("tea");
///       }
///     });
///     clock.advance(59);
///     assertThat(sent).isEmpty();
///     clock.advance(1);
///     assertThat(sent).containsExactly("tea");
///     reminding.cancel();
///   }
/// }
/// ```
///
/// As an [InstantSource] it can be given to code that asks for the date. Counterparts:
/// `trio.testing.MockClock`, `TestCoroutineScheduler` of kotlinx-coroutines-test.
public final class TestClock implements InstantSource {
  static final Instant BEGINNING = Instant.parse("2000-01-01T00:00:00Z");

  private final EventLoop loop;
  private final LoopCore core;
  private final @Nullable VirtualTime time;
  private final ReadyQueue ready;
  private final long beganNanos;

  /// @param ready what is ready on the loop
  TestClock(EventLoop loop, @Nullable VirtualTime time, ReadyQueue ready) {
    this.ready = ready;
    this.loop = loop;
    this.core = LoopAccess.get().core(loop);
    this.time = time;
    this.beganNanos = core.nanos();
  }

  /// {@return whether time is virtual, and not that of the clock on the wall}
  public boolean isVirtual() {
    return time != null;
  }

  /// {@return how much time has passed since the loop was made} Does not suspend; any thread.
  public Duration elapsed() {
    return Duration.ofNanos(core.nanos() - beganNanos);
  }

  /// {@return the date and time of now; virtual time begins with the year 2000, in UTC} Does not
  /// suspend; any thread.
  @Override
  public Instant instant() {
    return time == null ? Instant.now() : BEGINNING.plus(elapsed());
  }

  /// Lets time pass, with everything that is due meanwhile happening at its time, and [settles][
  /// #settle]. Suspends. What is due at the very end happens, too.
  ///
  /// Other than [sleep][jasyncio.Asyncio#sleep(double)], it neither waits for other threads nor for
  /// the pace of channels. A **cancellation** ends it where time has got to by then.
  ///
  /// @param seconds how much, in seconds; not negative
  /// @throws IllegalArgumentException if it is negative or not a number
  /// @throws IllegalStateException if time is real, or the caller runs in no coroutine of the loop
  public void advance(double seconds) {
    if (!(seconds >= 0 && seconds < Long.MAX_VALUE / 4e9)) {
      throw new IllegalArgumentException("time can be advanced by 0 s or more, not by " + seconds);
    }
    var virtual = time;
    if (virtual == null) {
      throw new IllegalStateException(
          "the time of this test is real, and cannot be advanced; use sleep(...), or @OnLoop(time ="
              + " VIRTUAL)");
    }
    if (virtual.isShared()) { // others have to run meanwhile
      Asyncio.sleep(seconds);
      settle();
      return;
    }
    long end = virtual.nanos() + (long) Math.ceil(seconds * 1e9);
    settle();
    while (core.timers().firstNanos() <= end) {
      virtual.pass(Math.max(0, core.timers().firstNanos() - virtual.nanos()));
      settle();
    }
    virtual.pass(Math.max(0, end - virtual.nanos()));
    settle();
  }

  /// Lets time pass, as [#advance(double)] does.
  ///
  /// @param duration how much; not negative
  /// @throws IllegalArgumentException if it is negative
  /// @throws IllegalStateException if time is real, or the caller runs in no coroutine of the loop
  public void advance(Duration duration) {
    advance(Durations.seconds(duration, "duration"));
  }

  /// Waits until nothing can run any more without time or the outside: every task waits for one of
  /// these, or for another task. Suspends; in virtual time none passes. A **cancellation** ends it.
  ///
  /// This is exact, and not a pause that is hoped to be long enough. Work of other threads is the
  /// outside, and not waited for. Counterparts: `trio.testing.wait_all_tasks_blocked`, `runCurrent`
  /// of kotlinx-coroutines-test, Go's `synctest.Wait`.
  ///
  /// @throws IllegalStateException if the caller runs in no coroutine of the loop
  public void settle() {
    if (EventLoop.running() != loop) {
      throw new IllegalStateException(
          "settle() and advance(...) are called in coroutines of the test's loop, "
              + loop
              + "; here "
              + (EventLoop.running() == null
                  ? "runs none"
                  : "runs another, " + EventLoop.running()));
    }
    do {
      awaitIdleness(loop);
    } while (ready.size() > 0); // another one of that turn's, in an exploration
  }

  /// Waits until the loop would wait. Suspends.
  static void awaitIdleness(EventLoop loop) {
    var still = new Future<Boolean>(loop);
    var handle =
        Lowlevel.callWhenIdle(
            loop,
            () -> {
              if (!still.done()) {
                still.setResult(true);
              }
            });
    try {
      await(still);
    } finally {
      handle.cancel();
    }
  }

  /// {@return `<TestClock 1 min 3.5 s, virtual>`}
  @Override
  public String toString() {
    return "<TestClock "
        + VirtualTime.text(core.nanos() - beganNanos)
        + (isVirtual() ? ", virtual>" : ", real>");
  }
}
