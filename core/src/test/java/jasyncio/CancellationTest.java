package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.timeoutAt;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.generator.Generators.asyncGenerator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.Cancellation.Source;
import jasyncio.queue.Queue;
import jasyncio.sync.Lock;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;

/// Who cancelled whom, and why.
@org.junit.jupiter.api.Timeout(600)
class CancellationTest {
  private static final double LONG = 100;

  /// A task called "victim"; its result is why it was cancelled.
  private static Task<@Nullable Cancellation> victim(Action<?> body) {
    return createTask(() -> reason(body), "victim");
  }

  private static Task<@Nullable Cancellation> victim() {
    return victim(() -> sleep(LONG));
  }

  private static @Nullable Cancellation reason(Action<?> body) throws Exception {
    try {
      body.run();
      throw new AssertionError("was not cancelled");
    } catch (CancelledError e) {
      return e.cancellation();
    }
  }

  /// Without what debug mode adds: where somebody cancelled.
  private static String text(@Nullable Object cancellation) {
    return String.valueOf(cancellation).replaceAll(" at \\w+\\.java:\\d+", "");
  }

  private static void me() {
    currentTask().setName("me");
  }

  // ---- cancel() ---------------------------------------------------------------------------------

  @AsyncTest
  void cancel_byATask_namesBoth() {
    me();
    var victim = victim();
    sleep(0);
    double now = getRunningLoop().time();
    victim.cancel();
    var cancellation = await(victim);
    assertThat(text(cancellation)).isEqualTo("victim was cancelled by me");
    assertThat(cancellation.source()).isEqualTo(Source.CANCEL);
    assertThat(cancellation.target()).isEqualTo("victim");
    assertThat(cancellation.by()).isEqualTo("me");
    assertThat(cancellation.reason()).isNull();
    assertThat(cancellation.cause()).isNull();
    assertThat(cancellation.when()).isBetween(now, getRunningLoop().time());
  }

  @AsyncTest
  void cancel_ofTasksWithoutNames_tellsTheirNumbers() {
    var victim = createTask(() -> reason(() -> sleep(LONG)));
    var name = victim.getName();
    var killer =
        createTask(() -> {
          sleep(0);
          victim.cancel();
        });
    await(killer);
    assertThat(text(await(victim))).isEqualTo(name + " was cancelled by " + killer.getName());
  }

  @AsyncTest
  void cancel_withAMessage_hasItAsItsReason() {
    me();
    var victim = createTask(() -> catchThrowable(() -> sleep(LONG)), "victim");
    sleep(0);
    victim.cancel("no longer needed");
    var error = (CancelledError) await(victim);
    assertThat(error).hasMessage("no longer needed");
    assertThat(error.cancellation().reason()).isEqualTo("no longer needed");
    assertThat(text(error.cancellation()))
        .isEqualTo("victim was cancelled by me ('no longer needed')");
  }

  @AsyncTest
  void cancel_byACallback_saysSo() {
    var victim = victim();
    getRunningLoop().callSoon(victim::cancel);
    assertThat(text(await(victim))).isEqualTo("victim was cancelled by a callback");
  }

  @Test
  void cancel_fromAnotherThread_isThatOfTheCallback() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      var victim = victim();
      new Thread(() -> loop.callSoonThreadsafe(victim::cancel)).start();
      assertThat(text(await(victim))).isEqualTo("victim was cancelled by a callback");
    });
  }

  @Test
  void cancel_ofTheCompletableFuture_namesTheThread() throws Exception {
    run(() -> {
      var victim = victim();
      var theirs = victim.toCompletableFuture();
      new Thread(() -> theirs.cancel(false), "worker").start();
      assertThat(text(await(victim))).isEqualTo("victim was cancelled by thread worker");
    });
  }

  @Test
  void cancel_beforeTheLoopRuns_namesTheThread() {
    var loop = newEventLoop();
    try (loop) {
      var future = loop.createFuture();
      future.cancel();
      assertThat(text(future.cancellation()))
          .isEqualTo("a future was cancelled by thread " + Thread.currentThread().getName());
    }
  }

  @AsyncTest
  void cancel_ofItself_saysSo() {
    var victim =
        victim(() -> {
          currentTask().cancel();
          sleep(0);
        });
    assertThat(text(await(victim))).isEqualTo("victim was cancelled by itself");
  }

  @AsyncTest
  void cancel_beforeItsFirstStep_isKeptByTheTask() {
    me();
    var victim = victim();
    victim.cancel("early");
    assertThat(text(victim.cancellation())).isEqualTo("victim was cancelled by me ('early')");
    sleep(0);
    assertThat(victim.cancelled()).isTrue();
    assertThat(text(victim.cancellation())).isEqualTo("victim was cancelled by me ('early')");
    assertThat(catchThrowable(victim::result)).hasMessage("early");
    assertThat(catchThrowable(victim::result)).hasMessage(null); // as in asyncio
    assertThat(text(victim.cancellation())).isEqualTo("victim was cancelled by me ('early')");
  }

  @AsyncTest
  void cancel_ofATaskThatIsDone_leavesNothing() {
    var victim = createTask(() -> sleep(0, 1));
    await(victim);
    assertThat(victim.cancel("too late")).isFalse();
    assertThat(victim.cancellation()).isNull();
    var failed =
        createTask(() -> {
          throw new IOException();
        });
    assertThat(catchThrowable(() -> await(failed))).isInstanceOf(IOException.class);
    assertThat(failed.cancel()).isFalse();
    assertThat(failed.cancellation()).isNull();
  }

  @AsyncTest
  void cancel_twiceInOneIteration_theErrorHasThatOfItsMessage() {
    me();
    var waits = createTask(() -> catchThrowable(() -> sleep(LONG)), "waits");
    sleep(0);
    waits.cancel("first");
    waits.cancel("second");
    var error = (CancelledError) await(waits);
    assertThat(error.cancellation().reason()).isEqualTo(error.getMessage());
    var runs =
        createTask(() -> {
          currentTask().cancel("first");
          currentTask().cancel("second");
          return catchThrowable(() -> sleep(0));
        });
    assertThat(((CancelledError) await(runs)).cancellation().reason()).isEqualTo("second");
  }

  @AsyncTest
  void uncancel_forgetsTheRequest_andTheNextOneCounts() {
    var self = currentTask();
    self.cancel("one");
    assertThat(self.cancellation().reason()).isEqualTo("one");
    self.uncancel();
    assertThat(self.cancellation()).isNull();
    self.cancel("two");
    var error = catchThrowableOfType(CancelledError.class, () -> sleep(0));
    assertThat(error.cancellation().reason()).isEqualTo("two");
    assertThat(self.cancellation()).isSameAs(error.cancellation()); // it cleans up
    self.uncancel();
    assertThat(self.cancellation()).isNull();
  }

  @AsyncTest
  void task_thatSwallowedACancellation_hasNoneWhenItIsDone() {
    var victim = victim();
    sleep(0);
    victim.cancel();
    assertThat(victim.cancellation()).isNotNull();
    await(victim);
    assertThat(victim.cancellation()).isNull();
  }

  @AsyncTest
  void error_thatAProgramMakes_hasNoSource() {
    assertThat(new CancelledError("mine").cancellation()).isNull();
    var task =
        createTask(() -> {
          throw new CancelledError("mine");
        });
    var error = catchThrowableOfType(CancelledError.class, () -> await(task));
    assertThat(error).hasMessage("mine");
    assertThat(error.cancellation()).isNull();
    assertThat(task.cancellation()).isNull();
  }

  // ---- handed on --------------------------------------------------------------------------------

  @AsyncTest
  void awaitedTask_thatItsAwaiterTakesAlong_namesTheAwaiter() {
    me();
    var victim = victim();
    var awaiter = createTask(() -> await(victim), "awaiter");
    sleep(0);
    awaiter.cancel("both");
    assertThat(text(await(victim))).isEqualTo("awaiter was cancelled by me ('both')");
  }

  @AsyncTest
  void future_thatSomebodyCancelled_tellsWhoAwaitsIt() {
    me();
    var future = getRunningLoop().<Integer>createFuture();
    var victim = victim(() -> await(future));
    sleep(0);
    future.cancel("gone");
    assertThat(text(await(victim))).isEqualTo("a future was cancelled by me ('gone')");
    assertThat(text(future.cancellation())).isEqualTo("a future was cancelled by me ('gone')");
  }

  @AsyncTest
  void place_inALockOrQueue_tells() {
    me();
    for (var body :
        List.<Action<?>>of(() -> new Queue<Integer>().get(), () -> waitForLock(new Lock()))) {
      var victim = victim(body);
      sleep(0);
      victim.cancel();
      assertThat(text(await(victim))).isEqualTo("victim was cancelled by me");
    }
  }

  private static void waitForLock(Lock lock) {
    lock.acquire();
    lock.acquire();
  }

  @AsyncTest
  void gather_thatIsCancelled_tellsItsMembersAndWhoAwaitsIt() {
    me();
    var victim = victim();
    var all = gather(List.of(victim, victim()));
    sleep(0);
    all.cancel("all");
    assertThat(text(await(victim))).isEqualTo("a gather was cancelled by me ('all')");
    var error = catchThrowableOfType(CancelledError.class, () -> await(all));
    assertThat(error).hasMessage(null);
    assertThat(text(error.cancellation())).isEqualTo("a gather was cancelled by me ('all')");
    assertThat(text(all.cancellation())).isEqualTo("a gather was cancelled by me ('all')");
  }

  @AsyncTest
  void circle_ofATaskAndTwoGathers_isBroken() {
    me();
    var whole = new AtomicReference<Future<List<@Nullable Cancellation>>>();
    var task = createTask(() -> reason(() -> await(gather(whole.get()))), "victim");
    whole.set(gather(task));
    sleep(0);
    assertThat(whole.get().cancel()).isTrue();
    assertThat(text(await(task))).isEqualTo("a gather was cancelled by me");
  }

  @AsyncTest
  void shield_thatIsCancelled_andThatOfSomethingCancelled_tell() {
    me();
    var inner = createTask(() -> sleep(LONG), "inner");
    var victim = victim(() -> await(shield(inner)));
    sleep(0);
    victim.cancel();
    assertThat(text(await(victim))).isEqualTo("victim was cancelled by me");
    assertThat(inner.cancellation()).isNull();
    var other = createTask(() -> catchThrowable(() -> await(shield(inner))));
    sleep(0);
    inner.cancel("why");
    var error = (CancelledError) await(other);
    assertThat(error).hasMessage(null); // as in asyncio
    assertThat(text(error.cancellation())).isEqualTo("inner was cancelled by me ('why')");
  }

  @AsyncTest
  void completableFuture_thatIsCancelled_isACallbacks() {
    var theirs = new CompletableFuture<Integer>();
    var victim = victim(() -> await(theirs));
    sleep(0);
    theirs.cancel(true);
    assertThat(await(victim).target()).isEqualTo("CompletableFuture");
  }

  // ---- time limits ------------------------------------------------------------------------------

  @AsyncTest
  void timeLimits_sayHowLongTheyAreAndForWhat() {
    me();
    double now = getRunningLoop().time();
    for (var limited :
        List.<Action<?>>of(
            () -> timeout(0.25, () -> sleep(LONG)),
            () -> Timeout.after(0.25).run(() -> sleep(LONG)),
            () -> timeout(0.25, t -> sleep(LONG)),
            () -> waitFor(() -> sleep(LONG), 0.25))) {
      var error = catchThrowableOfType(TimeoutException.class, limited::run);
      assertThat(error).hasMessage("time limit of 0.25 s is over");
      var cancellation = ((CancelledError) error.getCause()).cancellation();
      assertThat(text(cancellation))
          .isEqualTo("me was cancelled by its timeout of 0.25 s for CancellationTest.<lambda>");
      assertThat(cancellation.source()).isEqualTo(Source.TIMEOUT);
      assertThat(cancellation.by()).isEqualTo("me");
    }
    var at =
        catchThrowable(() -> timeoutAt(getRunningLoop().time() - 1, () -> sleep(LONG))).getCause();
    assertThat(text(((CancelledError) at).cancellation())).startsWith("me was cancelled by its");
    assertThat(getRunningLoop().time()).isGreaterThanOrEqualTo(now);
    assertThat(currentTask().cancellation()).isNull();
  }

  @AsyncTest
  void timeLimit_ofWhatAwaitsATask_tellsThatTask() {
    me();
    var victim = victim();
    assertThat(catchThrowable(() -> waitFor(victim, 0.25))).isNull(); // it swallows, and is in time
    assertThat(text(victim.result())).isEqualTo("me was cancelled by its timeout of 0.25 s");
  }

  @AsyncTest
  void waitFor_withNoTimeLeft_tells() {
    var victim = createTask(() -> sleep(LONG), "victim");
    sleep(0);
    var error = catchThrowable(() -> waitFor(victim, 0));
    assertThat(error).hasMessage("time limit of 0 s is over");
    assertThat(text(((CancelledError) error.getCause()).cancellation()))
        .isEqualTo("victim was cancelled by its timeout of 0 s");
  }

  @AsyncTest
  void timeLimit_withAReason_hasItInTheExceptionAndTheCancellation() {
    me();
    var error = catchThrowable(() -> Timeout.after(0.25).reason("the page").run(() -> sleep(LONG)));
    assertThat(error).hasMessage("time limit of 0.25 s is over: the page");
    assertThat(error.getCause()).hasMessage(null);
    var cancellation = ((CancelledError) error.getCause()).cancellation();
    assertThat(cancellation.reason()).isEqualTo("the page");
    assertThat(text(cancellation)).endsWith(" ('the page')");
    assertThat(
            catchThrowable(() ->
                timeout(
                    0.25,
                    t -> {
                      t.reason("draft").reason("second thought");
                      sleep(LONG);
                    })))
        .hasMessage("time limit of 0.25 s is over: second thought");
    assertThat(
            catchThrowable(() ->
                timeout(
                    0.25,
                    t -> {
                      t.reason("r");
                      try {
                        sleep(LONG);
                      } catch (CancelledError e) {
                        throw new IOException();
                      }
                    })))
        .hasSuppressedException(new TimeoutException("time limit of 0.25 s is over: r"));
  }

  @AsyncTest
  void asCompleted_whoseTimeIsOver_cancelsNothing() {
    var task = createTask(() -> sleep(1));
    var iterator = asCompleted(List.of(task), 0.25).iterator();
    var first = iterator.next();
    assertThat(catchThrowable(() -> await(first)))
        .isInstanceOf(TimeoutException.class)
        .hasNoCause();
    assertThat(task.cancellation()).isNull();
    await(task);
  }

  // ---- groups -----------------------------------------------------------------------------------

  @AsyncTest
  void group_oneOfWhichFails_tellsTheOthersAndTheBody() {
    me();
    var body = new AtomicReference<Cancellation>();
    var sibling = new AtomicReference<Task<@Nullable Cancellation>>();
    assertThat(
            catchThrowable(() ->
                taskGroup(tg -> {
                  sibling.set(tg.createTask(() -> reason(() -> sleep(LONG)), "sibling"));
                  tg.createTask(
                      () -> {
                        sleep(0);
                        throw new IOException("no route");
                      },
                      "failing");
                  body.set(reason(() -> sleep(LONG)));
                })))
        .isInstanceOf(ExceptionGroup.class);
    var cancellation = sibling.get().result();
    assertThat(text(cancellation))
        .isEqualTo("the group of me was cancelled: failing failed with IOException");
    assertThat(cancellation.source()).isEqualTo(Source.TASK_GROUP);
    assertThat(cancellation.by()).isEqualTo("failing");
    assertThat(cancellation.target()).isEqualTo("the group of me");
    assertThat(body.get()).isSameAs(cancellation); // one for all
    assertThat(currentTask().cancellation()).isNull();
  }

  @AsyncTest
  void group_whoseBodyFails_tells() {
    me();
    var child = new AtomicReference<Task<@Nullable Cancellation>>();
    assertThat(
            catchThrowable(() ->
                taskGroup(tg -> {
                  child.set(tg.createTask(() -> reason(() -> sleep(LONG)), "child"));
                  sleep(0);
                  throw new IOException();
                })))
        .isInstanceOf(ExceptionGroup.class);
    assertThat(text(child.get().result()))
        .isEqualTo("the group of me was cancelled: me failed with IOException");
  }

  @AsyncTest
  void group_whoseParentIsCancelled_tellsWhyThatWas() {
    me();
    var child = new AtomicReference<Task<@Nullable Cancellation>>();
    for (boolean inBody : new boolean[] {true, false}) {
      var parent =
          createTask(
              () ->
                  taskGroup(tg -> {
                    child.set(tg.createTask(() -> reason(() -> sleep(LONG)), "child"));
                    if (inBody) {
                      sleep(LONG);
                    }
                  }),
              "parent");
      sleep(0);
      sleep(0);
      parent.cancel("over");
      assertThat(catchThrowable(() -> await(parent))).isInstanceOf(CancelledError.class);
      var cancellation = child.get().result();
      assertThat(text(cancellation))
          .isEqualTo(
              "the group of parent was cancelled by parent,"
                  + " because parent was cancelled by me ('over')");
      assertThat(cancellation.cause().by()).isEqualTo("me");
      assertThat(cancellation.cause().cause()).isNull();
    }
  }

  @AsyncTest
  void group_thatIsCancelled_orLeft_tellsByWhom() {
    me();
    var child = new AtomicReference<Task<@Nullable Cancellation>>();
    taskGroup(tg -> {
      child.set(tg.createTask(() -> reason(() -> sleep(LONG))));
      sleep(0);
      tg.cancel();
    });
    assertThat(text(child.get().result())).isEqualTo("the group of me was cancelled by me");
    try (var tg = TaskGroup.open()) {
      child.set(tg.createTask(() -> reason(() -> sleep(LONG))));
      sleep(0);
    }
    assertThat(text(child.get().result())).isEqualTo("the group of me was cancelled by me");
  }

  @AsyncTest
  void group_thatIsCancelledInAnEagerStart_tellsByWhom() {
    me();
    var child = new AtomicReference<Task<@Nullable Cancellation>>();
    taskGroup(tg ->
        child.set(
            tg.createTask(
                () -> {
                  tg.cancel();
                  return reason(() -> sleep(LONG));
                },
                TaskOptions.named("child").eagerStart(true))));
    assertThat(text(child.get().result())).isEqualTo("the group of me was cancelled by child");
  }

  @AsyncTest
  void group_thatEndsWithErrors_keepsTheCancellationFromOutside() {
    me();
    var victim =
        createTask(
            () -> {
              try {
                taskGroup(tg -> {
                  try {
                    sleep(LONG);
                  } catch (CancelledError e) {
                    throw new IOException();
                  }
                });
              } catch (ExceptionGroup e) {
                return catchThrowable(() -> sleep(0));
              }
              return null;
            },
            "victim");
    sleep(0);
    victim.cancel("outside");
    var error = (CancelledError) await(victim);
    assertThat(error).hasMessage(null); // as in asyncio
    assertThat(text(error.cancellation())).isEqualTo("victim was cancelled by me ('outside')");
  }

  @AsyncTest
  void groupThatFailsInCleanUp_keepsTheCancellationFromOutside() {
    me();
    var victim =
        createTask(
            () -> {
              try {
                sleep(LONG);
              } catch (CancelledError e) {
                return failInGroup();
              }
              return null;
            },
            "victim");
    sleep(0);
    victim.cancel("outside");
    assertThat(text(await(victim))).isEqualTo("victim was cancelled by me ('outside')");
  }

  private static @Nullable Cancellation failInGroup() throws Exception {
    assertThat(
            catchThrowable(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> {
                    throw new IOException();
                  });
                  sleep(LONG);
                })))
        .isInstanceOf(ExceptionGroup.class);
    return reason(() -> sleep(0));
  }

  @AsyncTest
  void timeLimitThatIsOverInCleanUp_leavesTheCancellationFromOutside() {
    me();
    var victim =
        createTask(
            () -> {
              try {
                sleep(LONG);
              } catch (CancelledError e) {
                assertThat(catchThrowable(() -> timeout(1, () -> sleep(LONG))))
                    .isInstanceOf(TimeoutException.class);
              }
              return currentTask().cancellation();
            },
            "victim");
    sleep(0);
    victim.cancel("outside");
    assertThat(text(await(victim))).isEqualTo("victim was cancelled by me ('outside')");
  }

  // ---- chains -----------------------------------------------------------------------------------

  @AsyncTest
  void cleanUp_thatCancelsAnother_leavesAChain() {
    me();
    var victim = victim();
    var killer =
        createTask(
            () -> {
              try {
                sleep(LONG);
              } finally {
                victim.cancel("with me");
              }
            },
            "killer");
    sleep(0);
    killer.cancel();
    assertThat(text(await(victim)))
        .isEqualTo(
            "victim was cancelled by killer ('with me'), because killer was cancelled by me");
  }

  @AsyncTest
  void longChain_isCut_andEndsWithTheFirst() {
    me();
    Task<?> next = victim();
    var victim = next;
    for (int i = 0; i < 50; i++) {
      var dies = next;
      next =
          createTask(() -> {
            try {
              sleep(LONG);
            } finally {
              dies.cancel();
            }
          });
    }
    sleep(0);
    next.cancel("first");
    var cancellation = (Cancellation) await(victim);
    int length = 1;
    while (cancellation.cause() != null) {
      cancellation = cancellation.cause();
      length++;
    }
    assertThat(length).isBetween(2, 8);
    assertThat(cancellation.reason()).isEqualTo("first");
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Test
  void endOfRun_tellsWhatIsLeft() {
    var left = new AtomicReference<Task<@Nullable Cancellation>>();
    run(() -> {
      left.set(victim());
      sleep(0);
    });
    assertThat(left.get().result().source()).isEqualTo(Source.SHUTDOWN);
    assertThat(text(left.get().result()))
        .isEqualTo("what was left was cancelled by the end of run()");
  }

  @Test
  void closedLoop_tells() {
    var loop = newEventLoop();
    var left = new AtomicReference<Task<?>>();
    loop.setExceptionHandler((l, error) -> {}); // that it was pending
    loop.runUntilComplete(() -> {
      left.set(createTask(() -> sleep(LONG)));
      sleep(0);
    });
    loop.close();
    assertThat(left.get().cancelled()).isTrue();
    assertThat(text(left.get().cancellation()))
        .isEqualTo("what was left was cancelled by the closing of the loop");
  }

  @Test
  void interruptOfTheThread_tells() {
    var seen = new AtomicReference<Cancellation>();
    var thread = Thread.currentThread();
    var error =
        catchThrowable(() ->
            run(() -> {
              me();
              getRunningLoop().callSoon(thread::interrupt);
              try {
                sleep(LONG);
              } catch (CancelledError e) {
                seen.set(e.cancellation());
                throw e;
              }
            }));
    assertThat(error).isInstanceOf(InterruptedException.class);
    assertThat(seen.get().source()).isEqualTo(Source.INTERRUPT);
    assertThat(text(seen.get())).isEqualTo("me was cancelled by an interrupt of its thread");
  }

  static final class CtrlC {
    public static void main(String[] args) {
      ChildJvm.keepQuietAboutSlowSteps();
      try {
        run(() -> {
          me();
          try {
            Signal.raise(new Signal("INT"));
            sleep(LONG);
          } catch (CancelledError e) {
            System.out.println(text(e.cancellation()));
            throw e;
          }
        });
      } catch (KeyboardInterrupt e) {
        System.out.println("ends");
      }
    }
  }

  @Test
  @Tag("slow")
  void ctrlC_tells() {
    assertThat(ChildJvm.run(CtrlC.class, Runtimes.jvmOptions()).output())
        .isEqualTo("me was cancelled by SIGINT\nends");
  }

  @AsyncTest
  void aclose_isNoCancellation() {
    var seen = new AtomicReference<Throwable>();
    var generator =
        asyncGenerator(y -> {
          try {
            y.yield(1);
          } catch (Throwable e) {
            seen.set(e);
            throw e;
          }
        });
    generator.next();
    generator.aclose();
    assertThat(seen.get()).isInstanceOf(GeneratorExit.class);
    assertThat(currentTask().cancellation()).isNull();
  }

  // ---- texts ------------------------------------------------------------------------------------

  @Test
  void mainCoroutine_thatIsCancelled_saysByWhom() {
    var error =
        catchThrowable(() ->
            run(() -> {
              me();
              var main = currentTask();
              var lock = new Lock();
              lock.acquire();
              createTask(() -> main.cancel("enough"), "boss");
              lock.acquire();
            }));
    assertThat(text(error))
        .matches(
            "jasyncio.CancelledError: enough; me was cancelled while it waited for .*Lock.*:"
                + " by boss");
  }

  @AsyncTest
  void causeOfATimeout_saysWhichLimit() {
    me();
    var victim = createTask(() -> sleep(LONG), "victim");
    var error = catchThrowable(() -> timeout(2, () -> await(victim)));
    assertThat(text(error.getCause()))
        .startsWith("jasyncio.CancelledError: me was cancelled while it waited for <Task cancelled")
        .endsWith(": by its timeout of 2 s for CancellationTest.<lambda>");
  }

  @AsyncTest
  void taskText_isAsyncios() {
    var victim = victim();
    sleep(0);
    victim.cancel("secret");
    assertThat(victim.toString())
        .startsWith("<Task cancelling name='victim'")
        .contains("wait_for=<Future cancelled>")
        .doesNotContain("secret");
    await(victim);
  }
}
