package jasyncio.slf4j;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.toThread;
import static jasyncio.generator.Generators.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jasyncio.Action;
import jasyncio.BlockingPolicy;
import jasyncio.Context;
import jasyncio.Future;
import jasyncio.RunOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Which values logback logs, across everything that has code run elsewhere or later.
@ParameterizedClass
@MethodSource("policies")
class LogbackMdcTest {
  private static final boolean SCHEDULED =
      System.getProperty("jasyncio.fibers", "scheduled").equals("scheduled");
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(LogbackMdcTest.class);
  private static final String USER = "user";

  private final BlockingPolicy policy;
  private final ListAppender<ILoggingEvent> logged =
      new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
          event.prepareForDeferredProcessing(); // or else it would look for values when it is asked
          super.append(event);
        }
      };

  LogbackMdcTest(BlockingPolicy policy) {
    this.policy = policy;
  }

  static Stream<BlockingPolicy> policies() {
    return SCHEDULED
        ? Stream.of(BlockingPolicy.BLOCK, BlockingPolicy.SWITCH)
        : Stream.of(BlockingPolicy.BLOCK); // the only one there
  }

  @BeforeAll
  static void install() {
    MdcContext.install();
  }

  @BeforeEach
  void listen() {
    logged.start();
    LOGGER.setAdditive(false);
    LOGGER.addAppender(logged);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.detachAppender(logged);
    MDC.clear();
  }

  private <X extends Exception> void onLoop(Action<X> main) throws X {
    run(main, RunOptions.defaults().blocking(policy));
  }

  private static void log(String message) {
    LOGGER.info(message);
  }

  private static void logTwice(String message) {
    log(message);
    sleep(0);
    log(message + " later");
  }

  /// What was logged, each with the user that was in the MDC.
  private List<String> lines() {
    return List.copyOf(logged.list).stream()
        .map(event -> event.getMessage() + ": " + event.getMDCPropertyMap().get(USER))
        .toList();
  }

  @Test
  void install_isSeenByLogbackAndSlf4j() {
    assertThat(MdcContext.isInstalled()).isTrue();
    assertThat(((LoggerContext) LoggerFactory.getILoggerFactory()).getMDCAdapter())
        .isSameAs(MDC.getMDCAdapter());
    var adapter = MDC.getMDCAdapter();
    MdcContext.install(); // again
    assertThat(MDC.getMDCAdapter()).isSameAs(adapter);
  }

  @Test
  void await_keepsTheValues() {
    onLoop(() -> {
      MDC.put(USER, "alice");
      logTwice("main");
    });
    assertThat(lines()).containsExactly("main: alice", "main later: alice");
  }

  @Test
  void valuesOfTasksThatTakeTurns_areNotMixed() {
    onLoop(() -> {
      MDC.put(USER, "maker");
      await(
          gatherActions(
              () -> {
                MDC.put(USER, "alice");
                logTwice("a");
              },
              () -> {
                log("b inherits");
                MDC.put(USER, "bob");
                logTwice("b");
              }));
      log("main");
    });
    assertThat(lines())
        .containsExactly(
            "a: alice",
            "b inherits: maker",
            "b: bob",
            "a later: alice",
            "b later: bob",
            "main: maker");
  }

  @Test
  void valuesThatATaskLeaves_areNotSeenByTheNextOneOnItsFiber() {
    onLoop(() -> {
      for (int i = 0; i < 3; i++) { // one after the other, so that fibers are used again
        await(
            createTask(() -> {
              log("task");
              MDC.put(USER, "left");
              MDC.pushByKey("stack", "left");
              log("task");
            }));
        await(
            createTask(
                () -> assertThat(MDC.getMDCAdapter().getCopyOfDequeByKey("stack")).isNull()));
      }
    });
    assertThat(lines())
        .containsExactly(
            "task: null", "task: left", "task: null", "task: left", "task: null", "task: left");
  }

  @Test
  void taskGroup_hasTheValuesOfItsMaker_asTheyWere() {
    onLoop(() -> {
      MDC.put(USER, "alice");
      taskGroup(group -> {
        group.createTask(() -> logTwice("child"));
        MDC.put(USER, "bob"); // too late
      });
    });
    assertThat(lines()).containsExactly("child: alice", "child later: alice");
  }

  @Test
  void callbacks_haveTheValuesThatWereThereWhenTheyWereAdded() {
    onLoop(() -> {
      var loop = getRunningLoop();
      Future<Void> future = loop.createFuture();
      try (var _ = MDC.putCloseable(USER, "alice")) {
        future.addDoneCallback(f -> {
          log("done");
          MDC.put(USER, "left");
        });
        loop.callSoon(() -> {
          log("soon");
          MDC.put(USER, "left");
        });
      }
      loop.callSoon(() -> log("next"));
      loop.callSoon(() -> future.setResult(null));
      await(future);
      sleep(0);
      log("main");
    });
    assertThat(lines())
        .containsExactlyInAnyOrder("soon: alice", "next: null", "done: alice", "main: null");
  }

  @Test
  void toThread_takesTheValuesAlong_andBringsNoneBack() {
    onLoop(() -> {
      MDC.put(USER, "alice");
      toThread(() -> {
        log("thread");
        MDC.put(USER, "left");
      });
      log("main");
      new Context().run(() -> toThread(() -> log("next"))); // on the same thread
    });
    assertThat(lines()).containsExactly("thread: alice", "main: alice", "next: null");
  }

  @Test
  void runInExecutor_takesNoValuesAlong() {
    try (var executor = Executors.newSingleThreadExecutor()) {
      onLoop(() -> {
        MDC.put(USER, "alice");
        await(getRunningLoop().runInExecutor(executor, () -> log("thread")));
        log("main");
      });
    }
    assertThat(lines()).containsExactly("thread: null", "main: alice");
  }

  @Test
  void run_beginsWithTheValuesOfItsThread_andBringsNoneBack() {
    MDC.put(USER, "thread");
    onLoop(() -> {
      log("main");
      MDC.put(USER, "main");
      log("main");
    });
    log("afterwards");
    assertThat(lines()).containsExactly("main: thread", "main: main", "afterwards: thread");
  }

  @Test
  void generator_hasTheValuesOfWhoeverDrivesIt() {
    onLoop(() -> {
      var numbers =
          generator(g -> {
            log("first");
            g.yield(1);
            log("second");
            g.yield(2);
          });
      MDC.put(USER, "alice");
      assertThat(numbers.next()).isEqualTo(1);
      MDC.put(USER, "bob");
      assertThat(numbers.next()).isEqualTo(2);
      numbers.close();
    });
    assertThat(lines()).containsExactly("first: alice", "second: bob");
  }

  @Test
  void threads_haveTheirOwnValues() throws InterruptedException {
    MDC.put(USER, "alice");
    for (var builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      var thread =
          builder.start(() -> {
            log("thread");
            MDC.put(USER, "bob");
            log("thread");
          });
      thread.join();
    }
    log("test");
    assertThat(lines())
        .containsExactly(
            "thread: null", "thread: bob", "thread: null", "thread: bob", "test: alice");
  }

  @Test
  void tasksThatBlock_underSwitch_haveTheirOwnValues() throws InterruptedException {
    assumeTrue(policy == BlockingPolicy.SWITCH);
    var go = new Semaphore(0);
    var goOn = new Semaphore(0);
    onLoop(() ->
        await(
            gatherActions(
                () -> {
                  MDC.put(USER, "alice");
                  go.acquire(); // blocks, and the other one runs on the same loop
                  log("a");
                  goOn.release();
                },
                () -> {
                  MDC.put(USER, "bob");
                  log("b");
                  go.release();
                  goOn.acquire();
                  log("b later");
                })));
    assertThat(lines()).containsExactly("b: bob", "a: alice", "b later: bob");
  }

  @Test
  void event_keepsTheValuesThatWereThereWhenItWasLogged() {
    MDC.put(USER, "alice");
    log("event");
    var values = logged.list.getFirst().getMDCPropertyMap();
    MDC.put(USER, "bob");
    MDC.remove(USER);
    assertThat(values).isEqualTo(Map.of(USER, "alice"));
  }

  @Test
  void sharedContext_isSharedByItsTasks() {
    onLoop(() -> {
      var context = new Context();
      context.run(() -> MDC.put(USER, "first"));
      context.run(() -> log("second"));
      log("main");
    });
    assertThat(lines()).containsExactly("second: first", "main: null");
  }
}
