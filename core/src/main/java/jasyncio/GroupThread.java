package jasyncio;

import jasyncio.internal.base.Sneaky;
import jasyncio.internal.base.Steps;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The thread of one loop of a [LoopGroup].
final class GroupThread {
  /* Overview
   *   RUNNING -> ENDING   the loop was stopped by the group, or by somebody, or a SystemExit has left it: LoopLife
   *   ENDING -> ENDED     it is closed
   *
   * A loop whose end began before that of the group ends alone, and waits for no other. One that is ENDING is not
   * stopped any more: it runs for its clean-up.
   */
  private static final AtomicInteger COUNTER = new AtomicInteger();

  final EventLoop loop;
  private final Runner runner;
  private final GroupClosing closing;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  GroupThread(Runner runner, GroupClosing closing) {
    this.runner = runner;
    this.loop = runner.getLoop();
    this.closing = closing;
  }

  void start(ThreadFactory threads) {
    var name = "jasyncio-loop-" + COUNTER.incrementAndGet();
    if (loop.label == null) {
      loop.label = name;
    }
    var thread = threads.newThread(this::run);
    thread.setName(name);
    thread.start();
  }

  /// It could not be started: closes the loop here.
  void abandon() {
    new Steps().take(runner::close);
    closing.noted.pass();
    closing.unwound.pass();
    closing.ended.pass();
  }

  /// Has the loop end, unless it does so already. Any thread.
  void stop() {
    loop.thread.sendUnlessClosed(() -> {
      if (!loop.life.isEnding()) {
        loop.life.endsBecause("the group was closed");
        loop.stop();
      }
    });
  }

  private void run() {
    var steps = new Steps();
    steps.take(runner::runForever);
    if (closing.hasBegun()) {
      endWithOthers(steps);
    } else {
      closing.noted.pass();
      closing.unwound.pass();
      steps.take(() -> runner.close(l -> Cancellation.shutdown(l, "the end of its loop")));
    }
    try {
      steps.end();
    } catch (Throwable e) {
      failure.set(e);
    }
    closing.ended.pass();
  }

  private void endWithOthers(Steps steps) {
    var left = loop.tasks.toList();
    closing.noted.passWith(loop, steps);
    left.removeIf(Future::done);
    steps.take(() -> runner.cancelTasks(loop, left, closing::cancellation));
    closing.unwound.passWith(loop, steps);
    steps.take(() -> runner.close(closing::cancellation));
  }

  /// Throws what has ended the loop, once, if it came to nobody. After the end.
  void tellFailure() {
    var e = failure.getAndSet(null);
    if (e != null && loop.calls.isUntold(e)) {
      throw Sneaky.sneak(e);
    }
  }
}
