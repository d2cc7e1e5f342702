package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.FiberKind;
import jasyncio.Future;
import jasyncio.WaitList;
import jasyncio.generator.Generators;
import jasyncio.net.Streams;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;

/// How tests on a loop fail.
class OnLoopFailuresTest {
  private static void fails(String method, String... texts) {
    fails(Failures.of(Fixtures.class, method), texts);
  }

  private static void fails(Throwable failure, String... texts) {
    assertThat(failure).isInstanceOf(AssertionError.class).hasMessageContainingAll(texts);
  }

  // ---- the test itself --------------------------------------------------------------------------

  @Test
  void failure_ofTheTest_isItsOwn() {
    assertThat(Failures.of(Fixtures.class, "failsItself"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("mine")
        .hasNoSuppressedExceptions();
  }

  // ---- dead-locks -------------------------------------------------------------------------------

  @Test
  void deadlock_failsAtOnce_andNamesWhoWaits() {
    fails(
        "locksInOppositeOrder",
        "dead-lock in test Fixtures.locksInOppositeOrder(): nobody can ever run again, since 1 s of"
            + " virtual time",
        "test locksInOppositeOrder() waits for task 'ab'",
        "task 'ab' waits for Lock, held by ",
        "task 'ba' waits for Lock, held by ",
        "at " + Fixtures.class.getName() + ".both(OnLoopFailuresTest.java:");
  }

  @Test
  void deadlock_ofOneAlone_isOne() {
    fails("waitsForNobody", "dead-lock", "test waitsForNobody() waits for Event");
  }

  @Test
  void deadlock_withAStreamOpen_leavesItToTheTestToClose() {
    fails("waitsForTheOtherEnd", "dead-lock", "waits for localhost:2 to take what was written");
    assertThat(Fixtures.wasClosedBefore).isFalse();
  }

  @Test
  void deadlock_inCleanUp_isTold() {
    fails("cleanUpWaits", "dead-lock", "waits for Event");
  }

  @Test
  void deadlock_inCleanUpOfTheBackground_isToldOnce() {
    var failure = Failures.of(Fixtures.class, "backgroundWaitsAtItsEnd");
    fails(failure, "dead-lock", "waits for Event");
    assertThat(failure.getMessage()).containsOnlyOnce("dead-lock");
  }

  @Test
  void deadlock_onWhatCannotDescribeItself_isTold() {
    fails("waitsForBadText", "dead-lock", "waits for <unprintable ");
  }

  @Test
  void waitForASignal_isNone() {
    fails(
        "waitsForASignal",
        "is not over after 1 s of real time",
        "the loop handles signals, which may come: [USR2]");
  }

  // ---- too long ---------------------------------------------------------------------------------

  @Test
  void timeout_whileTimeRuns_saysHowFarItGot() {
    fails(
        "runsForEver",
        "test Fixtures.runsForEver() is not over after 1 s of real time, and ",
        " of virtual time",
        "test runsForEver() ");
  }

  @Test
  void timeout_whileAnotherThreadIsAtWork_namesIt() {
    fails(
        "waitsForAThread",
        "is not over after 1 s of real time, and 0 s of virtual time",
        "virtual time stands still, because others are at work for the loop",
        "thread 'asyncio_0'",
        "CountDownLatch.await");
  }

  @Test
  void timeout_ofATaskThatIgnoresItsCancellation_isTheEndOfIt() {
    fails("ignoresCancellation", "is not over after 1 s of real time", "task 'stubborn'");
  }

  @Test
  void assumption_callsOff() {
    assertThat(Failures.aborts(Fixtures.class, "assumesTooMuch")).isTrue();
  }

  @Test
  void timeout_whileAFutureOfTheJdkIsAwaited_saysWhatToDo() {
    fails(
        "waitsForAFutureOfItsOwn",
        "task 'completer' waits for its sleep to end",
        "virtual time stands still, because others are at work for the loop: another executor, or"
            + " a future of the JDK that is awaited",
        "make it a jasyncio Future, or take real time");
  }

  @Test
  void timeout_whileATaskBlocksAndOthersMayRun_saysThatItMayBeADeadlock() {
    assumeTrue(isScheduled());
    var failure = Failures.of(Fixtures.class, "takesWhatNobodyPuts");
    fails(
        failure,
        "is not over after 1 s of real time, and 1 h 0 min 0 s of virtual time",
        "test takesWhatNobodyPuts() waits for its blocking call to end",
        "SynchronousQueue.take",
        "that may be a dead-lock");
    assertThat(failure.getMessage()).doesNotContain("virtual time stands still");
  }

  @Test
  void timeout_ofABlockedLoop_saysWhere() {
    fails(
        "blocksForEver",
        "is not over after 1 s of real time",
        "the loop is held up at",
        "CountDownLatch.await");
  }

  @Test
  @Tag("slow") // three time limits
  void timeout_ofATaskThatTakesACancellationForAFailure_ends() {
    fails(
        "swallowsCancellations",
        "is not over after 1 s of real time",
        "task 'stubborn' ",
        "at " + Fixtures.class.getName() + ".stubborn(OnLoopFailuresTest.java:",
        "was never awaited");
  }

  // ---- what is left -----------------------------------------------------------------------------

  @Test
  void task_thatIsLeft_isTold() {
    fails(
        "leavesATask",
        "after test Fixtures.leavesATask():",
        "a task is left: task 'forgotten' waits for its sleep to end",
        "at " + Fixtures.class.getName(),
        "(a task that is to run as long as the test does: TestScope.background; one that may be"
            + " left: Leftover.TASKS)");
  }

  @Test
  void tasks_thatAreLeft_areNotAllTold_ifThereAreVeryMany() {
    var text = Failures.of(Fixtures.class, "leavesManyTasks").getMessage();
    assertThat(text).contains("forgotten 0 waits for", "\n  and 50 more\n");
    assertThat(text.split("a task is left")).hasSize(1 + 50);
  }

  @Test
  void task_thatIsAllowed_isNotTold() {
    assertThat(Failures.none(Fixtures.class, "mayLeaveATask")).isTrue();
  }

  @Test
  void timer_thatIsLeft_isTold() {
    fails("leavesATimer", "a timer is left: <TimerHandle when=3600");
  }

  @Test
  void server_thatIsLeft_isTold() {
    fails("leavesAServer", "a channel is left: ServerSocketChannel at /127.0.0.1:");
  }

  @Test
  void stream_thatIsLeft_isTold() {
    fails("leavesAPair", "a channel is left: <StreamWriter transport=<MemoryTransport open");
    fails("leavesAConnection", "a channel is left: <StreamWriter transport=<SocketTransport");
    assertThat(Failures.none(Fixtures.class, "mayLeaveAPair")).isTrue();
  }

  @Test
  void generator_thatIsLeft_isTold() {
    fails("leavesAGenerator", "an open generator is left: <async_generator");
  }

  @Test
  void thread_thatIsLeft_isTold() {
    fails("leavesAThread", "a thread is left: 'of the test'");
    Fixtures.END.countDown();
  }

  // ---- errors that nobody reads -----------------------------------------------------------------

  @Test
  void assertionInATask_failsTheTest_asItIs() {
    assertThat(Failures.of(Fixtures.class, "assertsInATask"))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageContaining("expected: <1> but was: <2>");
  }

  @Test
  void errorThatNobodyReads_isTold_evenIfSomebodyHoldsTheTask() {
    fails(
        "holdsAFailedTask",
        "Task exception was never retrieved: java.lang.IllegalArgumentException: bad");
  }

  @Test
  void errorInACallback_isTold() {
    fails("failsInACallback", "Exception in callback", "java.lang.IllegalArgumentException: bad");
  }

  @Test
  void coroutineThatNobodyAwaits_isTold() {
    fails("forgetsACoroutine", "was never awaited");
  }

  @Test
  void blockingCall_isTold_withItsStack() {
    assumeTrue(isScheduled());
    fails(
        "blocks",
        "blocks the event loop",
        "java.lang.Thread.sleep",
        Fixtures.class.getName() + ".blocks(OnLoopFailuresTest.java:");
  }

  @Test
  void blockingCall_inALoop_isToldOnce() {
    assumeTrue(isScheduled());
    var text = Failures.of(Fixtures.class, "blocksAgainAndAgain").getMessage();
    assertThat(text).contains("- 3 times: <Task").containsOnlyOnce("blocks the event loop");
  }

  // ---- two loops --------------------------------------------------------------------------------

  @Test
  void objectOfAnotherLoop_namesBoth() {
    assertThat(Failures.of(TwoLoops.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(
            "attached to a different loop",
            "it belongs to <EventLoop of @BeforeAll or @AfterAll of class TwoLoops",
            "and here runs <EventLoop of test TwoLoops.usesIt()");
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void advance_inRealTime_saysWhatToDo() {
    assertThat(Failures.of(Fixtures.class, "advancesRealTime"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the time of this test is real");
  }

  @Test
  void switch_onThePortableRuntime_saysWhatItNeeds() {
    assumeTrue(!isScheduled());
    assertThat(Failures.of(Fixtures.class, "wantsToSwitch"))
        .hasMessageContaining("needs the scheduled fiber runtime");
  }

  @Test
  void settings_ofATestThatSharesALoop_areRefused() {
    assertThat(Failures.of(Shared.class, "wantsRealTime"))
        .isInstanceOf(ExtensionConfigurationException.class)
        .hasMessage(
            "a test that shares the loop of its class cannot have settings of its own: time = REAL")
        .hasNoSuppressedExceptions();
    assertThat(Failures.none(Shared.class, "wantsNothing")).isTrue();
  }

  @Test
  void loopThatWasGivenUp_isSaidToBe_inBrief() {
    var failure = Failures.of(GivenUp.class, "waitsForNobody");
    fails(failure, "dead-lock", "waits for Event");
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0])
        .hasMessage(
            "@AfterEach after() cannot run, as its loop was given up: dead-lock in test"
                + " GivenUp.waitsForNobody(): nobody can ever run again, since 0 s of virtual time");
  }

  @Test
  void sharedLoop_ofATestThatCannotBegin_isNotGivenBack() {
    var failure = Failures.of(Shared.class, "cannotBegin");
    assertThat(failure).hasMessage("not today").hasNoSuppressedExceptions();
  }

  @Test
  void twoRuntimes_forOneTest_areRefused() {
    assertThat(Failures.of(Fixtures.class, "wantsTwoRuntimes"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a test has one loop");
  }

  private static boolean isScheduled() {
    try (var loop = EventLoop.create(null)) {
      return loop.fibers() == FiberKind.SCHEDULED;
    }
  }

  /// Tests that fail.
  static class Fixtures {
    static final CountDownLatch END = new CountDownLatch(1);
    static boolean wasClosedBefore;
    Object held; // so that it is not collected

    @AsyncTest
    void failsItself() {
      createTask(() -> sleep(0)).cancel();
      throw new IllegalStateException("mine");
    }

    @AsyncTest
    void locksInOppositeOrder() {
      var a = new Lock();
      var b = new Lock();
      var ab = createTask(() -> both(a, b), "ab");
      createTask(() -> both(b, a), "ba");
      await(ab);
    }

    private static void both(Lock first, Lock second) {
      try (var _ = first.acquire()) {
        sleep(1);
        try (var _ = second.acquire()) {
          sleep(1);
        }
      }
    }

    @AsyncTest
    void waitsForNobody() {
      new Event().await();
    }

    @AsyncTest
    void waitsForTheOtherEnd() throws IOException {
      var pair = MemoryStreams.lockstepPair();
      var writer = pair.left().writer();
      try {
        writer.write("nobody reads it");
        writer.drain();
      } finally {
        wasClosedBefore = writer.isClosing();
        pair.close();
      }
    }

    @AsyncTest
    void cleanUpWaits() {
      var never = new Event();
      createTask(() -> {
        try {
          sleep(1);
        } finally {
          never.await();
        }
      });
      sleep(0);
    }

    @Test
    @OnLoop(timeoutSeconds = 1)
    void waitsForASignal(EventLoop loop) {
      var came = new Event();
      loop.addSignalHandler("USR2", came::set);
      came.await();
    }

    @AsyncTest
    void backgroundWaitsAtItsEnd(TestScope scope) {
      var never = new Event();
      scope.background(() -> {
        try {
          sleep(10);
        } finally {
          never.await();
        }
      });
      sleep(1);
    }

    @AsyncTest
    void waitsForBadText() {
      var owner =
          new Object() {
            @Override
            public String toString() {
              throw new IllegalStateException("no text");
            }
          };
      new WaitList(owner).enter().await();
    }

    @Test
    @OnLoop(timeoutSeconds = 1)
    void ignoresCancellation() {
      createTask(
          () -> {
            while (true) {
              try {
                sleep(1);
              } catch (CancelledError e) { // and goes on
              }
            }
          },
          "stubborn");
      await(new Future<>());
    }

    @AsyncTest
    void assumesTooMuch() {
      assumeTrue(false);
    }

    @AsyncTest
    @OnLoop(timeoutSeconds = 1)
    void runsForEver() {
      while (true) {
        sleep(1);
      }
    }

    @AsyncTest
    @OnLoop(timeoutSeconds = 1)
    void waitsForAThread() throws Exception {
      var never = new CountDownLatch(1);
      try {
        toThread(() -> never.await());
      } finally {
        never.countDown();
      }
    }

    @AsyncTest
    @OnLoop(timeoutSeconds = 1)
    void waitsForAFutureOfItsOwn() throws Exception {
      var future = new CompletableFuture<String>();
      createTask(
          () -> {
            sleep(1);
            future.complete("late");
          },
          "completer");
      await(future);
    }

    @AsyncTest
    @OnLoop(timeoutSeconds = 1, blocking = BlockingPolicy.BLOCK)
    void blocksForEver() throws Exception {
      new CountDownLatch(1).await();
    }

    @AsyncTest
    @OnLoop(timeoutSeconds = 1)
    void swallowsCancellations(TestScope scope) {
      held = jasyncio.Asyncio.coroutine(() -> sleep(1));
      scope.background(() -> stubborn()).setName("stubborn");
      sleep(1);
    }

    private static void stubborn() {
      while (true) {
        try {
          sleep(1);
        } catch (Throwable _) { // takes a cancellation for one more failure
        }
      }
    }

    @AsyncTest
    void leavesATask() {
      createTask(() -> sleep(3600), "forgotten");
      sleep(1);
    }

    @AsyncTest
    void leavesManyTasks() {
      for (int i = 0; i < 100; i++) {
        createTask(() -> sleep(3600), "forgotten " + i);
      }
      sleep(1);
    }

    @AsyncTest
    @OnLoop(allow = Leftover.TASKS)
    void mayLeaveATask() {
      createTask(() -> sleep(3600), "forgotten");
    }

    @AsyncTest
    void leavesATimer(EventLoop loop) {
      loop.callLater(3600, () -> {});
    }

    @AsyncTest
    void leavesAServer() throws Exception {
      Streams.startServer((reader, writer) -> writer.close(), "127.0.0.1", 0);
    }

    @AsyncTest
    void leavesAPair() {
      MemoryStreams.pair().left().writer().write("x");
    }

    @AsyncTest
    @OnLoop(allow = Leftover.CHANNELS)
    void mayLeaveAPair() {
      MemoryStreams.pair();
    }

    @AsyncTest
    void leavesAConnection() throws Exception {
      try (var server = Streams.startServer((_, writer) -> writer.close(), "127.0.0.1", 0)) {
        var address = server.sockets().getFirst().getLocalAddress();
        held = Streams.openConnection("127.0.0.1", ((InetSocketAddress) address).getPort());
      }
    }

    @AsyncTest
    void leavesAGenerator() {
      var generator =
          Generators.<Integer>asyncGenerator(yielder -> {
            yielder.yield(1);
            yielder.yield(2);
          });
      generator.iterator().next();
      held = generator;
    }

    @AsyncTest
    void leavesAThread() {
      Thread.ofPlatform()
          .name("of the test")
          .start(() -> {
            try {
              END.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
    }

    @AsyncTest
    void assertsInATask() {
      createTask(() -> {
        throw new AssertionFailedError("expected: <1> but was: <2>", 1, 2);
      });
      sleep(1);
    }

    @AsyncTest
    void holdsAFailedTask() {
      held =
          createTask(() -> {
            throw new IllegalArgumentException("bad");
          });
      sleep(1);
    }

    @AsyncTest
    void failsInACallback(EventLoop loop) {
      loop.callSoon(() -> {
        throw new IllegalArgumentException("bad");
      });
    }

    @AsyncTest
    void forgetsACoroutine() {
      held = jasyncio.Asyncio.coroutine(() -> sleep(1));
    }

    @AsyncTest
    void blocks() throws Exception {
      Thread.sleep(300); // on a busy machine less would be over before anybody looks
    }

    @AsyncTest
    void blocksAgainAndAgain() throws Exception {
      for (int i = 0; i < 3; i++) {
        Thread.sleep(300);
      }
    }

    @AsyncTest
    @OnLoop(blocking = BlockingPolicy.SWITCH, timeoutSeconds = 1)
    void takesWhatNobodyPuts() throws Exception {
      sleep(3600);
      new SynchronousQueue<String>().take();
    }

    @AsyncTest
    @OnLoop(time = TimeMode.REAL)
    void advancesRealTime(TestClock clock) {
      clock.advance(1);
    }

    @AsyncTest
    @OnLoop(blocking = BlockingPolicy.SWITCH)
    void wantsToSwitch() {}

    @AsyncTest
    @OnLoop(fibers = {FiberKind.SCHEDULED, FiberKind.PORTABLE})
    void wantsTwoRuntimes() {}
  }

  /// A test that meets an object of its class.
  @OnLoop
  static class TwoLoops {
    private static Future<String> future;

    @BeforeAll
    static void makeIt() {
      future = getRunningLoop().createFuture();
    }

    @Test
    void usesIt() {
      await(future);
    }
  }

  /// A test with a part that comes after it.
  @OnLoop
  static class GivenUp {
    @AfterEach
    void after() {}

    @Test
    void waitsForNobody() {
      new Event().await();
    }
  }

  /// Tests that share a loop.
  @ExtendWith(Shared.Refusing.class)
  @OnLoop(scope = LoopScope.CLASS)
  static class Shared {
    /// Lets some tests not begin.
    static final class Refusing implements BeforeEachCallback {
      @Override
      public void beforeEach(ExtensionContext context) {
        if (context.getRequiredTestMethod().getName().equals("cannotBegin")) {
          throw new IllegalStateException("not today");
        }
      }
    }

    @Test
    @OnLoop(time = TimeMode.REAL)
    void wantsRealTime() {}

    @AsyncTest
    void wantsNothing() {}

    @Test
    void cannotBegin() {}
  }
}
