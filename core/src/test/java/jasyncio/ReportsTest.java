package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.lowlevel.Lowlevel;
import jasyncio.testkit.Garbage;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What nobody else can be told comes to the exception handler or into the log: every time, and
/// whatever the log makes of it.
@Timeout(600)
class ReportsTest {

  /// A log handler that fails for a while.
  private static final class Failing extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("jasyncio");
    private final AtomicInteger left;

    Failing(int times) {
      left = new AtomicInteger(times);
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
      if (left.getAndDecrement() > 0) {
        throw new AssertionError("the log is full");
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  private static final class Unprintable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }

  private static void collectUntil(BooleanSupplier done) {
    Garbage.collectUntil(done, () -> LockSupport.parkNanos(1_000_000));
  }

  @Nested
  class LogThatFails {
    @Test
    void callbackThatFails_isLostAlone() {
      try (var logs = Logs.capture();
          var _ = new Failing(100)) {
        var result =
            run(() -> {
              getRunningLoop()
                  .callSoon(() -> {
                    throw new IllegalArgumentException("of a callback");
                  });
              sleep(0);
              sleep(0);
              return "result";
            });
        assertThat(result).isEqualTo("result");
        assertThat(logs.lines()).isNotEmpty();
      }
    }

    @Test
    void slowTaskInDebugMode_isNotFailedByIt() {
      try (var _ = Logs.capture();
          var _ = new Failing(100)) {
        var result =
            run(
                () -> {
                  getRunningLoop().setSlowCallbackDuration(0);
                  return await(
                      createTask(() -> {
                        sleep(0);
                        return "result";
                      }));
                },
                RunOptions.defaults().debug(true));
        assertThat(result).isEqualTo("result");
      }
    }

    @Test
    void exceptionThatCannotBePrinted_isNamedAllTheSame() {
      try (var logs = Logs.capture()) {
        run(() -> {
          getRunningLoop()
              .callSoon(() -> {
                throw new Unprintable();
              });
          sleep(0);
          sleep(0);
        });
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .startsWith("SEVERE Exception in callback <Handle ReportsTest")
            .contains("Unprintable, which could not be logged");
      }
    }

    @Test
    void coroutineThatWasForgotten_theNextOneIsStillReported() {
      try (var logs = Logs.capture();
          var failing = new Failing(1)) {
        forget("first");
        collectUntil(() -> failing.left.get() <= 0);
        forget("second");
        collectUntil(() ->
            logs.lines().stream()
                .anyMatch(line -> line.startsWith("WARNING coroutine 'second' was never awaited")));
      }
    }

    private void forget(String name) {
      coroutine(name, () -> 1);
    }

    @Test
    void handlerOfTheProgram_failsAndSoDoesTheLog_theLoopGoesOn() {
      try (var _ = Logs.capture();
          var _ = new Failing(100);
          var loop = newEventLoop()) {
        loop.setExceptionHandler((l, e) -> {
          throw new StackOverflowError();
        });
        loop.callSoon(() -> {
          throw new IllegalArgumentException();
        });
        loop.runUntilComplete(() -> sleep(0));
      }
    }
  }

  @Nested
  class LastIteration {
    @Test
    void reportOfAnotherThread_inTheLastIteration_isTold() {
      var seen = new CopyOnWriteArrayList<String>();
      try (var loop = newEventLoop()) {
        loop.setExceptionHandler((l, e) -> seen.add(e.message()));
        loop.callSoon(() -> {
          loop.stop();
          onAnotherThread(() -> loop.reports.tellFromAnywhere(ErrorContext.of("late")));
        });
        loop.runForever();
      }
      assertThat(seen).containsExactly("late");
    }

    @Test
    void reportOfAnotherThread_afterTheEnd_isTold() {
      var seen = new CopyOnWriteArrayList<String>();
      var loop = newEventLoop();
      loop.setExceptionHandler((l, e) -> seen.add(e.message()));
      loop.close();
      onAnotherThread(() -> loop.reports.tellFromAnywhere(ErrorContext.of("later")));
      assertThat(seen).containsExactly("later");
    }

    @Test
    void orderToExit_byTheHandlerOutsideOfARun_isLoggedAndDoesNotEndTheNextRun() {
      try (var logs = Logs.capture();
          var loop = newEventLoop()) {
        loop.setExceptionHandler((l, e) -> {
          throw new SystemExit(1);
        });
        loop.reports.tellFromAnywhere(ErrorContext.of("between two runs"));
        loop.runUntilComplete(() -> sleep(0));
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .startsWith("SEVERE Exception ignored in an exception handler");
      }
    }

    private void onAnotherThread(Runnable code) {
      try {
        var thread = Thread.ofPlatform().start(code);
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  class Contexts {
    @Test
    void callbackThatRunsAgain_seesWhatItSet() {
      var count = ContextVar.of("count", 0);
      var seen = new ArrayList<Integer>();
      try (var loop = newEventLoop()) {
        var again =
            new Handle(
                    loop,
                    () -> {
                      int n = count.get() + 1;
                      count.set(n);
                      seen.add(n);
                    },
                    Bindings.EMPTY)
                .repeating();
        loop.runUntilComplete(() -> {
          for (int i = 0; i < 3; i++) {
            loop.core.schedule(again);
            sleep(0);
          }
          assertThat(count.get()).isZero();
        });
        assertThat(again.getContext().get(count)).isEqualTo(3);
      }
      assertThat(seen).containsExactly(1, 2, 3);
    }
  }

  @Nested
  class Details {
    @Test
    void asyncgenThatFailsAtTheEnd_isNamed() {
      Action<?> fails =
          () -> {
            throw new IllegalArgumentException("not closed");
          };
      var errors = new ArrayList<ErrorContext>();
      try (var loop = newEventLoop()) {
        loop.setExceptionHandler((l, e) -> errors.add(e));
        Lowlevel.registerAsyncgen(loop, fails, fails);
        loop.runUntilComplete(loop::shutdownAsyncgens);
      }
      assertThat(errors)
          .singleElement()
          .satisfies(e -> {
            assertThat(e.message())
                .startsWith("an error occurred during closing of asynchronous generator ");
            assertThat(e.exception()).hasMessage("not closed");
            assertThat(e.details()).containsEntry("asyncgen", fails);
          });
    }
  }

  @Nested
  class Collections {
    private static List<String> tryOut(String... options) {
      var all = new ArrayList<>(Runtimes.jvmOptions());
      all.add("-Xmx64m");
      all.addAll(List.of(options));
      return ChildJvm.run(Program.class, all).output().lines().toList();
    }

    @Test
    @Tag("slow")
    void close_withSomethingUnreadThatIsStillReferredTo_collectsOnce() {
      assertThat(tryOut()).containsExactly("1");
    }

    @Test
    @Tag("slow")
    void close_withThePropertySetToFalse_doesNotCollect() {
      assertThat(tryOut("-Djasyncio.collect=false")).containsExactly("0");
    }
  }

  static final class Program {
    private static Future<?> kept;

    public static void main(String[] args) {
      var loop = newEventLoop();
      kept = loop.createFuture();
      kept.setException(new IllegalStateException("unread"));
      long before = fullCollections();
      loop.close();
      System.out.println(fullCollections() - before);
      kept.exception();
    }

    private static long fullCollections() {
      return ManagementFactory.getGarbageCollectorMXBeans().stream()
          .filter(bean -> bean.getName().equals("MarkSweepCompact"))
          .mapToLong(GarbageCollectorMXBean::getCollectionCount)
          .sum();
    }
  }

  @Test
  void report_foldsTheLibrarysFramesAndNoOthers() {
    var error = new IllegalStateException("unread");
    try (var logs = Logs.capture()) {
      run(() -> {
        var task =
            createTask(() -> {
              error.fillInStackTrace();
              throw error;
            });
        Asyncio.wait(List.of(task));
        getRunningLoop()
            .callExceptionHandler(ErrorContext.of("a report").exception(task.exception()));
      });
      assertThat(logs.lines()).singleElement().asString().startsWith("SEVERE a report");
    }
    assertThat(error.getStackTrace()).hasSize(2);
    assertThat(error.getStackTrace()[0].getClassName()).isEqualTo("jasyncio.ReportsTest");
    assertThat(error.getStackTrace()[1].toString())
        .matches(
            "… \\d+ library frames at (?:jasyncio@[^/]+/)?jasyncio\\.Task\\.run\\(Task\\.java:\\d+\\)");
  }
}
