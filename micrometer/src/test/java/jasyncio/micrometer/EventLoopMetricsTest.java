package jasyncio.micrometer;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.net.Streams;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import jasyncio.testing.OnLoop;
import jasyncio.testkit.Garbage;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@Timeout(600)
class EventLoopMetricsTest {
  private static final Duration NEVER = Duration.ofDays(1_000_000); // what is not looked at by hand

  private final MeterRegistry registry = new SimpleMeterRegistry();

  private EventLoopMetrics bind(EventLoop loop, String name) {
    var metrics = new EventLoopMetrics(loop, name, Tags.empty(), NEVER);
    metrics.bindTo(registry);
    return metrics;
  }

  private double value(String name, String... tags) {
    return registry.get("jasyncio.loop." + name).tags(tags).gauge().value();
  }

  private Timer lag() {
    return registry.get("jasyncio.loop.lag").timer();
  }

  // ---- what there is to do ----------------------------------------------------------------------

  @AsyncTest
  void bindTo_loop_hasItsMetersWithTheTags() {
    var metrics =
        EventLoopMetrics.monitor(registry, getRunningLoop(), "main", Tag.of("app", "shop"));
    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getName())
        .containsExactlyInAnyOrder(
            "jasyncio.loop.lag",
            "jasyncio.loop.lag.current",
            "jasyncio.loop.utilization",
            "jasyncio.loop.ready",
            "jasyncio.loop.tasks",
            "jasyncio.loop.tasks",
            "jasyncio.loop.timers",
            "jasyncio.loop.channels",
            "jasyncio.loop.executor.active",
            "jasyncio.loop.executor.queued",
            "jasyncio.loop.executor.size");
    assertThat(registry.getMeters())
        .allSatisfy(meter ->
            assertThat(meter.getId().getTags())
                .contains(Tag.of("loop", "main"), Tag.of("app", "shop")))
        .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotBlank());
    metrics.close();
  }

  @AsyncTest
  void gauges_readyTasksTimers_areThoseOfTheLoop() {
    try (var _ = bind(getRunningLoop(), "main")) {
      getRunningLoop().callSoon(() -> {});
      var sleeper = createTask(() -> sleep(60));
      assertThat(value("ready")).isEqualTo(2);
      assertThat(value("tasks", "state", "unblocked")).isEqualTo(2);
      assertThat(value("tasks", "state", "blocked")).isZero();
      assertThat(value("timers")).isZero();
      sleep(0);
      assertThat(value("ready")).isZero();
      assertThat(value("timers")).isEqualTo(1);
      sleeper.await();
      assertThat(value("tasks", "state", "unblocked")).isEqualTo(1);
    }
  }

  @Test
  @OnLoop(blocking = BlockingPolicy.SWITCH)
  @DisabledIfSystemProperty(
      named = "jasyncio.fibers",
      matches = "portable",
      disabledReason = "policy SWITCH needs the scheduled fiber runtime")
  void gauges_taskInABlockingCall_isBlocked() {
    try (var _ = bind(getRunningLoop(), "main")) {
      var release = new CountDownLatch(1);
      var task = createTask(() -> release.await());
      sleep(0);
      assertThat(value("tasks", "state", "blocked")).isEqualTo(1);
      assertThat(value("tasks", "state", "unblocked")).isEqualTo(1);
      release.countDown();
      task.await();
      assertThat(value("tasks", "state", "blocked")).isZero();
    }
  }

  @Test
  void gauges_server_isAChannel() throws Exception {
    run(() -> {
      try (var _ = bind(getRunningLoop(), "main")) {
        assertThat(value("channels")).isZero();
        var server = Streams.startServer((_, writer) -> writer.close(), "127.0.0.1", 0);
        assertThat(value("channels")).isEqualTo(1);
        server.close();
      }
    });
  }

  @Test
  void gauges_executor_areKnownWhenThereIsOne() throws Exception {
    run(() -> {
      try (var _ = bind(getRunningLoop(), "main")) {
        assertThat(value("executor.size")).isNaN();
        assertThat(value("executor.active")).isNaN();
        assertThat(value("executor.queued")).isNaN();
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var call =
            createTask(() ->
                toThread(() -> {
                  begun.countDown();
                  release.await();
                }));
        sleep(0);
        toThread(() -> begun.await());
        assertThat(value("executor.size")).isEqualTo(2);
        assertThat(value("executor.active")).isBetween(1.0, 2.0);
        assertThat(value("executor.queued")).isZero();
        release.countDown();
        call.await();
      }
    });
  }

  // ---- lag --------------------------------------------------------------------------------------

  @Test
  void lag_loopBlocks_isRecordedWhenItGoesOn() throws Exception {
    var clock = new HandClock();
    try (var loop = clock.newLoop();
        var metrics = bind(loop, "main")) {
      HandClock.block(
          loop,
          () -> {
            metrics.lagWatch().look();
            clock.pass(3);
            assertThat(value("lag.current")).isEqualTo(3); // seconds are SimpleMeterRegistry's unit
            metrics.lagWatch().look(); // asks no second question
            assertThat(lag().count()).isZero();
          });
      assertThat(value("lag.current")).isZero();
      metrics.lagWatch().look();
      assertThat(lag().count()).isEqualTo(1);
      assertThat(lag().max(TimeUnit.SECONDS)).isEqualTo(3);
      metrics.lagWatch().look(); // it does not run: nothing to ask
      assertThat(lag().count()).isEqualTo(1);
    }
  }

  @Test
  void lag_loopWaits_isNoneAndDoesNotWakeIt() throws Exception {
    var clock = new HandClock();
    try (var loop = clock.newLoop();
        var metrics = bind(loop, "main")) {
      var runner = Thread.ofPlatform().start(loop::runForever);
      HandClock.awaitWait(loop);
      metrics.lagWatch().look();
      assertThat(HandClock.isWaiting(loop)).isTrue();
      assertThat(lag().count()).isEqualTo(1);
      assertThat(lag().max(TimeUnit.SECONDS)).isZero();
      loop.stop();
      runner.join();
    }
  }

  @Test
  void lag_loopDoesNotRun_isNotMeasured() {
    try (var loop = EventLoop.create(null);
        var metrics = bind(loop, "main")) {
      metrics.lagWatch().look();
      assertThat(lag().count()).isZero();
      assertThat(value("lag.current")).isZero();
    }
  }

  @Test
  void lag_loopStopsBeforeItAnswers_isForgotten() throws Exception {
    var clock = new HandClock();
    try (var loop = clock.newLoop();
        var metrics = bind(loop, "main")) {
      loop.callSoon(() -> {
        metrics.lagWatch().look();
        loop.stop();
      });
      loop.runForever();
      clock.pass(100);
      metrics.lagWatch().look();
      assertThat(lag().count()).isZero();
      assertThat(value("lag.current")).isZero();
    }
  }

  @AsyncTest
  void lag_virtualTime_isNone() {
    try (var metrics = bind(getRunningLoop(), "main")) {
      for (int i = 0; i < 10; i++) {
        metrics.lagWatch().look();
        sleep(60);
      }
      metrics.lagWatch().look();
      assertThat(lag().count()).isEqualTo(10);
      assertThat(lag().max(TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void lag_byItself_isMeasuredAtTheInterval() throws Exception {
    var measured = new CountDownLatch(3);
    var counting =
        new SimpleMeterRegistry() {
          @Override
          protected Timer newTimer(
              Meter.Id id, DistributionStatisticConfig config, PauseDetector detector) {
            return new CumulativeTimer(id, clock, config, detector, TimeUnit.SECONDS, false) {
              @Override
              protected void recordNonNegative(long amount, TimeUnit unit) {
                super.recordNonNegative(amount, unit);
                measured.countDown();
              }
            };
          }
        };
    run(() -> {
      var interval = Duration.ofMillis(1);
      try (var metrics = new EventLoopMetrics(getRunningLoop(), "main", Tags.empty(), interval)) {
        metrics.bindTo(counting);
        toThread(() -> measured.await());
      }
    });
    assertThat(measured.getCount()).isZero();
  }

  @Test
  void lag_intervalZero_isNotMeasured() {
    try (var loop = EventLoop.create(null);
        var metrics = new EventLoopMetrics(loop, "main", Tags.empty(), Duration.ZERO)) {
      metrics.bindTo(registry);
      assertThat(registry.find("jasyncio.loop.lag").timer()).isNull();
      assertThat(registry.find("jasyncio.loop.lag.current").gauge()).isNull();
      assertThat(value("ready")).isZero();
    }
  }

  @Test
  void lag_deadLockInVirtualTime_isToldAllTheSame() {
    assertThatThrownBy(() ->
            AsyncTests.run(() -> {
              var often = Duration.ofNanos(100_000);
              try (var metrics =
                  new EventLoopMetrics(getRunningLoop(), "main", Tags.empty(), often)) {
                metrics.bindTo(registry);
                metrics.lagWatch().look();
                getRunningLoop().createFuture().await();
              }
            }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("dead-lock");
  }

  // ---- utilization ------------------------------------------------------------------------------

  @Test
  void utilization_busyHalfOfTheTime_isAHalf() {
    var clock = new HandClock();
    try (var loop = clock.newLoop();
        var _ = bind(loop, "main")) {
      assertThat(value("utilization")).isNaN(); // no time has passed
      loop.callSoon(() -> clock.pass(2));
      loop.callSoon(loop::stop);
      loop.runForever();
      clock.pass(2);
      assertThat(value("utilization")).isCloseTo(0.5, within(1e-9));
      clock.pass(10);
      assertThat(value("utilization")).isZero();
    }
  }

  @Test
  void utilization_readAgainWithinASecond_isOfTheLongerTime() {
    var clock = new HandClock();
    try (var loop = clock.newLoop();
        var _ = bind(loop, "main")) {
      loop.callSoon(() -> clock.pass(5));
      loop.callSoon(loop::stop);
      loop.runForever();
      clock.pass(5);
      assertThat(value("utilization")).isCloseTo(0.5, within(1e-9));
      clock.pass(0.5);
      assertThat(value("utilization")).isCloseTo(5 / 10.5, within(1e-9));
      clock.pass(0.5);
      assertThat(value("utilization")).isZero();
    }
  }

  @Test
  void utilization_loopBlocks_isOne() throws Exception {
    var clock = new HandClock();
    try (var loop = clock.newLoop();
        var _ = bind(loop, "main")) {
      HandClock.block(
          loop,
          () -> {
            clock.pass(7);
            assertThat(value("utilization")).isEqualTo(1);
          });
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Test
  void loopClosed_gaugesAreUnknownAndLagIsKept() throws Exception {
    var clock = new HandClock();
    var loop = clock.newLoop();
    try (var metrics = bind(loop, "main")) {
      HandClock.block(
          loop,
          () -> {
            metrics.lagWatch().look();
            clock.pass(1);
          });
      metrics.lagWatch().look();
      loop.close();
      metrics.lagWatch().look();
      assertThat(lag().count()).isEqualTo(1);
      for (var name : List.of("ready", "timers", "channels", "utilization", "lag.current")) {
        assertThat(value(name)).as(name).isNaN();
      }
    }
  }

  @Test
  void loopClosed_isNotKept() throws Exception {
    var clock = new HandClock();
    var loop = clock.newLoop();
    var metrics = bind(loop, "main");
    HandClock.block(loop, () -> metrics.lagWatch().look());
    loop.close();
    metrics.lagWatch().look(); // as it does by itself
    var forgotten = new WeakReference<>(loop);
    loop = null;
    Garbage.collectUntil(() -> forgotten.get() == null, Thread::yield);
    assertThat(value("ready")).isNaN();
    metrics.close();
  }

  @Test
  void close_bound_takesItsMetersOut() {
    registry.counter("other");
    try (var loop = EventLoop.create(null)) {
      var one = bind(loop, "one");
      var two = bind(loop, "two");
      one.close();
      assertThat(registry.getMeters())
          .filteredOn(meter -> meter.getId().getName().startsWith("jasyncio."))
          .hasSize(11)
          .allSatisfy(meter -> assertThat(meter.getId().getTag("loop")).isEqualTo("two"));
      one.close();
      two.close();
      assertThat(registry.getMeters()).hasSize(1);
    }
  }

  @Test
  void close_loopBlocks_doesNotWait() throws Exception {
    try (var loop = EventLoop.create(null)) {
      var metrics = bind(loop, "main");
      HandClock.block(
          loop,
          () -> {
            metrics.lagWatch().look();
            metrics.close();
            assertThat(registry.getMeters()).isEmpty();
          });
    }
  }

  // ---- names ------------------------------------------------------------------------------------

  @Test
  void bindTo_noName_takesTheFirstFreeNumber() {
    try (var loop = EventLoop.create(null);
        var first = new EventLoopMetrics(loop);
        var second = new EventLoopMetrics(loop);
        var third = new EventLoopMetrics(loop)) {
      first.bindTo(registry);
      second.bindTo(registry);
      assertThat(registry.get("jasyncio.loop.ready").tag("loop", "loop-1").gauge()).isNotNull();
      assertThat(registry.get("jasyncio.loop.ready").tag("loop", "loop-2").gauge()).isNotNull();
      first.close();
      third.bindTo(registry);
      assertThat(registry.get("jasyncio.loop.ready").gauges()).hasSize(2);
      assertThat(registry.get("jasyncio.loop.ready").tag("loop", "loop-1").gauge()).isNotNull();
    }
  }

  @Test
  void bindTo_nameIsTaken_isRefused() {
    try (var loop = EventLoop.create(null);
        var _ = bind(loop, "main");
        var second = new EventLoopMetrics(loop, "main", Tags.empty())) {
      assertThatThrownBy(() -> second.bindTo(registry))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "the registry has metrics of an event loop 'main' already; give this one another name, or"
                  + " close the others first");
    }
  }

  @Test
  void bindTo_twice_isRefused() {
    try (var loop = EventLoop.create(null);
        var metrics = bind(loop, "main")) {
      assertThatThrownBy(() -> metrics.bindTo(new SimpleMeterRegistry()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "these metrics are bound to a registry already; for another one make others of the same"
                  + " loop");
      metrics.close();
      assertThatThrownBy(() -> metrics.bindTo(registry))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("these metrics are closed; make others of the loop");
    }
  }

  @Test
  void bindTo_loopClosed_isRefused() {
    var loop = EventLoop.create(null);
    var metrics = new EventLoopMetrics(loop);
    loop.close();
    var message = "the event loop is closed; its metrics are bound while it is open";
    assertThatThrownBy(() -> metrics.bindTo(registry))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> new EventLoopMetrics(loop))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    metrics.close();
  }

  @Test
  void bindTo_registryRefuses_leavesNothing() {
    var refusing =
        new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
          @Override
          protected Timer newTimer(
              Meter.Id id, DistributionStatisticConfig config, PauseDetector detector) {
            throw new IllegalArgumentException("no timers here");
          }
        };
    try (var loop = EventLoop.create(null);
        var metrics = new EventLoopMetrics(loop)) {
      assertThatThrownBy(() -> metrics.bindTo(refusing)).hasMessage("no timers here");
      assertThat(refusing.getMeters()).isEmpty();
    }
  }

  @Test
  void arguments_thatMakeNoSense_areRefused() {
    try (var loop = EventLoop.create(null)) {
      assertThatThrownBy(() -> new EventLoopMetrics(null)).hasMessage("loop");
      assertThatThrownBy(() -> new EventLoopMetrics(loop, null, Tags.empty())).hasMessage("name");
      assertThatThrownBy(() -> new EventLoopMetrics(loop, "main", null)).hasMessage("tags");
      assertThatThrownBy(() -> new EventLoopMetrics(loop, "main", Tags.empty(), null))
          .hasMessage("lagInterval");
      assertThatThrownBy(() -> new EventLoopMetrics(loop).bindTo(null)).hasMessage("registry");
      assertThatThrownBy(() -> new EventLoopMetrics(loop, " ", Tags.empty()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the name of a loop is blank; metrics need one that tells it from others, such as"
                  + " 'main'");
      assertThatThrownBy(
              () -> new EventLoopMetrics(loop, "main", Tags.empty(), Duration.ofSeconds(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the lag of a loop is measured every second, say, or never, which is zero; not every"
                  + " PT-1S");
    }
  }
}
