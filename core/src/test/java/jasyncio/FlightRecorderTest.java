package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.wrapFuture;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.net.Streams;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Flight Recorder is told, with a recorder that records.
@Tag("slow") // it takes a while to start
class FlightRecorderTest {
  @TempDir private Path directory;

  /// Runs `body` while events of this name are recorded, however short.
  private List<RecordedEvent> record(String name, Action<Exception> body) throws Exception {
    var file = directory.resolve("test.jfr");
    try (var recording = new Recording()) {
      recording.enable(name).withThreshold(Duration.ZERO);
      recording.start();
      body.run();
      recording.stop();
      recording.dump(file);
    }
    return events(file, name);
  }

  private static List<RecordedEvent> events(Path file, String name) throws IOException {
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().equals(name))
        .toList();
  }

  @Test
  void step_tellsWhoRan_andForHowLong() throws Exception {
    var events =
        record(
            "jasyncio.Step",
            () ->
                run(() -> {
                  var task = createTask(() -> sleep(0), "worker");
                  getRunningLoop().callSoon(() -> {});
                  await(task);
                }));
    assertThat(events).extracting(e -> e.getString("who")).filteredOn("worker"::equals).hasSize(2);
    assertThat(events).allMatch(e -> e.getString("loop").startsWith("loop-"));
    assertThat(events).allMatch(e -> !e.getDuration().isNegative());
  }

  @Test
  void step_ofWhomSomebodyBeganToRecordMeanwhile_isTold() throws Exception {
    var file = directory.resolve("late.jfr");
    try (var recording = new Recording()) {
      recording.enable("jasyncio.Step").withThreshold(Duration.ZERO);
      run(() -> {
        var loop = getRunningLoop();
        recording.start();
        toThread(() -> loop.observer.look(System.nanoTime()));
        await(createTask(() -> {}, "late"));
        recording.stop();
        toThread(() -> loop.observer.look(System.nanoTime()));
      });
      recording.dump(file);
    }
    assertThat(events(file, "jasyncio.Step")).extracting(e -> e.getString("who")).contains("late");
  }

  @Test
  void wait_tellsForWhat() throws Exception {
    var events =
        record(
            "jasyncio.Wait",
            () ->
                run(() -> {
                  var lock = new Lock();
                  lock.setName("db");
                  lock.acquire();
                  var task = createTask(() -> lock.acquire().close(), "waiter");
                  sleep(0.01);
                  lock.release();
                  await(task);
                }));
    assertThat(events)
        .filteredOn(e -> e.getString("task").equals("waiter"))
        .singleElement()
        .extracting(e -> e.getString("what"))
        .isEqualTo("Lock 'db'");
    assertThat(events)
        .extracting(e -> e.getString("what"))
        .contains("its time, or its turn", "task 'waiter'");
  }

  /// Records turns for as long as `meanwhile` takes, on another thread, in the middle of a step.
  private static Thread recorder(Recording recording, Action<Exception> meanwhile, Runnable then) {
    var loop = getRunningLoop();
    return Thread.ofPlatform()
        .start(() -> {
          try {
            recording.enable("jasyncio.Turn");
            recording.start();
            loop.observer.look(System.nanoTime());
            meanwhile.run();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          } finally {
            then.run();
          }
        });
  }

  private List<RecordedEvent> cutTurns(Recording recording) throws IOException {
    var file = directory.resolve("cut.jfr");
    recording.dump(file);
    return events(file, "jasyncio.CutTurn");
  }

  private static final RunOptions BLOCKING =
      RunOptions.defaults().blocking(BlockingPolicy.BLOCK); // whatever the property says

  @Test
  void cutTurn_ofALoopThatIsHeldUpAllTheTime_isTold_withWhoAndWhere() throws Exception {
    try (var recording = new Recording()) {
      run(
          () -> {
            var over = new Semaphore(0);
            var culprit =
                createTask(
                    () -> {
                      recorder(recording, recording::stop, over::release);
                      over.acquire();
                    },
                    "culprit");
            await(culprit);
          },
          BLOCKING);
      assertThat(cutTurns(recording))
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getString("who")).isEqualTo("culprit");
            assertThat(event.getString("loop")).startsWith("loop-");
            assertThat(event.getBoolean("begunBefore")).isTrue();
            assertThat(event.getBoolean("goesOn")).isTrue();
            assertThat(event.getLong("lasted")).isPositive();
            assertThat(event.getInt("task")).isPositive();
            assertThat(event.getString("doing"))
                .isEqualTo("it blocks in java.util.concurrent.Semaphore.acquire");
            assertThat(event.getString("seenAt")).contains("FlightRecorderTest");
          });
    }
  }

  @Test
  void cutTurn_ofASecondRecordingInTheSameStep_isTold_too() throws Exception {
    try (var first = new Recording();
        var second = new Recording()) {
      run(
          () -> {
            var loop = getRunningLoop();
            var over = new Semaphore(0);
            await(
                createTask(
                    () -> {
                      recorder(
                          first,
                          () -> {
                            first.stop();
                            loop.observer.look(System.nanoTime());
                            second.enable("jasyncio.Turn");
                            second.start();
                            loop.observer.look(System.nanoTime());
                          },
                          over::release);
                      over.acquire();
                    },
                    "culprit"));
            await(createTask(() -> sleep(0), "later"));
            toThread(second::stop);
          },
          BLOCKING);
      assertThat(cutTurns(second))
          .filteredOn(event -> event.getString("who").equals("culprit"))
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getBoolean("begunBefore")).isTrue();
            assertThat(event.getBoolean("goesOn")).isFalse();
          });
    }
  }

  @Test
  void cutTurn_thatEndsInTheRecording_isToldUpToThere() throws Exception {
    try (var recording = new Recording()) {
      run(
          () -> {
            var begun = new Semaphore(0);
            await(
                createTask(
                    () -> {
                      recorder(recording, () -> {}, begun::release);
                      begun.acquire();
                    },
                    "culprit"));
            await(createTask(() -> sleep(0), "later"));
            toThread(recording::stop);
          },
          BLOCKING);
      assertThat(cutTurns(recording))
          .filteredOn(event -> event.getString("who").equals("culprit"))
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getBoolean("begunBefore")).isTrue();
            assertThat(event.getBoolean("goesOn")).isFalse();
            assertThat(event.getBoolean("last")).isTrue();
            assertThat(event.getLong("ago")).isPositive();
          });
    }
  }

  @Test
  void cutTurn_thatGoesOnWhenTheRecordingEnds_isTold() throws Exception {
    try (var recording = new Recording()) {
      run(
          () -> {
            var loop = getRunningLoop();
            recording.enable("jasyncio.Turn");
            recording.start();
            toThread(() -> loop.observer.look(System.nanoTime()));
            var over = new Semaphore(0);
            await(
                createTask(
                    () -> {
                      Thread.ofPlatform()
                          .start(() -> {
                            recording.stop();
                            over.release();
                          });
                      over.acquire();
                    },
                    "culprit"));
          },
          BLOCKING);
      assertThat(cutTurns(recording))
          .filteredOn(event -> event.getString("who").equals("culprit"))
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getBoolean("begunBefore")).isFalse();
            assertThat(event.getLong("before")).isZero();
            assertThat(event.getBoolean("goesOn")).isTrue();
            assertThat(event.getLong("lasted")).isPositive();
          });
    }
  }

  private List<RecordedEvent> turns(Action<Exception> body) throws Exception {
    return record("jasyncio.Turn", body).stream()
        .sorted(Comparator.comparingLong(e -> e.getLong("number"))) // they came from any thread
        .toList();
  }

  private static List<RecordedEvent> of(List<RecordedEvent> turns, String who) {
    return turns.stream().filter(e -> who.equals(e.getString("who"))).toList();
  }

  @Test
  void turn_tellsWhichTurnHasMadeItReady() throws Exception {
    var turns =
        turns(() ->
            run(() -> {
              var lock = new Lock();
              lock.setName("db");
              lock.acquire();
              var waiter = createTask(() -> lock.acquire().close(), "waiter");
              var holder =
                  createTask(
                      () -> {
                        sleep(0.01);
                        lock.release();
                      },
                      "holder");
              await(Asyncio.gather(waiter, holder));
            }));
    assertThat(turns.stream().map(e -> e.getLong("number")))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, turns.size()).boxed().toList());
    var main = turns.getFirst();
    var waiter = of(turns, "waiter");
    var holder = of(turns, "holder");
    assertThat(waiter).hasSize(2);
    assertThat(holder).hasSize(2);
    assertThat(waiter.getFirst().getLong("wokenBy")).isEqualTo(main.getLong("number"));
    assertThat(waiter.getFirst().getBoolean("first")).isTrue();
    assertThat(waiter.getFirst().getBoolean("last")).isFalse();
    assertThat(holder.getLast().getLong("wokenBy")).isZero();
    assertThat(holder.getLast().getString("waitKind")).isEqualTo("TIMER");
    assertThat(holder.getLast().getDuration("waited")).isGreaterThan(Duration.ofMillis(5));
    assertThat(waiter.getLast().getLong("wokenBy")).isEqualTo(holder.getLast().getLong("number"));
    assertThat(waiter.getLast().getString("waitedFor")).isEqualTo("Lock 'db'");
    assertThat(waiter.getLast().getString("waitKind")).isEqualTo("SYNC");
    assertThat(waiter.getLast().getBoolean("last")).isTrue();
    var end = // of the main task, to which the gather has passed it on
        of(turns, main.getString("who")).getLast();
    assertThat(end.getLong("wokenBy")).isEqualTo(waiter.getLast().getLong("number"));
    assertThat(end.getString("waitKind")).isEqualTo("TASKS");
  }

  @Test
  void turn_ofWhatComesFromOutside_tellsWhatItWas() throws Exception {
    var turns =
        turns(() ->
            run(() -> {
              await(createTask(() -> toThread(FlightRecorderTest::takesAWhile), "caller"));
              var loop = getRunningLoop();
              loop.callLater(0, () -> {});
              toThread(() -> loop.callSoonThreadsafe(() -> {}));
              sleep(0);
              loop.callSoon(() -> {});
            }));
    var caller = of(turns, "caller").getLast();
    assertThat(caller.getString("waitKind")).isEqualTo("THREAD");
    assertThat(turns) // which sets its future
        .filteredOn(e -> e.getLong("number") == caller.getLong("wokenBy"))
        .singleElement()
        .matches(e -> e.getLong("wokenBy") == 0 && "THREAD".equals(e.getString("waitKind")));
    var callbacks = of(turns, "FlightRecorderTest.<lambda>");
    assertThat(callbacks)
        .extracting(e -> e.getString("waitKind"))
        .containsExactlyInAnyOrder("TIMER", "THREAD", null);
    assertThat(callbacks)
        .allMatch(e -> (e.getLong("wokenBy") == 0) == (e.getString("waitKind") != null));
  }

  @Test
  void turn_ofTheLibrarysOwnCallback_isNamedByWhatItIsFor() throws Exception {
    var turns =
        turns(() ->
            run(() -> {
              await(createTask(() -> toThread(FlightRecorderTest::takesAWhile), "caller"));
              var theirs = new CompletableFuture<String>();
              var wrapped = createTask(() -> await(wrapFuture(theirs)), "wrapper");
              sleep(0);
              theirs.complete("done");
              await(wrapped);
            }));
    assertThat(turns).extracting(e -> e.getString("who")).contains("executor", "wrapFuture");
    assertThat(turns).noneMatch(e -> e.getString("who").contains("Executor"));
    assertThat(turns).noneMatch(e -> e.getString("who").contains("JdkFutures"));
  }

  @Test
  void turn_ofATaskWhoseSleepIsOver_isReadyFromThen() throws Exception {
    var turns =
        turns(() ->
            run(() -> {
              var sleeper = createTask(() -> sleep(0.001), "sleeper");
              sleep(0);
              takesAWhile();
              await(sleeper);
            }));
    assertThat(of(turns, "sleeper").getLast().getDuration("queued"))
        .isGreaterThan(Duration.ofMillis(5));
  }

  private static void naps() {
    sleep(0);
  }

  @Test
  void turn_ofALambda_isNamedByWhatThatCalls() throws Exception {
    var turns = turns(() -> run(() -> await(createTask(() -> naps(), "napper"))));
    assertThat(of(turns, "napper"))
        .extracting(e -> e.getString("coroutine"))
        .containsExactly("FlightRecorderTest.naps", "FlightRecorderTest.naps");
  }

  private static void takesAWhile() {
    long end = System.nanoTime() + 10_000_000;
    Spin.until(() -> System.nanoTime() >= end);
  }

  @Test
  void turn_ofATaskThatStartsEagerly_liesInAnother() throws Exception {
    var turns =
        turns(() ->
            run(() -> {
              var eager =
                  createTask(() -> sleep(0), TaskOptions.defaults().name("eager").eagerStart(true));
              createTask(() -> {}, "later");
              await(eager);
            }));
    var main = turns.stream().filter(e -> e.getLong("number") == 1).findFirst().orElseThrow();
    var eager = of(turns, "eager").getFirst();
    assertThat(eager.getLong("number")).isEqualTo(2);
    assertThat(eager.getLong("wokenBy")).isEqualTo(1);
    assertThat(eager.getEndTime()).isBeforeOrEqualTo(main.getEndTime());
    assertThat(of(turns, "later").getFirst().getLong("wokenBy")).isEqualTo(1);
  }

  @Test
  @Runtimes.ScheduledOnly
  void turn_thatIsSetAside_endsThere() throws Exception {
    var turns =
        turns(() ->
            run(
                () -> {
                  var latch = new CountDownLatch(1);
                  var blocker = createTask(() -> latch.await(), "blocker");
                  await(createTask(latch::countDown, "other"));
                  await(blocker);
                },
                RunOptions.defaults().blocking(BlockingPolicy.SWITCH)));
    var blocker = of(turns, "blocker");
    assertThat(blocker).hasSize(2);
    assertThat(blocker.getFirst().getBoolean("last")).isFalse();
    assertThat(blocker.getLast().getBoolean("last")).isTrue();
    assertThat(blocker.getLast().getString("waitKind")).isEqualTo("BLOCKING");
    assertThat(blocker.getLast().getString("waitedFor")).isEqualTo("its blocking call to end");
  }

  @Test
  void turns_ofALoopThatRunsAlready_areRecordedUntilNobodyWantsThem() throws Exception {
    var file = directory.resolve("late.jfr");
    try (var recording = new Recording()) {
      recording.enable("jasyncio.Turn");
      run(() -> {
        recording.start();
        toThread(LoopObserver::lookWhoRecords);
        await(createTask(() -> {}, "wanted"));
        recording.stop();
        toThread(LoopObserver::lookWhoRecords);
        await(createTask(() -> {}, "unwanted"));
        assertThat(getRunningLoop().core.logsWakes()).isFalse();
      });
      recording.dump(file);
    }
    var turns = events(file, "jasyncio.Turn");
    assertThat(of(turns, "wanted")).singleElement().matches(e -> e.getBoolean("first"));
    assertThat(of(turns, "unwanted")).isEmpty();
  }

  @Test
  void turn_afterASleepThatBeganBefore_isWokenByATimer() throws Exception {
    var file = directory.resolve("slept.jfr");
    try (var recording = new Recording()) {
      recording.enable("jasyncio.Turn");
      run(() -> {
        var sleepers = new ArrayList<Task<?>>();
        for (int i = 0; i < 16; i++) { // one of them sleeps for long enough
          double seconds = 0.02 * (1 << i);
          sleepers.add(createTask(() -> sleep(seconds), "sleeper"));
        }
        sleep(0); // they sleep
        recording.start();
        toThread(LoopObserver::lookWhoRecords);
        while (!getRunningLoop().core.logsWakes()) {
          sleep(0);
        }
        sleep(0); // what was ready already has its turn: nobody knows what woke that
        sleepers.removeIf(Task::done);
        await(sleepers.getFirst());
        recording.stop();
        sleepers.forEach(Task::cancel);
      });
      recording.dump(file);
    }
    var last =
        of(events(file, "jasyncio.Turn"), "sleeper").stream()
            .max(Comparator.comparingLong(e -> e.getLong("number")));
    assertThat(last.orElseThrow())
        .matches(e -> e.getLong("wokenBy") == 0 && "TIMER".equals(e.getString("waitKind")))
        .matches(e -> e.getLong("waited") > 0, "it has waited since the recording began");
  }

  @Test
  void turn_ofATimerThatIsDueInACutTurn_isReadyFromThen_orSinceTheRecordingBegan()
      throws Exception {
    long milli = 1_000_000;
    try (var recording = new Recording()) {
      recording.enable("jasyncio.Turn");
      long[] held = new long[2]; // at least, and at most
      var look = Thread.ofPlatform().unstarted(LoopObserver::lookWhoRecords);
      run(() -> {
        getRunningLoop().callLater(0, () -> {});
        spinFor(50 * milli); // it is due, and nobody records yet
        long begins = System.nanoTime();
        recording.start();
        look.start();
        look.join();
        long begun = System.nanoTime();
        spinFor(20 * milli);
        held[0] = System.nanoTime() - begun;
        held[1] = -begins;
        sleep(0);
      });
      held[1] += System.nanoTime();
      recording.stop();
      var file = directory.resolve("due.jfr");
      recording.dump(file);
      assertThat(events(file, "jasyncio.TurnsBegin")).isNotEmpty();
      assertThat(events(file, "jasyncio.Turn"))
          .filteredOn(event -> "TIMER".equals(event.getString("waitKind")))
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getLong("wokenBy")).isZero();
            assertThat(event.getLong("queued")).isBetween(held[0], held[1]);
          });
    }
  }

  private static void spinFor(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void cancel_tellsWhoAndWhy() throws Exception {
    var events =
        record(
            "jasyncio.Cancel",
            () ->
                run(() -> {
                  var task = createTask(() -> sleep(3600), "sleeper");
                  sleep(0);
                  task.cancel("enough");
                  Asyncio.wait(List.of(task));
                }));
    assertThat(events).hasSize(1);
    var event = events.getFirst();
    assertThat(event.getString("source")).isEqualTo("CANCEL");
    assertThat(event.getString("target")).isEqualTo("sleeper");
    assertThat(event.getString("by")).startsWith("Task-");
    assertThat(event.getString("reason")).isEqualTo("enough");
  }

  @Test
  void unhandledError_isTold_alsoWithAHandlerOfTheProgramsOwn() throws Exception {
    var handled = new AtomicInteger();
    var events =
        record(
            "jasyncio.UnhandledError",
            () ->
                run(() -> {
                  getRunningLoop().setExceptionHandler((loop, error) -> handled.incrementAndGet());
                  getRunningLoop()
                      .callSoon(() -> {
                        throw new IllegalStateException("oh");
                      });
                  sleep(0);
                }));
    assertThat(handled).hasValue(1);
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().getString("error"))
        .isEqualTo("java.lang.IllegalStateException: oh");
  }

  @Test
  void leakedTask_isTold_withItsPlace() throws Exception {
    var events =
        record(
            "jasyncio.LeakedTask",
            () -> {
              try (var loop = Asyncio.newEventLoop()) {
                loop.setExceptionHandler((_, _) -> {});
                loop.runUntilComplete(() -> {
                  createTask(() -> sleep(3600), "forgotten");
                  sleep(0);
                });
              }
            });
    assertThat(events).hasSize(1);
    var event = events.getFirst();
    assertThat(event.getString("task")).isEqualTo("forgotten");
    assertThat(event.getString("waitsFor")).isEqualTo("its sleep to end");
    assertThat(event.getString("at")).contains("FlightRecorderTest");
  }

  @Test
  @Runtimes.ScheduledOnly
  void blockingCall_isTold_withItsPlace() throws Exception {
    var events =
        record(
            "jasyncio.BlockingCall",
            () ->
                run(
                    () -> {
                      var latch = new CountDownLatch(1);
                      var waiting = Thread.currentThread();
                      Thread.ofPlatform()
                          .start(() -> {
                            Spin.untilWaiting(waiting);
                            latch.countDown();
                          });
                      latch.await();
                    },
                    RunOptions.defaults().blocking(BlockingPolicy.SWITCH)));
    assertThat(events).isNotEmpty().allMatch(e -> e.getString("at").contains("FlightRecorderTest"));
  }

  @Test
  void connection_isTold_whenItIsClosed() throws Exception {
    var events =
        record(
            "jasyncio.Connection",
            () ->
                run(() -> {
                  try (var server =
                      Streams.startServer((_, writer) -> writer.close(), "127.0.0.1", 0)) {
                    var streams = Streams.openConnection("127.0.0.1", server.port());
                    streams.reader().read();
                    streams.writer().close();
                    streams.writer().waitClosed();
                    server.close();
                    server.waitClosed();
                  }
                }));
    assertThat(events).hasSize(2).allMatch(e -> e.getString("peer").startsWith("127.0.0.1:"));
  }

  @Test
  void executorCall_tellsHowLongItWaited_andRan() throws Exception {
    var events = record("jasyncio.ExecutorCall", () -> run(() -> toThread(() -> 7)));
    assertThat(events).hasSize(1);
    var event = events.getFirst();
    assertThat(event.getString("call")).endsWith("on another thread");
    assertThat(event.getDuration("queued").plus(event.getDuration("ran")))
        .isLessThanOrEqualTo(event.getDuration());
  }

  @Test
  void loopStatistics_tellOfEachLoopThatRuns() throws Exception {
    var file = directory.resolve("periodic.jfr");
    try (var recording = new Recording()) {
      recording.enable("jasyncio.LoopStatistics").with("period", "beginChunk");
      recording.start();
      run(() -> {
        var sleeper = createTask(() -> sleep(3600));
        sleep(0);
        recording.setName("second chunk");
        toThread(() -> {
          try (var other = new Recording()) { // which begins a chunk
            other.enable("jasyncio.LoopStatistics").with("period", "beginChunk");
            other.start();
          }
        });
        sleeper.cancel();
      });
      recording.stop();
      recording.dump(file);
    }
    assertThat(events(file, "jasyncio.LoopStatistics"))
        .anyMatch(e -> e.getInt("tasks") == 2 && e.getInt("timers") == 1);
  }

  @Test
  void recorderInUse_butNobodyRecordsSteps_clockIsOff() {
    assertThat(FlightRecorder.getFlightRecorder()).isNotNull();
    run(
        () -> assertThat(getRunningLoop().steps.began()).isZero(),
        RunOptions.defaults().debug(false));
  }
}
