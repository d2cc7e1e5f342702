package jasyncio.bench;

import static jasyncio.Asyncio.coroutine;

import jasyncio.EventLoop;
import jasyncio.StopIteration;
import jasyncio.lowlevel.Lowlevel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// Coroutines that are driven by hand: a value in, a value out.
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
public class CoroutineBenchmark {
  private static final int BATCH = 1000;

  private final EventLoop loop = EventLoop.create(null);

  /// A benchmark; JMH makes it.
  public CoroutineBenchmark() {}

  /// Ends the loop.
  @TearDown
  public void closeLoop() {
    loop.close();
  }

  /// From a plain thread, with no loop.
  ///
  /// @param sink takes the values
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void sendOutsideLoop(Blackhole sink) {
    drive(sink);
  }

  /// From a task.
  ///
  /// @param sink takes the values
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void sendInTask(Blackhole sink) {
    loop.runUntilComplete(() -> drive(sink));
  }

  /// Makes a coroutine and awaits it; it never suspends.
  ///
  /// @param sink takes the values
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void createAndAwait(Blackhole sink) {
    loop.runUntilComplete(() -> {
      for (int i = 0; i < BATCH; i++) {
        sink.consume((Object) coroutine(() -> 1).await());
      }
    });
  }

  private static void drive(Blackhole sink) {
    var echo =
        coroutine(() -> {
          Object value = 0;
          for (int i = 0; i < BATCH; i++) {
            value = Lowlevel.suspend(value);
          }
        });
    sink.consume(echo.send(null));
    try {
      for (int i = 0; i < BATCH; i++) {
        sink.consume(echo.send(i));
      }
    } catch (StopIteration e) {
      sink.consume(e);
    }
  }
}
