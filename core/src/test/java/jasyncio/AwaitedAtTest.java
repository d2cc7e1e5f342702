package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.files.AsyncFiles;
import jasyncio.generator.Generators;
import jasyncio.gevent.Gevent;
import jasyncio.internal.base.Sneaky;
import jasyncio.net.StreamReader;
import jasyncio.net.Streams;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An error that comes out of a wait tells in its stack trace where that was.
@Timeout(600)
class AwaitedAtTest {
  private static final String LABEL = "… awaited at ";

  /// Waits, in a method of its own that the trace is to name.
  private static Throwable caughtHere(Action<?> wait) {
    return catchThrowable(() -> here(wait));
  }

  private static void here(Action<?> wait) throws Exception {
    wait.run();
  }

  private static Object fail(Throwable error) {
    throw Sneaky.sneak(error);
  }

  private static List<Integer> labels(Throwable error, String label) {
    var trace = error.getStackTrace();
    var places = new ArrayList<Integer>();
    for (int i = 0; i < trace.length; i++) {
      if (trace[i].getClassName().startsWith(label)) {
        places.add(i);
      }
    }
    return places;
  }

  /// One section, of a lambda of this class called by [#here].
  private static void assertAwaitedHere(Throwable error) {
    assertSection(error, LABEL);
  }

  private static void assertSection(Throwable error, String label) {
    var trace = error.getStackTrace();
    var places = labels(error, label);
    assertThat(places).as(() -> String.join("\n", lines(error))).hasSize(1);
    int place = places.getFirst();
    assertThat(trace[place].toString())
        .startsWith(label) // and perhaps a module
        .contains("jasyncio.AwaitedAtTest.lambda$", "(AwaitedAtTest.java:");
    assertThat(trace[place + 1].getMethodName()).isEqualTo("here");
    assertThat(Arrays.stream(trace).skip(place))
        .noneMatch(f -> f.getClassName().startsWith("jasyncio.Future"));
  }

  private static List<String> lines(Throwable error) {
    return Arrays.stream(error.getStackTrace()).map(Object::toString).toList();
  }

  // ---- whatever ends a wait ---------------------------------------------------------------------

  @AsyncTest
  void task_failed_tellsWhereItWasAwaited() {
    var error = new IllegalStateException();
    var task = createTask(() -> fail(error));
    assertThat(caughtHere(() -> await(task))).isSameAs(error);
    assertAwaitedHere(error);
  }

  @AsyncTest
  void future_failed_tellsWhereItWasAwaited() {
    var future = getRunningLoop().<Integer>createFuture();
    var error = new IOException();
    getRunningLoop().callSoon(() -> future.setException(error));
    assertThat(caughtHere(() -> future.await(IOException.class))).isSameAs(error);
    assertAwaitedHere(error);
  }

  @AsyncTest
  void gather_failed_tellsWhereItWasAwaited() {
    var error = new IllegalStateException();
    assertThat(caughtHere(() -> await(gather(() -> fail(error), () -> sleep(0, 1)))))
        .isSameAs(error);
    assertAwaitedHere(error);
  }

  @AsyncTest
  void taskGroup_failed_isThrownWhereItWasAwaited() {
    var error = new IllegalStateException();
    var group = caughtHere(() -> taskGroup(tg -> tg.createTask(() -> fail(error))));
    assertThat(((ExceptionGroup) group).exceptions()).containsExactly(error);
    assertThat(group.getStackTrace()).extracting(StackTraceElement::getMethodName).contains("here");
    assertThat(labels(group, LABEL)).isEmpty();
  }

  @Test
  void taskGroup_leftByAnOrderToExit_tellsWhereItWasAwaited() {
    var exit = new SystemExit(1);
    var thrown =
        catchThrowable(
            () -> run(() -> here(() -> taskGroup(tg -> tg.createTask(() -> fail(exit))))));
    assertThat(thrown).isSameAs(exit);
    assertThat(labels(exit, LABEL)).isNotEmpty();
  }

  @AsyncTest
  void executor_failed_tellsWhereItWasAwaited() {
    var error = new IOException();
    assertThat(caughtHere(() -> toThread(() -> fail(error)))).isSameAs(error);
    assertAwaitedHere(error);
    var other = new IOException();
    assertThat(caughtHere(() -> await(getRunningLoop().runInExecutor(null, () -> fail(other)))))
        .isSameAs(other);
    assertAwaitedHere(other);
  }

  @AsyncTest
  void file_missing_tellsWhereItWasAwaited() {
    var error = caughtHere(() -> AsyncFiles.readString(Path.of("/no/such/file")));
    assertThat(error).isInstanceOf(NoSuchFileException.class);
    assertAwaitedHere(error);
  }

  @AsyncTest
  void host_unknown_tellsWhereItWasAwaited() {
    var error = caughtHere(() -> Streams.openConnection("no-such-host.invalid", 1));
    assertThat(error).isInstanceOf(UnknownHostException.class);
    assertAwaitedHere(error);
  }

  @Test
  void connection_refused_isThrownWhereItWasAwaited() throws IOException {
    int port;
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
    }
    run(() -> {
      var error = caughtHere(() -> Streams.openConnection("127.0.0.1", port));
      assertThat(error).isInstanceOf(ConnectException.class);
      assertThat(lines(error)).anyMatch(line -> line.contains("AwaitedAtTest.here("));
      assertThat(labels(error, LABEL)).isEmpty();
    });
  }

  @AsyncTest
  void reader_ofAConnectionThatBroke_tellsWhereItWasRead() {
    var reader = new StreamReader();
    var error = new SocketException("Connection reset");
    getRunningLoop().callSoon(() -> reader.setException(error));
    assertThat(caughtHere(() -> reader.read(1))).isSameAs(error);
    assertAwaitedHere(error);
    assertThat(caughtHere(() -> reader.readline())).isSameAs(error);
    assertThat(labels(error, LABEL)).hasSize(2);
  }

  @AsyncTest
  void futuresOfTheJdk_failed_tellWhereTheyWereAwaited() {
    var error = new IOException();
    var stage = CompletableFuture.runAsync(() -> fail(error)).thenRun(() -> {});
    assertThat(caughtHere(() -> await(stage))).isSameAs(error);
    assertAwaitedHere(error);
    var other = new IOException();
    var job = new FutureTask<>(() -> fail(other));
    Thread.startVirtualThread(job);
    assertThat(caughtHere(() -> await(job))).isSameAs(other);
    assertAwaitedHere(other);
  }

  @AsyncTest
  void asCompleted_failed_tellsWhereItWasAwaited() {
    var error = new IllegalStateException();
    var plain = asCompleted(List.of(createTask(() -> fail(error))));
    assertThat(caughtHere(() -> await(plain.iterator().next()))).isSameAs(error);
    assertAwaitedHere(error);
    var other = new IllegalStateException();
    var async = asCompleted(List.of(createTask(() -> fail(other))));
    assertThat(caughtHere(() -> await(async.async().iterator().next()))).isSameAs(other);
    assertAwaitedHere(other);
  }

  @AsyncTest
  void waitForAndShield_failed_tellWhereTheyWereAwaited() {
    var error = new IllegalStateException();
    var task = createTask(() -> fail(error));
    assertThat(caughtHere(() -> waitFor(task, 100))).isSameAs(error);
    assertAwaitedHere(error);
    var other = new IllegalStateException();
    var shielded = createTask(() -> fail(other));
    assertThat(caughtHere(() -> await(shield(shielded)))).isSameAs(other);
    assertAwaitedHere(other);
  }

  @Test
  void run_failed_tellsWhoCalledIt() {
    var error = new IllegalStateException();
    assertThat(caughtHere(() -> run(() -> fail(error)))).isSameAs(error);
    assertAwaitedHere(error);
  }

  @Test
  void greenlet_failed_tellsWhoWantedItsValue() {
    try (var logs = Logs.capture()) {
      run(() -> {
        var error = new IllegalStateException();
        var greenlet = Gevent.spawn(() -> fail(error));
        assertThat(caughtHere(() -> greenlet.get())).isSameAs(error);
        assertAwaitedHere(error);
      });
      assertThat(logs.lines()).singleElement().asString().contains("IllegalStateException");
    }
  }

  @Test
  void coroutineDrivenByHand_failed_tellsWhoResumedIt() {
    var error = new IllegalStateException();
    var coroutine = coroutine(() -> fail(error));
    assertThat(caughtHere(() -> coroutine.send(null))).isSameAs(error);
    assertSection(error, "… resumed at ");
  }

  @Test
  void generator_failed_tellsWhoIterated() {
    var error = new IllegalStateException();
    var generator = Generators.<Integer>generator(g -> fail(error));
    assertThat(caughtHere(() -> generator.next())).isSameAs(error);
    assertSection(error, "… resumed at ");
  }

  @AsyncTest
  void errorInAGeneratorsBody_tellsWhereTheBodyAwaitedAndWhoIterated() {
    var error = new IllegalStateException();
    var task = createTask(() -> fail(error));
    var generator = Generators.<Integer>asyncGenerator(g -> here(() -> await(task)));
    assertThat(caughtHere(() -> generator.next())).isSameAs(error);
    assertAwaitedHere(error);
    assertSection(error, "… resumed at ");
  }

  // ---- each once --------------------------------------------------------------------------------

  @AsyncTest
  void chainOfTasks_tellsOfEachAwait() {
    var error = new IllegalStateException();
    var first = createTask(() -> fail(error));
    var second = createTask(() -> second(first));
    assertThat(caughtHere(() -> await(second))).isSameAs(error);
    assertThat(lines(error).stream().filter(line -> line.startsWith(LABEL)))
        .hasSize(2)
        .first()
        .asString()
        .contains("AwaitedAtTest.second(");
  }

  private static void second(Future<?> first) {
    await(first);
  }

  @AsyncTest
  void onePlace_thatAwaitsForEver_isToldOnce() {
    var error = new IllegalStateException();
    var task = createTask(() -> fail(error));
    for (int i = 0; i < 1000; i++) {
      assertThat(caughtHere(() -> await(task))).isSameAs(error);
    }
    assertAwaitedHere(error);
  }

  @Test
  void longChain_thatAwaitsAtOnePlace_tellsItOnce() {
    run(() -> {
      var error = new IllegalStateException();
      Future<?> last = createTask(() -> fail(error));
      for (int i = 0; i < 10_000; i++) {
        var before = last;
        last = createTask(() -> second(before));
      }
      var whole = last;
      assertThat(caughtHere(() -> await(whole))).isSameAs(error);
      assertThat(labels(error, LABEL)).hasSize(2);
    });
  }

  @AsyncTest
  void errorThatIsShared_keepsALimitedTrace() {
    var error = new IllegalStateException();
    var task = createTask(() -> fail(error));
    for (int depth = 0; depth < 100; depth++) {
      int calls = depth;
      assertThat(catchThrowable(() -> deeper(calls, task))).isSameAs(error);
    }
    assertThat(labels(error, LABEL)).hasSize(16);
  }

  private static void deeper(int calls, Future<?> task) {
    if (calls == 0) {
      await(task);
    } else {
      deeper(calls - 1, task);
    }
  }

  @AsyncTest
  void errorThrownByTheStackThatAwaits_saysNothingTwice() {
    var never = getRunningLoop().<Integer>createFuture();
    var error = caughtHere(() -> await(asCompleted(List.of(never), 0.001).iterator().next()));
    assertThat(error).isInstanceOf(TimeoutException.class);
    assertThat(labels(error, LABEL)).isEmpty();
  }

  @Test
  void errorThatSeveralThreadsAwait_staysWhole() throws Exception {
    var error = new IllegalStateException();
    var thrown = error.getStackTrace();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      int depth = i;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int j = 0; j < 20; j++) {
                  run(() -> {
                    var task = createTask(() -> fail(error));
                    assertThat(catchThrowable(() -> deeper(depth, task))).isSameAs(error);
                  });
                }
              }));
    }
    for (var thread : threads) {
      thread.join();
    }
    assertThat(error.getStackTrace()).startsWith(thrown).doesNotContainNull();
    assertThat(labels(error, LABEL)).hasSizeBetween(1, 16);
  }

  // ---- what must not matter ---------------------------------------------------------------------

  @Test
  void errorOfAnOddKind_comesOutAllTheSame() {
    var failing =
        new RuntimeException() {
          @Override
          public StackTraceElement[] getStackTrace() {
            throw new AssertionError();
          }
        };
    var none =
        new RuntimeException() {
          @Override
          public StackTraceElement[] getStackTrace() {
            return null;
          }
        };
    var fixed =
        new RuntimeException() {
          @Override
          public void setStackTrace(StackTraceElement[] trace) {
            throw new StackOverflowError();
          }
        };
    run(() -> {
      for (var error : List.of(failing, none, fixed)) {
        var task = createTask(() -> fail(error));
        Throwable caught = null;
        try {
          await(task);
        } catch (RuntimeException e) {
          caught = e;
        }
        assertThat(caught == error).isTrue();
      }
    });
  }

  @Test
  void errorWithoutATrace_isLeftAlone() {
    var error = new RuntimeException("none", null, false, false) {};
    assertThat(caughtHere(() -> run(() -> fail(error)))).isSameAs(error);
    assertThat(error.getStackTrace()).isEmpty();
  }

  /// Prints how many frames tell where an error was awaited.
  static final class Counting {
    private Counting() {}

    public static void main(String[] args) {
      ChildJvm.keepQuietAboutSlowSteps();
      try {
        run(() ->
            await(
                createTask(() -> {
                  throw new IllegalStateException();
                })));
      } catch (IllegalStateException e) {
        int labels = 0;
        for (var frame : e.getStackTrace()) {
          if (frame.getClassName().startsWith("… awaited at ")) {
            labels++;
          }
        }
        System.out.println(labels);
      }
    }
  }

  @Test
  void property_off_leavesTracesAsTheJvmMakesThem() {
    for (var setting : List.of("off:0", "full:2", "folded:2")) {
      var options = new ArrayList<>(Runtimes.jvmOptions());
      options.add("-Djasyncio.traces=" + setting.substring(0, setting.indexOf(':')));
      var result = ChildJvm.run(Counting.class, options);
      assertThat(result.output()).isEqualTo(setting.substring(setting.indexOf(':') + 1));
    }
  }

  // ---- cancellations and time limits ------------------------------------------------------------

  @Test
  void resultOrExceptionOfCancelled_namesTheFuture() {
    for (var read : List.<Consumer<Future<?>>>of(Future::result, Future::exception)) {
      var error =
          catchThrowable(() ->
              run(() -> {
                currentTask().setName("main task");
                var future = new Future<Integer>();
                future.cancel();
                read.accept(future);
              }));
      assertThat(error)
          .asString()
          .matches(
              "jasyncio.CancelledError: main task waited for <Future cancelled(| created at .*)>,"
                  + " which was cancelled: by main task(| at .*)"); // debug mode says where
    }
  }

  @Test
  void cancellationOutOfRun_namesTheTaskAndWhatItAwaited() {
    var error =
        catchThrowable(() ->
            run(() -> {
              currentTask().setName("main task");
              var child = createTask(() -> sleep(100), "child");
              getRunningLoop().callSoon(child::cancel);
              here(() -> await(child));
            }));
    assertThat(error)
        .isInstanceOf(CancelledError.class)
        .hasMessage(null)
        .asString()
        .startsWith("jasyncio.CancelledError: main task waited for <Task cancelled name='child'")
        .containsPattern(", which was cancelled: by a callback(| at .*)$");
    assertThat(lines(error)).anyMatch(line -> line.contains("AwaitedAtTest.here("));
    assertThat(lines(error)).anyMatch(line -> line.startsWith(LABEL));
  }

  @Test
  void cancellationOutOfRun_tellsWhetherTheTaskItselfWasCancelled() {
    var asleep =
        catchThrowable(() ->
            run(() -> {
              currentTask().setName("main task");
              getRunningLoop().callSoon(currentTask()::cancel);
              here(() -> sleep(100));
            }));
    assertThat(asleep)
        .asString()
        .matches(
            "jasyncio.CancelledError: main task was cancelled while it waited for sleep\\(...\\):"
                + " by a callback(| at .*)");
    assertThat(lines(asleep)).anyMatch(line -> line.contains("AwaitedAtTest.here("));
    var told =
        catchThrowable(() ->
            run(() -> {
              currentTask().setName("main task");
              currentTask().cancel("enough");
              sleep(0);
            }));
    assertThat(told)
        .hasMessage("enough")
        .asString()
        .matches("jasyncio.CancelledError: enough; main task was cancelled: by itself(| at .*)");
  }

  @AsyncTest
  void cancellationInAnyOtherTask_isBare() {
    var seen = new AtomicReference<Throwable>();
    var task = createTask(() -> seen.set(catchThrowable(() -> sleep(100))));
    sleep(0);
    task.cancel();
    Asyncio.wait(List.of(task));
    if (!Debug.DEFAULT) {
      assertThat(seen.get().getStackTrace()).isEmpty();
    }
    assertThat(seen.get()).hasToString("jasyncio.CancelledError");
  }

  @AsyncTest
  void timeLimit_thatIsOver_saysHowLongItWasAndWhereTheBodyWaited() {
    var task =
        createTask(
            () -> catchThrowable(() -> waitFor(() -> here(() -> sleep(100)), 0.002)), "limited");
    var error = await(task);
    assertThat(error)
        .isInstanceOf(TimeoutException.class)
        .hasMessage("time limit of 0.002 s is over");
    assertThat(error.getCause())
        .hasToString(
            "jasyncio.CancelledError: limited was cancelled while it waited for sleep(...): by its"
                + " timeout of 0.002 s for AwaitedAtTest.<lambda>");
    assertThat(lines(error.getCause())).anyMatch(line -> line.contains("AwaitedAtTest.here("));
  }

  @AsyncTest
  void timeLimit_movedOrInThePast_saysHowLongItWas() {
    var moved =
        catchThrowable(() ->
            Asyncio.timeout(
                100,
                t -> {
                  t.reschedule(t.when() - 99.75);
                  sleep(100);
                }));
    assertThat(moved).hasMessage("time limit of 0.25 s is over");
    assertThat(catchThrowable(() -> waitFor(() -> sleep(1), 0)))
        .hasMessage("time limit of 0 s is over");
    var never = getRunningLoop().<Integer>createFuture();
    assertThat(
            catchThrowable(
                () -> await(asCompleted(List.of(never), 0.001).async().iterator().next())))
        .hasMessage("time limit of 0.001 s is over");
  }

  @AsyncTest
  void result_askedForTooEarly_saysOfWhat() {
    var future = getRunningLoop().<Integer>createFuture();
    assertThat(catchThrowable(future::result))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageMatching(
            "Result is not set\\. <Future pending.*> is not done yet; await.* waits for it");
    assertThat(catchThrowable(future::exception)).hasMessageStartingWith("Exception is not set.");
  }
}
