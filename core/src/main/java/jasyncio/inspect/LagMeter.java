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

  /// What was measured of a loop.
  private static final class Lags {
    private static final int MAX = 3_000; // a minute

    private final EventLoop loop;
    private final double[] seconds = new double[MAX];
    private int size;
    private @Nullable DoubleSupplier asked;

    private Lags(EventLoop loop) {
      this.loop = loop;
    }

    private void look() {
      double lag = asked == null ? Double.NaN : asked.getAsDouble();
      if (!Double.isNaN(lag) && size < MAX) {
        seconds[size++] = lag;
      }
      if (asked == null || !Double.isNaN(lag) || !loop.isRunning()) {
        asked = Loops.measureLag(loop);
      }
    }

    private @Nullable Map<String, Object> take() {
      if (size == 0) {
        return null;
      }
      Arrays.sort(seconds, 0, size);
      var lag = new LinkedHashMap<String, Object>();
      lag.put("samples", size);
      lag.put("p50", seconds[size / 2]);
      lag.put("p99", seconds[(int) (size * 0.99)]);
      lag.put("max", seconds[size - 1]);
      size = 0;
      return lag;
    }
  }
}
