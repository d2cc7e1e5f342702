package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.sync.Acquirable;
import jasyncio.sync.Barrier;
import jasyncio.sync.BoundedSemaphore;
import jasyncio.sync.BrokenBarrierException;
import jasyncio.sync.CapacityLimiter;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import jasyncio.testing.CancelEverywhere.Way;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait of `jasyncio.sync`, cancelled everywhere.
@Tag("slow")
class CancelSyncTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(lock());
    all.addAll(semaphores());
    all.addAll(condition());
    all.addAll(event());
    all.addAll(barrier());
    all.addAll(limiter());
    return all;
  }

  // ---- whatever can be held ---------------------------------------------------------------------

  /// Holds it for a turn, and checks that nobody else does.
  private static void hold(Run run, Acquirable thing, List<String> holders, int limit) {
    try (var _ = thing.acquire()) {
      holders.add("one");
      assertThat(holders).hasSizeLessThanOrEqualTo(limit);
      try {
        sleep(0);
      } finally {
        holders.removeLast();
      }
    }
    run.got("held");
  }

  private static void holdInLine(Run run, Acquirable thing, int victimAt, IntSupplier free) {
    int limit = free.getAsInt();
    var holders = new ArrayList<String>();
    run.watch(thing);
    run.inLine(4, victimAt, () -> hold(run, thing, holders, limit));
    run.atEnd(() -> {
      assertThat(free.getAsInt()).isEqualTo(limit);
      if (run.othersUndisturbed()) {
        assertThat(run.got()).hasSize(run.succeeded() ? 4 : 3);
      }
      hold(run, thing, holders, limit); // it can still be had
    });
  }

  private static List<Scenario> lock() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 4; i++) {
      int at = i;
      all.add(
          scenario(
              "Lock.acquire Lock.run Acquirable.acquire Acquirable.run",
              "number " + at + " in line",
              run -> {
                var lock = new Lock();
                holdInLine(run, lock, at, () -> lock.locked() ? 0 : 1);
              }));
    }
    all.add(
        scenario(
            "Lock.run Acquirable.run",
            "the body waits",
            run -> {
              var lock = run.watch(new Lock());
              run.inLine(3, 0, () -> lock.run(() -> sleep(0)));
              run.inLine(2, -1, () -> lock.run(() -> sleep(0, 1)));
              run.atEnd(() -> assertThat(lock.locked()).isFalse());
            }));
    all.add(
        scenario(
                "Lock.acquire",
                "released and taken again in one step",
                run -> {
                  var lock = run.watch(new Lock());
                  run.other(() -> {
                    for (int i = 0; i < 3; i++) {
                      lock.acquire();
                      sleep(0);
                      lock.release();
                    }
                  });
                  run.inLine(
                      3,
                      1,
                      () -> {
                        lock.acquire();
                        lock.release();
                      });
                  run.atEnd(() -> assertThat(lock.locked()).isFalse());
                })
            .without(Way.OTHERS)); // which is cancelled while it has it
    return all;
  }

  private static List<Scenario> semaphores() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 4; i++) {
      int at = i;
      for (int permits = 1; permits <= 2; permits++) {
        int n = permits;
        all.add(
            scenario(
                "Semaphore.acquire Semaphore.run",
                "of " + n + ", number " + at + " in line",
                run -> {
                  var semaphore = new Semaphore(n);
                  holdInLine(run, semaphore, at, () -> semaphore.statistics().value());
                }));
      }
      all.add(
          scenario(
              "BoundedSemaphore.acquire BoundedSemaphore.run",
              "number " + at + " in line",
              run -> {
                var semaphore = new BoundedSemaphore(2);
                holdInLine(run, semaphore, at, () -> semaphore.statistics().value());
              }));
    }
    all.add(
        scenario(
            "Semaphore.acquire",
            "more permits come at once",
            run -> {
              var semaphore = run.watch(new Semaphore(0));
              run.inLine(
                  4,
                  1,
                  () -> {
                    semaphore.acquire();
                    run.got("held");
                  });
              run.other(() -> {
                semaphore.release();
                semaphore.release();
                sleep(0);
                semaphore.release();
                semaphore.release();
                run.got("all released");
              });
              run.atEnd(() -> {
                if (run.got().contains("all released")) {
                  assertThat(semaphore.statistics().value()).isEqualTo(5 - run.got().size());
                }
              });
            }));
    return all;
  }

  private static List<Scenario> limiter() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 4; i++) {
      int at = i;
      all.add(
          scenario(
              "CapacityLimiter.acquire CapacityLimiter.run CapacityLimiter.acquireOnBehalfOf",
              "number " + at + " in line",
              run -> {
                var limiter = new CapacityLimiter(2);
                holdInLine(run, limiter, at, limiter::availableTokens);
              }));
    }
    all.add(
        scenario(
            "CapacityLimiter.acquireOnBehalfOf",
            "the total is raised",
            run -> {
              var limiter = run.watch(new CapacityLimiter(0));
              run.inLine(
                  3,
                  0,
                  () -> {
                    limiter.acquireOnBehalfOf(new Object());
                    run.got("held");
                  });
              run.other(() -> {
                limiter.setTotalTokens(1);
                sleep(0);
                limiter.setTotalTokens(3);
                run.got("raised");
              });
              run.atEnd(() -> {
                if (run.got().contains("raised")) {
                  assertThat(limiter.availableTokens()).isEqualTo(4 - run.got().size());
                }
              });
            }));
    return all;
  }

  // ---- conditions -------------------------------------------------------------------------------

  private static List<Scenario> condition() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      all.add(
          scenario(
              "Condition.await Condition.waitFor Condition.acquire Condition.run Condition.signal",
              "items come one by one, number " + at + " in line",
              run -> {
                var condition = run.watch(new Condition());
                var items = new ArrayList<String>();
                run.inLine(
                    3,
                    at,
                    () ->
                        condition.run(() -> {
                          condition.waitFor(() -> !items.isEmpty());
                          run.got(items.removeFirst());
                        }));
                run.other(() -> {
                  for (var item : List.of("a", "b", "c")) {
                    condition.run(() -> {
                      items.add(item);
                      condition.signal();
                    });
                  }
                });
                run.atEnd(() -> {
                  assertThat(condition.locked()).isFalse();
                  if (run.othersUndisturbed()) {
                    assertThat(run.got().size() + items.size()).isEqualTo(3);
                    assertThat(items).hasSize(run.succeeded() ? 0 : 1);
                  }
                });
              }));
      all.add(
          scenario(
              "Condition.await Condition.signalAll",
              "all are woken, number " + at + " in line",
              run -> {
                var condition = run.watch(new Condition());
                run.inLine(
                    3,
                    at,
                    () ->
                        condition.run(() -> {
                          condition.await();
                          run.got("woken");
                        }));
                run.other(() -> {
                  sleep(0);
                  condition.run(condition::signalAll);
                  sleep(1);
                  condition.run(condition::signalAll); // for one that begins again
                });
                run.atEnd(() -> assertThat(condition.locked()).isFalse());
              }));
    }
    all.add(
        scenario(
            "Condition.await",
            "another holds the lock when it is to be acquired again",
            run -> {
              var condition = run.watch(new Condition());
              run.inLine(
                  2,
                  0,
                  () ->
                      condition.run(() -> {
                        condition.await();
                        run.got("woken");
                      }));
              run.other(() -> {
                condition.run(() -> {
                  condition.signal();
                  sleep(0);
                  condition.signal();
                  sleep(0);
                  sleep(0);
                });
                sleep(1);
                condition.run(condition::signalAll);
              });
              run.atEnd(() -> assertThat(condition.locked()).isFalse());
            }));
    return all;
  }

  private static List<Scenario> event() {
    return List.of(
        scenario(
            "Event.await",
            "set, and cleared in the same step",
            run -> {
              var event = run.watch(new Event());
              run.inLine(
                  3,
                  1,
                  () -> {
                    event.await();
                    run.got("went on");
                  });
              run.other(() -> {
                sleep(0);
                event.set();
                event.clear();
                sleep(1);
                event.set();
              });
              run.atEnd(() -> {
                if (run.othersUndisturbed()) {
                  assertThat(run.got()).hasSize(run.succeeded() ? 3 : 2);
                }
              });
            }));
  }

  // ---- barriers ---------------------------------------------------------------------------------

  private static List<Scenario> barrier() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      all.add(
          scenario(
              "Barrier.await",
              "number " + at + " of three that come",
              run -> {
                var barrier = run.watch(new Barrier(3));
                run.inLine(3, at, () -> run.got(barrier.await()));
                run.other(() -> { // whoever is missing
                  sleep(1);
                  comeAsMissing(barrier);
                });
                run.atEnd(() -> {
                  assertThat(barrier.nWaiting()).isZero();
                  assertThat(barrier.broken()).isFalse();
                  if (run.way() != Way.GO_ON) { // which may take a second round
                    assertThat(run.got()).doesNotHaveDuplicates();
                  }
                });
              }));
      all.add(
          scenario(
              "Barrier.await",
              "two rounds, number " + at,
              run -> {
                var barrier = run.watch(new Barrier(2));
                run.inLine(4, at, () -> run.got(barrier.await()));
                run.other(() -> {
                  sleep(1);
                  comeAsMissing(barrier);
                });
                run.atEnd(() -> assertThat(barrier.nWaiting()).isZero());
              }));
      all.add(
          scenario(
              "Barrier.await Barrier.abort",
              "it is aborted, number " + at,
              run -> {
                var barrier = run.watch(new Barrier(4));
                run.inLine(3, at, () -> broken(run, barrier));
                run.other(() -> {
                  sleep(0);
                  barrier.abort();
                });
                run.atEnd(() -> {
                  barrier.reset();
                  assertThat(barrier.nWaiting()).isZero();
                });
              }));
    }
    all.add(
        scenario(
            "Barrier.reset",
            "while others wait",
            run -> {
              var barrier = run.watch(new Barrier(3));
              run.other(() -> broken(run, barrier));
              run.other(() -> broken(run, barrier));
              run.victim(barrier::reset);
              run.other(() -> {
                sleep(1);
                barrier.abort();
              });
              run.atEnd(() -> {
                barrier.reset();
                assertThat(barrier.broken()).isFalse();
              });
            }));
    all.add(
        scenario(
            "Barrier.reset Barrier.abort",
            "while others pass",
            run -> {
              var barrier = run.watch(new Barrier(2));
              run.other(() -> broken(run, barrier));
              run.other(() -> broken(run, barrier));
              run.victim(() -> {
                sleep(0);
                barrier.reset();
                barrier.abort();
                barrier.reset();
              });
              run.other(() -> {
                sleep(1);
                barrier.abort();
              });
              run.atEnd(() -> {
                barrier.reset();
                assertThat(barrier.broken()).isFalse();
                assertThat(barrier.nWaiting()).isZero();
              });
            }));
    return all;
  }

  /// Those that are waiting may go on. One that was cancelled may have been counted, as in asyncio.
  private static void comeAsMissing(Barrier barrier) {
    if (barrier.nWaiting() > 0) {
      Asyncio.gather(Collections.nCopies(barrier.parties() - barrier.nWaiting(), barrier)).await();
    }
  }

  private static void broken(Run run, Barrier barrier) {
    try {
      run.got(barrier.await());
    } catch (BrokenBarrierException e) {
      run.got("broken");
    }
  }
}
