package jasyncio.conformance;

import static jasyncio.Asyncio.FIRST_COMPLETED;
import static jasyncio.Asyncio.FIRST_EXCEPTION;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeoutAt;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Helpers.blockFor;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// wait and wait_for: rules W1 to W3.
final class WaitingScenarios {
  private WaitingScenarios() {}

  private static List<String> names(Collection<? extends Task<?>> tasks) {
    return tasks.stream().map(Task::getName).sorted().toList();
  }

  private static <T> Task<T> start(Awaitable<T, ?> coro, String name) {
    return createTask(coro, name);
  }

  @Scenario("W1")
  static void waitWaitsForAll() {
    run(() -> {
      var c = start(() -> fail("x"), "c");
      var tasks = List.<Task<?>>of(start(() -> echo(1), "a"), start(() -> echo(2, 3), "b"), c);
      var waited = Asyncio.wait(tasks);
      print(names(waited.done()), names(waited.pending()));
      print(describe(c.exception()));
    });
  }

  @Scenario("W1")
  static void waitForTheFirstCompleted() {
    run(() -> {
      var tasks =
          List.of(
              start(() -> echo(1), "a"), start(() -> echo(2, 5), "b"), start(() -> echo(3), "c"));
      var waited = Asyncio.wait(tasks, FIRST_COMPLETED);
      print(names(waited.done()), names(waited.pending()));
    });
  }

  @Scenario("W1")
  static void waitForTheFirstException() {
    run(() -> {
      var b = start(() -> fail("x", 1), "b");
      var tasks = List.<Task<?>>of(start(() -> echo(1), "a"), b, start(() -> echo(2, 9), "c"));
      var waited = Asyncio.wait(tasks, FIRST_EXCEPTION);
      print(names(waited.done()), names(waited.pending()));
      print(describe(b.exception()));
    });
  }

  @Scenario("W1")
  static void aCancellationIsNoFirstException() {
    run(() -> {
      var a = start(() -> hang("a"), "a");
      var tasks = List.<Task<?>>of(a, start(() -> echo(2, 4), "b"));
      pause();
      a.cancel();
      var waited = Asyncio.wait(tasks, FIRST_EXCEPTION);
      print(names(waited.done()), names(waited.pending()));
    });
  }

  @Scenario("W1")
  static void theFirstExceptionMayBeThereAlready() {
    run(() -> {
      var a = start(() -> fail("x"), "a");
      var tasks = List.<Task<?>>of(a, start(() -> hang("b"), "b"));
      pause(2);
      var waited = Asyncio.wait(tasks, FIRST_EXCEPTION);
      print(names(waited.done()), names(waited.pending()), describe(a.exception()));
    });
  }

  @Scenario("W1")
  static void waitGivesUpAfterItsTimeout() {
    run(() -> {
      var b = start(() -> hang("b"), "b");
      var waited = Asyncio.wait(List.<Task<?>>of(start(() -> echo(1), "a"), b), 0.05);
      print(names(waited.done()), names(waited.pending()));
      print(b.done(), b.cancelling());
    });
  }

  @Scenario("W1")
  static void waitWithATimeoutOfZero() {
    run(() -> {
      var tasks = List.<Task<?>>of(start(() -> echo(1), "a"), start(() -> hang("b"), "b"));
      var waited = Asyncio.wait(tasks, 0);
      print(names(waited.done()), names(waited.pending()));
    });
  }

  @Scenario("W1")
  static void waitInTime() {
    run(() -> {
      var tasks = List.of(start(() -> echo(1), "a"), start(() -> echo(2, 2), "b"));
      var waited = Asyncio.wait(tasks, 5);
      print(names(waited.done()), names(waited.pending()));
    });
  }

  @Scenario("W1")
  static void waitNeedsSomethingToWaitFor() {
    run(() -> print(outcome(() -> Asyncio.wait(List.<Future<?>>of()))));
  }

  @Scenario("W1")
  static void waitForDoneFutures() {
    run(() -> {
      var tasks = List.of(start(() -> echo(1), "a"), start(() -> echo(2), "b"));
      pause(2);
      var waited = Asyncio.wait(tasks);
      print(names(waited.done()), names(waited.pending()));
    });
  }

  @Scenario("W1")
  static void aTaskGivenTwiceCountsOnce() {
    run(() -> {
      var task = start(() -> echo(1), "a");
      var waited = Asyncio.wait(List.of(task, task));
      print(names(waited.done()), names(waited.pending()));
    });
  }

  @Scenario("W1")
  static void cancellingTheWaitSparesItsMembers() {
    run(() -> {
      var member = start(() -> hang("member"), "member");
      var waiter = createTask(() -> Asyncio.wait(List.of(member)));
      pause(2);
      waiter.cancel();
      print(outcome(waiter));
      print(member.done(), member.cancelling());
    });
  }

  @Scenario("W1")
  static void waitTakesPlainFutures() {
    run(() -> {
      var loop = getRunningLoop();
      var futures =
          List.of(
              loop.<String>createFuture(),
              loop.<String>createFuture(),
              loop.<String>createFuture());
      loop.callSoon(() -> futures.get(1).setResult("second"));
      var waited = Asyncio.wait(futures, FIRST_COMPLETED);
      print(
          futures.stream().map(f -> waited.done().contains(f)).toList(),
          futures.stream().map(f -> waited.pending().contains(f)).toList());
    });
  }

  @Scenario("W2")
  static void waitForGivesTheResult() throws Exception {
    run(() -> {
      print(waitFor(() -> echo("coroutine", 2), 5));
      print(waitFor(createTask(() -> echo("task", 2)), 5));
    });
  }

  @Scenario("W2")
  static void waitForGivesTheError() {
    run(() -> print(outcome(() -> waitFor(() -> fail("x", 1), 5))));
  }

  @Scenario("W2")
  static void waitForCancelsWhatIsLate() {
    run(() -> {
      try {
        waitFor(() -> hang("late"), 0.01);
      } catch (TimeoutException e) {
        print(describe(e), "| cause", kind(e.getCause()));
      }
    });
  }

  @Scenario("W2")
  static void waitForCancelsALateTask() {
    run(() -> {
      var task = createTask(() -> hang("late"));
      print(outcome(() -> waitFor(task, 0.01)));
      print(task.cancelled());
    });
  }

  @Scenario("W2")
  static void waitForWaitsForTheCleanup() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(60);
            } finally {
              sleep(0.02);
              print("cleaned up");
            }
          };
      print(outcome(() -> waitFor(work, 0.01)));
    });
  }

  @Scenario("W2")
  static void waitForReturnsWhatALateOneGives() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            try {
              sleep(60);
              return "slept";
            } catch (CancelledError e) {
              return "anyway";
            }
          };
      print(outcome(() -> waitFor(work, 0.01)));
      print(currentTask().cancelling());
    });
  }

  @Scenario("W2")
  static void waitForPassesOnTheErrorOfALateOne() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError e) {
              throw new Oops("in the cleanup");
            }
          };
      print(outcome(() -> waitFor(work, 0.01)));
    });
  }

  @Scenario("W2")
  static void waitForZeroOfADoneFuture() throws Exception {
    run(() -> {
      var task = createTask(() -> echo("done"));
      pause(2);
      print(waitFor(task, 0), waitFor(task, -1));
    });
  }

  @Scenario("W2")
  static void waitForZeroNeverStartsTheBody() {
    run(() -> {
      Action<?> work = () -> print("never");
      print(outcome(() -> waitFor(work, 0)));
      var task = createTask(work);
      print(outcome(() -> waitFor(task, 0)), task.cancelled());
    });
  }

  @Scenario("W2")
  static void waitForWithoutALimit() throws Exception {
    run(() -> print(waitFor(() -> echo("value", 2), Double.POSITIVE_INFINITY)));
  }

  @Scenario("W2")
  static void cancellingWaitForCancelsTheInnerOne() {
    run(() -> {
      var inner = createTask(() -> hang("inner"));
      var outer = createTask(() -> waitFor(inner, 5));
      pause(2);
      outer.cancel("why");
      print(outcome(outer));
      print(inner.cancelled(), outer.cancelled());
    });
  }

  @Scenario("W2")
  static void aCancelledInnerOneIsNoTimeout() {
    run(() -> {
      var inner = createTask(() -> hang("inner"));
      var outer = createTask(() -> waitFor(inner, 5));
      pause(2);
      inner.cancel("why");
      print(outcome(outer));
    });
  }

  @Scenario("W2")
  static void waitForMayBeNested() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            try {
              waitFor(() -> hang("inner"), 0.01);
            } catch (TimeoutException e) {
              print("inner timeout");
            }
            return "done";
          };
      print(outcome(() -> waitFor(work, 5)));
    });
  }

  /// A queue as asyncio builds it: an item wakes the getter, who then takes it.
  private static final class Mailbox {
    final List<String> items = new ArrayList<>();
    final Future<Boolean> getter = getRunningLoop().createFuture();

    String get() {
      while (items.isEmpty()) {
        await(getter);
      }
      return items.removeFirst();
    }

    void put(String item) {
      items.add(item);
      if (!getter.done()) {
        getter.setResult(true);
      }
    }
  }

  /// Puts an item so many seconds after the deadline; both timers run in one batch, as the loop is
  /// held up until both are due: in real time, as virtual time does not pass meanwhile.
  private static void getAtTheDeadline(double putAfter) {
    var loop = getRunningLoop();
    var mailbox = new Mailbox();
    double deadline = loop.time() + 0.01;
    loop.callAt(deadline + putAfter, () -> mailbox.put("item"));
    loop.callSoon(() -> blockFor(0.03));
    try {
      timeoutAt(deadline, () -> print(mailbox.get()));
    } catch (TimeoutException e) {
      print(describe(e));
    }
    sleep(0.01);
    print("left", mailbox.items);
  }

  @Scenario("W3")
  static void anItemThatComesRightAfterTheDeadlineIsKept() {
    Asyncio.run(() -> getAtTheDeadline(0.002));
  }

  @Scenario("W3")
  static void anItemThatComesRightBeforeTheDeadlineIsKept() {
    Asyncio.run(() -> getAtTheDeadline(-0.002));
  }
}
