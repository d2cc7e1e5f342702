package jasyncio.bench;

import jasyncio.EventLoop;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Waiting;
import jasyncio.lowlevel.Lowlevel;
import java.util.Objects;
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

/// What the loop does around a wait, with waits that are over at once; and what it costs to have it
/// take the time of them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {
      "-XX:+UseCompactObjectHeaders",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "-Djasyncio.stall=0"
    })
public class WaitBenchmark {
  private static final int WAITS = 10_000;

  /// Whether somebody has asked for the loop's busy time.
  @Param({"false", "true"})
  public boolean timed;

  private @Nullable EventLoop loop;
  private @Nullable Turn turn;

  /// A benchmark; JMH makes it.
  public WaitBenchmark() {}

  /// Makes the loop.
  @Setup
  public void open() {
    EventLoop.running(); // initialises the class that installs the access
    var parts = new LoopParts((inbox, _, _) -> new NoWait(inbox), new ReadyQueue());
    var theLoop = (EventLoop) LoopAccess.get().newLoop(null, parts, null);
    if (timed) {
      Lowlevel.busyTime(theLoop);
    }
    loop = theLoop;
    turn = new Turn();
  }

  /// Closes the loop.
  @TearDown
  public void close() {
    Objects.requireNonNull(loop).close();
  }

  /// Iterations with a wait and an entry that comes from outside.
  @Benchmark
  @OperationsPerInvocation(WAITS)
  public void waits() {
    Objects.requireNonNull(turn).left = WAITS;
    Objects.requireNonNull(loop).runForever();
  }

  private final class Turn extends Entry {
    int left;

    @Override
    protected void run() {
      if (--left == 0) {
        Objects.requireNonNull(loop).stop();
      }
    }
  }

  /// Each wait is over at once, because the entry has come.
  private final class NoWait implements Waiting {
    private final Inbox inbox;

    NoWait(Inbox inbox) {
      this.inbox = inbox;
    }

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void send(Entry entry) {
      inbox.push(entry);
    }

    @Override
    public void await(long nanos) {
      inbox.push(turn);
    }

    @Override
    public boolean isWaiting() {
      return false;
    }
  }
}
