package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.net.Streams;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
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
