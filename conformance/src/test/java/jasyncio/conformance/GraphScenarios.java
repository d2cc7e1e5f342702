package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.Future;
import jasyncio.Task;
import jasyncio.inspect.CallGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Who awaits whom: rule N7.
final class GraphScenarios {
  private GraphScenarios() {}

  /// A future's name, with those who wait for it in parentheses.
  private static String awaiters(Future<?> future) {
    return tree(CallGraph.capture(future));
  }

  private static String tree(CallGraph graph) {
    var name = graph.future() instanceof Task<?> task ? task.getName() : "future";
    return graph.awaitedBy().isEmpty()
        ? name
        : graph.awaitedBy().stream()
            .map(GraphScenarios::tree)
            .sorted()
            .collect(Collectors.joining(", ", name + "(", ")"));
  }

  private static <T> Task<T> start(Awaitable<T, ?> coro, String name) {
    return createTask(coro, name);
  }

  @Scenario("N7")
  static void aFutureKnowsItsWaiters() {
    run(() -> {
      var future = getRunningLoop().<String>createFuture();
      var tasks = List.of(start(() -> await(future), "a"), start(() -> await(future), "b"));
      pause();
      print(awaiters(future));
      future.setResult("value");
      Asyncio.wait(tasks);
      print(awaiters(future));
    });
  }

  @Scenario("N7")
  static void tasksThatAwaitTasks() {
    run(() -> {
      var c = start(() -> echo("value", 3), "c");
      var b = start(() -> await(c), "b");
      var a = start(() -> await(b), "a");
      pause(2);
      print(awaiters(c));
      await(a);
      print(awaiters(c));
    });
  }

  @Scenario("N7")
  static void childrenOfGather() {
    run(() -> {
      var child = start(() -> echo("value", 4), "child");
      var parent = start(() -> await(gather(child, () -> echo("other"))), "parent");
      pause(2);
      print(awaiters(child));
      await(parent);
      print(awaiters(child));
    });
  }

  @Scenario("N7")
  static void membersOfWait() {
    run(() -> {
      var child = start(() -> echo("value", 4), "child");
      var parent = start(() -> Asyncio.wait(List.of(child)), "parent");
      pause(2);
      print(awaiters(child));
      await(parent);
      print(awaiters(child));
    });
  }

  @Scenario("N7")
  static void childrenOfAGroup() {
    run(() -> {
      var children = new ArrayList<Task<String>>();
      Action<?> work =
          () -> taskGroup(tg -> children.add(tg.createTask(() -> echo("value", 4), "child")));
      var parent = createTask(work, "parent");
      pause(2);
      print(awaiters(children.getFirst()));
      await(parent);
      print(awaiters(children.getFirst()));
    });
  }

  @Scenario("N7")
  static void aShieldedTask() {
    run(() -> {
      var child = start(() -> echo("value", 4), "child");
      var parent = start(() -> await(shield(child)), "parent");
      pause(2);
      print(awaiters(child));
      await(parent);
      print(awaiters(child));
    });
  }
}
