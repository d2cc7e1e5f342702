package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sun.misc.Signal;

@Timeout(600)
class RunnerTest {

  @Test
  void run_severalTimes_usesOneLoopAndOneContext() {
    var variable = ContextVar.of("variable", "nothing");
    try (var runner = new Runner()) {
      var first =
          runner.run(() -> {
            variable.set("from the first");
            return getRunningLoop();
          });
      var second = runner.run(() -> getRunningLoop());
      assertThat(first).isSameAs(second).isSameAs(runner.getLoop());
      assertThat(runner.run(() -> variable.get())).isEqualTo("from the first");
      assertThat(variable.get()).isEqualTo("nothing");
    }
  }

  @Test
  void run_inAContextOfItsOwn_usesThat() {
    var variable = ContextVar.of("variable", "nothing");
    var context = new Context();
    try (var runner = new Runner()) {
      runner.run(() -> variable.set("inside"), context);
      assertThat(context.get(variable)).isEqualTo("inside");
      assertThat(runner.run(() -> variable.get())).isEqualTo("nothing");
    }
  }

  @Test
  void run_thatFails_leavesTheRunnerUsable() {
    try (var runner = new Runner()) {
      assertThatThrownBy(() ->
              runner.run(() -> {
                throw new IOException("fails");
              }))
          .isInstanceOf(IOException.class);
      assertThat(runner.run(() -> 42)).isEqualTo(42);
    }
  }

  @Test
  void close_withoutUse_makesNoLoop() {
    var made = new ArrayList<EventLoop>();
    var options =
        RunOptions.defaults()
            .loopFactory(() -> {
              made.add(newEventLoop());
              return made.getLast();
            });
    var runner = new Runner(options);
    runner.close();
    runner.close();
    assertThat(made).isEmpty();
  }

  @Test
  void exitThatATaskPassesOnAtTheEnd_doesNotCutTheCleanUpOfOthers() {
    var order = new ArrayList<String>();
    var reports = new ArrayList<String>();
    assertThatThrownBy(() ->
            run(() -> {
              getRunningLoop().setExceptionHandler((_, error) -> reports.add(error.message()));
              exitWhileAnotherHasToCleanUp(order);
            }))
        .isInstanceOf(SystemExit.class);
    assertThat(order).containsExactly("cleaned up");
    assertThat(reports).isEmpty();
  }

  static void exitWhileAnotherHasToCleanUp(List<String> order) {
    createTask(() -> {
      try {
        sleep(3600);
      } finally {
        for (int i = 0; i < 10; i++) {
          sleep(0);
        }
        order.add("cleaned up");
      }
    });
    sleep(0);
    taskGroup(
        tg -> // which passes it on, though it is cancelled meanwhile
        tg.createTask(() -> {
          throw new SystemExit(3);
        }));
  }

  @Test
  void factoryThatGivesNoLoop_isToldSo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(() -> 1, RunOptions.defaults().loopFactory(() -> null)))
        .withMessage("the loop factory gave null; it is to make a loop");
  }

  @Test
  void options_reachTheLoop() {
    var made = new ArrayList<EventLoop>();
    var options =
        RunOptions.defaults()
            .debug(true)
            .loopFactory(() -> {
              made.add(newEventLoop());
              return made.getLast();
            });
    var inside =
        run(
            () -> {
              assertThat(getRunningLoop().getDebug()).isTrue();
              return getRunningLoop();
            },
            options);
    assertThat(made).containsExactly(inside);
    assertThat(inside.isClosed()).isTrue();
    var kind =
        run(() -> getRunningLoop().fibers(), RunOptions.defaults().fibers(FiberKind.PORTABLE));
    assertThat(kind).isEqualTo(FiberKind.PORTABLE);
  }

  @Test
  void close_cancelsTheTasksThatAreLeftAndWaitsForThem() {
    var order = new ArrayList<String>();
    run(() -> {
      createTask(() -> {
        try {
          sleep(100);
        } finally {
          sleep(0.001);
          order.add("cleaned up");
        }
      });
      createTask(() -> order.add("first step of a task made last"));
    });
    assertThat(order).containsExactly("first step of a task made last", "cleaned up");
  }

  @Test
  void close_withATaskThatFailsWhenCancelled_reportsIt() {
    var reports = new ArrayList<ErrorContext>();
    var problem = new IllegalStateException("cleaning up failed");
    run(() -> {
      getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
      createTask(() -> {
        try {
          sleep(100);
        } catch (CancelledError e) {
          throw problem;
        }
      });
      sleep(0);
    });
    assertThat(reports)
        .singleElement()
        .satisfies(error -> {
          assertThat(error.message())
              .isEqualTo("unhandled exception during asyncio.run() shutdown");
          assertThat(error.exception()).isSameAs(problem);
          assertThat(error.task()).isNotNull();
        });
  }

  @Test
  void close_waitsForTheExecutor() throws Exception {
    var order = new ArrayList<String>();
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    run(() -> {
      getRunningLoop()
          .runInExecutor(
              null,
              () -> {
                begun.countDown();
                go.await();
                order.add("executor");
              });
      begun.await();
      Lowlevel.callWhenIdle(getRunningLoop(), go::countDown); // closing, it waits
    });
    order.add("closed");
    assertThat(order).containsExactly("executor", "closed");
  }

  @Test
  void systemExit_ofTheMainTask_leavesRun() {
    assertThatThrownBy(() ->
            run(() -> {
              sleep(0);
              throw new SystemExit(3);
            }))
        .isInstanceOfSatisfying(SystemExit.class, e -> assertThat(e.code()).isEqualTo(3));
  }

  @Test
  void systemExit_ofAnotherTask_leavesRunAndCancelsTheMainTask() {
    var order = new ArrayList<String>();
    assertThatThrownBy(() ->
            run(() -> {
              getRunningLoop().setExceptionHandler((loop, error) -> {}); // nobody reads it
              createTask(() -> {
                throw new SystemExit(3);
              });
              try {
                sleep(100);
              } catch (CancelledError e) {
                order.add("cancelled");
                throw e;
              }
            }))
        .isInstanceOf(SystemExit.class);
    assertThat(order).containsExactly("cancelled");
  }

  @Test
  void cancelledMain_isACancelledError() {
    assertThatThrownBy(() ->
            run(() -> {
              Asyncio.currentTask().cancel("enough");
              sleep(0);
            }))
        .isInstanceOf(CancelledError.class)
        .hasMessage("enough");
  }

  /// Ctrl-C, in a JVM of its own.
  @Nested
  @Tag("slow")
  class CtrlC {
    /// For programs that react: however long it takes them.
    private static ChildJvm.Result interrupt(String program, int times) {
      return interrupt(program, times, with("-Djasyncio.interrupt.patience=600"));
    }

    private static ChildJvm.Result interrupt(String program, int times, List<String> options) {
      try (var child = ChildJvm.start(Interrupted.class, options, program)) {
        child.awaitLine("ready");
        child.signal("INT");
        for (int i = 1; i < times; i++) {
          child.awaitLine("again");
          child.signal("INT");
        }
        return child.finish();
      }
    }

    @Test
    void interrupt_once_cancelsMainAndIsAKeyboardInterrupt() {
      var result = interrupt("sleeps", 1);
      assertThat(result.output()).isEqualTo("cancelled\nfinally\nKeyboardInterrupt");
    }

    @Test
    void interrupt_swallowed_givesTheValue() {
      var result = interrupt("swallows", 1);
      assertThat(result.output()).isEqualTo("cancelled\nvalue");
    }

    @Test
    void interrupt_twice_endsTheLoopByForce() {
      var result = interrupt("resists", 2);
      assertThat(result.output()).startsWith("KeyboardInterrupt");
    }

    @Test
    void interrupt_twice_reachesACallThatBlocksTheLoop() {
      var result = interrupt("blocks", 2);
      assertThat(result.output()).contains("interrupted").endsWith("KeyboardInterrupt");
    }

    @Test
    void interrupt_twice_ofACallThatWaitsOn_isNotLeftForTheCleanUp() {
      var result = interrupt("waitsOn", 2);
      assertThat(result.output()).isEqualTo("flag: false\nKeyboardInterrupt");
    }

    @Test
    void interrupt_twice_withoutEffect_saysWhereTheLoopIsStuckAndEndsTheJvm() {
      var result = interrupt("computes", 2, Runtimes.jvmOptions());
      assertThat(result.exitCode()).isEqualTo(130);
      assertThat(result.output())
          .contains("Ctrl-C has no effect", "RunnerTest$Interrupted.computes(RunnerTest.java:");
    }

    @Test
    void interrupt_threeTimes_endsTheJvm() {
      try (var child = ChildJvm.start(Interrupted.class, Runtimes.jvmOptions(), "waitsForALock")) {
        child.awaitLine("ready");
        child.signal("INT");
        child.awaitLine("again");
        child.signal("INT");
        child.signal("INT");
        var result = child.finish();
        assertThat(result.exitCode()).isEqualTo(130);
        assertThat(result.output())
            .contains("Ctrl-C has no effect", "RunnerTest$Interrupted.waitsForALock");
      }
    }

    @Test
    void interrupt_asMainEnds_leavesThatRunAndNotTheNext() {
      try (var child = ChildJvm.start(Interrupted.class, Runtimes.jvmOptions(), "ends")) {
        assertThat(child.finish().output()).isEqualTo("KeyboardInterrupt\nnext run\nclosed");
      }
    }

    @Test
    void interrupt_onAThreadThatIsOnlyCalledMain_isNotHandled() {
      var result = interrupt("onAThreadCalledMain", 1);
      assertThat(result.exitCode()).isEqualTo(130);
      assertThat(result.output()).doesNotContain("cancelled");
    }

    @Test
    void signalHandler_forASignalThatIsIgnored_works() {
      try (var child =
          ChildJvm.startIgnoring(
              "INT", Interrupted.class, with("--enable-native-access=ALL-UNNAMED"), "handles")) {
        child.awaitLine("ready");
        child.signal("INT");
        assertThat(child.finish().output()).isEqualTo("handled");
      }
    }

    @Test
    void signalHandler_forASignalThatIsIgnored_withoutNativeAccess_isAnError() {
      try (var child =
          ChildJvm.startIgnoring("INT", Interrupted.class, Runtimes.jvmOptions(), "handles")) {
        assertThat(child.finish().output())
            .contains("signal INT was ignored when the program began");
      }
    }

    private static List<String> with(String option) {
      var options = new ArrayList<>(Runtimes.jvmOptions());
      options.add(option);
      return options;
    }

    @Test
    void interrupt_afterRun_hasItsOldMeaning() {
      var result = interrupt("hasEnded", 1);
      assertThat(result.exitCode()).isEqualTo(130); // 128 + SIGINT: as the JVM does it
    }

    @Test
    void interrupt_withAHandlerOfTheUsers_isTheirs() {
      var result = interrupt("handles", 1);
      assertThat(result.output()).isEqualTo("handled");
      assertThat(result.exitCode()).isZero();
    }

    @Test
    void interrupt_afterARunThatHandledSignals_hasItsOldMeaning() {
      var result = interrupt("handledOnce", 1);
      assertThat(result.exitCode()).isEqualTo(130);
    }

    @Test
    void interrupt_inTheNextRun_whenTheLoopOfTheLastIsStillOpen_isAKeyboardInterrupt() {
      var result = interrupt("handledByAnOpenLoop", 1);
      assertThat(result.output()).isEqualTo("cancelled\nfinally\nKeyboardInterrupt");
    }
  }

  /// Programs that are interrupted.
  static final class Interrupted {
    public static void main(String[] args) throws Exception {
      ChildJvm.keepQuietAboutSlowSteps();
      try {
        switch (args[0]) {
          case "sleeps" -> run(Interrupted::sleeps);
          case "swallows" -> System.out.println(run(Interrupted::swallows));
          case "resists" -> run(Interrupted::resists);
          case "blocks" -> run(Interrupted::blocks);
          case "waitsOn" -> run(Interrupted::waitsOn);
          case "computes" -> run(Interrupted::computes);
          case "waitsForALock" -> run(Interrupted::waitsForALock);
          case "ends" -> {
            try (var runner = new Runner()) {
              try {
                runner.run(() -> {
                  Signal.raise(new Signal("INT"));
                  Spin.until(() -> runner.interrupts.get() > 0);
                });
              } catch (KeyboardInterrupt e) {
                System.out.println("KeyboardInterrupt");
              }
              runner.run(() -> sleep(0.001));
              System.out.println("next run");
            }
            System.out.println("closed");
          }
          case "onAThreadCalledMain" -> {
            var thread = Thread.ofPlatform().name("main").start(() -> run(Interrupted::sleeps));
            Thread.currentThread().setName("first");
            thread.join();
          }
          case "handles" -> run(Interrupted::handles);
          case "handledOnce" -> {
            run(() -> getRunningLoop().addSignalHandler("INT", () -> {}));
            System.out.println("ready");
            new CountDownLatch(1).await();
          }
          case "handledByAnOpenLoop" -> {
            try (var runner = new Runner()) {
              runner.run(() -> getRunningLoop().addSignalHandler("INT", () -> {}));
              runner.getLoop().removeSignalHandler("INT"); // brings back what was there in that run
              run(Interrupted::sleeps);
            }
          }
          default -> {
            run(() -> sleep(0));
            System.out.println("ready");
            new CountDownLatch(1).await();
          }
        }
      } catch (KeyboardInterrupt e) {
        System.out.println("KeyboardInterrupt");
      }
    }

    private static void sleeps() {
      System.out.println("ready");
      try {
        sleep(100);
      } catch (CancelledError e) {
        System.out.println("cancelled");
        throw e;
      } finally {
        sleep(0.001);
        System.out.println("finally");
      }
    }

    private static String swallows() {
      System.out.println("ready");
      try {
        sleep(100);
      } catch (CancelledError e) {
        System.out.println("cancelled");
      }
      return "value";
    }

    private static void resists() {
      System.out.println("ready");
      try {
        sleep(100);
      } catch (CancelledError e) {
        System.out.println("again");
        sleep(100);
      }
    }

    private static void blocks() {
      System.out.println("ready");
      try {
        sleep(100);
      } catch (CancelledError e) {
        System.out.println("again");
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException x) {
          System.out.println("interrupted");
        }
        sleep(100);
      }
    }

    /// Waits for a monitor, which minds no interrupt, until one has come.
    private static void waitsOn() throws Exception {
      System.out.println("ready");
      try {
        sleep(100);
      } catch (CancelledError e) {
        var self = Thread.currentThread();
        var held = new CountDownLatch(1);
        var lock = new Object();
        Thread.ofPlatform()
            .start(() -> {
              synchronized (lock) {
                held.countDown();
                Spin.untilWaiting(self);
                System.out.println("again");
                Spin.until(self::isInterrupted);
              }
            });
        held.await();
        synchronized (lock) {
          Thread.onSpinWait(); // has been interrupted
        }
        try {
          sleep(100);
        } finally {
          System.out.println("flag: " + self.isInterrupted());
        }
      }
    }

    @SuppressWarnings({"ThreadPriorityCheck", "InfiniteLoopStatement"})
    private static void computes() {
      System.out.println("ready");
      try {
        sleep(100);
      } catch (CancelledError e) {
        System.out.println("again");
        while (true) {
          Thread.onSpinWait();
        }
      }
    }

    private static void waitsForALock() {
      var held = new CountDownLatch(1);
      var lock = new Object();
      Thread.ofPlatform()
          .start(() -> {
            synchronized (lock) {
              held.countDown();
              LockSupport.park();
            }
          });
      try {
        held.await();
        System.out.println("ready");
        sleep(100);
      } catch (InterruptedException | CancelledError e) {
        System.out.println("again");
        synchronized (lock) {
          System.out.println("never");
        }
      }
    }

    private static void handles() {
      var loop = getRunningLoop();
      var over = loop.<Boolean>createFuture();
      loop.addSignalHandler("INT", () -> over.setResult(true));
      System.out.println("ready");
      await(over);
      System.out.println("handled");
    }
  }

  @Test
  void keyboardInterrupt_thrownByATask_leavesRun() {
    assertThatThrownBy(() ->
            run(() -> {
              getRunningLoop().setExceptionHandler((loop, error) -> {}); // nobody reads it
              createTask(() -> {
                throw new KeyboardInterrupt();
              });
              sleep(100);
            }))
        .isInstanceOf(KeyboardInterrupt.class);
    assertThat(run(() -> List.of(1))).containsExactly(1);
  }
}
