package jasyncio.conformance;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;

import jasyncio.Awaitable;
import jasyncio.Coroutine;
import jasyncio.Future;
import jasyncio.Task;
import java.util.ArrayList;
import java.util.List;

/// as_completed: rule A1.
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

  private static Awaitable<String> work(String name, double seconds) {
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
      var items = List.<Awaitable<Object>>of(task, coroutine(() -> echo("other", 5)));
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
}
