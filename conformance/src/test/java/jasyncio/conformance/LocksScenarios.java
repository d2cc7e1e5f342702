package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.sync.Acquirable;
import jasyncio.sync.Barrier;
import jasyncio.sync.BoundedSemaphore;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;

/// Locks, events, conditions, semaphores, barriers: rules K1 to K6.
final class LocksScenarios {
  private LocksScenarios() {}

  /// The sentence with which a call is refused, without the advice in it.
  private static String refusal(Action<?> call) {
    try {
      call.run();
      return "no refusal";
    } catch (Exception e) {
      return String.valueOf(e.getMessage()).replaceAll(";.*", "");
    }
  }

  /// Acquires it, holds it for some sleep(0), and releases it.
  private static void take(Acquirable what, String name, int pauses) {
    try {
      what.acquire();
    } catch (CancelledError e) {
      print(name, "cancelled", what);
      throw e;
    }
    print(name, "has it", what);
    pause(pauses);
    what.release();
    print(name, "released it", what);
  }

  /// Acquires it for good.
  private static void keep(Acquirable what, String name) {
    what.acquire();
    print(name, "has it");
  }

  private interface Named {
    void run(String name) throws Exception;
  }

  /// A task for each letter.
  private static List<Task<Void>> tasks(String names, Named body) {
    var tasks = new ArrayList<Task<Void>>();
    for (int i = 0; i < names.length(); i++) {
      var name = names.substring(i, i + 1);
      tasks.add(createTask(() -> body.run(name)));
    }
    return tasks;
  }

  private static List<Boolean> done(List<Task<Void>> tasks) {
    return tasks.stream().map(Task::done).toList();
  }

  private static List<String> outcomes(List<Task<Void>> tasks) {
    return tasks.stream().map(Trace::outcome).toList();
  }

  // ---- Lock -------------------------------------------------------------------------------------

  @Scenario("K1")
  static void aLockGoesRoundInTheOrderOfArrival() {
    run(() -> {
      var lock = new Lock();
      Asyncio.wait(tasks("abc", name -> take(lock, name, 2)));
    });
  }

  @Scenario("K1")
  static void nobodyBargesInWhenALockIsReleased() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      var first = createTask(() -> take(lock, "first", 0));
      pause();
      lock.release();
      print(lock.locked(), lock);
      take(lock, "main", 0);
      await(first);
    });
  }

  @Scenario("K1")
  static void theGreedyOneWaitsItsTurnToo() {
    run(() -> {
      var lock = new Lock();
      Named greedy =
          name -> {
            for (int i = 0; i < 3; i++) {
              lock.run(() -> print(name));
            }
          };
      Asyncio.wait(tasks("abc", greedy));
      lock.acquire();
      var tasks = tasks("abc", greedy);
      pause();
      lock.release();
      Asyncio.wait(tasks);
    });
  }

  @Scenario("K1")
  static void theWaiterThatWasWokenAndCancelledPassesTheLockOn() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      var tasks = tasks("abc", name -> take(lock, name, 0));
      pause();
      lock.release();
      tasks.getFirst().cancel();
      print(lock);
      Asyncio.wait(tasks);
    });
  }

  @Scenario("K1")
  static void theFirstWaiterIsCancelledAndThenTheLockReleased() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      var tasks = tasks("abc", name -> take(lock, name, 0));
      pause();
      tasks.getFirst().cancel();
      lock.release();
      print(lock);
      tasks.add(createTask(() -> take(lock, "late", 0)));
      for (int i = 0; i < 5; i++) {
        pause();
        print("-", lock);
      }
      Asyncio.wait(tasks);
    });
  }

  @Scenario("K1")
  static void aLockWhoseWaitersAreAllCancelledIsFreeForNewcomers() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      var tasks = tasks("ab", name -> take(lock, name, 0));
      pause();
      tasks.forEach(Task::cancel);
      lock.release();
      take(lock, "main", 0);
      Asyncio.wait(tasks);
      print(lock);
    });
  }

  @Scenario("K1")
  static void onlyOneGetsALockThatIsReleasedWhileTheFirstIsCancelled() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      var tasks = tasks("abc", name -> keep(lock, name));
      pause();
      getRunningLoop()
          .callSoon(() -> {
            tasks.getFirst().cancel();
            lock.release();
          });
      print(outcome(tasks.getFirst()));
      pause(3);
      print(done(tasks), lock);
      tasks.getLast().cancel();
      pause();
      print(tasks.getLast().cancelled(), lock);
    });
  }

  @Scenario("K1")
  static void aWaiterCancelledBeforeItWaitsDoesNotStopTheOthers() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      var first = createTask(() -> keep(lock, "first"));
      pause();
      var second = createTask(() -> keep(lock, "second"));
      first.cancel();
      lock.release();
      pause();
      print(lock.locked(), first.cancelled());
      await(second);
    });
  }

  @Scenario("K1")
  static void aLockThatIsFreeCannotBeReleased() {
    run(() -> {
      var lock = new Lock();
      print(refusal(lock::release));
      lock.acquire();
      lock.release();
      print(refusal(lock::release));
    });
  }

  @Scenario("K1")
  static void anybodyMayReleaseALock() {
    run(() -> {
      var lock = new Lock();
      await(createTask(() -> keep(lock, "task")));
      print(lock);
      lock.release();
      print(lock);
    });
  }

  @Scenario("K1")
  static void aLockInAWithBlockIsReleasedWhateverHappens() {
    run(() -> {
      var lock = new Lock();
      try (var _ = lock.acquire()) {
        print(lock.locked());
      }
      print(lock.locked());
      print(outcome(() -> lock.run(() -> fail("inside"))), lock.locked());
    });
  }

  @Scenario("K1")
  static void aTimeLimitOnALock() {
    run(() -> {
      var lock = new Lock();
      lock.acquire();
      print(outcome(() -> waitFor(lock::acquire, 0.01)));
      print(lock);
      lock.release();
      print(lock);
    });
  }

  @Scenario("2.0")
  static void whatFreeAndContendedLocksCost() throws Exception {
    run(() -> {
      var clock = new Clock(getRunningLoop());
      var event = new Event();
      event.set();
      List<Awaitable<?, ?>> free = List.of(new Lock()::acquire, new Semaphore()::acquire, event);
      for (var awaitable : free) {
        int start = clock.ticks();
        await(awaitable);
        print(clock.ticks() - start);
      }
      var lock = new Lock();
      lock.acquire();
      var waiter = createTask(() -> lock.acquire());
      int start = clock.ticks();
      sleep(0);
      lock.release();
      await(waiter);
      print(clock.ticks() - start);
    });
  }

  // ---- Event ------------------------------------------------------------------------------------

  @Scenario("K2")
  static void anEventWakesEverybodyEvenIfClearedAtOnce() {
    run(() -> {
      var event = new Event();
      Named wait = name -> print(name, event.await(), event.isSet());
      var tasks = tasks("abc", wait);
      pause();
      print(event);
      event.set();
      event.clear();
      print(event);
      var late = createTask(() -> wait.run("late"));
      Asyncio.wait(tasks);
      print(late.done(), event);
      event.set();
      event.set();
      await(late);
      print(event, event.await());
    });
  }

  @Scenario("K2")
  static void aCancelledWaitForAnEvent() throws Exception {
    run(() -> {
      var event = new Event();
      var task = createTask(event);
      pause();
      task.cancel("why");
      print(outcome(task), event);
      print(outcome(() -> waitFor(event, 0.01)), event);
      event.set();
      print(waitFor(event, 0.01));
    });
  }

  // ---- Condition --------------------------------------------------------------------------------

  @Scenario("K3")
  static void aConditionWakesAsManyAsItIsTold() {
    run(() -> {
      var cond = new Condition();
      var tasks = tasks("abcde", name -> cond.run(() -> print(name, cond.await(), cond)));
      pause(2);
      print(cond);
      for (int count : new int[] {1, 2, 100}) {
        cond.run(() -> cond.signal(count));
        pause(8);
        print("-", done(tasks));
      }
    });
  }

  @Scenario("K3")
  static void notifyAllAndItsOrder() {
    run(() -> {
      var cond = new Condition();
      var tasks =
          tasks(
              "abc",
              name ->
                  cond.run(() -> {
                    cond.await();
                    print(name, cond);
                    pause();
                  }));
      pause(2);
      cond.run(() -> {
        cond.signalAll();
        print(cond);
      });
      Asyncio.wait(tasks);
      print(cond);
    });
  }

  @Scenario("K3")
  static void aConditionWithoutItsLock() {
    run(() -> {
      var cond = new Condition();
      print(refusal(cond::await));
      print(refusal(cond::signal));
      print(refusal(cond::signalAll));
      print(refusal(cond::release));
      print(cond.waitFor(() -> true));
      print(refusal(() -> cond.waitFor(() -> false)));
    });
  }

  @Scenario("K3")
  static void aCancelledWaitHasTheLockAgainBeforeItGoesOn() {
    run(() -> {
      var cond = new Condition();
      var task =
          createTask(() ->
              cond.run(() -> {
                try {
                  cond.await();
                } catch (CancelledError e) {
                  print(describe(e), cond.locked());
                  throw e;
                }
              }));
      pause();
      cond.acquire();
      for (var message : List.of("one", "two", "three")) {
        task.cancel(message);
        pause(2);
        print(task.done(), cond);
      }
      cond.release();
      print(outcome(task), cond);
    });
  }

  private static Named consumer(Condition cond, List<String> items) {
    return name ->
        cond.run(() -> {
          cond.waitFor(() -> !items.isEmpty());
          print(name, items.removeLast());
        });
  }

  @Scenario("K3")
  static void aSignalToOneThatIsCancelledIsPassedOn() {
    run(() -> {
      var cond = new Condition();
      var items = new ArrayList<String>();
      var tasks = tasks("ab", consumer(cond, items));
      pause();
      cond.run(() -> {
        items.add("item");
        cond.signal();
        tasks.getFirst().cancel();
      });
      print(outcomes(tasks));
    });
  }

  @Scenario("K3")
  static void aSignalToOneThatIsCancelledWhileItWaitsForTheLockIsPassedOn() {
    run(() -> {
      var cond = new Condition();
      var items = new ArrayList<String>();
      var tasks = tasks("ab", consumer(cond, items));
      pause();
      cond.run(() -> {
        items.add("item");
        cond.signal();
        pause();
        tasks.getFirst().cancel("late");
      });
      print(outcomes(tasks));
    });
  }

  @Scenario("K3")
  static void aCancelledWaiterWakesAnotherWithoutNeed() {
    run(() -> {
      var cond = new Condition();
      var tasks =
          tasks(
              "ab",
              name ->
                  cond.run(() -> {
                    cond.await();
                    print(name, "woken");
                  }));
      pause();
      tasks.getFirst().cancel();
      print(outcomes(tasks));
    });
  }

  @Scenario("K3")
  static void twoConditionsOnOneLock() {
    run(() -> {
      var lock = new Lock();
      var full = new Condition(lock);
      var free = new Condition(lock);
      var items = new ArrayList<Integer>();
      Action<?> produce =
          () -> {
            for (int i = 0; i < 4; i++) {
              try (var _ = free.acquire()) {
                free.waitFor(() -> items.isEmpty());
                items.add(i);
                print("put", i);
                full.signal();
              }
            }
          };
      Action<?> consume =
          () -> {
            for (int i = 0; i < 4; i++) {
              try (var _ = full.acquire()) {
                full.waitFor(() -> !items.isEmpty());
                print("got", items.removeLast());
                free.signal();
              }
            }
          };
      await(gatherActions(consume, produce));
      lock.run(() -> print(full, free));
    });
  }

  // ---- Semaphore --------------------------------------------------------------------------------

  @Scenario("K4")
  static void aSemaphoreLetsInSoManyInOrder() {
    run(() -> {
      var sem = new Semaphore(2);
      Asyncio.wait(tasks("abcde", name -> take(sem, name, 3)));
      print(sem);
    });
  }

  @Scenario("K4")
  static void permitsAreReservedWhenSomebodyIsWoken() {
    run(() -> {
      var sem = new Semaphore(0);
      var tasks = tasks("ab", name -> keep(sem, name));
      pause();
      print(sem);
      for (int i = 0; i < 3; i++) {
        sem.release();
        print(sem, sem.locked());
      }
      var late = createTask(() -> keep(sem, "late"));
      Asyncio.wait(tasks);
      await(late);
      print(sem);
    });
  }

  @Scenario("K4")
  static void nobodyBargesInAtASemaphore() {
    run(() -> {
      var sem = new Semaphore(1);
      Asyncio.wait(
          tasks(
              "abc",
              name -> {
                for (int i = 1; i <= 2; i++) {
                  sem.acquire();
                  print(name, i);
                  pause(2);
                  sem.release();
                }
              }));
    });
  }

  @Scenario("K4")
  static void oneThatReleasesAndAcquiresAgainGoesToTheEnd() {
    run(() -> {
      var sem = new Semaphore(1);
      var first = createTask(() -> keep(sem, "first"));
      var second =
          createTask(() -> {
            keep(sem, "second");
            sem.release();
            keep(sem, "second again");
          });
      var third = createTask(() -> keep(sem, "third"));
      pause();
      sem.release();
      sem.release();
      Asyncio.wait(List.of(first, second, third));
    });
  }

  @Scenario("K4")
  static void cancelledWaitersAtASemaphoreArePassedOver() {
    run(() -> {
      var sem = new Semaphore(0);
      var tasks = tasks("abcd", name -> keep(sem, name));
      pause();
      tasks.get(0).cancel();
      tasks.get(1).cancel();
      sem.release();
      print(sem);
      pause(2);
      print(done(tasks), sem);
      tasks.get(3).cancel();
      pause();
      print(sem);
    });
  }

  @Scenario("K4")
  static void aPermitForOneThatIsCancelledGoesToTheNext() {
    run(() -> {
      var sem = new Semaphore(0);
      var tasks = tasks("abc", name -> keep(sem, name));
      pause();
      sem.release();
      tasks.getFirst().cancel();
      print(sem);
      for (int i = 0; i < 3; i++) {
        pause();
        print(sem, done(tasks));
      }
      sem.release();
      Asyncio.wait(tasks);
    });
  }

  @Scenario("K4")
  static void aSemaphoreWhoseWaiterIsCancelledByTheHolder() throws Exception {
    run(() -> {
      var sem = new Semaphore(1);
      var waiters = new ArrayList<Task<Void>>();
      var holding =
          createTask(() -> {
            sem.run(() -> pause());
            waiters.getFirst().cancel();
          });
      var waiter = createTask(() -> keep(sem, "never"));
      waiters.add(waiter);
      Asyncio.wait(List.of(holding, waiter));
      print(waiter.cancelled(), sem);
      waitFor(sem::acquire, 1);
      print(sem);
    });
  }

  @Scenario("K4")
  static void whoeverLeavesTheLineLetsInAsManyAsThereIsRoomFor() {
    run(() -> {
      var sem = new Semaphore(0);
      var first = createTask(() -> keep(sem, "first"));
      var second =
          createTask(() -> {
            for (int i = 0; i < 3; i++) {
              sem.release();
            }
            print(sem);
            keep(sem, "second");
          });
      var third = createTask(() -> keep(sem, "third"));
      for (int i = 0; i < 4; i++) {
        pause();
        print(sem);
      }
      Asyncio.wait(List.of(first, second, third));
    });
  }

  @Scenario("K4")
  static void theBoundsOfSemaphores() {
    run(() -> {
      print(attempt(() -> new Semaphore(-1)));
      print(attempt(() -> new BoundedSemaphore(-1)));
      var sem = new BoundedSemaphore(2);
      print(refusal(sem::release));
      sem.run(() -> print(sem));
      print(refusal(sem::release), sem);
      var free = new Semaphore();
      free.release();
      print(free);
    });
  }

  // ---- Barrier ----------------------------------------------------------------------------------

  private static void meet(Barrier barrier, String name) {
    try {
      print(name, barrier.await(), barrier);
    } catch (CancelledError e) {
      print(name, "cancelled", barrier);
      throw e;
    } catch (RuntimeException e) {
      print(name, describe(e), barrier);
    }
  }

  @Scenario("K5")
  static void aBarrierLetsItsPartiesGoOnTogether() {
    run(() -> {
      var barrier = new Barrier(3);
      print(barrier, barrier.parties(), barrier.nWaiting(), barrier.broken());
      Asyncio.wait(tasks("abcdef", name -> meet(barrier, name)));
      print(barrier);
      print(attempt(() -> new Barrier(0)));
      print(new Barrier(1).await());
    });
  }

  @Scenario("K5")
  static void newcomersWaitWhileABarrierDrains() {
    run(() -> {
      var barrier = new Barrier(2);
      var first = createTask(() -> meet(barrier, "a"));
      pause();
      print(barrier);
      var second = createTask(() -> meet(barrier, "b"));
      var third = createTask(() -> meet(barrier, "c"));
      for (int i = 0; i < 6; i++) {
        pause();
        print("-", barrier);
      }
      print(first.done(), second.done(), third.done());
      meet(barrier, "d");
      await(third);
    });
  }

  @Scenario("K5")
  static void anAbortedBarrierIsBrokenUntilItIsReset() {
    run(() -> {
      var barrier = new Barrier(3);
      var tasks = tasks("ab", name -> meet(barrier, name));
      pause();
      barrier.abort();
      print(barrier, barrier.broken());
      Asyncio.wait(tasks);
      meet(barrier, "late");
      barrier.reset();
      print(barrier, barrier.broken());
      Asyncio.wait(tasks("abc", name -> meet(barrier, name)));
    });
  }

  @Scenario("K5")
  static void aResetBreaksThoseWhoWaitOnly() {
    run(() -> {
      var barrier = new Barrier(3);
      var tasks = tasks("ab", name -> meet(barrier, name));
      pause();
      barrier.reset();
      print(barrier);
      tasks.addAll(tasks("cde", name -> meet(barrier, name)));
      Asyncio.wait(tasks);
      print(barrier);
    });
  }

  @Scenario("K5")
  static void aCancelledWaiterLeavesABarrier() {
    run(() -> {
      var barrier = new Barrier(3);
      var tasks = tasks("ab", name -> barrier.await());
      pause(2);
      tasks.getFirst().cancel();
      pause();
      print(barrier);
      tasks.addAll(tasks("cd", name -> barrier.await()));
      Asyncio.wait(tasks);
      print(barrier);
    });
  }

  @Scenario("K5")
  static void anAbortWhileABarrierDrains() {
    run(() -> {
      var barrier = new Barrier(2);
      var tasks = tasks("abc", name -> meet(barrier, name));
      pause(2);
      print(barrier);
      barrier.abort();
      print(barrier);
      Asyncio.wait(tasks);
      print(barrier);
    });
  }

  // ---- loops ------------------------------------------------------------------------------------

  @Scenario("K6")
  static void aLockBelongsToTheLoopOfItsFirstWait() throws Exception {
    var lock = new Lock();
    Action<?> free = () -> lock.run(() -> print(lock));
    run(free);
    run(free);
    run(() -> {
      lock.acquire();
      var waiter = createTask(() -> lock.acquire());
      pause();
      lock.release();
      await(waiter);
      lock.release();
    });
    run(free);
    run(() -> lock.run(() -> print(refusal(lock::acquire))));
  }

  @Scenario("K6")
  static void eventsSemaphoresAndConditionsBelongToLoopsToo() {
    var event = new Event();
    var sem = new Semaphore(0);
    var cond = new Condition();
    run(() -> {
      print(outcome(() -> waitFor(event, 0.001)));
      print(outcome(() -> waitFor(sem::acquire, 0.001)));
      cond.run(() -> print(outcome(() -> waitFor(cond, 0.001))));
    });
    run(() -> {
      print(refusal(event::await));
      print(refusal(sem::acquire));
      cond.run(() -> {
        print(refusal(cond::await));
        print(cond);
      });
    });
  }
}
