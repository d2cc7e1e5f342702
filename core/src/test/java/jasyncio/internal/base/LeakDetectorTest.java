package jasyncio.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeakDetectorTest {
  private final LeakDetector detector = new LeakDetector();

  /// Of something that nobody deals with.
  private record Telling(Runnable how) implements LeakDetector.Tracker {
    @Override
    public boolean settled() {
      return false;
    }

    @Override
    public void report() {
      how.run();
    }
  }

  /// However long the collector's references take to come out of their queue.
  @Test
  void flush_reportsAllThatWasCollected() {
    var reports = new AtomicInteger();
    int all = 300_000;
    for (int i = 0; i < all; i++) {
      detector.track(new Object(), new Telling(reports::incrementAndGet));
    }
    detector.flush();
    assertThat(reports).hasValue(all);
  }

  @Test
  void flush_leavesWhatIsStillThere() {
    var reports = new AtomicInteger();
    var kept = new ArrayList<Object>(List.of(new Object()));
    detector.track(kept.getFirst(), new Telling(reports::incrementAndGet));
    detector.flush();
    assertThat(reports).hasValue(0);
    kept.clear();
    detector.flush();
    assertThat(reports).hasValue(1);
  }

  /// Another thread has begun to tell, and is slow.
  @Test
  void flush_waitsForAReportThatIsUnderWay() throws Exception {
    var reports = new AtomicInteger();
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    detector.track(
        new Object(),
        new Telling(() -> {
          begun.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          reports.incrementAndGet();
        }));
    var first = Thread.ofPlatform().start(detector::flush);
    begun.await();
    var second = Thread.ofPlatform().start(detector::flush);
    while (second.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    second.join();
    assertThat(reports).hasValue(1);
    first.join();
  }

  @Test
  void reportThatFails_isLoggedAndTakesNoOtherWithIt() {
    var reports = new AtomicInteger();
    detector.track(
        new Object(),
        new Telling(() -> {
          throw new AssertionError("cannot be told");
        }));
    detector.track(new Object(), new Telling(reports::incrementAndGet));
    try (var logs = Logs.capture()) {
      detector.flush();
      assertThat(logs.lines()).anyMatch(line -> line.contains("cannot report what was forgotten"));
    }
    assertThat(reports).hasValue(1);
  }
}
