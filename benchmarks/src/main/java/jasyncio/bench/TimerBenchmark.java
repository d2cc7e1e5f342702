package jasyncio.bench;

import jasyncio.EventLoop;
import jasyncio.TimerHandle;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.TimerHeap;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// Timers at random times: the bare heap, and timers of a loop that are cancelled before they fire.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-opens",
      "java.base/java.lang=ALL-UNNAMED",
      "-XX:+UseCompactObjectHeaders"
    })
public class TimerBenchmark {
  private static final int TIMERS = 10_000;

  private final TimerHeap heap = new TimerHeap();
  private final CancellableEntry[] timers = new CancellableEntry[TIMERS];
  private final long[] times = new Random(42).longs(TIMERS, 0, 1_000_000_000).toArray();
  private final TimerHandle[] handles = new TimerHandle[TIMERS];
  private final EventLoop loop = EventLoop.create(null);

  /// A benchmark; JMH makes it.
  public TimerBenchmark() {}

  /// Makes the timers.
  @Setup
  public void makeTimers() {
    for (int i = 0; i < TIMERS; i++) {
      timers[i] = new CancellableEntry() {};
    }
  }

  /// Ends the loop.
  @TearDown
  public void closeLoop() {
    loop.close();
  }

  /// Adds timers to an empty heap, then takes them out, first the one that is due first.
  ///
  /// @param sink takes the timers
  @Benchmark
  @OperationsPerInvocation(TIMERS)
  public void addThenPoll(Blackhole sink) {
    for (int i = 0; i < TIMERS; i++) {
      heap.add(times[i], timers[i]);
    }
    for (int i = 0; i < TIMERS; i++) {
      sink.consume(heap.pollDue(Long.MAX_VALUE));
    }
  }

  /// Schedules callbacks for later, cancels them all, and lets the loop sweep them out.
  @Benchmark
  @OperationsPerInvocation(TIMERS)
  public void callLaterThenCancel() {
    for (int i = 0; i < TIMERS; i++) {
      handles[i] = loop.callLater(1 + times[i] / 1e9, () -> {});
    }
    for (var handle : handles) {
      handle.cancel();
    }
    loop.stop();
    loop.runForever();
  }
}
