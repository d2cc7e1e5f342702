package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.copyContext;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.Context;
import jasyncio.ContextVar;
import jasyncio.TaskOptions;
import jasyncio.generator.Generators;
import java.util.List;

/// contextvars: rule N6.
final class ContextScenarios {
  private ContextScenarios() {}

  /// Runs in a copy of the context, so that nothing is left behind.
  private static void inOwnContext(Action<?> body) throws Exception {
    copyContext().run(body);
  }

  @Scenario("N6")
  static void aTaskCopiesTheContextWhenItIsCreated() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      variable.set("before");
      var task = createTask(() -> print("task reads", variable.get()));
      variable.set("after");
      await(task);
      print("main reads", variable.get());
    });
  }

  private static void setAndRead(ContextVar<String> variable, String name) {
    variable.set(name);
    sleep(0);
    print(name, "reads", variable.get());
  }

  @Scenario("N6")
  static void whatATaskSetsStaysInIt() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      await(gatherActions(() -> setAndRead(variable, "a"), () -> setAndRead(variable, "b")));
      print("main reads", variable.get());
    });
  }

  private static void setInTheCallee(ContextVar<String> variable) {
    variable.set("set by the callee");
  }

  @Scenario("N6")
  static void anAwaitedCoroutineSharesTheContext() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      setInTheCallee(variable);
      print(variable.get());
    });
  }

  private static void readAndSet(ContextVar<String> variable, String value) {
    print("task reads", variable.get());
    variable.set(value);
  }

  @Scenario("N6")
  static void aGivenContextIsShared() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      var context = copyContext();
      var options = TaskOptions.defaults().context(context);
      var task = createTask(() -> readAndSet(variable, "first"), options);
      print(task.getContext() == context);
      await(task);
      await(createTask(() -> readAndSet(variable, "second"), options));
      print(context.run(() -> variable.get()), variable.get());
    });
  }

  @Scenario("N6")
  static void anEmptyContextKnowsNothing() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      variable.set("main");
      var options = TaskOptions.defaults().context(new Context());
      await(createTask(() -> print("task reads", variable.get()), options));
    });
  }

  @Scenario("N6")
  static void callbacksKeepTheContextOfTheirCall() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      var loop = getRunningLoop();
      Runnable show = () -> print(variable.get());
      variable.set("soon");
      loop.callSoon(show);
      variable.set("threadsafe");
      loop.callSoonThreadsafe(show);
      variable.set("later");
      loop.callLater(0, show);
      variable.set("last");
      sleep(0.01);
    });
  }

  @Scenario("N6")
  static void callbacksTakeAGivenContext() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      var loop = getRunningLoop();
      var context = copyContext();
      context.run(() -> variable.set("given"));
      Runnable showAndChange =
          () -> {
            print(variable.get());
            variable.set("changed");
          };
      var handle = loop.callSoon(showAndChange, context);
      print(handle.getContext() == context);
      loop.callLater(0, () -> print(variable.get()), context);
      sleep(0.01);
      print(variable.get());
    });
  }

  @Scenario("N6")
  static void aCallbackDoesNotChangeTheContextOfItsScheduler() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      variable.set("main");
      getRunningLoop().callSoon(() -> variable.set("callback"));
      sleep(0);
      print(variable.get());
    });
  }

  @Scenario("N6")
  static void waitForRunsACoroutineInTheCallersContext() throws Exception {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      waitFor(() -> variable.set("set inside wait_for"), 5);
      print(variable.get());
    });
  }

  private static String addPlus(ContextVar<String> variable) {
    variable.set(variable.get() + "+");
    return variable.get();
  }

  @Scenario("N6")
  static void gatherGivesEveryChildACopy() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      variable.set("main");
      print(await(gather(() -> addPlus(variable), () -> addPlus(variable))), variable.get());
    });
  }

  @Scenario("N6")
  static void tasksOfAGroupTakeAContext() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      var context = copyContext();
      Action<?> work = () -> variable.set("child");
      taskGroup(tg -> {
        tg.createTask(work, TaskOptions.defaults().context(context));
        tg.createTask(work);
      });
      print(context.run(() -> variable.get()), variable.get());
    });
  }

  private static String keepOwnValue(ContextVar<String> variable, String name) {
    variable.set(name);
    for (int i = 0; i < 3; i++) {
      sleep(0);
      if (!variable.get().equals(name)) {
        throw new AssertionError(name + " reads " + variable.get());
      }
    }
    sleep(0.01);
    return variable.get();
  }

  @Scenario("N6")
  static void theContextSurvivesEverySwitch() {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      var works =
          List.of("a", "b", "c", "d").stream()
              .map(name -> (Awaitable<String, ?>) () -> keepOwnValue(variable, name))
              .toList();
      print(await(gather(works)));
    });
  }

  @Scenario("contextvars")
  static void aTokenRestoresTheOldValue() throws Exception {
    var variable = ContextVar.of("var", "none");
    inOwnContext(() -> {
      var first = variable.set("first");
      var second = variable.set("second");
      print(variable.get(), second.oldValue());
      variable.reset(second);
      print(variable.get());
      variable.reset(first);
      print(variable.get());
    });
  }

  @Scenario("contextvars")
  static void aTokenIsUsedOnce() throws Exception {
    var variable = ContextVar.of("var", "none");
    inOwnContext(() -> {
      var token = variable.set("value");
      variable.reset(token);
      try {
        variable.reset(token);
      } catch (IllegalStateException e) {
        print(kind(e));
      }
    });
  }

  private static String kindOf(Runnable call) {
    try {
      call.run();
      return "nothing";
    } catch (IllegalArgumentException e) {
      return kind(e);
    }
  }

  @Scenario("contextvars")
  static void aTokenBelongsToItsVariableAndContext() throws Exception {
    var variable = ContextVar.of("var", "none");
    ContextVar<String> other = ContextVar.of("other");
    inOwnContext(() -> {
      var token = variable.set("value");
      print(kindOf(() -> other.reset(token)));
      print(copyContext().run(() -> kindOf(() -> variable.reset(token))));
    });
  }

  @Scenario("contextvars")
  static void readingAVariableThatWasNeverSet() {
    ContextVar<String> variable = ContextVar.of("var");
    try {
      print(variable.get());
    } catch (IllegalStateException e) {
      print("not set");
    }
    print(variable.get("fallback"));
    print(ContextVar.of("other", "default").get("fallback"));
    print(ContextVar.of("other", "default").get());
  }

  @Scenario("contextvars")
  static void aContextRunsInIsolation() {
    var variable = ContextVar.of("var", "none");
    var context = new Context();
    context.run(() -> variable.set("inside"));
    print(variable.get(), context.run(() -> variable.get()), context.get(variable));
    var copy = context.copy();
    copy.run(() -> variable.set("in the copy"));
    print(context.get(variable), copy.get(variable));
  }

  @Scenario("contextvars")
  static void aContextIsNotEnteredTwice() {
    var context = new Context();
    try {
      context.run(() -> context.run(() -> print()));
    } catch (IllegalStateException e) {
      print(kind(e));
    }
    context.run(() -> print("usable again"));
  }

  @Scenario("contextvars")
  static void anErrorLeavesTheContext() {
    var variable = ContextVar.of("var", "none");
    var context = new Context();
    Action<?> bad =
        () -> {
          variable.set("inside");
          throw new Oops("x");
        };
    print(attempt(() -> context.run(bad)));
    print(variable.get(), context.get(variable));
  }

  @Scenario("contextvars")
  static void aGeneratorRunsInTheContextOfWhoIterates() throws Exception {
    var variable = ContextVar.of("var", "none");
    inOwnContext(() -> {
      variable.set("first");
      var items =
          Generators.<String>generator(g -> {
            g.yield(variable.get());
            variable.set("generator");
            g.yield(variable.get());
            g.yield(variable.get());
          });
      print(items.next(), variable.get());
      print(items.next(), variable.get());
      variable.set("third");
      print(items.next(), variable.get());
    });
  }
}
