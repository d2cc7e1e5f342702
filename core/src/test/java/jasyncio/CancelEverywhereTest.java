package jasyncio;

import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Fault;
import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.CancelEverywhere.Way;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The fixture finds what it is there for.
@org.junit.jupiter.api.Timeout(60)
class CancelEverywhereTest {

  /// A lock whose release wakes the first that waits. It forgets that this one may be cancelled
  /// before it gets its turn.
  private static class CarelessLock {
    final ArrayDeque<Future<Boolean>> waiters = new ArrayDeque<>();
    boolean locked;

    void acquire() {
      while (locked) {
        var wakeUp = Asyncio.getRunningLoop().<Boolean>createFuture();
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

  /// One holds the lock, and releases it in its second turn; two others wait for it.
  private static Scenario threeTasks(CarelessLock lock) {
    return scenario(
        "acquire",
        "first of two",
        run -> {
          lock.waiters.clear();
          lock.locked = false;
          run.watch(lock);
          run.other(() -> {
            lock.acquire();
            sleep(0);
            lock.release();
          });
          run.victim(() -> {
            lock.acquire();
            lock.release();
          });
          run.other(() -> {
            lock.acquire();
            lock.release();
          });
        });
  }

  private static List<Integer> positions(List<Fault> faults, Way way, String what) {
    return faults.stream()
        .filter(f -> f.way() == way && f.what().contains(what))
        .map(Fault::position)
        .distinct()
        .toList();
  }

  @Test
  void lockThatLosesAWakeUp_isFound_whereItLosesIt() {
    // turns: 0 the holder, 1 the victim, 2 the other; 3 the holder releases; 4 the victim has the
    // lock
    var faults = CancelEverywhere.faults(threeTasks(new CarelessLock()));
    // before 2 and 3: the release finds a cancelled waiter and stops there; before 4: woken in vain
    assertThat(positions(faults, Way.ONCE, "left: <Task pending name='other-1'"))
        .containsExactly(2, 3, 4);
    assertThat(positions(faults, Way.TWICE, "left: <Task pending name='other-1'"))
        .containsExactly(2, 3, 4);
    assertThat(positions(faults, Way.ONCE, "left in CarelessLock.waiters"))
        .containsExactly(2, 3, 4);
  }

  @Test
  void lockThatPassesItOn_isSound() {
    class CarefulLock extends CarelessLock {
      @Override
      void acquire() {
        while (locked) {
          var wakeUp = Asyncio.getRunningLoop().<Boolean>createFuture();
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
    CancelEverywhere.check(threeTasks(new CarefulLock()));
  }

  @Test
  void queueThatLosesAnItem_isFound() {
    var items = new ArrayDeque<String>();
    var takers = new ArrayDeque<Future<String>>();
    var faults =
        CancelEverywhere.faults(
            scenario(
                "get",
                "of a queue that hands over",
                run -> {
                  items.clear();
                  takers.clear();
                  run.victim(() -> {
                    var taker = Asyncio.getRunningLoop().<String>createFuture();
                    takers.add(taker);
                    run.got(taker.await());
                  });
                  run.other(() -> {
                    sleep(0);
                    var taker = takers.poll();
                    if (taker == null || taker.done()) {
                      items.add("item");
                    } else {
                      taker.setResult("item");
                    }
                  });
                  run.atEnd(() -> assertThat(items.size() + run.got().size()).isEqualTo(1));
                }));
    assertThat(positions(faults, Way.ONCE, "AssertionFailedError")).containsExactly(3);
  }

  @Test
  void callThatSwallowsACancellation_isFound() {
    var faults =
        CancelEverywhere.faults(
            oneTask(
                "swallows",
                run -> {
                  try {
                    sleep(1);
                  } catch (CancelledError e) {
                    run.got("too bad");
                  }
                }));
    assertThat(positions(faults, Way.ONCE, "lost its cancellation"))
        .containsExactly(1, 2); // while it sleeps, and after the alarm
  }

  @Test
  void callThatLeavesATimer_isFound() {
    var faults =
        CancelEverywhere.faults(
            oneTask(
                "leaves",
                run -> {
                  var timer = run.loop().callLater(5, () -> {});
                  sleep(1);
                  timer.cancel();
                }));
    assertThat(positions(faults, Way.ONCE, "a timer is left")).containsExactly(1, 2);
  }

  @Test
  void cancel_isTriedBeforeEachTurn() {
    var seen = new ArrayList<Integer>();
    CancelEverywhere.check(
        oneTask(
            "counts",
            run -> {
              int steps = 0;
              try {
                for (; steps < 3; steps++) {
                  sleep(0);
                }
              } finally {
                if (currentTask().cancelling() == 1 && run.way() == Way.ONCE) {
                  seen.add(steps);
                }
              }
            }));
    assertThat(seen).containsExactly(0, 1, 2); // and before it began
  }

  private interface Body {
    void run(Run run) throws Exception;
  }

  private static Scenario oneTask(String title, Body body) {
    return scenario("call", title, run -> run.victim(() -> body.run(run)));
  }
}
