package jasyncio.conformance;

import static jasyncio.conformance.Helpers.blockFor;
import static jasyncio.conformance.Trace.print;
import static jasyncio.gevent.Gevent.joinall;
import static jasyncio.gevent.Gevent.spawn;
import static jasyncio.gevent.Gevent.withTimeout;

import jasyncio.gevent.Event;
import jasyncio.gevent.GreenletExit;
import jasyncio.gevent.Monkey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// gevent's monkey patches: rule V5. What they do to a whole JVM, to hubs made afterwards, does not
/// disturb other scenarios: none of them blocks a greenlet.
final class GreenletsPatchedScenarios {
  private GreenletsPatchedScenarios() {}

  private static void sleeper(String name, double seconds) {
    print(name, "sleeps");
    blockFor(seconds);
    print(name, "woke up");
  }

  @Scheduled
  @Scenario("V5")
  static void patchedSleepCooperates() {
    Monkey.patchAll();
    joinall(List.of(spawn(() -> sleeper("a", 1)), spawn(() -> sleeper("b", 0.01))));
  }

  @Scheduled
  @Scenario("V5")
  static void theOriginalSleepBlocksTheHub() {
    Monkey.patchAll();
    joinall(
        List.of(
            spawn(() -> {
              print("sleeps");
              Monkey.original(() -> blockFor(0.02));
              print("woke up");
            }),
            spawn(() -> print("has to wait"))));
  }

  @Scheduled
  @Scenario("V5")
  static void patchedQueuesCooperate() {
    Monkey.patchAll();
    var items = new ArrayBlockingQueue<Integer>(1);
    joinall(
        List.of(
            spawn(() -> {
              for (int i = 0; i < 3; i++) {
                print("got", items.take());
                blockFor(0.01);
              }
            }),
            spawn(() -> {
              for (int i = 0; i < 3; i++) {
                items.put(i);
              }
              print("all put");
            })));
  }

  @Scheduled
  @Scenario("V5")
  static void patchedLocksCooperate() {
    Monkey.patchAll();
    var lock = new ReentrantLock();
    joinall(
        Stream.of("a", "b")
            .map(name ->
                spawn(() -> {
                  lock.lock();
                  try {
                    print(name, "in");
                    blockFor(0.01);
                    print(name, "out");
                  } finally {
                    lock.unlock();
                  }
                }))
            .toList());
  }

  @Scheduled
  @Scenario("V5")
  static void aTimeoutEndsAPatchedSleep() {
    Monkey.patchAll();
    print(
        spawn(() ->
                withTimeout(
                    0.01,
                    () -> {
                      Thread.sleep(Duration.ofSeconds(1000));
                      return "slept";
                    },
                    "over"))
            .get());
    var begun = new Event();
    var g =
        spawn(() -> {
          begun.set();
          Thread.sleep(Duration.ofSeconds(1000));
        });
    begun.await();
    g.kill();
    print(g.ready(), g.successful());
  }

  @Scheduled
  @Scenario("V5")
  static void killsAndTimeoutsArriveThoughEarlierOnesWereSwallowed() {
    Monkey.patchAll();
    var goesOn = new Event();
    var g =
        spawn(() -> {
          for (int i = 0; i < 3; i++) {
            goesOn.set();
            try {
              Thread.sleep(Duration.ofSeconds(1000));
            } catch (InterruptedException e) {
              print("refused", i);
            }
          }
          print(
              withTimeout(
                  0.01,
                  () -> {
                    Thread.sleep(Duration.ofSeconds(1000));
                    return "slept";
                  },
                  "over"));
          goesOn.set();
          Thread.sleep(Duration.ofSeconds(1000));
        });
    for (int i = 0; i < 3; i++) {
      goesOn.await();
      goesOn.clear();
      g.kill(false);
    }
    goesOn.await();
    g.kill(new GreenletExit(), true, 5);
    print(g.ready(), g.successful());
  }

  @Scheduled
  @Scenario("V5")
  static void queries() {
    Monkey.patchAll();
    print(Monkey.isModulePatched("socket"), Monkey.isModulePatched("time"));
    print(Monkey.isModulePatched("this"));
  }
}
