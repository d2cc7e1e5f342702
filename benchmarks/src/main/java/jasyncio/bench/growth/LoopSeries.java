package jasyncio.bench.growth;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import jasyncio.Awaitable;
import jasyncio.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Loops beside each other: what one does must not cost more because there are others.
final class LoopSeries {
  private static final int LOOPS = 64;
  private static final int TIMES = 100_000;

  private LoopSeries() {}

  static List<Series> all() {
    return List.of(
        new Series("loops.switch", "ns a switch", LOOPS, loops -> beside(loops, () -> sleep(0))),
        new Series(
            "loops.current", "ns a call", LOOPS, loops -> beside(loops, () -> getRunningLoop())));
  }

  /// What something costs on a loop that has so many others beside it, idle ones.
  private static double beside(int loops, Runnable deed) throws Exception {
    var others = new ArrayList<EventLoop>();
    var threads = new ArrayList<Thread>();
    try {
      for (int i = 1; i < loops; i++) {
        var loop = newEventLoop();
        others.add(loop);
        var runs = new CountDownLatch(1);
        loop.callSoon(runs::countDown);
        threads.add(Thread.ofPlatform().daemon().start(loop::runForever));
        runs.await();
      }
      return run((Awaitable<Double, RuntimeException>) () -> Meter.nanos(() -> repeat(deed)))
          / TIMES;
    } finally {
      others.forEach(EventLoop::stop);
      for (var thread : threads) {
        thread.join();
      }
      others.forEach(EventLoop::close);
    }
  }

  private static void repeat(Runnable deed) {
    for (int i = 0; i < TIMES; i++) {
      deed.run();
    }
  }
}
