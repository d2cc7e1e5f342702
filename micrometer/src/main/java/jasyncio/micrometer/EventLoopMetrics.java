package jasyncio.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.search.Search;
import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Meters of an event loop: how late it is, how busy, and what it has to do.
///
/// ```java fragment
/// var registry = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();
/// jasyncio.micrometer.EventLoopMetrics.monitor(registry, getRunningLoop(), "main");
/// ```
///
/// | meter | what |
/// | --- | --- |
/// | `jasyncio.loop.lag` | timer: how late the loop does what is due, as an outsider sees it who asks once a second |
/// | `jasyncio.loop.lag.current` | gauge: for how long the loop has not answered that question by now; 0 if it has |
/// | `jasyncio.loop.utilization` | gauge, 0 to 1: the share of time in which it was busy, and did not wait for something to do, since the last reading, for a second at least |
/// | `jasyncio.loop.ready` | gauge: callbacks and steps of tasks that are about to run |
/// | `jasyncio.loop.tasks` | gauge: tasks that are not done; `state` is `blocked` for those that are set aside in a blocking call under policy `SWITCH`, `unblocked` for all others |
/// | `jasyncio.loop.timers` | gauge: callbacks and sleeping tasks that wait for their time |
/// | `jasyncio.loop.channels` | gauge: connections, servers and other channels that are watched |
/// | `jasyncio.loop.executor.active` | gauge: threads of the loop's executor that make a call |
/// | `jasyncio.loop.executor.queued` | gauge: calls that wait for such a thread |
/// | `jasyncio.loop.executor.size` | gauge: how many threads it has |
///
/// All have the tag `loop`, the loop's name, and those that are given. Those of the executor are
/// `NaN` until there is one, and if it is of a kind that does not say how busy it is.
///
/// **Cost.** A reading costs a fraction of a microsecond, and the same for a million tasks: it
/// looks at numbers that the loop has anyway. It happens on the thread that reads and never waits
/// for the loop, so a loop that is held up is seen, too. The loop reads the clock before and after
/// it waits, some 100 ns, and does nothing else for it. Its lag is measured by a daemon thread, one
/// for all loops, which lets a loop sleep that has nothing to do, and gives a busy one an entry
/// that does nothing. That counts for nothing: neither does it hold up the end of a run, nor hide a
/// dead-lock from the test kit or from the loop's own warning. Time is the loop's; virtual time
/// does not pass while a loop is busy, so lag and utilization are 0 in it.
///
/// **The end.** When the loop is closed, the gauges become `NaN` and the timer keeps what it has.
/// The meters do not keep the loop from being collected. [#close()] takes them out of the registry.
///
/// Methods may be called by any thread, and do not suspend. The model is Micrometer's
/// `ExecutorServiceMetrics`; Python has none.
public final class EventLoopMetrics implements MeterBinder, AutoCloseable {
  private static final String PREFIX = "jasyncio.loop.";
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

  /// Who looks for a name that is free, and takes it.
  private static final Object NAMING = new Object();

  /// Those that are bound; their registries keep them. Guarded by NAMING.
  private static final Set<EventLoopMetrics> ALL_BOUND =
      Collections.newSetFromMap(new WeakHashMap<>());

  private enum Stage {
    NEW,
    BOUND,
    CLOSED
  }

  private final WeakReference<EventLoop> loop;
  private final @Nullable String name; // null for the first that is free
  private final Tags tags;
  private final Duration interval;
  private final List<Meter> meters = new ArrayList<>(); // guarded by NAMING, as the next
  private Stage stage = Stage.NEW;
  private @Nullable MeterRegistry registry;
  private @Nullable LagWatch lagWatch;

  /// Metrics of `loop`. Its name is `loop-1`, or whatever number is the first that the registry
  /// does not have.
  ///
  /// @param loop the loop
  /// @throws IllegalStateException if the loop is closed
  public EventLoopMetrics(EventLoop loop) {
    this(loop, null, Tags.empty(), DEFAULT_INTERVAL);
  }

  /// Metrics of `loop`, by a name.
  ///
  /// @param loop the loop
  /// @param name the value of the tag `loop`, which no other loop in the registry has that is
  ///   measured
  /// @param tags further tags of all meters
  /// @throws IllegalArgumentException if the name is blank
  /// @throws IllegalStateException if the loop is closed
  public EventLoopMetrics(EventLoop loop, String name, Iterable<Tag> tags) {
    this(loop, name, tags, DEFAULT_INTERVAL);
  }

  /// Metrics of `loop`, by a name, with its lag measured at an interval.
  ///
  /// @param loop the loop
  /// @param name the value of the tag `loop`, which no other loop in the registry has that is
  ///   measured
  /// @param tags further tags of all meters
  /// @param lagInterval the time from one measurement of the lag to the next, 1 s by default; zero
  ///   for no meters of the lag, and no thread for them
  /// @throws IllegalArgumentException if the name is blank, or the interval negative
  /// @throws IllegalStateException if the loop is closed
  public EventLoopMetrics(EventLoop loop, String name, Iterable<Tag> tags, Duration lagInterval) {
    this(loop, checked(name), Tags.of(Objects.requireNonNull(tags, "tags")), lagInterval);
  }

  private EventLoopMetrics(EventLoop loop, @Nullable String name, Tags tags, Duration lagInterval) {
    Objects.requireNonNull(loop, "loop");
    if (Objects.requireNonNull(lagInterval, "lagInterval").isNegative()) {
      throw new IllegalArgumentException(
          "the lag of a loop is measured every second, say, or never, which is zero; not every "
              + lagInterval);
    }
    this.loop = new WeakReference<>(loop);
    this.name = name;
    this.tags = tags;
    this.interval = lagInterval;
    openLoop();
  }

  private static String checked(String name) {
    if (Objects.requireNonNull(name, "name").isBlank()) {
      throw new IllegalArgumentException(
          "the name of a loop is blank; metrics need one that tells it from others, such as 'main'");
    }
    return name;
  }

  /// Binds the metrics of a loop to a registry.
  ///
  /// @param registry the registry
  /// @param loop the loop
  /// @param name the value of the tag `loop`
  /// @param tags further tags of all meters
  /// @return the metrics, to be closed when they are not wanted any more
  /// @throws IllegalArgumentException if the name is blank
  /// @throws IllegalStateException if the loop is closed, or the registry has such meters
  public static EventLoopMetrics monitor(
      MeterRegistry registry, EventLoop loop, String name, Tag... tags) {
    var metrics = new EventLoopMetrics(loop, name, Tags.of(tags));
    metrics.bindTo(registry);
    return metrics;
  }

  private EventLoop openLoop() {
    var open = openOrNull(loop);
    if (open == null) {
      throw new IllegalStateException(
          "the event loop is closed; its metrics are bound while it is open");
    }
    return open;
  }

  private static @Nullable EventLoop openOrNull(WeakReference<EventLoop> ref) {
    var loop = ref.get();
    return loop == null || loop.isClosed() ? null : loop;
  }

  // ---- binding ----------------------------------------------------------------------------------

  /// Adds the meters to a registry, once, and takes those of loops out that have been closed.
  ///
  /// @param registry the registry
  /// @throws IllegalStateException if these metrics are bound or closed already, the loop is
  ///   closed, or the registry has meters of a loop of that name
  @Override
  public void bindTo(MeterRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    synchronized (NAMING) {
      switch (stage) {
        case NEW -> {}
        case BOUND ->
            throw new IllegalStateException(
                "these metrics are bound to a registry already; for another one make others of the"
                    + " same loop");
        case CLOSED ->
            throw new IllegalStateException("these metrics are closed; make others of the loop");
      }
      var open = openLoop();
      closeEnded(registry);
      var all = tags.and("loop", name == null ? freeName(registry) : name);
      if (isTaken(registry, all)) {
        throw new IllegalStateException(
            "the registry has metrics of an event loop '"
                + name
                + "' already; give this one another name, or close the others first");
      }
      this.registry = registry;
      stage = Stage.BOUND;
      ALL_BOUND.add(this);
      try {
        addGauges(registry, all, new Utilization(open));
        addLag(registry, all);
      } catch (Throwable e) { // of a registry that has other tags under these names, say
        close();
        throw e;
      }
    }
  }

  /// Makes room for a loop of the same name: meters of one that has ended tell nothing any more.
  private static void closeEnded(MeterRegistry registry) {
    List.copyOf(ALL_BOUND).stream()
        .filter(other -> other.registry == registry && openOrNull(other.loop) == null)
        .forEach(EventLoopMetrics::close);
  }

  private String freeName(MeterRegistry registry) {
    return IntStream.iterate(1, i -> i + 1)
        .mapToObj(i -> "loop-" + i)
        .filter(free -> !isTaken(registry, tags.and("loop", free)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isTaken(MeterRegistry registry, Tags tags) {
    return Search.in(registry).name(n -> n.startsWith(PREFIX)).tags(tags).meter() != null;
  }

  private void addGauges(MeterRegistry registry, Tags all, Utilization utilization) {
    addGauge(
        registry,
        "utilization",
        null,
        "The share of time in which the loop was busy",
        all,
        utilization::of);
    addGauge(
        registry,
        "ready",
        "steps",
        "Callbacks and steps of tasks that are about to run",
        all,
        statistic(LoopStatistics::ready));
    addGauge(
        registry,
        "tasks",
        "tasks",
        "Tasks that are not done",
        all.and("state", "blocked"),
        statistic(LoopStatistics::blocked));
    addGauge(
        registry,
        "tasks",
        "tasks",
        "Tasks that are not done",
        all.and("state", "unblocked"),
        statistic(now -> Math.max(0, now.tasks() - now.blocked())));
    addGauge(
        registry,
        "timers",
        "timers",
        "Callbacks and sleeping tasks that wait for their time",
        all,
        statistic(LoopStatistics::timers));
    addGauge(
        registry,
        "channels",
        "channels",
        "Connections, servers and other channels that are watched",
        all,
        statistic(LoopStatistics::channels));
    addGauge(
        registry,
        "executor.active",
        "threads",
        "Threads of the loop's executor that make a call",
        all,
        executor(LoopStatistics.Executor::active));
    addGauge(
        registry,
        "executor.queued",
        "calls",
        "Calls that wait for a thread of the loop's executor",
        all,
        executor(LoopStatistics.Executor::queued));
    addGauge(
        registry,
        "executor.size",
        "threads",
        "Threads of the loop's executor",
        all,
        executor(LoopStatistics.Executor::threads));
  }

  private static ToDoubleFunction<EventLoop> statistic(ToDoubleFunction<LoopStatistics> value) {
    return loop -> value.applyAsDouble(loop.statistics());
  }

  private static ToDoubleFunction<EventLoop> executor(
      ToDoubleFunction<LoopStatistics.Executor> value) {
    return statistic(
        now -> now.executor() == null ? Double.NaN : value.applyAsDouble(now.executor()));
  }

  /// The gauge holds the reference, not the loop.
  private void addGauge(
      MeterRegistry registry,
      String called,
      @Nullable String unit,
      String description,
      Tags all,
      ToDoubleFunction<EventLoop> value) {
    meters.add(
        Gauge.builder(PREFIX + called, this, metrics -> read(metrics.loop, value))
            .strongReference(true)
            .baseUnit(unit)
            .description(description)
            .tags(all)
            .register(registry));
  }

  private static double read(WeakReference<EventLoop> ref, ToDoubleFunction<EventLoop> value) {
    var loop = openOrNull(ref);
    return loop == null ? Double.NaN : value.applyAsDouble(loop);
  }

  private void addLag(MeterRegistry registry, Tags all) {
    if (interval.isZero()) {
      return;
    }
    var timer =
        Timer.builder(PREFIX + "lag")
            .description("How late the loop does what is due")
            .tags(all)
            .register(registry);
    meters.add(timer);
    var watch = new LagWatch(loop, timer);
    meters.add(
        TimeGauge.builder(
                PREFIX + "lag.current",
                watch,
                TimeUnit.NANOSECONDS,
                w -> read(loop, w::currentNanos))
            .strongReference(true)
            .description("For how long the loop has not answered")
            .tags(all)
            .register(registry));
    lagWatch = watch;
    watch.begin(interval);
  }

  /// What looks at the lag, for tests.
  LagWatch lagWatch() {
    synchronized (NAMING) {
      return Objects.requireNonNull(lagWatch);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Takes the meters out of the registry, and ends the measurement of the lag. Waits for nobody;
  /// to call it again has no effect. The loop may be open, held up, or closed.
  @Override
  public void close() {
    synchronized (NAMING) {
      stage = Stage.CLOSED;
      if (lagWatch != null) {
        lagWatch.end();
        lagWatch = null;
      }
      var from = registry;
      if (from != null) {
        registry = null;
        ALL_BOUND.remove(this);
        meters.forEach(from::remove);
        meters.clear();
      }
    }
  }
}
