package jasyncio.bench;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.EventLoop;
import jasyncio.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs that an error tells where it was awaited.
///
/// With `-jvmArgsAppend -Djasyncio.traces=off` it does not.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-opens",
      "java.base/java.lang=ALL-UNNAMED",
      "-XX:+UseCompactObjectHeaders"
    })
public class FailureBenchmark {
  private final EventLoop loop = EventLoop.create(null);

  /// A benchmark; JMH makes it.
  public FailureBenchmark() {}

  /// Ends the loop.
  @TearDown
  public void closeLoop() {
    loop.close();
  }

  /// How many tasks an error passes.
  @State(Scope.Thread)
  public static class Chain {
    /// The number of tasks.
    @Param({"1", "10", "100"})
    int length = 1;

    /// A parameter; JMH makes it.
    public Chain() {}
  }

  /// A task fails, and a chain of tasks, each awaiting the one before, with it.
  ///
  /// @param chain its length
  /// @return the error
  @Benchmark
  public Throwable failThroughTasks(Chain chain) {
    return loop.runUntilComplete(() -> {
      Future<Object> last =
          createTask(() -> {
            throw new IllegalStateException();
          });
      for (int i = 1; i < chain.length; i++) {
        var before = last;
        last = createTask(() -> await(before));
      }
      try {
        await(last);
        throw new AssertionError("it did not fail");
      } catch (IllegalStateException e) {
        return e;
      }
    });
  }

  /// A time limit ends its body.
  ///
  /// @return the error
  @Benchmark
  public Throwable timeOut() {
    return loop.runUntilComplete(() -> {
      try {
        waitFor(() -> sleep(1), 1e-9);
        throw new AssertionError("it was in time");
      } catch (TimeoutException e) {
        return e;
      }
    });
  }
}
