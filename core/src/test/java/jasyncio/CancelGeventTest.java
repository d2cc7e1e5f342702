package jasyncio;

import static jasyncio.CancelEverywhere.Scenario.scenario;
import static jasyncio.gevent.Gevent.iwait;
import static jasyncio.gevent.Gevent.joinall;
import static jasyncio.gevent.Gevent.kill;
import static jasyncio.gevent.Gevent.killall;
import static jasyncio.gevent.Gevent.sleep;
import static jasyncio.gevent.Gevent.spawn;
import static jasyncio.gevent.Gevent.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.gevent.AsyncResult;
import jasyncio.gevent.BoundedSemaphore;
import jasyncio.gevent.Event;
import jasyncio.gevent.Gevent;
import jasyncio.gevent.Greenlet;
import jasyncio.gevent.Group;
import jasyncio.gevent.Pool;
import jasyncio.gevent.Queue;
import jasyncio.gevent.RLock;
import jasyncio.gevent.Semaphore;
import jasyncio.testing.CancelEverywhere.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait of `jasyncio.gevent`, in a task of a loop, cancelled everywhere.
@Tag("slow")
class CancelGeventTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(waiting());
    all.addAll(holding());
    all.addAll(queues());
    all.addAll(groups());
    return all;
  }

  // ---- sleeping, and waiting for others ---------------------------------------------------------

  private static List<Scenario> waiting() {
    return List.of(
        scenario(
            "gevent.Gevent.sleep gevent.Gevent.idle gevent.Gevent.withTimeout"
                + " gevent.Timeout.silently",
            "in all forms",
            run -> {
              run.victim(() -> {
                sleep(0);
                sleep(1);
                Gevent.idle();
                run.got(
                    withTimeout(
                        1,
                        () -> {
                          sleep(5);
                          return "in time";
                        },
                        "late"));
                jasyncio.gevent.Timeout.silently(1, () -> sleep(5));
              });
              run.other(() -> sleep(1));
            }),
        scenario(
            "gevent.Greenlet.join gevent.Greenlet.get",
            "two wait for one that works",
            run -> {
              var worker =
                  spawn(() -> {
                    sleep(0);
                    sleep(1);
                    return "a";
                  });
              run.inLine(
                  2,
                  0,
                  () -> {
                    worker.join();
                    run.got(worker.get());
                  });
              run.other(() -> run.got(worker.get()));
              run.atEnd(() -> assertThat(worker.value()).isEqualTo("a"));
            }),
        scenario(
            "gevent.Gevent.joinall gevent.Gevent.wait gevent.Gevent.iwait",
            "several, of which some are ready",
            run -> {
              var a = spawn(() -> sleep(0));
              var b = spawn(() -> sleep(1));
              var event = run.watch(new Event());
              run.victim(() -> {
                run.got(joinall(List.of(a, b)).size());
                run.got(Gevent.wait(List.of(a, event)).size());
                for (var ready : iwait(List.of(b, event))) {
                  run.got(ready);
                }
              });
              run.other(() -> {
                sleep(2);
                event.set();
              });
            }),
        scenario(
            "gevent.Greenlet.kill gevent.Gevent.kill gevent.Gevent.killall",
            "of one that cleans up for a while",
            run -> {
              run.victim(() -> {
                var worker =
                    spawn(() -> {
                      try {
                        sleep(5);
                      } finally {
                        sleep(0);
                      }
                    });
                sleep(0);
                worker.kill();
                var other = spawn(() -> sleep(5));
                sleep(0);
                kill(other);
                killall(List.of(worker, other));
              });
            }),
        scenario(
            "gevent.Event.await gevent.AsyncResult.await gevent.AsyncResult.get",
            "set once, with three that wait",
            run -> {
              var event = run.watch(new Event());
              var result = run.watch(new AsyncResult<String>());
              run.inLine(
                  3,
                  1,
                  () -> {
                    event.await();
                    run.got(result.get());
                    result.await();
                  });
              run.other(() -> {
                sleep(0);
                event.set();
                event.clear();
                sleep(1);
                event.set();
                result.set("a");
              });
            }),
        scenario(
            "gevent.Hub.await",
            "a future of asyncio's",
            run -> {
              var future = run.watch(run.loop().<String>createFuture());
              run.victim(() -> {
                if (!future.cancelled()) {
                  run.got(Gevent.getHub().await(future));
                }
              });
              run.other(() -> {
                sleep(0);
                if (!future.done()) {
                  future.setResult("a");
                }
              });
            }));
  }

  // ---- what can be held -------------------------------------------------------------------------

  private static List<Scenario> holding() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      all.add(
          scenario(
              "gevent.Semaphore.acquire gevent.Semaphore.hold gevent.BoundedSemaphore.acquire"
                  + " gevent.BoundedSemaphore.hold",
              "number " + at + " in line",
              run -> {
                var semaphore = run.watch(new Semaphore(1));
                var bounded = run.watch(new BoundedSemaphore(1));
                run.inLine(
                    3,
                    at,
                    () -> {
                      try (var _ = semaphore.hold()) {
                        sleep(0);
                      }
                      bounded.acquire();
                      try {
                        sleep(0);
                      } finally {
                        bounded.release();
                      }
                      run.got("done");
                    });
                run.atEnd(() -> {
                  assertThat(semaphore.counter()).isEqualTo(1);
                  assertThat(bounded.counter()).isEqualTo(1);
                  if (run.othersUndisturbed()) {
                    assertThat(run.got()).hasSize(run.succeeded() ? 3 : 2);
                  }
                });
              }));
      all.add(
          scenario(
              "gevent.RLock.acquire gevent.RLock.hold",
              "number " + at + " in line",
              run -> {
                var lock = run.watch(new RLock());
                run.inLine(
                    3,
                    at,
                    () -> {
                      try (var _ = lock.hold()) {
                        lock.acquire();
                        try {
                          sleep(0);
                        } finally {
                          lock.release();
                        }
                      }
                      run.got("done");
                    });
                run.atEnd(() -> {
                  assertThat(lock.locked()).isFalse();
                  if (run.othersUndisturbed()) {
                    assertThat(run.got()).hasSize(run.succeeded() ? 3 : 2);
                  }
                });
              }));
    }
    return all;
  }

  // ---- queues -----------------------------------------------------------------------------------

  private static void checkNothingIsLost(Run run, Queue<String> queue) {
    var all = new ArrayList<>(run.got());
    while (!queue.empty()) {
      all.add(queue.getNowait());
    }
    assertThat(all).containsExactlyInAnyOrderElementsOf(run.put());
  }

  private static List<Scenario> queues() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      all.add(
          scenario(
              "gevent.Queue.get",
              "items come one by one, number " + at + " in line",
              run -> {
                var queue = run.watch(new Queue<String>());
                run.inLine(3, at, () -> run.got(queue.get()));
                run.other(() -> {
                  for (var item : List.of("a", "b", "c")) {
                    sleep(0);
                    queue.put(item);
                    run.put(item);
                  }
                });
                run.atEnd(() -> checkNothingIsLost(run, queue));
              }));
      all.add(
          scenario(
                  "gevent.Queue.put",
                  "room comes item by item, number " + at + " in line",
                  run -> {
                    var queue = run.watch(new Queue<String>(1));
                    run.inLine(
                        3,
                        at,
                        () -> {
                          queue.put("x");
                          run.put("x");
                        });
                    run.other(() -> {
                      for (int k = 0; k < 2; k++) {
                        sleep(0);
                        run.got(queue.get());
                      }
                    });
                    run.atEnd(() -> checkNothingIsLost(run, queue));
                  })
              .without(Way.GO_ON)); // a cancellation that comes too late ends the task
    }
    all.add(
        scenario(
            "gevent.Queue.join",
            "two wait for all to be dealt with",
            run -> {
              var queue = run.watch(new Queue<String>());
              queue.put("a");
              run.inLine(2, 0, queue::join);
              run.other(() -> {
                queue.get();
                sleep(0);
                queue.taskDone();
              });
            }));
    return all;
  }

  // ---- groups -----------------------------------------------------------------------------------

  private static List<Scenario> groups() {
    return List.of(
        scenario(
            "gevent.Group.join gevent.Group.kill gevent.Group.killone",
            "two wait, a third one kills",
            run -> {
              var group = run.watch(new Group());
              var first = group.spawn(() -> sleep(5));
              group.spawn(() -> sleep(0));
              run.inLine(2, 0, group::join);
              run.other(() -> {
                sleep(1);
                group.killone(first);
                group.spawn(() -> sleep(5));
                group.kill();
              });
            }),
        scenario(
            "gevent.Group.apply gevent.Group.map gevent.Group.imap gevent.Group.imapUnordered",
            "each after the other",
            run -> {
              var group = run.watch(new Group());
              run.victim(() -> {
                run.got(group.apply(() -> slow(1)));
                run.got(group.map(CancelGeventTest::slow, List.of(1, 2)));
                for (var n : group.imap(CancelGeventTest::slow, List.of(1, 2))) {
                  run.got(n);
                }
                for (var n : group.imapUnordered(CancelGeventTest::slow, List.of(2, 1))) {
                  run.got(n);
                }
              });
            }),
        scenario(
            "gevent.Pool.spawn gevent.Pool.waitAvailable gevent.Pool.add gevent.Pool.start"
                + " gevent.Pool.join gevent.Pool.apply gevent.Pool.map gevent.Pool.imap"
                + " gevent.Pool.imapUnordered gevent.Pool.kill gevent.Pool.killone",
            "a place for one, which three want",
            run -> {
              var pool = run.watch(new Pool(1));
              run.inLine(
                  3,
                  1,
                  () -> {
                    pool.spawn(() -> sleep(1));
                    pool.waitAvailable();
                    var greenlet = new Greenlet<Integer>(() -> slow(1));
                    pool.start(greenlet);
                    run.got(greenlet.get());
                    run.got(pool.map(CancelGeventTest::slow, List.of(1, 2)));
                    for (var n : pool.imap(CancelGeventTest::slow, List.of(1, 2))) {
                      run.got(n);
                    }
                    pool.join();
                  });
              run.atEnd(() -> {
                pool.join();
                assertThat(pool.freeCount()).isEqualTo(1);
              });
            }));
  }

  private static int slow(int n) {
    sleep(n);
    return n;
  }
}
