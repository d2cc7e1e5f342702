package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.testing.CancelEverywhere.cancelEverywhere;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.queue.Queue;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import jasyncio.testing.CancelEverywhere.Fault;
import jasyncio.testing.CancelEverywhere.Faults;
import jasyncio.testing.CancelEverywhere.SetUp;
import jasyncio.testing.CancelEverywhere.Way;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CancelEverywhereTest {

  /// A lock whose release wakes the first that waits. It forgets that this one may be cancelled
  /// before it gets its turn.
  private static class CarelessLock {
    final ArrayDeque<Future<Boolean>> waiters = new ArrayDeque<>();
    boolean locked;

    void acquire() {
      while (locked) {
        var wakeUp = getRunningLoop().<Boolean>createFuture();
        waiters.add(wakeUp);
        wakeUp.await();
      }
      locked = true;
    }

    void release() {
      locked = false;
      var first = waiters.poll();
      if (first != null && !first.done()) {
        first.setResult(true);
      }
    }
  }

  private static final class CarefulLock extends CarelessLock {
    @Override
    void acquire() {
      while (locked) {
        var wakeUp = getRunningLoop().<Boolean>createFuture();
        waiters.add(wakeUp);
        try {
          wakeUp.await();
        } catch (CancelledError e) {
          waiters.remove(wakeUp);
          if (!locked) {
            wakeFirst();
          }
          throw e;
        }
      }
      locked = true;
    }

    @Override
    void release() {
      locked = false;
      wakeFirst();
    }

    private void wakeFirst() {
      for (Future<Boolean> first; (first = waiters.poll()) != null; ) {
        if (!first.done()) {
          first.setResult(true);
          return;
        }
      }
    }
  }

  /// One holds the lock, and releases it in its second turn; two others wait for it.
  private static SetUp threeTasks(Supplier<CarelessLock> lockOf) {
    return scenario -> {
      var lock = lockOf.get();
      scenario.other(() -> {
        lock.acquire();
        sleep(0);
        lock.release();
      });
      scenario.victim(() -> {
        lock.acquire();
        lock.release();
      });
      scenario.other(() -> {
        lock.acquire();
        lock.release();
      });
    };
  }

  private static List<Integer> positions(Faults faults, Way way, String what) {
    return faults.list().stream()
        .filter(f -> f.way() == way && f.what().contains(what))
        .map(Fault::position)
        .distinct()
        .toList();
  }

  // ---- what it finds ----------------------------------------------------------------------------

  @Test
  void lockThatLosesAWakeUp_isFound_whereItLosesIt() {
    // turns: 0 the holder, 1 the victim, 2 the other; 3 the holder releases; 4 the victim has the
    // lock
    var faults = CancelEverywhere.of(threeTasks(CarelessLock::new)).faults();
    // before 2 and 3: the release finds a cancelled waiter and stops there; before 4: woken in vain
    assertThat(positions(faults, Way.ONCE, "is left: other 2")).containsExactly(2, 3, 4);
    assertThat(positions(faults, Way.TWICE, "is left: other 2")).containsExactly(2, 3, 4);
  }

  @Test
  void lockThatLosesAWakeUp_messageSaysWhere() {
    assertThatThrownBy(CancelEverywhere.of(threeTasks(CarelessLock::new))::check)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("cancelled everywhere, and ")
        .hasMessageContaining("- is left: other 2 waits for a future")
        .hasMessageContaining(
            "[ONCE, TWICE, AGAIN, TIME_OUT] at moment 3, before the turn of other 2; victim waits for"
                + " a future")
        .hasMessageContaining(
            " at moment 5, before the turn of victim; victim has been woken from its wait for"
                + " a future")
        .hasMessageContaining(" at jasyncio.testing.CancelEverywhereTest$CarelessLock.acquire(");
  }

  @Test
  void lockThatPassesItOn_isSound() {
    var scenario = CancelEverywhere.of(threeTasks(CarefulLock::new));
    scenario.check();
    scenario.ways(Way.values()).check();
  }

  @Test
  void lockOfTheLibrary_isSound() {
    CancelEverywhere.of(
            scenario -> {
              var lock = new Lock();
              scenario.other(() -> lock.run(() -> sleep(1)));
              scenario.victim(() -> lock.run(() -> sleep(1)));
              scenario.other(() -> lock.run(() -> sleep(1)));
              scenario.invariant(() -> assertThat(lock.locked()).isFalse());
            })
        .ways(Way.values())
        .check();
  }

  @Test
  void queueThatLosesAnItem_isFoundByTheInvariant() {
    var scenario =
        CancelEverywhere.of(s -> {
          var items = new ArrayDeque<>(List.of("a"));
          var got = new ArrayList<String>();
          s.victim(() -> {
            var item = items.remove();
            sleep(1); // check-in at the door
            got.add(item);
          });
          s.invariant(() -> {
            got.addAll(items);
            assertThat(got).containsExactly("a");
          });
        });
    assertThat(positions(scenario.faults(), Way.ONCE, "the invariant failed"))
        .containsExactly(1, 2, 3); // while it sleeps, when that is over, and when it goes on
    assertThatThrownBy(scenario::check).hasCauseInstanceOf(AssertionError.class);
  }

  @Test
  void queueOfTheLibrary_isSound() {
    CancelEverywhere.of(
            s -> {
              var queue = new Queue<Integer>(1);
              var got = new ArrayList<Integer>();
              s.other(() -> {
                for (int i = 0; i < 3; i++) {
                  queue.put(i);
                }
                queue.shutdown();
              });
              s.background(() -> {
                while (true) {
                  got.add(queue.get());
                }
              });
              s.victim(() -> got.add(queue.get()));
              s.invariant(() -> assertThat(got).containsExactlyInAnyOrder(0, 1, 2));
            })
        .expecting(e -> String.valueOf(e.exception()).contains("QueueShutDown"))
        .check();
  }

  @Test
  void cleanUpThatAwaits_cancelledAgain_isFoundByAgain() {
    SetUp pool =
        scenario -> {
          var free = new AtomicInteger(3);
          scenario.victim(() -> {
            free.decrementAndGet();
            try {
              sleep(1);
            } finally {
              sleep(1); // says goodbye
              free.incrementAndGet();
            }
          });
          scenario.invariant(() -> assertThat(free.get()).isEqualTo(3));
        };
    var found = EnumSet.noneOf(Way.class);
    CancelEverywhere.of(pool).faults().list().forEach(f -> found.add(f.way()));
    assertThat(found).contains(Way.AGAIN, Way.ONCE); // also while it says goodbye by itself
  }

  @Test
  void cancellationThatIsSwallowed_isFound() {
    assertThatThrownBy(() ->
            cancelEverywhere(
                () -> {
                  try {
                    sleep(1);
                  } catch (CancelledError e) {
                    return; // as if nothing had been
                  }
                },
                () -> {}))
        .hasMessageContaining("the victim lost its cancellation")
        .hasMessageContaining(
            "AGAIN] at moment 2, when all wait; victim waits for its sleep to end in 1 s at"
                + " jasyncio.testing.CancelEverywhereTest");
  }

  @Test
  void bodyThatCannotBeginAgain_isFoundByGoOn() {
    SetUp setUp =
        scenario -> {
          var held = new HashSet<String>();
          scenario.victim(() -> {
            assertThat(held.add("seat")).isTrue();
            sleep(1);
            held.remove("seat");
          });
        };
    CancelEverywhere.of(setUp).check();
    assertThatThrownBy(CancelEverywhere.of(setUp).ways(Way.GO_ON)::check)
        .hasMessageContaining("the victim failed");
  }

  @Test
  void timeLimit_bodyThatMixesItUp_isFound() {
    SetUp setUp =
        scenario ->
            scenario.victim(() -> {
              try {
                sleep(1);
              } catch (CancelledError e) {
                throw new IllegalStateException("gave up");
              }
            });
    assertThat(positions(CancelEverywhere.of(setUp).faults(), Way.TIME_OUT, "the victim failed"))
        .isNotEmpty();
    CancelEverywhere.of(scenario ->
            scenario.victim(() -> {
              throw new TimeoutException("of its own");
            }))
        .faults()
        .list()
        .forEach(f -> assertThat(f.what()).contains("of its own"));
  }

  @Test
  void otherThatWaitsForTheVictimAlone_isLeft() {
    assertThatThrownBy(
            CancelEverywhere.of(scenario -> {
              var semaphore = new Semaphore(0);
              scenario.victim(() -> {
                sleep(1);
                semaphore.release();
              });
              scenario.other(() -> semaphore.acquire());
            })
                ::check)
        .hasMessageContaining("is left: other 1 waits for Semaphore");
  }

  @Test
  void whatIsLeftBehind_isFound() {
    assertThatThrownBy(
            CancelEverywhere.of(scenario ->
                scenario.victim(() -> {
                  var timer = getRunningLoop().callLater(60, () -> {});
                  sleep(1);
                  timer.cancel();
                }))
                ::check)
        .hasMessageContaining("a timer is left");
    assertThatThrownBy(
            CancelEverywhere.of(scenario ->
                scenario.victim(() -> {
                  var child = createTask(() -> new Event().await());
                  sleep(1);
                  child.cancel();
                }))
                ::check)
        .hasMessageContaining("is left: Task-");
    assertThatThrownBy(
            CancelEverywhere.of(scenario ->
                scenario.victim(() -> {
                  var pair = MemoryStreams.pair();
                  sleep(1);
                  pair.close();
                }))
                ::check)
        .hasMessageContaining("a channel is left: <StreamWriter transport=<MemoryTransport open");
  }

  @Test
  void errorThatNobodyReads_isToldInEachRun() {
    var scenario =
        CancelEverywhere.of(s -> {
          s.victim(() -> sleep(1));
          s.other(() -> {
            createTask(() -> {
              throw new IllegalStateException("unread");
            });
            sleep(2);
          });
        });
    assertThatThrownBy(scenario::check)
        .hasMessageStartingWith(
            "goes wrong though nothing is cancelled:\n- reported: Task exception was never retrieved");
  }

  @Test
  void errorOfACallback_isReported_unlessExpected() {
    SetUp setUp =
        scenario ->
            scenario.victim(() ->
                getRunningLoop()
                    .callSoon(() -> {
                      throw new IllegalStateException("oops");
                    }));
    assertThatThrownBy(CancelEverywhere.of(setUp)::check)
        .hasMessageStartingWith("goes wrong though nothing is cancelled:\n- reported: ")
        .hasRootCauseMessage("oops");
    CancelEverywhere.of(setUp)
        .expecting(e -> e.exception() instanceof IllegalStateException)
        .check();
  }

  // ---- how it runs ------------------------------------------------------------------------------

  @Test
  void everyTurn_isTriedOnce() {
    var seen = new ArrayList<Integer>();
    CancelEverywhere.of(
            scenario -> {
              var steps = new AtomicInteger();
              scenario.victim(() -> {
                for (int i = 0; i < 3; i++) {
                  sleep(0);
                  steps.incrementAndGet();
                }
              });
              scenario.invariant(() -> seen.add(scenario.begun() ? steps.get() : -1));
            })
        .ways(Way.ONCE)
        .check();
    assertThat(seen).containsExactly(3, -1, 0, 1, 2, 3);
  }

  @Test
  void succeeded_isSoOnlyWhenItWasNotCancelled() {
    var seen = new ArrayList<Boolean>();
    CancelEverywhere.of(
            scenario -> {
              scenario.victim(() -> sleep(3600));
              scenario.invariant(() -> seen.add(scenario.succeeded()));
            })
        .ways(Way.ONCE, Way.TIME_OUT)
        .check();
    assertThat(seen.getFirst()).isTrue();
    assertThat(seen.subList(1, seen.size())).contains(false).contains(true);
  }

  @Test
  void callsInThreads_areMadeInOrder() {
    CancelEverywhere.of(
            scenario -> {
              var made = new ArrayList<Integer>();
              scenario.victim(() -> toThread(() -> made.add(1)));
              scenario.other(() -> toThread(() -> made.add(2)));
              scenario.invariant(() -> {
                assertThat(made).contains(2).isSorted();
                if (scenario.succeeded()) {
                  assertThat(made).containsExactly(1, 2);
                }
              });
            })
        .check();
  }

  @Test
  void memoryStreams_cancelledReader_losesNothing() {
    CancelEverywhere.of(
            scenario -> {
              var pair = MemoryStreams.pair();
              var got = new ArrayList<String>();
              scenario.victim(() -> got.add(pair.left().reader().readLine()));
              scenario.other(() -> {
                pair.right().writer().write("a");
                pair.right().writer().drain();
                sleep(1);
                pair.right().writer().write("b\n");
              });
              scenario.invariant(() -> {
                if (!scenario.succeeded()) {
                  got.add(pair.left().reader().readLine());
                }
                assertThat(got).containsExactly("ab");
                pair.close();
              });
            })
        .check();
  }

  @Test
  void futureOfTheJdk_completedByATimer_isNotWaitedForInVain() {
    var scenario =
        CancelEverywhere.of(s -> {
          var future = new CompletableFuture<String>();
          var timer = getRunningLoop().callLater(3600, () -> future.complete("done"));
          s.victim(() -> await(future));
          s.invariant(() -> timer.cancel());
        });
    scenario.patience(0).check(); // nobody else is going to complete it
    scenario.patience(Duration.ofSeconds(1)).ways(Way.ONCE).check();
    assertThatThrownBy(() -> scenario.patience(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void endlessScenario_isGivenUp() {
    var faults =
        CancelEverywhere.of(
                scenario -> {
                  scenario.victim(() -> sleep(1));
                  scenario.other(() -> {
                    while (true) {
                      sleep(0);
                    }
                  });
                })
            .faults();
    assertThat(faults.runs()).isEqualTo(1);
    assertThat(faults.list())
        .anyMatch(f -> f.what().startsWith("does not come to an end within"))
        .anyMatch(
            f -> f.what().endsWith("(one that need not come to its end: scenario.background)"));
  }

  @Test
  void scenarioThatDiffers_isToldOf() {
    var runs = new AtomicInteger();
    assertThatThrownBy(
            CancelEverywhere.of(scenario -> {
              int run = runs.incrementAndGet();
              scenario.victim(() -> sleep(1));
              scenario.invariant(() -> assertThat(run).isNotEqualTo(3));
            })
                ::check)
        .hasMessageContaining("[ONCE] at moment 2, but not when it was run once more");
  }

  private static Faults faultsOfWhatIsHeldUp(CancelEverywhere check) {
    try (var _ = HeldBack.ofWatchdog()) {
      return check.faults();
    }
  }

  @Test
  void runThatIsHeldUp_isInterrupted_andTheLast() {
    var runs = new AtomicInteger();
    var faults =
        faultsOfWhatIsHeldUp(
            CancelEverywhere.of(scenario ->
                    scenario.victim(() -> {
                      try {
                        sleep(1);
                      } finally {
                        if (runs.incrementAndGet() == 2) {
                          new CountDownLatch(1).await();
                        }
                      }
                    }))
                .limit(1));
    assertThat(runs).hasValue(2);
    assertThat(faults.runsThatFailed()).isEqualTo(1);
    assertThat(faults.list())
        .singleElement()
        .satisfies(fault ->
            assertThat(fault.what())
                .startsWith("is not over after 1 s of real time\n  the loop is held up at")
                .contains("CountDownLatch.await", "CancelEverywhereTest"));
  }

  @Test
  void jobThatIsHeldUp_isInterrupted() {
    var faults =
        faultsOfWhatIsHeldUp(
            CancelEverywhere.of(scenario ->
                    scenario.victim(() -> toThread(() -> new CountDownLatch(1).await())))
                .limit(1));
    assertThat(faults.list())
        .singleElement()
        .satisfies(fault ->
            assertThat(fault.what())
                .startsWith("is not over after 1 s of real time\n  the loop is held up at")
                .contains("CountDownLatch.await", "CancelEverywhereTest"));
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void whatIsKeptFromRunToRun_isToldOf() {
    var done = new ArrayList<String>();
    assertThatThrownBy(() ->
            cancelEverywhere(
                () -> {
                  sleep(1);
                  done.add("x");
                },
                () -> assertThat(done).hasSizeLessThan(2)))
        .hasMessageContaining("[ONCE] nothing was cancelled")
        .hasMessageMatching(
            "(?s)cancelled everywhere, and \\d+ of \\d+ runs went wrong:\n"
                + "\\(a run in which nothing was cancelled went wrong, and the first one did not:"
                + " what is kept from run to run is to be made in the scenario\\)\n- .*");
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void other_afterTheSetUp_refused() {
    assertThatThrownBy(
            CancelEverywhere.of(scenario -> scenario.victim(() -> scenario.other(() -> sleep(1))))
                ::check)
        .hasMessageContaining(
            "the victim failed: java.lang.IllegalStateException: the tasks of this run have begun");
  }

  @Test
  void check_noOthers_refused() {
    assertThatThrownBy(
            CancelEverywhere.of(scenario -> scenario.victim(() -> sleep(1))).ways(Way.OTHERS)
                ::check)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("scenario.other");
  }

  @Test
  void check_noVictim_refused() {
    assertThatThrownBy(CancelEverywhere.of(_ -> {})::check)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("scenario.victim");
  }

  @Test
  void victim_twice_isToldOf() {
    assertThatThrownBy(
            CancelEverywhere.of(scenario -> {
              scenario.victim(() -> {});
              scenario.victim(() -> {});
            })
                ::check)
        .hasMessageContaining("a scenario has one victim");
  }

  @Test
  void check_inALoop_refused() {
    run(() ->
        assertThatThrownBy(() -> cancelEverywhere(() -> {}, () -> {}))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("plain @Test"));
  }

  @Test
  void ways_none_refused() {
    assertThatThrownBy(() -> CancelEverywhere.of(_ -> {}).ways())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void scenarioThatGoesWrong_isToldOf() {
    assertThatThrownBy(CancelEverywhere.of(_ -> sleep(Double.NaN))::check)
        .hasMessageContaining("the scenario's set-up failed: java.lang.IllegalArgumentException");
  }

  @Test
  void invariantThatNeverEnds_isToldOf() {
    assertThatThrownBy(
            () -> cancelEverywhere(() -> {}, () -> getRunningLoop().createFuture().await()))
        .hasMessageContaining("the invariant does not come to an end");
  }
}
