package jasyncio;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.Inbox;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.Waiting;
import jasyncio.sync.Lock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class StallWatchTest {
  private static final long PERIOD = 125_000_000;

  /// A loop whose watch looks when it is told to, at times that are made up. The limit is a second.
  private static final class Watched implements AutoCloseable {
    final Logs logs = Logs.captureStalls();
    final EventLoop loop;
    final StallWatch watch;
    long now = PERIOD;
    double share = 1; // of a processor, for the process
    private long processed;

    Watched(RunOptions options) {
      this(options.newLoop());
    }

    Watched(EventLoop loop) {
      this.loop = loop;
      loop.setStallLimit(0);
      watch = new StallWatch(loop, () -> processed);
      watch.setLimit(1);
    }

    /// Runs `main`, while `looks` is run by another thread. If that fails, `main` is interrupted.
    void run(Action<Exception> main, Runnable looks) throws Exception {
      var result = new FutureTask<@Nullable Void>(looks, null);
      var thread =
          Thread.ofPlatform()
              .unstarted(() -> {
                result.run();
                if (result.state() == FutureTask.State.FAILED) {
                  loop.callSoonThreadsafe(loop::stop);
                  Objects.requireNonNull(loop.hub.currentThread()).interrupt();
                }
              });
      loop.runUntilComplete(() -> {
        thread.start();
        main.run();
      });
      result.get();
      look();
    }

    void look() {
      watch.look(now);
      now += PERIOD;
      processed += (long) (share * PERIOD);
    }

    void look(double seconds) {
      for (long end = now + (long) (seconds * 1e9); now < end; ) {
        look();
      }
    }

    /// Runs the loop for a future that another thread completes, after it has looked for so long
    /// while the loop waits.
    void lookWhileItWaits(double seconds) throws Exception {
      var future = loop.<Integer>createFuture();
      run(
          () -> await(future),
          () -> {
            Spin.until(() -> loop.core.waiting().isWaiting());
            look(seconds);
            loop.callSoonThreadsafe(() -> future.setResult(1));
          });
    }

    /// What was told of who holds up the loop.
    List<String> told() {
      return logs.lines().stream().filter(line -> line.contains(" up the event loop")).toList();
    }

    /// Waits until the step is in a call that blocks.
    void untilBlocked() {
      Spin.until(() -> {
        var thread = loop.hub.currentThread();
        return thread != null && SlowSteps.isWaiting(thread) && !loop.core.waiting().isWaiting();
      });
    }

    void untilBlockedOn(Semaphore semaphore) {
      Spin.until(semaphore::hasQueuedThreads);
      untilBlocked();
    }

    @Override
    public void close() {
      loop.close();
      logs.close();
    }
  }

  private static Watched watched() {
    return new Watched(
        RunOptions.defaults().blocking(BlockingPolicy.BLOCK)); // whatever the property says
  }

  private static void blockOn(Semaphore semaphore) throws InterruptedException {
    semaphore.acquire();
  }

  @Nested
  class Blocking {
    @Test
    void call_isToldOfWithPlaceAndAdvice() throws Exception {
      try (var w = watched()) {
        var semaphore = new Semaphore(0);
        w.share = 0; // as it is for who blocks
        w.run(
            () -> await(createTask(() -> blockOn(semaphore), "culprit")),
            () -> {
              w.untilBlockedOn(semaphore);
              w.look(1);
              assertThat(w.told()).isEmpty();
              w.look(1);
              semaphore.release();
            });
        assertThat(w.told()).hasSize(2);
        assertThat(w.told().getFirst())
            .startsWith(
                "WARNING Task 'culprit' has held up the event loop for 1.1 seconds:"
                    + " it blocks in java.util.concurrent.Semaphore.acquire\n  at ")
            .contains("StallWatchTest.blockOn(StallWatchTest.java:")
            .contains("\njasyncio.sync.Semaphore suspends; toThread(…) has another thread wait")
            .doesNotContain("jasyncio.internal");
        assertThat(w.told().getLast())
            .isEqualTo("INFO Task 'culprit' no longer holds up the event loop, after 1.9 seconds");
      }
    }

    @Test
    void call_thatIsOver_isSaidToHaveLastedForMoreThanWasSeenOfIt() throws Exception {
      try (var w = watched()) {
        var semaphore = new Semaphore(0);
        w.share = 0;
        w.run(
            () -> await(createTask(() -> blockOn(semaphore), "culprit")),
            () -> {
              w.untilBlockedOn(semaphore);
              w.look(1.25); // of which the first look shows nothing: 1.125 are seen
              semaphore.release();
            });
        assertThat(w.told().getLast()).endsWith("after 1.2 seconds");
      }
    }

    @Test
    void visitors_areToldForHowLong_andNothingWhenItIsOver() throws Exception {
      try (var w = watched()) {
        var semaphore = new Semaphore(0);
        w.run(
            () -> await(createTask(() -> blockOn(semaphore))),
            () -> {
              w.untilBlockedOn(semaphore);
              assertThat(w.watch.heldUpFor()).isZero();
              w.look(2);
              assertThat(w.watch.heldUpFor()).isBetween(1.5, 2.0);
              semaphore.release();
            });
        assertThat(w.watch.heldUpFor()).isZero();
      }
    }

    @Test
    void visitors_areNotToldOfAStepThatIsOver_thoughNobodyHasLookedSince() throws Exception {
      try (var w = watched()) {
        var first = new Semaphore(0);
        var second = new Semaphore(0);
        w.run(
            () -> {
              await(createTask(() -> blockOn(first)));
              await(createTask(() -> blockOn(second)));
            },
            () -> {
              w.untilBlockedOn(first);
              w.look(2);
              assertThat(w.watch.heldUpFor()).isGreaterThan(1);
              first.release();
              w.untilBlockedOn(second);
              assertThat(w.watch.heldUpFor()).isZero();
              second.release();
            });
      }
    }

    @Test
    void callback_isToldToStartATask() throws Exception {
      try (var w = watched()) {
        var semaphore = new Semaphore(0);
        w.run(
            () -> {
              w.loop.callSoon(semaphore::acquireUninterruptibly);
              sleep(0);
              sleep(0);
            },
            () -> {
              w.untilBlockedOn(semaphore);
              w.look(2);
              semaphore.release();
            });
        assertThat(w.told().getFirst())
            .startsWith("WARNING A callback has held up the event loop for ")
            .contains("\na callback may not await; have it start a task, createTask(…), in which ")
            .contains(" in which jasyncio.sync.Semaphore suspends; toThread(…)");
      }
    }

    @Test
    void call_thatGoesOnAndOn_isToldOfWithGrowingPauses() throws Exception {
      try (var w = watched()) {
        var semaphore = new Semaphore(0);
        w.run(
            () -> blockOn(semaphore),
            () -> {
              w.untilBlockedOn(semaphore);
              w.look(20);
              semaphore.release();
            });
        assertThat(w.told())
            .extracting(line -> line.replaceAll("^.*?([\\d.]+) seconds(.*\\n)*.*", "$1"))
            .containsExactly("1.1", "2.1", "4.1", "8.1", "16.1", "19.9");
        assertThat(w.told().get(1))
            .startsWith("WARNING Task 'Task-")
            .contains(" still holds up the event loop, for 2.1 seconds now: it blocks in java.util")
            .contains(", at ")
            .endsWith(")")
            .doesNotContain("\n");
      }
    }

    @Test
    void sleep_isToldOf() throws Exception {
      try (var w = watched()) {
        w.run(
            () -> {
              try {
                Thread.sleep(Duration.ofMinutes(1));
              } catch (InterruptedException e) {
                // that is enough
              }
            },
            () -> {
              w.untilBlocked();
              w.look(2);
              Objects.requireNonNull(w.loop.hub.currentThread()).interrupt();
            });
        assertThat(w.told().getFirst())
            .contains("it blocks in java.lang.Thread.sleep\n", "\nsleep(…) suspends; ");
      }
    }

    @Test
    void monitor_isToldOf() throws Exception {
      try (var w = watched()) {
        var monitor = new Object();
        var held = new CountDownLatch(1);
        var enough = new CountDownLatch(1);
        var holder =
            Thread.ofPlatform()
                .start(() -> {
                  synchronized (monitor) {
                    held.countDown();
                    awaitQuietly(enough);
                  }
                });
        held.await();
        w.run(
            () -> {
              synchronized (monitor) {
                held.await();
              }
            },
            () -> {
              w.untilBlocked();
              w.look(2);
              enough.countDown();
            });
        holder.join();
        assertThat(w.told().getFirst())
            .contains("it waits for a monitor (synchronized)\n  at ")
            .contains("\njasyncio.sync.Lock suspends, and may be held across an await");
      }
    }

    @Test
    @Runtimes.ScheduledOnly
    void task_thatIsSetAside_holdsNobodyUp() throws Exception {
      try (var w = new Watched(RunOptions.defaults().blocking(BlockingPolicy.SWITCH))) {
        var semaphore = new Semaphore(0);
        w.run(
            () -> blockOn(semaphore),
            () -> {
              Spin.until(() -> w.loop.core.waiting().isWaiting());
              w.look(20);
              semaphore.release();
            });
        assertThat(w.told()).isEmpty();
      }
    }

    @Test
    @Runtimes.ScheduledOnly
    void forbid_givesTheSameAdvice() throws Exception {
      try (var w = new Watched(RunOptions.defaults().blocking(BlockingPolicy.FORBID))) {
        var semaphore = new Semaphore(0);
        var advice = new LinkedBlockingQueue<Object>();
        w.loop.setExceptionHandler((loop, error) -> advice.add(error.details().get("instead")));
        w.run(
            () -> blockOn(semaphore),
            () -> {
              Spin.until(() -> !advice.isEmpty()); // another fiber tells of it
              w.untilBlockedOn(semaphore);
              w.look(2);
              semaphore.release();
            });
        assertThat(advice)
            .containsExactly(
                "jasyncio.sync.Semaphore suspends; toThread(…) has another thread wait;"
                    + " under BlockingPolicy.SWITCH others run meanwhile");
        assertThat(w.told().getFirst()).endsWith("\n" + advice.peek());
      }
    }

    @Test
    @Runtimes.ScheduledOnly
    void forbid_givesCallbacksTheSameAdvice() throws Exception {
      var advice = new LinkedBlockingQueue<@Nullable Object>();
      try (var w = new Watched(RunOptions.defaults().blocking(BlockingPolicy.FORBID))) {
        w.loop.setExceptionHandler((loop, error) -> advice.add(error.details().get("instead")));
        var semaphore = new Semaphore(0);
        w.run(
            () -> {
              w.loop.callSoon(semaphore::acquireUninterruptibly);
              sleep(0);
              sleep(0);
            },
            () -> {
              w.untilBlockedOn(semaphore);
              semaphore.release();
            });
        assertThat(String.valueOf(advice.take()))
            .startsWith("a callback may not await; have it start a task, createTask(…), in which ");
      }
    }
  }

  @Nested
  class Computing {
    private volatile boolean enough;

    private void compute() {
      while (!enough && !Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
    }

    private void untilComputing(Watched w) {
      Spin.until(() -> {
        var thread = w.loop.hub.currentThread();
        return thread != null
            && List.of(thread.getStackTrace()).stream()
                .anyMatch(frame -> frame.getMethodName().equals("compute"));
      });
    }

    private void lookTwoSeconds(Watched w) {
      untilComputing(w);
      w.look(2);
      enough = true;
    }

    @Test
    void task_isToldOf() throws Exception {
      try (var w = watched()) {
        w.run(() -> await(createTask(this::compute, "culprit")), () -> lookTwoSeconds(w));
        assertThat(w.told().getFirst())
            .startsWith("WARNING Task 'culprit' has held up the event loop for ")
            .contains(": it computes\n  at ", "StallWatchTest$Computing.compute(")
            .contains("\ntoThread(…) has it computed by another thread; sleep(0)");
      }
    }

    @Test
    void task_onABusyMachine_isToldOfWhenItHasHadAProcessorForSoLong() throws Exception {
      try (var w = watched()) {
        w.share = 0.1;
        w.run(
            () -> await(createTask(this::compute, "culprit")),
            () -> {
              untilComputing(w);
              w.look(8);
              assertThat(w.told()).isEmpty();
              w.look(8);
              enough = true;
            });
        assertThat(w.told().getFirst()).startsWith("WARNING Task 'culprit' has held up");
      }
    }

    @Test
    void callback_isToldOf() throws Exception {
      try (var w = watched()) {
        w.run(
            () -> {
              w.loop.callSoon(this::compute);
              sleep(0);
              sleep(0);
            },
            () -> lookTwoSeconds(w));
        assertThat(w.told().getFirst())
            .startsWith("WARNING A callback has held up the event loop")
            .contains("\na callback may not await; have it start a task, createTask(…), in which ")
            .endsWith("; sleep(0) in between lets others run");
      }
    }

    @Test
    @Runtimes.ScheduledOnly
    void threadOfATask_onTheLoopsThread_isToldOfInPlaceOfTheTask() throws Exception {
      try (var w = new Watched(RunOptions.defaults().blocking(BlockingPolicy.SWITCH))) {
        var runs = new CountDownLatch(1);
        w.run(
            () ->
                Thread.startVirtualThread(
                        () -> {
                          runs.countDown();
                          compute();
                        })
                    .join(),
            () -> {
              awaitQuietly(runs);
              w.look(2);
              enough = true;
            });
        assertThat(w.told().getFirst())
            .startsWith("WARNING A virtual thread that a task has started has held up the event");
      }
    }

    @Test
    void clockThatJumps_isNoReason() throws Exception {
      try (var w = watched()) {
        w.run(
            this::compute,
            () -> {
              untilComputing(w);
              w.look(0.5);
              for (int i = 0; i < 2; i++) { // the machine was suspended
                w.now += 3_600_000_000_000L;
                w.look();
              }
              enough = true;
            });
        assertThat(w.told()).isEmpty();
      }
    }

    @Test
    void limitOfZero_isNone() throws Exception {
      try (var w = watched()) {
        w.watch.setLimit(0);
        w.run(
            this::compute,
            () -> {
              untilComputing(w);
              w.look(20);
              enough = true;
            });
        assertThat(w.told()).isEmpty();
      }
    }

    @Test
    void logThatThrows_doesNoHarm() throws Exception {
      var throwing =
          new Handler() {
            @Override
            public void publish(LogRecord entry) {
              throw new IllegalStateException("no log");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          };
      var logger = Logger.getLogger("jasyncio");
      try (var w = watched()) {
        logger.addHandler(throwing);
        w.run(
            this::compute,
            () -> {
              untilComputing(w);
              w.look(5);
              enough = true;
            });
        assertThat(w.told()).hasSize(4);
      } finally {
        logger.removeHandler(throwing);
      }
    }

    @Test
    void loading_ofClasses_countsATenth() throws Exception {
      try (var w = watched()) {
        var asked = new CountDownLatch(1);
        var loader =
            new ClassLoader(null) {
              @Override
              protected Class<?> findClass(String name) throws ClassNotFoundException {
                asked.countDown();
                compute();
                throw new ClassNotFoundException(name);
              }
            };
        w.run(
            () -> {
              try {
                loader.loadClass("Missing");
              } catch (ClassNotFoundException e) {
                // as it should be
              }
            },
            () -> {
              awaitQuietly(asked);
              w.look(9);
              assertThat(w.told()).isEmpty();
              w.look(2);
              enough = true;
            });
        assertThat(w.told()).hasSize(2);
      }
    }

    @Test
    void loading_isSeenOfASlowStep_andExcusesIt() throws Exception {
      try (var w = watched()) {
        var slow = new SlowSteps(w.loop);
        var loader =
            new ClassLoader(null) {
              @Override
              protected Class<?> findClass(String name) throws ClassNotFoundException {
                compute();
                throw new ClassNotFoundException(name);
              }
            };
        slow.stepBegins(1);
        w.run(
            () -> {
              try {
                loader.loadClass("Missing");
              } catch (ClassNotFoundException e) {
                compute();
              }
            },
            () -> {
              untilComputing(w);
              for (long now = 1; now < 200_000_000; now += 25_000_000) {
                slow.look(now);
              }
              enough = true;
            });
        assertThat(slow.sight().loading()).isEqualTo(1);
        assertThat(slow.sight().stack()).isNotEmpty();
      }
    }
  }

  @Nested
  class Moving {
    @Test
    void manySteps_inOneIteration_areNoStall() throws Exception {
      try (var w = watched()) {
        var turns = new Semaphore(0);
        var next = new Semaphore(0);
        int count = 40;
        w.run(
            () -> {
              for (int i = 0; i < count; i++) {
                w.loop.callSoon(() -> {
                  turns.release();
                  next.acquireUninterruptibly();
                });
              }
              sleep(0);
              sleep(0);
            },
            () -> {
              for (int i = 0; i < count; i++) {
                turns.acquireUninterruptibly();
                w.look(0.25);
                next.release();
              }
            });
        assertThat(w.told()).isEmpty();
      }
    }

    @Test
    void taskThatYieldsAlone_isNoStall() throws Exception {
      try (var w = watched()) {
        var rounds = new AtomicInteger();
        var looks = new AtomicInteger();
        w.run(
            () -> {
              while (looks.get() < 40) {
                rounds.incrementAndGet();
                sleep(0);
              }
            },
            () -> {
              for (int i = 0; i < 40; i++) {
                w.look();
                int before = rounds.get();
                looks.incrementAndGet();
                Spin.until(() -> looks.get() == 40 || rounds.get() > before + 3);
              }
            });
        assertThat(w.told()).isEmpty();
      }
    }

    @Test
    void loopThatWaits_isNoStall() throws Exception {
      try (var w = watched()) {
        w.lookWhileItWaits(4);
        assertThat(w.logs.lines()).isEmpty();
      }
    }

    @Test
    void closedLoop_canBeLookedAt() {
      var w = watched();
      w.close();
      w.look(2);
      assertThat(w.told()).isEmpty();
    }
  }

  @Nested
  class NothingInSight {
    private List<String> told(Watched w) {
      return w.logs.lines().stream().filter(line -> line.contains("in sight")).toList();
    }

    @Test
    void mainTaskThatWaitsForItself_isToldOf_once() throws Exception {
      try (var w = watched()) {
        var lock = new Lock();
        w.run(
            () -> {
              lock.acquire();
              createTask(lock::acquire, "second");
              lock.acquire();
            },
            () -> {
              Spin.until(() -> w.loop.core.waiting().isWaiting() && w.loop.core.hasNothingToDo());
              w.look(4);
              assertThat(told(w)).isEmpty();
              Spin.until(() -> {
                w.look();
                return !told(w).isEmpty();
              });
              Spin.until(() -> w.loop.core.waiting().isWaiting());
              w.look(20);
              w.loop.callSoonThreadsafe(lock::release);
            });
        assertThat(told(w))
            .singleElement()
            .asString()
            .startsWith("WARNING Nothing is in sight that could wake the event loop: ")
            .contains("Task 'second' waits for Lock, held by Task-")
            .contains("StallWatchTest");
      }
    }

    @Test
    void loopWithoutAMainTask_isAskedSeldom() throws Exception {
      var inbox = new AtomicReference<Inbox>();
      var sent = new AtomicInteger();
      var real = LoopParts.real();
      var parts =
          new LoopParts(
              (in, channels, outside) -> {
                inbox.set(in);
                return new CountingSends(real.waiting().make(in, channels, outside), sent);
              },
              real.ready());
      try (var w = new Watched(new EventLoop(null, parts))) {
        var thread = Thread.ofPlatform().start(w.loop::runForever);
        for (int i = 0; i < 20 * 8; i++) { // twenty seconds
          Spin.until(() ->
              inbox.get().isEmpty()
                  && w.loop.core.waiting().isWaiting()
                  && w.loop.core.hasNothingToDo());
          w.look();
        }
        assertThat(sent.get()).isBetween(3, 4);
        w.loop.callSoonThreadsafe(w.loop::stop);
        thread.join();
        assertThat(w.logs.lines()).isEmpty();
      }
    }

    private record CountingSends(Waiting waiting, AtomicInteger sent) implements Waiting {
      @Override
      public long nanos() {
        return waiting.nanos();
      }

      @Override
      public void send(Entry entry) {
        sent.incrementAndGet();
        waiting.send(entry);
      }

      @Override
      public void await(long nanos) {
        waiting.await(nanos);
      }

      @Override
      public boolean isWaiting() {
        return waiting.isWaiting();
      }
    }

    @Test
    void loopThatAnotherThreadHasCalled_isLeftAlone() throws Exception {
      try (var w = watched()) {
        w.watch.hasOutside();
        w.lookWhileItWaits(20);
        assertThat(w.logs.lines()).isEmpty();
      }
    }

    @Test
    void timer_isInSight() throws Exception {
      try (var w = watched()) {
        w.loop.callLater(3600, () -> {});
        w.lookWhileItWaits(20);
        assertThat(w.logs.lines()).isEmpty();
      }
    }

    @Test
    void callInAnotherThread_isInSight() throws Exception {
      try (var w = watched()) {
        var enough = new CountDownLatch(1);
        w.run(
            () -> toThread(() -> enough.await()),
            () -> {
              Spin.until(() -> w.loop.core.waiting().isWaiting());
              w.look(20);
              enough.countDown();
            });
        assertThat(w.logs.lines()).isEmpty();
      }
    }
  }

  @Nested
  class Watching {
    @Test
    void twoLoops_areBothToldOf_byTheThread() throws Exception {
      try (var logs = Logs.captureStalls()) {
        var semaphore = new Semaphore(0);
        var first = loopThatBlocks("first", semaphore);
        var second = loopThatBlocks("second", semaphore);
        Spin.until(() -> has(logs, "'first' has held") && has(logs, "'second' has held"));
        Spin.until(() -> has(logs, "'first' still"));
        semaphore.release(2);
        first.join();
        second.join();
        Spin.until(() -> has(logs, "'first' no longer") && has(logs, "'second' no longer"));
      }
    }

    private static Thread loopThatBlocks(String name, Semaphore semaphore) {
      var options = RunOptions.defaults().blocking(BlockingPolicy.BLOCK).stallLimit(0.02);
      return Thread.ofPlatform()
          .start(() -> run(() -> await(createTask(() -> blockOn(semaphore), name)), options));
    }

    private static boolean has(Logs logs, String text) {
      return logs.lines().stream().anyMatch(line -> line.contains(text));
    }

    @Test
    void limit_thatIsSetWhileTheLoopRuns_isHeeded() {
      try (var logs = Logs.captureStalls()) {
        run(
            () -> {
              getRunningLoop().setStallLimit(Duration.ofMillis(20));
              Spin.until(() -> has(logs, "it computes"));
            },
            RunOptions.defaults().stallLimit(0));
      }
    }
  }

  @Nested
  class Limits {
    @Test
    void options_setTheLimit() {
      try (var loop = RunOptions.defaults().stallLimit(Duration.ofMillis(2500)).newLoop()) {
        assertThat(loop.getStallLimit()).isEqualTo(2.5);
      }
      assertThat(RunOptions.defaults().stallLimit(3).stallLimit((Duration) null).stallLimit())
          .isNull();
    }

    @Test
    void limits_thatAreNone_areRefused() {
      try (var loop = newEventLoop()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> loop.setStallLimit(-1))
            .withMessage("the stall limit is -1.0 seconds; it takes 0, for off, or more");
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RunOptions.defaults().stallLimit(Double.NaN));
    }

    @Test
    void loopsOfTheTestKit_haveNone() {
      EventLoop.running(); // initialises the class that installs the access
      try (var loop =
          (EventLoop) LoopAccess.get().newLoop(null, LoopParts.real(), "loop of a test")) {
        assertThat(loop.getStallLimit()).isZero();
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
