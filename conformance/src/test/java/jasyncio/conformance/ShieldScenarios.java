package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Awaitable;
import jasyncio.CancelledError;

/// shield: rule S1.
final class ShieldScenarios {
  private ShieldScenarios() {}

  @Scenario("S1")
  static void shieldGivesTheResult() {
    run(() -> print(await(shield(() -> echo("value", 2)))));
  }

  @Scenario("S1")
  static void shieldGivesTheError() {
    run(() -> print(outcome(shield(() -> fail("x", 1)))));
  }

  @Scenario("S1")
  static void cancellingTheCallerSparesTheInnerTask() {
    run(() -> {
      var inner = createTask(() -> steps("inner", 5));
      var caller = createTask(() -> await(shield(inner)));
      pause(2);
      caller.cancel("why");
      print(outcome(caller));
      print(inner.done(), inner.cancelling());
      print(await(inner));
    });
  }

  @Scenario("S1")
  static void theCallerMayWaitOn() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            var inner = createTask(() -> steps("inner", 4));
            try {
              return await(shield(inner));
            } catch (CancelledError e) {
              print("waiting on");
              return await(inner);
            }
          };
      var caller = createTask(work);
      pause(2);
      caller.cancel();
      print(outcome(caller));
    });
  }

  @Scenario("S1")
  static void aCancelledInnerTaskCancelsTheOuterFuture() {
    run(() -> {
      var inner = createTask(() -> hang("inner"));
      var outer = shield(inner);
      pause();
      inner.cancel("why");
      print(outcome(outer));
      print(outer.cancelled());
    });
  }

  @Scenario("S1")
  static void aDoneInnerFutureIsReturnedAsItIs() {
    run(() -> {
      var future = getRunningLoop().<String>createFuture();
      print(shield(future) == future);
      future.setResult("value");
      print(shield(future) == future);
    });
  }

  @Scenario("S1")
  static void cancellingTheOuterFutureDirectly() {
    run(() -> {
      var inner = createTask(() -> echo("value", 2));
      var outer = shield(inner);
      print(outer.cancel("why"), inner.cancelling());
      print(outcome(outer));
      print(await(inner));
    });
  }

  @Scenario("S1")
  static void twoShieldsOfOneTask() {
    run(() -> {
      var inner = createTask(() -> echo("value", 2));
      var first = shield(inner);
      var second = shield(inner);
      first.cancel();
      print(await(second), first.cancelled());
    });
  }

  @Scenario("S1")
  static void anErrorAfterTheCallerLeftIsTold() throws Exception {
    logs(() -> {
      run(() -> {
        report(getRunningLoop());
        var outer = shield(() -> fail("x", 2));
        pause();
        outer.cancel();
        print("cancelled");
        pause(4);
      });
      collect();
    });
  }

  @Scenario("S1")
  static void aResultAfterTheCallerLeftIsNotTold() throws Exception {
    logs(() -> {
      run(() -> {
        report(getRunningLoop());
        var outer = shield(() -> steps("inner", 3));
        pause();
        outer.cancel();
        print("cancelled");
        pause(4);
      });
      collect();
    });
  }

  @Scenario("S1")
  static void aShieldInsideATimeout() {
    run(() -> {
      var release = getRunningLoop().<String>createFuture();
      var inner = createTask(() -> await(release));
      print(outcome(() -> waitFor(shield(inner), 0.01)));
      print(inner.done());
      release.setResult("inner");
      print(await(inner));
    });
  }
}
