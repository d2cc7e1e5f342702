package jasyncio;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.internal.face.Loops;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Sleeper;
import jasyncio.lowlevel.Lowlevel;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.TestClock;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What other threads may ask of a loop, though it is held up: how late, how busy, how much to do.
@Timeout(600)
class LooksFromOutsideTest {
  private final AtomicLong now = new AtomicLong(); // nanoseconds

  /// A loop whose time goes by hand.
  private EventLoop newLoop() {
    EventLoop.running(); // initialises the class that installs the access
    return (EventLoop)
        LoopAccess.get()
            .newLoop(
                null,
                new LoopParts(
                    (inbox, channels, _) -> new Sleeper(inbox, channels, now::get),
                    new ReadyQueue()),
                null);
  }

  private void pass(double seconds) {
    now.addAndGet((long) (seconds * 1e9));
  }

  @Test
  void busyTime_loopWorks_isThatTime() {
    try (var loop = newLoop()) {
      assertThat(Lowlevel.busyTime(loop)).isZero();
      pass(5);
      assertThat(Lowlevel.busyTime(loop)).isZero(); // it does not run
      loop.callSoon(() -> pass(2));
      loop.callSoon(loop::stop);
      loop.runForever();
      pass(7);
      assertThat(Lowlevel.busyTime(loop)).isEqualTo(2);
    }
  }

  @Test
  void busyTime_firstAskedWhileItWorks_countsFromThere() {
    try (var loop = newLoop()) {
      loop.callSoon(() -> {
        pass(2);
        assertThat(Lowlevel.busyTime(loop)).isZero();
        pass(3);
        loop.stop();
      });
      loop.runForever();
      assertThat(Lowlevel.busyTime(loop)).isEqualTo(3);
    }
  }

  @AsyncTest
  void busyTime_virtualTime_passesInWaitsAlone(TestClock clock) {
    var loop = getRunningLoop();
    assertThat(Lowlevel.busyTime(loop)).isZero();
    sleep(3600);
    assertThat(clock.elapsed().toHours()).isEqualTo(1);
    assertThat(Lowlevel.busyTime(loop)).isZero();
  }

  @Test
  void busyTime_firstAskedWhileAVisitorWatches_countsFromThere_andGoesOnWithoutThem() {
    try (var loop = newLoop()) {
      var core = LoopAccess.get().core(loop);
      var seen = new ArrayList<Double>();
      core.watchBusyTime();
      loop.callSoon(() -> {
        pass(2);
        seen.add(Lowlevel.busyTime(loop));
        pass(3);
        core.unwatchBusyTime();
        pass(4);
      });
      loop.callSoon(loop::stop);
      loop.runForever();
      seen.add(Lowlevel.busyTime(loop));
      assertThat(seen).containsExactly(0.0, 7.0);
    }
  }

  @Test
  void watchedBusyTime_isTakenUntilTheLastVisitorLeaves() {
    try (var loop = newLoop()) {
      var core = LoopAccess.get().core(loop);
      var seen = new ArrayList<Long>();
      seen.add(core.watchBusyTime());
      core.watchBusyTime();
      loop.callSoon(() -> {
        pass(2);
        seen.add(core.watchedBusyNanos(now.get()));
        core.unwatchBusyTime();
        pass(1);
        seen.add(core.watchedBusyNanos(now.get()));
        core.unwatchBusyTime();
        seen.add(core.watchedBusyNanos(now.get())); // nobody takes it
        pass(1);
        seen.add(core.watchBusyTime()); // another one begins anew
      });
      loop.callSoon(loop::stop);
      loop.runForever();
      assertThat(seen).containsExactly(0L, 2_000_000_000L, 3_000_000_000L, 0L, 0L);
    }
  }

  @Test
  void statisticsForVisitors_timerThatIsDue_isReady() {
    try (var loop = newLoop()) {
      var seen = new ArrayList<LoopStatistics>();
      loop.callSoon(() -> {
        loop.callLater(1, () -> {});
        loop.callLater(5, () -> {});
        pass(2);
        seen.add(loop.statistics());
        seen.add(Loops.statistics(loop));
      });
      loop.callSoon(loop::stop);
      loop.runForever();
      assertThat(seen)
          .containsExactly( // stop is ready, too
              new LoopStatistics(1, 2, 0, 0, 0, null), new LoopStatistics(2, 1, 0, 0, 0, null));
    }
  }

  @Test
  void measureLag_loopHeldUp_isKnownWhenItGoesOn() throws Exception {
    try (var loop = newLoop()) {
      var blocks = new CountDownLatch(1);
      var goesOn = new CountDownLatch(1);
      loop.callSoon(() -> {
        blocks.countDown();
        awaitUninterrupted(goesOn);
      });
      loop.callSoon(() -> loop.callSoon(loop::stop));
      var runner = Thread.ofPlatform().start(loop::runForever);
      blocks.await();
      var lag = Lowlevel.measureLag(loop);
      pass(3);
      assertThat(lag.getAsDouble()).isNaN();
      goesOn.countDown();
      runner.join();
      assertThat(lag.getAsDouble()).isEqualTo(3);
    }
  }

  @Test
  void measureLag_loopWaits_isNoneAndDoesNotWakeIt() throws Exception {
    try (var loop = newLoop()) {
      var waits = new CountDownLatch(1);
      Lowlevel.callWhenIdle(loop, waits::countDown);
      var runner = Thread.ofPlatform().start(loop::runForever);
      waits.await();
      while (!LoopAccess.get().core(loop).waiting().isWaiting()) {
        Thread.onSpinWait();
      }
      assertThat(Lowlevel.measureLag(loop).getAsDouble()).isZero();
      assertThat(LoopAccess.get().core(loop).waiting().isWaiting()).isTrue();
      loop.stop();
      runner.join();
    }
  }

  @Test
  void measureLag_loopDoesNotRun_isNeverKnown() {
    var loop = newLoop();
    var before = Lowlevel.measureLag(loop);
    loop.callSoon(loop::stop);
    loop.runForever();
    assertThat(before.getAsDouble()).isNaN();
    loop.close();
    assertThat(Lowlevel.measureLag(loop).getAsDouble()).isNaN();
  }

  @Test
  void statistics_loopHeldUp_areThereForOtherThreads() throws Exception {
    try (var loop = EventLoop.create(null)) {
      var blocks = new CountDownLatch(1);
      var goesOn = new CountDownLatch(1);
      loop.setStallLimit(0); // whose questions would be ready, too
      loop.callLater(3600, () -> {});
      loop.callSoon(() -> {
        blocks.countDown();
        awaitUninterrupted(goesOn);
      });
      loop.callSoon(() -> {});
      loop.callSoon(loop::stop);
      var runner = Thread.ofPlatform().start(loop::runForever);
      blocks.await();
      assertThat(loop.statistics()).isEqualTo(new LoopStatistics(2, 1, 0, 0, 0, null));
      goesOn.countDown();
      runner.join();
    }
  }

  @Test
  void nulls_areRefused() {
    assertThatThrownBy(() -> Lowlevel.busyTime(null)).hasMessage("loop");
    assertThatThrownBy(() -> Lowlevel.measureLag(null)).hasMessage("loop");
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
