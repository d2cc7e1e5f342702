package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.internal.face.Loops;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// Measures how late loops are, fifty times a second, on a thread of its own until it is closed.
/// Any thread.
final class LagMeter implements AutoCloseable {
  private static final long PERIOD_NANOS = 20_000_000;

  private final IdentityHashMap<EventLoop, Lags> loops = new IdentityHashMap<>(); // guarded by this
  private volatile boolean closed;

  LagMeter() {
    Thread.ofPlatform()
        .name("jasyncio-insight-lag")
        .daemon()
        .inheritInheritableThreadLocals(false)
        .start(this::run);
  }

  private void run() {
    while (!closed) {
      look();
      LockSupport.parkNanos(PERIOD_NANOS);
    }
  }

  private synchronized void look() {
    loops.values().forEach(Lags::look);
  }

  /// What was measured since the last time; `null` if nothing was. Begins to look at the loop.
  synchronized @Nullable Map<String, Object> take(EventLoop loop) {
    return loops.computeIfAbsent(loop, Lags::new).take();
  }

  /// Does not look at it any more.
  synchronized void forget(EventLoop loop) {
    loops.remove(loop);
  }

  @Override
  public void close() {
    closed = true;
  }

  /// What was measured of a loop: the last thousands, and the longest.
  private static final class Lags {
    private static final int MAX = 3_000; // a minute

    private final EventLoop loop;
    private final double[] seconds = new double[MAX];
    private int samples; // of which the last MAX are there
    private double longest;
    private @Nullable DoubleSupplier asked;

    private Lags(EventLoop loop) {
      this.loop = loop;
    }

    private void look() {
      double lag = asked == null ? Double.NaN : asked.getAsDouble();
      if (!Double.isNaN(lag)) {
        seconds[samples++ % MAX] = lag;
        longest = Math.max(longest, lag);
      }
      if (asked == null || !Double.isNaN(lag) || !loop.isRunning()) {
        asked = Loops.measureLag(loop);
      }
    }

    private @Nullable Map<String, Object> take() {
      if (samples == 0) {
        return null;
      }
      int size = Math.min(samples, MAX);
      Arrays.sort(seconds, 0, size);
      var lag = new LinkedHashMap<String, Object>();
      lag.put("samples", samples);
      lag.put("p50", seconds[size / 2]);
      lag.put("p99", seconds[(int) (size * 0.99)]);
      lag.put("max", longest);
      samples = 0;
      longest = 0;
      return lag;
    }
  }
}
