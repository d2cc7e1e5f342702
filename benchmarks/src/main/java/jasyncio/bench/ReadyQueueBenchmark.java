package jasyncio.bench;

import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.ReadyQueue;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// An entry on its way through the ready queue, directly and by way of the inbox of other threads.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
public class ReadyQueueBenchmark {
  private static final int BATCH = 1000;

  private final ReadyQueue queue = new ReadyQueue();
  private final Inbox inbox = new Inbox();
  private final Entry entry = new Entry() {};

  /// A benchmark; JMH makes it.
  public ReadyQueueBenchmark() {}

  /// Adds a batch, then removes it.
  ///
  /// @param sink takes the entries
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void addThenRemove(Blackhole sink) {
    for (int i = 0; i < BATCH; i++) {
      queue.add(entry);
    }
    for (int i = 0; i < BATCH; i++) {
      sink.consume(queue.remove());
    }
  }

  /// Sends a batch, drains it, and removes it.
  ///
  /// @param sink takes the entries
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void sendThenDrain(Blackhole sink) {
    for (int i = 0; i < BATCH; i++) {
      inbox.push(entry);
    }
    inbox.drainTo(queue);
    while (queue.size() > 0) {
      sink.consume(queue.remove());
    }
  }
}
