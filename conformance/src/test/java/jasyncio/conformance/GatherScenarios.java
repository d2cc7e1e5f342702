package jasyncio.conformance;

import static jasyncio.Asyncio.RETURN_EXCEPTIONS;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// gather: rules G1 to G5.
final class GatherScenarios {
  private GatherScenarios() {}

  /// Results of gather, with exceptions as text.
  private static List<@Nullable Object> described(List<?> results) {
    return results.stream()
        .map(r -> r instanceof Throwable e ? describe(e) : r)
        .collect(Collectors.toList());
  }

  @Scenario("G1")
  static void resultsComeInArgumentOrder() {
    run(() ->
        print(await(gather(() -> echo("slow", 3), () -> echo("quick"), () -> echo("middle", 1)))));
  }

  @Scenario("G1")
  static void childrenRunSideBySide() {
    run(() -> print(await(gather(() -> steps("a", 2), () -> steps("b", 3)))));
  }

  @Scenario("G1")
  static void aFutureGivenTwiceAppearsTwice() {
    run(() -> {
      var task = createTask(() -> steps("task", 1));
      print(await(gather(task, () -> echo("other"), task)));
    });
  }

  @Scenario("G1")
  static void aCoroutineGivenTwiceRunsOnce() {
    run(() -> {
      var coro = coroutine(() -> steps("coroutine", 1));
      print(await(gather(coro, coro)));
    });
  }

  @Scenario("G1")
  static void gatherOfNothingIsDone() {
    run(() -> {
      var group = gather();
      pause();
      print(group.done(), await(group));
    });
  }

  @Scenario("G1")
  static void gatherOfDoneFuturesIsDone() {
    run(() -> {
      var loop = getRunningLoop();
      var a = loop.<String>createFuture();
      var b = loop.<String>createFuture();
      a.setResult("a");
      b.setResult("b");
      var group = gather(a, b);
      print(group.done(), await(group));
    });
  }

  @Scenario("G1")
  static void gatherTakesCoroutinesTasksAndFutures() {
    run(() -> {
      var loop = getRunningLoop();
      var future = loop.<String>createFuture();
      loop.callSoon(() -> future.setResult("future"));
      var task = createTask(() -> echo("task"));
      print(await(gather(future, task, () -> echo("coroutine"))));
    });
  }

  @Scenario("G1")
  static void gatherMayBeNested() {
    run(() -> {
      var inner = gather(() -> echo(1), () -> echo(2, 2));
      print(await(gather(inner, gather(() -> echo(3)))));
    });
  }

  @Scenario("G1")
  static void gatherStartsItsChildrenUnawaited() {
    run(() -> {
      var group = gather(() -> steps("a", 1), () -> steps("b", 1));
      print("not yet");
      pause(3);
      print(group.done(), group.result());
    });
  }

  @Scenario("G1")
  static void gatherRefusesFuturesOfTwoLoops() throws Exception {
    run(() ->
        withLoop(other -> {
          var foreign = other.createFuture();
          var mine = getRunningLoop().createFuture();
          print(attempt(() -> gather(mine, foreign)));
        }));
  }

  @Scenario("G2")
  static void theFirstFailureEndsTheGatherAtOnce() {
    run(() -> {
      var slow = createTask(() -> steps("slow", 5));
      print(outcome(gather(slow, () -> fail("x", 1))));
      print(slow.done());
      await(slow);
      print(slow.done());
    });
  }

  @Scenario("G2")
  static void laterFailuresAreNotTold() throws Exception {
    logs(() -> {
      run(() -> {
        print(
            outcome(gather(() -> fail("first"), () -> fail("second", 1), () -> fail("third", 2))));
        pause(3);
      });
      collect();
    });
  }

  @Scenario("G2")
  static void theFailureIsTheVeryException() {
    run(() -> {
      var oops = new Oops("x");
      Awaitable<Integer, ?> bad =
          () -> {
            throw oops;
          };
      var group = gather(() -> echo(1, 2), bad);
      try {
        await(group);
      } catch (Oops e) {
        print(e == oops, group.exception() == oops);
      }
    });
  }

  @Scenario("G2")
  static void aFailedGatherCannotBeCancelled() {
    run(() -> {
      var slow = createTask(() -> steps("slow", 6));
      var group = gather(slow, () -> fail("x"));
      print(outcome(group));
      print(group.cancel(), group.cancelled(), slow.cancelling());
      print(await(slow));
    });
  }

  @Scenario("G2")
  static void oneFailedFutureAtTheStart() {
    run(() -> {
      var failed = getRunningLoop().createFuture();
      failed.setException(new Oops("x"));
      var group = gather(failed);
      print(group.done(), outcome(group));
    });
  }

  @Scenario("G3")
  static void aCancelledChildFailsTheGather() {
    run(() -> {
      var child = createTask(() -> hang("child"));
      var group = gather(child, () -> echo("other"));
      pause();
      child.cancel("why");
      print(outcome(group));
      print(group.done(), group.cancelled());
    });
  }

  @Scenario("G3")
  static void aCancelledChildLeavesItsSiblingsAlone() {
    run(() -> {
      var child = createTask(() -> hang("child"));
      var sibling = createTask(() -> steps("sibling", 5));
      var group = gather(child, sibling);
      pause();
      child.cancel();
      print(outcome(group));
      print(await(sibling));
    });
  }

  @Scenario("G4")
  static void cancellingTheGatherCancelsItsChildren() {
    run(() -> {
      var group = gather(() -> hang("a"), () -> hang("b"), () -> echo("done"));
      pause(2);
      print(group.cancel());
      print(outcome(group), group.cancelled());
    });
  }

  @Scenario("G4")
  static void cancellingTheWaitingTaskCancelsTheChildren() {
    run(() -> {
      var task = createTask(() -> await(gather(() -> hang("a"), () -> hang("b"))));
      pause(2);
      print(task.cancel("why"));
      print(outcome(task));
    });
  }

  private static void cleanUpSlowly(int pauses) {
    try {
      sleep(60);
    } finally {
      pause(pauses);
      print("cleaned up");
    }
  }

  @Scenario("G4")
  static void aCancelledGatherWaitsForItsChildren() {
    run(() -> {
      Action<?> stubborn = () -> cleanUpSlowly(3);
      var group = gather(RETURN_EXCEPTIONS, coroutine(stubborn), () -> hang("b"));
      pause(2);
      group.cancel();
      pause(3);
      print(group.done());
      print(outcome(group), group.cancelled());
    });
  }

  @Scenario("G4")
  static void aCancelledGatherEndsWithItsFirstCancelledChild() {
    run(() -> {
      var child = createTask(() -> cleanUpSlowly(4));
      var group = gather(child, () -> hang("b"));
      pause(2);
      group.cancel();
      print(outcome(group), group.cancelled());
      print(child.done());
      print(outcome(child));
    });
  }

  @Scenario("G4")
  static void aCancelledGatherWithReturnExceptions() {
    run(() -> {
      var group = gather(RETURN_EXCEPTIONS, () -> hang("a"), () -> hang("b"));
      pause(2);
      print(group.cancel());
      print(outcome(group));
    });
  }

  @Scenario("G4")
  static void childrenMaySwallowTheCancelOfTheGather() {
    run(() -> {
      Awaitable<String, ?> stubborn =
          () -> {
            try {
              sleep(60);
              return "slept";
            } catch (CancelledError e) {
              return "kept";
            }
          };
      var group = gather(coroutine(stubborn), coroutine(stubborn));
      pause(2);
      print(group.cancel());
      print(outcome(group));
    });
  }

  @Scenario("G4")
  static void aDoneGatherCannotBeCancelled() {
    run(() -> {
      var group = gather(() -> echo("value"));
      print(await(group));
      print(group.cancel(), group.cancelled());
    });
  }

  @Scenario("G5")
  static void returnExceptionsPutsThemIntoTheList() {
    run(() ->
        print(
            described(
                await(
                    gather(
                        RETURN_EXCEPTIONS,
                        () -> echo("value"),
                        () -> fail("x"),
                        () -> echo("slow", 3))))));
  }

  @Scenario("G5")
  static void returnExceptionsIncludesCancellations() {
    run(() -> {
      var plain = createTask(() -> hang("plain"));
      var told = createTask(() -> hang("told"));
      var group = gather(RETURN_EXCEPTIONS, plain, told, () -> fail("x"));
      pause();
      plain.cancel();
      told.cancel("why");
      print(described(await(group)));
    });
  }

  @Scenario("G5")
  static void returnExceptionsOfDoneFutures() {
    run(() -> {
      var loop = getRunningLoop();
      var failed = loop.createFuture();
      failed.setException(new Oops("x"));
      var cancelled = loop.createFuture();
      cancelled.cancel();
      var group = gather(RETURN_EXCEPTIONS, failed, cancelled);
      print(group.done(), described(await(group)));
    });
  }

  @Scenario("G4")
  static void aCancelInTheBatchInWhichTheGatherEnds() {
    run(() -> {
      var loop = getRunningLoop();
      var child = loop.<Integer>createFuture();
      var task =
          createTask(() -> {
            var group = gather(child);
            print(outcome(group));
            print(group.done(), group.result());
            return "went on";
          });
      pause();
      child.setResult(1);
      loop.callSoon(() -> task.cancel());
      print(outcome(task));
    });
  }
}
