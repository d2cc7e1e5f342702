package jasyncio.gevent;

import static jasyncio.gevent.Gevent.getHub;
import static jasyncio.gevent.Gevent.getcurrent;
import static jasyncio.gevent.Gevent.joinall;
import static jasyncio.gevent.Gevent.killall;
import static jasyncio.gevent.Gevent.sleep;
import static jasyncio.gevent.Gevent.spawn;
import static jasyncio.gevent.Gevent.spawnLater;
import static jasyncio.gevent.Gevent.spawnRaw;
import static jasyncio.gevent.Gevent.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.KeyboardInterrupt;
import jasyncio.Logs;
import jasyncio.SystemExit;
import jasyncio.lowlevel.Lowlevel;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the pairs of `conformance` do not show: Java's own sides, asyncio and gevent together,
/// misuse.
@org.junit.jupiter.api.Timeout(600)
class GeventTest {
  private final List<String> order = new ArrayList<>();

  @AfterEach
  void destroyHub() {
    var hub = Hub.ofThread();
    if (hub != null) {
      hub.destroy();
    }
  }

  private static <T> T onAnotherThread(java.util.concurrent.Callable<T> call) {
    var result = new AtomicReference<T>();
    var error = new AtomicReference<@Nullable Throwable>();
    var thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                result.set(call.call());
              } catch (Throwable e) {
                error.set(e);
              }
            });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (error.get() != null) {
      throw new AssertionError(error.get());
    }
    return result.get();
  }

  @Nested
  class Greenlets {
    @Test
    void links_areCalledOncePerLink_andKeptNoLonger() {
      var greenlet = spawn(() -> 1);
      java.util.function.Consumer<Greenlet<Integer>> callback = g -> order.add("called");
      greenlet.link(callback);
      greenlet.link(callback);
      greenlet.linkException(callback);
      greenlet.link(callback);
      greenlet.unlink(callback); // the first
      greenlet.unlink(g -> {});
      greenlet.join();
      sleep(0);
      assertThat(order).containsExactly("called", "called");
      assertThat(greenlet.hasLinks()).isFalse();
      greenlet.link(callback);
      sleep(0);
      sleep(0);
      assertThat(order).hasSize(3);
    }

    @Test
    void unlink_afterTheEndAndBeforeTheCall_takesTheLinkBack() {
      var greenlet = spawn(() -> 1);
      java.util.function.Consumer<Greenlet<Integer>> later = g -> order.add("later");
      greenlet.link(g -> {
        order.add("first");
        g.unlink(later);
      });
      greenlet.link(later);
      greenlet.join();
      sleep(0);
      greenlet.link(later);
      greenlet.unlink(later);
      sleep(0);
      sleep(0);
      assertThat(order).containsExactly("first");
      assertThat(greenlet.hasLinks()).isFalse();
    }

    @Test
    void link_thatThrowsACheckedException_isReportedAtOnce() {
      getHub().loop().setExceptionHandler((loop, context) -> order.add(context.message()));
      Greenlet<?> greenlet =
          spawn(() -> {
            throw new IOException("disk");
          });
      greenlet.link(g -> g.get());
      greenlet.join();
      sleep(0);
      var failed = greenlet + " failed with IOException";
      assertThat(order).containsExactly(failed, failed);
    }

    @Test
    void systemExit_inALink_comesOutOfTheMainProgramsWait() {
      var exit = new SystemExit(3);
      var greenlet = spawn(() -> 1);
      greenlet.link(g -> {
        throw exit;
      });
      try (var logs = Logs.capture()) {
        assertThat(catchThrowable(() -> sleep(30))).isSameAs(exit);
        assertThat(greenlet.get()).isEqualTo(1);
        assertThat(logs.lines()).isEmpty();
      }
    }

    @Test
    void link_thatWaitsWhenTheHubIsDestroyed_isUnwoundAndNoError() {
      var greenlet = spawn(() -> 1);
      greenlet.link(g -> {
        try {
          sleep(100);
        } finally {
          order.add("unwound");
        }
      });
      greenlet.join();
      sleep(0);
      try (var logs = Logs.capture()) {
        getHub().destroy();
        assertThat(logs.lines()).singleElement().asString().contains("Task was destroyed");
      }
      assertThat(order).containsExactly("unwound");
    }

    @Test
    @Tag("slow")
    void greenletsThatJoinEachOther_aHundredThousandInARow_end() {
      Greenlet<?> last = spawn(() -> 0);
      for (int i = 0; i < 100_000; i++) {
        var before = last;
        last = spawn(() -> before.join());
      }
      last.join();
      assertThat(last.successful()).isTrue();
    }

    @Test
    void get_throwsACheckedExceptionAsItIs() {
      getHub().loop().setExceptionHandler((loop, context) -> {});
      var problem = new IOException("disk");
      Greenlet<String> g =
          spawn(() -> {
            if (order.isEmpty()) {
              throw problem;
            }
            return "never";
          });
      assertThat(catchThrowable(() -> g.get())).isSameAs(problem);
      assertThat(g.exception()).isSameAs(problem);
      assertThat(catchThrowable(() -> joinall(List.of(g), WaitOptions.defaults().raiseError(true))))
          .isSameAs(problem);
    }

    @Test
    void uncaughtError_isLoggedWithTheGreenletAndItsTrace() {
      try (var logs = Logs.capture()) {
        var g =
            spawn(() -> {
              throw new IOException("disk");
            });
        g.setName("reader");
        g.join();
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .startsWith(
                "SEVERE <Greenlet \"reader\": GeventTest.Greenlets.<lambda>> failed with IOException")
            .contains("java.io.IOException: disk");
      }
    }

    @Test
    void keyboardInterrupt_inAGreenlet_comesOutOfTheMainProgramsWait() {
      var problem = new KeyboardInterrupt();
      var g =
          spawn(() -> {
            throw problem;
          });
      var other = spawn(() -> "done");
      assertThat(catchThrowable(() -> Gevent.wait(List.of(other, g)))).isSameAs(problem);
      assertThat(g.exception()).isSameAs(problem);
      assertThat(other.get()).isEqualTo("done"); // the hub goes on
    }

    @AsyncTest
    void durations_doWhatSecondsDo() {
      var late = spawnLater(Duration.ofMillis(5), () -> "late");
      assertThat(late.join(Duration.ofMillis(1))).isFalse();
      assertThat(late.get(Duration.ofSeconds(100))).isEqualTo("late");
      assertThat(joinall(List.of(late), Duration.ofSeconds(1))).isEqualTo(List.of(late));
      sleep(Duration.ofMillis(1));
      assertThatThrownBy(() -> withTimeout(Duration.ofMillis(1), () -> sleep(100)))
          .isInstanceOf(Timeout.class)
          .hasMessage("0.001 seconds");
      assertThat(Timeout.silently(Duration.ofMillis(1), () -> sleep(100))).isFalse();
      assertThat(new Event().await(Duration.ofMillis(1))).isFalse();
      assertThat(new Semaphore(0).acquire(Duration.ofMillis(1))).isFalse();
    }

    @Test
    void killed_hasAnExitAndNoValue() {
      var g = spawn(() -> sleep(100));
      sleep();
      g.kill();
      assertThat(g.exit()).isInstanceOf(GreenletExit.class);
      assertThat(g.value()).isNull();
      assertThat(g.get()).isNull();
      assertThat(g.successful()).isTrue();
    }

    @Test
    void kill_inAnAwaitOfAsyncio_showsAsACancellationAndEndsAsTheExit() {
      var problem = new IllegalStateException("ended on purpose");
      getHub().loop().setExceptionHandler((loop, context) -> order.add(context.message()));
      var g =
          spawn(() -> {
            try {
              Asyncio.sleep(100);
            } catch (CancelledError e) {
              order.add("cancelled");
              throw e;
            }
          });
      sleep();
      g.kill(problem);
      assertThat(g.exception()).isSameAs(problem);
      assertThat(order).first().isEqualTo("cancelled");
    }

    @Test
    void kill_thatAnAwaitOfAsyncioSwallows_isSwallowed() {
      var g =
          spawn(() -> {
            try {
              Asyncio.sleep(100);
            } catch (CancelledError e) {
              order.add("refused");
            }
            sleep(0);
            return "done";
          });
      sleep();
      g.kill();
      // What was asked for arrives once: here in the await of asyncio's, where it was caught.
      assertThat(order).containsExactly("refused");
      assertThat(g.get()).isEqualTo("done");
    }

    @AsyncTest
    void errorAfterASwallowedKill_isItsOwn() {
      getHub().loop().setExceptionHandler((loop, context) -> {});
      var problem = new IOException("later");
      var g =
          spawn(() -> {
            try {
              Asyncio.sleep(100);
            } catch (CancelledError e) {
              order.add("refused");
            }
            sleep(0.001);
            assertThat(Asyncio.currentTask().cancelling()).isZero();
            throw problem;
          });
      sleep();
      g.kill();
      assertThat(g.exception()).isSameAs(problem);
    }

    @Test
    void cancelOfItsTask_countsAsBeingKilled() {
      var g =
          spawn(() -> {
            order.add("task " + Asyncio.currentTask().cancel());
            sleep(100);
          });
      g.join();
      assertThat(g.exit()).hasMessage("its task was cancelled");
      assertThat(g.successful()).isTrue();
    }

    @Test
    void join_ofOneself_isRefused() {
      var g = new AtomicReference<@Nullable Greenlet<?>>();
      var self =
          spawn(() -> assertThatThrownBy(() -> g.get().join()).hasMessageContaining("own end"));
      g.set(self);
      self.get();
      assertThat(self.successful()).isTrue();
    }

    @Test
    void greenletOfAnotherThread_isRefused() {
      var theirs = onAnotherThread(() -> spawn(() -> 1));
      assertThatThrownBy(theirs::join)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("belongs to the hub of another thread");
      assertThatThrownBy(theirs::kill).hasMessageContaining("another thread");
    }

    @Test
    void getcurrent_knowsTheMainProgramGreenletsAndTasks() {
      assertThat(getcurrent().getName()).isEqualTo("main");
      assertThat(getcurrent()).isSameAs(getcurrent());
      assertThat(getcurrent().ready()).isFalse();
      var g = spawn(() -> getcurrent());
      assertThat(g.get()).isSameAs(g);
      Asyncio.run(() -> {
        Asyncio.currentTask().setName("task");
        assertThat(getcurrent().getName()).isEqualTo("task");
        assertThat(getcurrent()).isSameAs(getcurrent());
      });
    }

    @Test
    void kill_ofTheMainProgram_arrivesInItsWait() {
      var main = getcurrent();
      var problem = new IllegalStateException("from below");
      spawn(() -> main.kill(problem, false, 0));
      assertThat(catchThrowable(() -> sleep(100))).isSameAs(problem);
      sleep(); // and only once
    }

    @Test
    void secondKill_whileTheFirstIsOnItsWay_arrivesInTheNextWait() {
      var first = new IllegalStateException("first");
      var second = new IllegalStateException("second");
      getHub().loop().setExceptionHandler((loop, context) -> {});
      var g =
          spawn(() -> {
            try {
              Asyncio.sleep(100);
            } catch (CancelledError e) {
              order.add("first");
            }
            sleep(100);
          });
      sleep();
      g.kill(first, false, 0);
      g.kill(second);
      assertThat(order).containsExactly("first");
      assertThat(g.exception()).isSameAs(second);
    }

    @Test
    void kill_afterASwallowedOne_arrivesInAwaitsOfAsyncios() {
      var g =
          spawn(() -> {
            for (int i = 0; i < 2; i++) {
              try {
                Asyncio.sleep(100);
              } catch (CancelledError e) {
                order.add("refused");
              }
            }
            Asyncio.sleep(100);
          });
      sleep();
      g.kill(false);
      sleep();
      g.kill(false);
      sleep();
      var last = new GreenletExit("last");
      g.kill(last, true, 5);
      assertThat(order).containsExactly("refused", "refused");
      assertThat(g.exit()).isSameAs(last);
    }

    @AsyncTest
    void timeout_afterASwallowedKill_fires() {
      var g =
          spawn(() -> {
            try {
              Asyncio.sleep(100);
            } catch (CancelledError e) {
              order.add("refused");
            }
            return withTimeout(0.001, () -> Asyncio.sleep(5, "slept"), "over");
          });
      sleep();
      g.kill(false);
      assertThat(g.get()).isEqualTo("over");
      assertThat(order).containsExactly("refused");
    }

    @Test
    void secondKill_inASleepOfZero_arrivesThere() {
      var second = new GreenletExit("second");
      var g =
          spawn(() -> {
            try {
              Asyncio.sleep(100);
            } catch (CancelledError e) {
              order.add("refused");
            }
            for (int i = 0; i < 100; i++) {
              sleep(0);
            }
            order.add("survived");
          });
      sleep();
      g.kill(false);
      g.kill(second);
      assertThat(order).containsExactly("refused");
      assertThat(g.exit()).isSameAs(second);
    }

    @Test
    void spawnRaw_isABareTask() {
      var task = spawnRaw(() -> "raw");
      assertThat(getHub().await(task)).isEqualTo("raw");
    }

    @Test
    void name_ofASpawnedOne_isItsTasks() {
      var g =
          spawn(() -> {
            getcurrent().setName("renamed");
            return Asyncio.currentTask().getName();
          });
      assertThat(g.get()).isEqualTo("renamed");
      assertThat(g).hasToString("<Greenlet \"renamed\": GeventTest.Greenlets.<lambda>>");
    }
  }

  @Nested
  class OrdinaryLoops {
    @Test
    void greenletOfATaskThatWasNotSpawned_endsWithIt() {
      Asyncio.run(() -> {
        var known = new ArrayList<Greenlet<?>>();
        var task =
            Asyncio.createTask(() -> {
              known.add(getcurrent());
              sleep(0);
              return "value";
            });
        Asyncio.sleep(0);
        var g = known.getFirst();
        g.link(ended -> order.add("linked " + ended.value()));
        assertThat(g.started()).isTrue();
        assertThat(g.join(5)).isTrue();
        assertThat(g.get()).isEqualTo("value");
        assertThat(g.successful()).isTrue();
        assertThat(task.done()).isTrue();
        sleep(0);
        assertThat(order).containsExactly("linked value");
      });
    }

    @Test
    void greenletOfATaskThatWasNotSpawned_canBeKilled() {
      Asyncio.run(() -> {
        var known = new ArrayList<Greenlet<?>>();
        var problem = new IOException("killed");
        var killed =
            Asyncio.createTask(() -> {
              known.add(getcurrent());
              sleep(100);
            });
        var cancelled =
            Asyncio.createTask(() -> {
              known.add(getcurrent());
              Asyncio.sleep(100);
            });
        Asyncio.sleep(0);
        known.get(0).kill(problem, true, 5);
        assertThat(known.get(0).exception()).isSameAs(problem);
        assertThatThrownBy(killed::await).isSameAs(problem);
        known.get(1).kill(new GreenletExit(), true, 5);
        assertThat(known.get(1).exit()).hasMessage("its task was cancelled");
        assertThat(cancelled.cancelled()).isTrue();
      });
    }

    @Test
    void greenlets_inATask_areTasksOfItsLoop() {
      Asyncio.run(() -> {
        var g =
            spawn(() -> {
              sleep(0);
              return Asyncio.getRunningLoop();
            });
        assertThat(g.get()).isSameAs(Asyncio.getRunningLoop());
        assertThat(getHub().loop()).isSameAs(Asyncio.getRunningLoop());
        assertThatThrownBy(() -> getHub().join()).hasMessageContaining("main program");
        assertThatThrownBy(() -> getHub().destroy()).hasMessageContaining("close that instead");
      });
    }

    @AsyncTest
    void timeout_inATask_arrivesInGeventsWaitsAndThroughAsyncios() {
      var limit = new Timeout(0.005);
      try (var running = limit.start()) {
        new Event().await();
      } catch (Timeout e) {
        order.add(e == limit ? "mine" : "other");
      }
      assertThat(Asyncio.currentTask().cancelling()).isZero();
      assertThat(withTimeout(0.005, () -> Asyncio.sleep(100, "slept"), "over")).isEqualTo("over");
      assertThat(Asyncio.currentTask().cancelling()).isZero();
      Asyncio.sleep(0);
      assertThat(order).containsExactly("mine");
    }

    @AsyncTest
    void cancellation_ofATaskThatJoins_isACancellation() {
      var g = spawn(() -> sleep(0.01));
      var task = Asyncio.createTask(() -> g.join());
      Asyncio.sleep(0);
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(g.ready()).isFalse();
      g.join();
    }

    @AsyncTest
    void sleepOfGevents_inATask_sleeps() {
      var task =
          Asyncio.createTask(() -> {
            sleep(0.001);
            order.add("task");
          });
      sleep(0);
      order.add("main");
      task.await();
      assertThat(order).containsExactly("main", "task");
    }
  }

  @Nested
  class Hubs {
    @Test
    void loopExit_namesAllWhoWaitAndForWhatAndWhere() {
      var event = new Event();
      var reader = spawn(() -> new Queue<String>().get());
      reader.setName("reader");
      var task = spawnRaw(() -> Asyncio.getRunningLoop().createFuture().await());
      task.setName("raw task");
      assertThatThrownBy(() -> event.await())
          .isInstanceOf(LoopExit.class)
          .hasMessageContainingAll(
              "This operation would block forever",
              "main program: in await of <Event unset>, at jasyncio.gevent.GeventTest$Hubs.",
              "<Greenlet \"reader\": GeventTest.Hubs.<lambda>>: in get of <Queue size=0 getters=1"
                  + " putters=0>, at jasyncio.gevent.GeventTest$Hubs.lambda$",
              "name='raw task'",
              "GeventTest.java:")
          .satisfies(e ->
              assertThat(e.getStackTrace())
                  .anyMatch(frame -> frame.getMethodName().startsWith("loopExit_namesAll")));
      killall(List.of(reader));
      task.cancel();
      assertThatThrownBy(() -> getHub().await(task)).isInstanceOf(CancelledError.class);
    }

    @Test
    void keepAlive_letsTheMainProgramWaitForAnotherThread() {
      var hub = getHub();
      var result = new AsyncResult<String>();
      var hold = hub.keepAlive();
      var thread =
          Thread.ofPlatform()
              .start(() ->
                  hub.loop()
                      .callSoonThreadsafe(() -> {
                        result.set("from a thread");
                        hold.close();
                        hold.close();
                      }));
      assertThat(result.get()).isEqualTo("from a thread");
      assertThat(thread).isNotNull();
      assertThatThrownBy(() -> new Event().await()).isInstanceOf(LoopExit.class);
    }

    @Test
    void threadsafeQueues_areWaitedFor() {
      var queue = new ThreadsafeQueue<String>(1);
      var thread =
          Thread.ofPlatform()
              .unstarted(() -> {
                queue.putNowait("item");
              });
      Lowlevel.setStallHandler(getHub().loop(), () -> order.add("stalled"));
      var getter = spawn(() -> queue.get());
      Lowlevel.callWhenIdle(getHub().loop(), thread::start);
      assertThat(getter.get()).isEqualTo("item");
      assertThat(order).isEmpty();
    }

    @Test
    void callsInTheExecutor_areWaitedFor() {
      var loop = getHub().loop();
      assertThat(getHub().await(loop.runInExecutor(null, () -> "offloaded")))
          .isEqualTo("offloaded");
      assertThat(spawn(() -> Asyncio.toThread(() -> "thread")).get()).isEqualTo("thread");
    }

    @Test
    void waiting_inACallback_isRefused() {
      var loop = getHub().loop();
      loop.callSoon(() -> {
        order.add(String.valueOf(catchThrowable(() -> sleep(0)).getMessage()));
        order.add(spawn(() -> "spawned in a callback").getName());
      });
      sleep(0);
      sleep(0); // the greenlet has its turn, too
      assertThat(order).hasSize(2);
      assertThat(order.getFirst())
          .startsWith("Impossible to call blocking function in the event loop callback");
    }

    @Test
    void stoppedLoop_isToldToTheMainProgram() {
      getHub().loop().callSoon(getHub().loop()::stop);
      assertThatThrownBy(() -> sleep(100))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was stopped while the main program was in sleep");
    }

    @Test
    void eachThread_hasItsOwnHub() {
      var mine = getHub();
      assertThat(getHub()).isSameAs(mine);
      var theirs =
          onAnotherThread(() -> {
            assertThat(spawn(() -> getHub()).get()).isSameAs(getHub());
            return getHub();
          });
      assertThat(theirs).isNotSameAs(mine);
      assertThat(mine).hasToString("<Hub of thread " + Thread.currentThread().getName() + ">");
    }

    @Test
    void destroy_reportsWhatIsPendingAndUnwindsIt() {
      var hub = getHub();
      spawn(() -> {
        try {
          sleep(100);
        } finally {
          order.add("cleaned up");
        }
      });
      sleep();
      try (var logs = Logs.capture()) {
        hub.destroy();
        assertThat(logs.lines()).singleElement().asString().contains("destroyed but it is pending");
      }
      assertThat(order).containsExactly("cleaned up");
      assertThat(getHub()).isNotSameAs(hub);
      sleep();
    }

    @Test
    void virtualThread_mayBeAMainProgram() throws InterruptedException {
      var thread = Thread.startVirtualThread(() -> order.add(spawn(() -> "greenlet").get()));
      thread.join();
      assertThat(order).containsExactly("greenlet");
    }
  }

  @Nested
  class Timeouts {
    @Test
    void start_twice_isRefused() {
      try (var limit = new Timeout(100).start()) {
        assertThatThrownBy(limit::start).hasMessageContaining("already started");
      }
    }

    @Test
    void notANumber_isRefused() {
      assertThatThrownBy(() -> new Timeout(Double.NaN))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sleep(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> getHub().join(Double.NaN))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> WaitOptions.defaults().timeout(Double.NaN))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void restarted_afterCancel_runsAgain() {
      var limit = new Timeout(0.002);
      limit.start().cancel();
      limit.start();
      assertThat(catchThrowable(() -> sleep(100))).isSameAs(limit);
      limit.close();
    }

    @AsyncTest
    void infinite_neverEnds() {
      try (var limit = Timeout.startNew(Double.POSITIVE_INFINITY)) {
        assertThat(limit.pending()).isFalse();
        sleep(1e6);
      }
    }

    @Test
    void message_saysHowLong() {
      assertThat(new Timeout(1)).hasMessage("1 second");
      assertThat(new Timeout(2.5)).hasMessage("2.5 seconds");
      assertThat(new Timeout(2, new IOException("x"))).hasMessage("2 seconds: x");
      assertThat(new Timeout().getMessage()).isNull();
    }

    @Test
    void closedByAnother_whenItIsOnItsWay_arrivesAsItself() {
      getHub().loop().setExceptionHandler((loop, context) -> {});
      var limit = new Timeout(0);
      var limited =
          spawn(() -> {
            limit.start();
            return Timeout.silently(
                100,
                () -> {
                  Asyncio.sleep(100);
                });
          });
      sleep(0);
      while (limit.pending()) {
        getHub()
            .loop()
            .callSoon(() -> {
              if (!limit.pending()) { // it has been thrown, and has not had its turn
                limit.close();
              }
            });
        sleep(0);
      }
      assertThatThrownBy(limited::get).isSameAs(limit);
    }

    @Test
    void expired_whileTheAwaitOfAsynciosWasOver_isWithdrawnByClose() {
      Asyncio.run(() -> {
        var limit = new Timeout(0.001);
        limit.start();
        Thread.onSpinWait();
        var end = Asyncio.getRunningLoop().time() + 0.003;
        while (Asyncio.getRunningLoop().time() < end) {
          Thread.onSpinWait(); // the time is over before the loop can tell
        }
        limit.close();
        Asyncio.sleep(0.001); // nothing is left of it
        assertThat(Asyncio.currentTask().cancelling()).isZero();
      });
    }
  }

  @Nested
  class Pools {
    @AsyncTest
    void imap_takenByTwo_servesBoth() {
      for (var ordered : List.of(true, false)) {
        Group.Mapper<Integer, Integer> late =
            i -> {
              sleep(0.001 * i);
              return i;
            };
        var items = List.of(1, 2, 3);
        var group = new Group();
        var results =
            (ordered ? group.imap(late, items) : group.imapUnordered(late, items)).iterator();
        var taken = new ArrayList<Integer>();
        var takers = new ArrayList<Greenlet<?>>();
        for (int i = 0; i < 3; i++) {
          takers.add(
              spawn(() -> {
                while (results.hasNext()) {
                  taken.add(results.next());
                }
              }));
        }
        sleep(0);
        takers.getFirst().kill(false);
        joinall(takers);
        assertThat(taken).containsExactlyInAnyOrderElementsOf(items);
      }
    }

    @Test
    void greenletWhoseTaskWasCancelledBeforeItRan_leavesThePool() {
      var pool = new Pool(1);
      var cancelled = pool.spawn(() -> order.add("ran"));
      Asyncio.allTasks(getHub().loop()).forEach(task -> task.cancel());
      cancelled.join();
      assertThat(cancelled.exit()).hasMessage("its task was cancelled");
      assertThat(pool.spawn(() -> 7).get()).isEqualTo(7);
      assertThat(order).isEmpty();
    }

    @Test
    void greenletThatCannotBeStarted_isNotKept() {
      var pool = new Pool(1);
      var greenlet = Greenlet.of(() -> order.add("ran"));
      getHub().loop().close();
      assertThatThrownBy(() -> pool.start(greenlet))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Event loop is closed");
      assertThat(pool.isEmpty()).isTrue();
      assertThat(pool.freeCount()).isEqualTo(1);
      assertThat(greenlet.started()).isFalse();
      assertThat(spawn(() -> "a new hub").get()).isEqualTo("a new hub");
    }

    @Test
    void manyWhoLeaveASemaphore_takeNoPermitAlong() {
      var room = new Semaphore(0);
      var all = IntStream.range(0, 2000).mapToObj(i -> spawn(() -> room.acquire())).toList();
      var last = spawn(() -> room.acquire(30));
      sleep(0);
      for (var greenlet : all.reversed()) {
        greenlet.kill(false);
      }
      room.release();
      assertThat(last.get()).isTrue();
      joinall(all);
      assertThat(room).hasToString("<Semaphore counter=0 waiters=0>");
    }

    @AsyncTest
    void imap_withAMaximum_doesNotRunAhead() {
      var started = new ArrayList<Integer>();
      var results =
          new Group()
              .imap(
                  i -> {
                    started.add(i);
                    return i * i;
                  },
                  IntStream.range(0, 10).boxed().toList(),
                  2)
              .iterator();
      sleep(0.001);
      assertThat(started).containsExactly(0, 1);
      assertThat(results.next()).isZero();
      sleep(0.001);
      assertThat(started).containsExactly(0, 1, 2);
      var rest = new ArrayList<Integer>();
      results.forEachRemaining(rest::add);
      assertThat(rest).containsExactly(1, 4, 9, 16, 25, 36, 49, 64, 81);
      assertThatThrownBy(results::next).isInstanceOf(java.util.NoSuchElementException.class);
    }

    @Test
    void imap_withAMaximumOfZero_hasNone() {
      var results = new Group().imap(i -> -i, List.of(1, 2, 3), 0);
      assertThat(results).containsExactly(-1, -2, -3);
      assertThat(new Group().imapUnordered(i -> -i, List.of(1, 2), 0)).containsExactly(-1, -2);
    }

    @Test
    void add_ofTheSameByTwo_takesOnePlace() {
      var pool = new Pool(2);
      var end = new Event();
      pool.spawn(() -> end.await());
      pool.spawn(() -> end.await());
      var next = Greenlet.of(() -> order.add("next"));
      var adders = List.of(spawn(() -> pool.add(next)), spawn(() -> pool.add(next)));
      sleep();
      end.set();
      joinall(adders);
      assertThat(pool.waitAvailable(0)).isOne();
      assertThatNullPointerException().isThrownBy(() -> pool.add(null)).withMessage("greenlet");
      assertThat(pool.waitAvailable(0)).isOne();
      pool.discard(next);
      assertThat(pool.waitAvailable(0)).isEqualTo(2);
    }

    @Test
    void joinall_thatThrows_leavesNoLinks() {
      getHub().loop().setExceptionHandler((loop, context) -> {});
      Greenlet<?> bad =
          spawn(() -> {
            throw new IOException("disk");
          });
      var other = spawn(() -> sleep(100));
      assertThatThrownBy(
              () -> joinall(List.of(bad, other), WaitOptions.defaults().raiseError(true)))
          .hasMessage("disk");
      assertThat(other.hasLinks()).isFalse();
      other.kill();
    }

    @Test
    void queue_takesNoNull() {
      var queue = new Queue<String>();
      assertThatNullPointerException().isThrownBy(() -> queue.put(null)).withMessage("item");
      assertThatNullPointerException().isThrownBy(() -> queue.putNowait(null)).withMessage("item");
      var getter = spawn(() -> queue.get());
      sleep();
      assertThatNullPointerException().isThrownBy(() -> queue.put(null)).withMessage("item");
      queue.put("item");
      assertThat(getter.get()).isEqualTo("item");
      queue.taskDone();
      assertThat(queue.join(0)).isTrue();
    }

    @Test
    void imap_ofItemsThatFail_throwsTheirErrorInTheEnd() {
      getHub().loop().setExceptionHandler((loop, context) -> {});
      Iterable<Integer> items =
          () ->
              IntStream.range(0, 3)
                  .map(i -> {
                    if (i == 2) {
                      throw new IllegalStateException("no more");
                    }
                    return i;
                  })
                  .boxed()
                  .iterator();
      var results = new Pool(5).imap(i -> i, items).iterator();
      assertThat(results.next()).isZero();
      assertThat(results.next()).isOne();
      assertThatThrownBy(results::hasNext).hasMessage("no more");
    }

    @AsyncTest
    void add_withATimeout_tellsWhetherThereWasRoom() {
      var pool = new Pool(1);
      var end = new Event();
      pool.spawn(() -> end.await());
      var next = Greenlet.of(() -> order.add("next"));
      assertThat(pool.add(next, 0)).isFalse();
      assertThat(pool.add(next, 0.001)).isFalse();
      assertThat(pool.waitAvailable(0.001)).isZero();
      end.set();
      assertThat(pool.waitAvailable()).isOne();
      assertThat(pool.add(next, Duration.ofSeconds(100))).isTrue();
      next.start();
      pool.join();
      assertThat(order).containsExactly("next");
    }

    @Test
    void discard_makesRoom() {
      var pool = new Pool(1);
      var g = pool.spawn(() -> sleep(100));
      pool.discard(g);
      pool.discard(g);
      assertThat(pool.freeCount()).isOne();
      assertThat(pool.apply(() -> "second")).isEqualTo("second");
      g.kill();
      sleep();
      assertThat(pool.freeCount()).isOne();
    }

    @Test
    void killOfOneThatWaitsForRoom_losesNoPermit() {
      var semaphore = new Semaphore(1);
      semaphore.acquire();
      var first = spawn(() -> semaphore.acquire());
      var second = spawn(() -> semaphore.acquire(100));
      sleep();
      semaphore.release(); // to the first, which has not run yet
      first.kill();
      assertThat(first.exit()).isNull(); // it had its permit, and ended before the kill came
      second.kill();
      semaphore.release();
      assertThat(semaphore.counter()).isOne();
      assertThat(semaphore).hasToString("<Semaphore counter=1 waiters=0>");
    }

    @Test
    void cancelledWaiter_passesItsPermitAndItsItemOn() {
      Asyncio.run(() -> {
        var semaphore = new Semaphore(0);
        var queue = new Queue<String>();
        var taker = Asyncio.createTask(() -> semaphore.acquire());
        var getter = Asyncio.createTask(() -> queue.get());
        Asyncio.sleep(0);
        semaphore.release();
        queue.put("item");
        taker.cancel(); // woken already, and then cancelled
        getter.cancel();
        assertThatThrownBy(taker::await).isInstanceOf(CancelledError.class);
        assertThatThrownBy(getter::await).isInstanceOf(CancelledError.class);
        assertThat(semaphore.counter()).isOne();
        assertThat(queue.getNowait()).isEqualTo("item");
      });
    }

    @Test
    void boundedSemaphore_isReleasedAsOftenAsItWasTaken() {
      var semaphore = new BoundedSemaphore(1);
      semaphore.hold().close();
      assertThatThrownBy(semaphore::release)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Semaphore released too many times");
      assertThatThrownBy(() -> new Semaphore(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Pool(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Queue<String>(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rlock_isTakenAgainByItsOwnerAlone() {
      var lock = new RLock();
      var tried = new Event();
      var first =
          spawn(() -> {
            try (var once = lock.hold();
                var again = lock.hold()) {
              order.add("first " + lock.locked() + (once == again));
              tried.await();
            }
          });
      var second =
          spawn(() -> {
            assertThat(lock.acquire(0)).isFalse();
            tried.set();
            lock.acquire();
            order.add("second");
            lock.release();
            assertThatThrownBy(lock::release).hasMessage("cannot release un-acquired lock");
          });
      joinall(List.of(first, second), WaitOptions.defaults().raiseError(true));
      assertThat(order).containsExactly("first truefalse", "second");
      assertThat(lock.locked()).isFalse();
    }

    @Test
    void rlock_thatIsOnItsWayToTheNextOne_isLocked() {
      var lock = new RLock();
      lock.acquire();
      var next =
          spawn(() -> {
            lock.acquire();
            lock.release();
          });
      sleep(0);
      lock.release();
      assertThat(lock.locked()).isTrue();
      next.get();
      assertThat(lock.locked()).isFalse();
    }

    @Test
    void pool_whoseRoomIsOnItsWayToTheNextOne_isFull() {
      var pool = new Pool(1);
      var first = pool.spawn(() -> sleep(100));
      var next = spawn(() -> pool.spawn(() -> "next").get());
      sleep(0);
      pool.discard(first);
      assertThat(pool.full()).isTrue();
      assertThat(pool.freeCount()).isZero();
      assertThat(next.get()).isEqualTo("next");
      pool.join();
      assertThat(pool.freeCount()).isEqualTo(1);
      first.kill();
    }

    @Test
    void queue_join_waitsUntilAllIsDone() {
      var queue = new Queue<Integer>(1);
      assertThat(queue.join(0.001)).isTrue();
      var worker =
          spawn(() -> {
            while (true) {
              order.add("item " + queue.get());
              queue.taskDone();
            }
          });
      for (int i = 0; i < 3; i++) {
        queue.put(i);
      }
      queue.join();
      assertThat(order).containsExactly("item 0", "item 1", "item 2");
      assertThatThrownBy(queue::taskDone).hasMessage("task_done() called too many times");
      worker.kill();
    }
  }
}
