package jasyncio.conformance;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Coroutine;
import jasyncio.Future;
import jasyncio.Task;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// as_completed: rules A1 and A2.
final class AsCompletedScenarios {
  private AsCompletedScenarios() {}

  private static <T> List<T> results(Iterable<? extends Future<T>> items) {
    var results = new ArrayList<T>();
    for (var item : items) {
      results.add(await(item));
    }
    return results;
  }

  @Scenario("A1")
  static void resultsComeAsTheyComplete() {
    run(() -> {
      var works =
          List.of(
              coroutine(() -> echo("slow", 6)),
              coroutine(() -> echo("quick")),
              coroutine(() -> echo("middle", 3)));
      for (var item : asCompleted(works)) {
        print(await(item));
      }
    });
  }

  private static Awaitable<String, ?> work(String name, double seconds) {
    return coroutine(() -> sleep(seconds, name));
  }

  @Scenario("A1")
  static void asCompletedByTimers() {
    run(() -> {
      var works = List.of(work("c", 0.05), work("a", 0.01), work("b", 0.03));
      print(results(asCompleted(works)));
    });
  }

  @Scenario("A1")
  static void thePlainFormGivesFreshAwaitables() {
    run(() -> {
      var tasks = List.of(createTask(() -> echo("a")), createTask(() -> echo("b", 3)));
      for (var item : asCompleted(tasks)) {
        print(tasks.contains(item), await(item));
      }
    });
  }

  @Scenario("A1")
  static void theAsyncFormGivesTheVeryFutures() {
    run(() -> {
      var slow = createTask(() -> echo("slow", 3));
      var quick = createTask(() -> echo("quick"));
      for (var task : asCompleted(List.of(slow, quick)).async()) {
        print(task == slow, task == quick, task.done(), await(task));
      }
    });
  }

  @Scenario("A1")
  static void errorsComeWithTheirItem() {
    run(() -> {
      var works =
          List.<Coroutine<Object>>of(coroutine(() -> fail("x")), coroutine(() -> echo("fine", 3)));
      for (var item : asCompleted(works)) {
        print(outcome(item));
      }
    });
  }

  @Scenario("A1")
  static void cancelledTasksAreItemsToo() {
    run(() -> {
      var task = createTask(() -> hang("task"));
      pause();
      task.cancel("why");
      var items = List.<Awaitable<Object, ?>>of(task, coroutine(() -> echo("other", 5)));
      for (var item : asCompleted(items)) {
        print(outcome(item));
      }
    });
  }

  private static String sleepLong() {
    return sleep(60, "slept");
  }

  @Scenario("A1")
  static void everyItemLeftAtTheTimeoutRaises() {
    run(() -> {
      var tasks =
          List.of(
              createTask(() -> echo("quick")),
              createTask(() -> sleepLong()),
              createTask(() -> sleepLong()));
      for (var item : asCompleted(tasks, 0.05)) {
        print(outcome(item));
      }
      print(tasks.stream().map(Task::done).toList());
    });
  }

  @Scenario("A1")
  static void theAsyncFormRaisesAtTheTimeout() {
    run(() -> {
      var tasks = List.of(createTask(() -> echo("quick")), createTask(() -> sleepLong()));
      try {
        for (var task : asCompleted(tasks, 0.05).async()) {
          print(await(task));
        }
      } catch (Exception e) {
        print(describe(e));
      }
      print(tasks.stream().map(Task::cancelling).toList());
    });
  }

  @Scenario("A1")
  static void aDuplicateIsOneItem() {
    run(() -> {
      var task = createTask(() -> echo("value"));
      print(results(asCompleted(List.of(task, task))));
    });
  }

  @Scenario("A1")
  static void asCompletedOfNothing() {
    run(() -> print(results(asCompleted(List.<Task<String>>of()))));
  }

  @Scenario("A1")
  static void doneTasksComeFirst() {
    run(() -> {
      var slow = createTask(() -> echo("slow", 5));
      var done = createTask(() -> echo("done"));
      pause(2);
      print(results(asCompleted(List.of(slow, done))));
    });
  }

  @Scenario("A1")
  static void leavingEarlyCancelsNothing() {
    run(() -> {
      var slow = createTask(() -> echo("slow", 5));
      var quick = createTask(() -> echo("quick"));
      for (var item : asCompleted(List.of(slow, quick))) {
        print(await(item));
        break;
      }
      print(slow.done(), slow.cancelling());
      print(await(slow));
    });
  }

  @Scenario("A2")
  static void whoIsCancelledLeavesTheItemToTheNext() {
    run(() -> {
      var loop = getRunningLoop();
      var item = loop.<Integer>createFuture();
      var never = loop.<Integer>createFuture();
      var iterator = asCompleted(List.of(item, never)).async().iterator();
      var first = createTask(() -> consume("first", iterator, item));
      var second = createTask(() -> consume("second", iterator, item));
      pause();
      item.setResult(1);
      loop.callSoon(() -> first.cancel("behind the item"));
      Asyncio.wait(List.of(first, second));
      print(first.cancelled(), second.cancelled());
    });
  }

  private static void consume(
      String name, Iterator<Future<Integer>> iterator, Future<Integer> item) {
    try {
      print(name, iterator.next() == item);
    } catch (CancelledError e) {
      print(name, describe(e));
      throw e;
    }
  }

  @Scenario("A2")
  static void whoIsCancelledAndGoesOnFindsTheItem() {
    run(() -> {
      var loop = getRunningLoop();
      var item = loop.<Integer>createFuture();
      var never = loop.<Integer>createFuture();
      var consumer =
          createTask(() -> {
            for (var each : asCompleted(List.of(item, never))) {
              var got = outcome(each);
              print(got);
              if (got.equals("1")) {
                break;
              }
            }
          });
      pause();
      item.setResult(1);
      loop.callSoon(() -> consumer.cancel());
      await(consumer);
    });
  }

  @Scenario("A2")
  static void whoWaitsFirstGetsTheFirstResult() {
    run(() -> {
      var loop = getRunningLoop();
      var one = loop.<Integer>createFuture();
      var two = loop.<Integer>createFuture();
      var items = asCompleted(List.of(one, two)).iterator();
      var handedOutFirst = items.next();
      var handedOutSecond = items.next();
      var early = createTask(() -> outcome(handedOutSecond));
      pause();
      var late = createTask(() -> outcome(handedOutFirst));
      pause();
      one.setResult(1);
      two.setResult(2);
      print(await(early), await(late));
    });
  }

  @Scenario("A2")
  static void manyWaitersAreServedInTurn() {
    run(() -> {
      var loop = getRunningLoop();
      var futures = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 4; i++) {
        futures.add(loop.createFuture());
      }
      var iterator = asCompleted(futures).async().iterator();
      var consumers = new ArrayList<Task<Void>>();
      for (var name : List.of("a", "b", "c", "d")) {
        consumers.add(createTask(() -> print(name, await(iterator.next()))));
      }
      pause();
      for (int i : new int[] {2, 0, 3, 1}) {
        futures.get(i).setResult(i);
      }
      Asyncio.wait(consumers);
    });
  }
}
