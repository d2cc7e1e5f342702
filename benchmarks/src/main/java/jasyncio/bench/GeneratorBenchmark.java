package jasyncio.bench;

import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;

import jasyncio.EventLoop;
import jasyncio.FiberKind;
import jasyncio.generator.AsyncGenerator;
import jasyncio.generator.Generator;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/// What a yielded item costs, beside one of a plain iterator, and what a generator costs.
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
public class GeneratorBenchmark {
  private static final int BATCH = 1000;

  /// The fiber runtime.
  @Param({"SCHEDULED", "PORTABLE"})
  FiberKind fibers = FiberKind.SCHEDULED;

  private @Nullable EventLoop loop;

  /// A benchmark; JMH makes it.
  public GeneratorBenchmark() {}

  /// Makes the loop, and has generators outside of it use the same runtime.
  @Setup
  public void openLoop() {
    System.setProperty("jasyncio.fibers", fibers.name().toLowerCase(Locale.ROOT));
    loop = EventLoop.create(fibers);
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

  private static Generator<Integer> numbers(int n) {
    return generator(g -> {
      for (int i = 0; i < n; i++) {
        g.yield(i);
      }
    });
  }

  private static Generator<Integer> evens(Generator<Integer> source) {
    return generator(g -> {
      for (int i : source) {
        if (i % 2 == 0) {
          g.yield(i);
        }
      }
    });
  }

  /// Yields the items of a generator that lies so many delegations deep.
  private static Generator<Integer> below(int depth, int n) {
    return generator(g -> g.yieldFrom(depth == 0 ? numbers(n) : below(depth - 1, n)));
  }

  private static void consume(Iterator<Integer> items, Blackhole sink) {
    while (items.hasNext()) {
      sink.consume(items.next());
    }
  }

  /// An iterator without a stack, for comparison.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void plainIterator(Blackhole sink) {
    consume(IntStream.range(0, BATCH).iterator(), sink);
  }

  /// A generator that is iterated by a plain thread.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void itemOutsideLoop(Blackhole sink) {
    consume(numbers(BATCH), sink);
  }

  /// A generator that is iterated by a task.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void itemInTask(Blackhole sink) {
    loop().runUntilComplete(() -> consume(numbers(BATCH), sink));
  }

  /// An asynchronous generator, whose body does not await.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void itemOfAsyncGenerator(Blackhole sink) {
    loop()
        .runUntilComplete(() -> {
          AsyncGenerator<Integer> items = asyncGenerator(g -> g.yieldFrom(numbers(BATCH)));
          consume(items, sink);
        });
  }

  /// One generator on top of another; two items of the source give one.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void sourceItemInPipeline(Blackhole sink) {
    loop().runUntilComplete(() -> consume(evens(numbers(BATCH)), sink));
  }

  /// Items that come out of a hundred delegations.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void itemHundredDeep(Blackhole sink) {
    loop().runUntilComplete(() -> consume(below(100, BATCH), sink));
  }

  /// A generator from its making to its end, with one item.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void generatorOfOneItem(Blackhole sink) {
    loop()
        .runUntilComplete(() -> {
          for (int i = 0; i < BATCH; i++) {
            consume(numbers(1), sink);
          }
        });
  }

  /// The same, delegated to: it runs on the stack of the other.
  ///
  /// @param sink takes the items
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void delegateOfOneItem(Blackhole sink) {
    loop()
        .runUntilComplete(() -> {
          Generator<Integer> outer =
              generator(g -> {
                for (int i = 0; i < BATCH; i++) {
                  g.yieldFrom(numbers(1));
                }
              });
          consume(outer, sink);
        });
  }
}
