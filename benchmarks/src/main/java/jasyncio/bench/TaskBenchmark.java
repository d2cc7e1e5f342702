package jasyncio.bench;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;

import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.FiberKind;
import jasyncio.Future;
import jasyncio.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What tasks do most: suspend and go on, await, begin and end. All of it inside one loop.
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
public class TaskBenchmark {
  private static final int BATCH = 1000;

  /// The fiber runtime.
  @Param({"SCHEDULED", "PORTABLE"})
  FiberKind fibers = FiberKind.SCHEDULED;

  private final List<Future<Integer>> done = new ArrayList<>();
  private @Nullable EventLoop loop;

  /// A benchmark; JMH makes it.
  public TaskBenchmark() {}

  /// Makes the loop, and futures that are done.
  @Setup
  public void openLoop() {
    var theLoop = EventLoop.create(fibers);
    loop = theLoop;
    for (int i = 0; i < BATCH; i++) {
      Future<Integer> future = theLoop.createFuture();
      future.setResult(i);
      done.add(future);
    }
  }

  /// Ends the loop.
  @TearDown
  public void closeLoop() {
    loop().close();
  }

  private EventLoop loop() {
    var l = loop;
    if (l == null) {
      throw new IllegalStateException("not set up");
    }
    return l;
  }

  /// Two tasks take turns: suspend, and go on in the next iteration.
  @Benchmark
  @OperationsPerInvocation(2 * BATCH)
  public void sleepZero() {
    Awaitable<Integer, ?> ping =
        () -> {
          for (int i = 0; i < BATCH; i++) {
            sleep(0);
          }
          return BATCH;
        };
    loop().runUntilComplete(() -> await(gather(ping, ping)));
  }

  /// Awaits a future that another task resolves: suspend, be woken, go on.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void awaitFuture() {
    var theLoop = loop();
    theLoop.runUntilComplete(() -> {
      for (int i = 0; i < BATCH; i++) {
        var future = theLoop.<Integer>createFuture();
        theLoop.callSoon(() -> future.setResult(1));
        await(future);
      }
    });
  }

  /// Awaits futures that are done, which does not suspend.
  ///
  /// @param sink takes the results
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void awaitDoneFuture(Blackhole sink) {
    loop()
        .runUntilComplete(() -> {
          for (var future : done) {
            sink.consume((Object) await(future));
          }
        });
  }

  /// Tasks that return at once, awaited one by one.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void spawnAndAwait() {
    Awaitable<Integer, ?> trivial = () -> 1;
    loop()
        .runUntilComplete(() -> {
          for (int i = 0; i < BATCH; i++) {
            Task<Integer> task = createTask(trivial);
            await(task);
          }
        });
  }

  /// Tasks that return at once, gathered.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void spawnAndGather() {
    Awaitable<Integer, ?> trivial = () -> 1;
    loop().runUntilComplete(() -> await(gather(Collections.nCopies(BATCH, trivial))));
  }

  /// Tasks that suspend once, gathered: begin, suspend, go on, end.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void spawnAndYield() {
    Awaitable<Integer, ?> once =
        () -> {
          sleep(0);
          return 1;
        };
    loop().runUntilComplete(() -> await(gather(Collections.nCopies(BATCH, once))));
  }

  /// Callbacks that do nothing.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void callSoon() {
    var theLoop = loop();
    for (int i = 0; i < BATCH; i++) {
      theLoop.callSoon(() -> {});
    }
    theLoop.stop();
    theLoop.runForever();
  }
}
