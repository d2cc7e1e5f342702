package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.runCoroutineThreadsafe;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.wrapFuture;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.join;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.oneIteration;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.conformance.Trace.tidy;

import jasyncio.Action;
import jasyncio.Context;
import jasyncio.ContextVar;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.InvalidStateException;
import jasyncio.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Futures: rules F1 to F6.
final class FuturesScenarios {
  private FuturesScenarios() {}

  private static <T> Future<T> futureOf(EventLoop loop, T result) {
    var future = loop.<T>createFuture();
    future.setResult(result);
    return future;
  }

  @Scenario("F1")
  static void doneCallbacksRunInOrderOfRegistration() throws Exception {
    withLoop(loop -> {
      var future = loop.<Integer>createFuture();
      for (var name : List.of("a", "b", "c")) {
        future.addDoneCallback(f -> print(name, f.result()));
      }
      future.setResult(1);
      print("set");
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void aCallbackOnADoneFutureIsScheduled() throws Exception {
    withLoop(loop -> {
      var future = futureOf(loop, 1);
      future.addDoneCallback(f -> print("called", f == future));
      print("added");
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void doneCallbacksTakeTheirTurn() throws Exception {
    withLoop(loop -> {
      var future = loop.<Integer>createFuture();
      future.addDoneCallback(f -> print("done callback"));
      loop.callSoon(() -> future.setResult(1));
      loop.callSoon(() -> print("same batch"));
      oneIteration(loop);
      print("--");
      loop.callSoon(() -> print("later"));
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void aCallbackAddedTwiceRunsTwice() throws Exception {
    withLoop(loop -> {
      var future = loop.<Integer>createFuture();
      Consumer<Future<Integer>> callback = f -> print("called");
      future.addDoneCallback(callback);
      future.addDoneCallback(callback);
      future.setResult(1);
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void callbacksKeepTheContextOfTheirRegistration() throws Exception {
    var variable = ContextVar.of("var", "none");
    withLoop(loop -> {
      var future = loop.<Integer>createFuture();
      for (var value : List.of("first", "second")) {
        variable.set(value);
        future.addDoneCallback(f -> print(variable.get()));
      }
      var context = Context.copyContext();
      context.run(() -> variable.set("given"));
      future.addDoneCallback(f -> print(variable.get()), context);
      variable.set("last");
      future.setResult(1);
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void aFailingDoneCallbackDoesNotStopTheOthers() throws Exception {
    withLoop(loop -> {
      report(loop);
      var future = loop.<Integer>createFuture();
      future.addDoneCallback(f -> raise(new Oops("x")));
      future.addDoneCallback(f -> print("second"));
      future.setResult(1);
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void callbacksRunAfterCancelToo() throws Exception {
    withLoop(loop -> {
      var future = loop.createFuture();
      future.addDoneCallback(f -> print("cancelled", f.cancelled()));
      future.cancel();
      oneIteration(loop);
    });
  }

  @Scenario("F1")
  static void waitersWakeInOrder() {
    run(() -> {
      var future = getRunningLoop().<String>createFuture();
      var tasks = new ArrayList<Task<?>>();
      for (var name : List.of("a", "b", "c")) {
        tasks.add(createTask(() -> print(name, await(future))));
      }
      sleep(0);
      future.setResult("woken");
      print("set");
      await(gather(tasks));
    });
  }

  @Scenario("F2")
  static void removeDoneCallbackCounts() throws Exception {
    withLoop(loop -> {
      Consumer<Future<Integer>> twice = f -> print("twice");
      Consumer<Future<Integer>> once = f -> print("once");
      var future = loop.<Integer>createFuture();
      for (var callback : List.of(twice, once, twice)) {
        future.addDoneCallback(callback);
      }
      print(future.removeDoneCallback(twice));
      print(future.removeDoneCallback(twice));
      future.setResult(1);
      print(future.removeDoneCallback(once));
      oneIteration(loop);
    });
  }

  @Scenario("F3")
  static void statesOfAFuture() throws Exception {
    withLoop(loop -> {
      var pending = loop.createFuture();
      var finished = loop.<Integer>createFuture();
      var failed = loop.createFuture();
      var cancelled = loop.createFuture();
      finished.setResult(1);
      failed.setException(new Oops("x"));
      print(cancelled.cancel());
      for (var future : List.of(pending, finished, failed, cancelled)) {
        print(future.done(), future.cancelled());
      }
      print(describe(failed.exception()));
    });
  }

  @Scenario("F3")
  static void nothingToReadBeforeItIsDone() throws Exception {
    withLoop(loop -> {
      var future = loop.createFuture();
      print(attempt(() -> future.result()));
      print(attempt(() -> future.exception()));
    });
  }

  @Scenario("F3")
  static void aFutureIsSetOnce() throws Exception {
    withLoop(loop -> {
      var future = futureOf(loop, 1);
      List<Runnable> calls =
          List.of(() -> future.setResult(2), () -> future.setException(new Oops("x")));
      for (var call : calls) {
        try {
          call.run();
        } catch (InvalidStateException e) {
          print(kind(e));
        }
      }
      print(future.cancel());
      print(future.result(), future.exception());
    });
  }

  @Scenario("F3")
  static void aCancelledFutureCannotBeSet() throws Exception {
    withLoop(loop -> {
      var future = loop.<Integer>createFuture();
      print(future.cancel());
      try {
        future.setResult(1);
      } catch (InvalidStateException e) {
        print(kind(e));
      }
      print(future.cancel());
    });
  }

  @Scenario("F3")
  static void aCancelledFutureRaisesFromBothAccessors() throws Exception {
    withLoop(loop -> {
      var future = loop.createFuture();
      future.cancel();
      print(attempt(() -> future.result()));
      print(attempt(() -> future.exception()));
    });
  }

  @Scenario("F3")
  static void resultRaisesTheVeryException() throws Exception {
    withLoop(loop -> {
      var oops = new Oops("x");
      var future = loop.createFuture();
      future.setException(oops);
      for (int i = 0; i < 2; i++) {
        try {
          future.result();
        } catch (Oops e) {
          print(e == oops);
        }
      }
      print(future.exception() == oops);
    });
  }

  @Scenario("F3")
  static void aNoneResultIsAResult() throws Exception {
    withLoop(loop -> {
      var future = futureOf(loop, null);
      print(future.done(), future.result(), future.exception());
    });
  }

  @Scenario("F3")
  static void aFutureKnowsItsLoop() throws Exception {
    withLoop(loop -> {
      print(loop.createFuture().getLoop() == loop);
      print(new Future<>(loop).getLoop() == loop);
      loop.runUntilComplete(() -> print(new Future<>().getLoop() == loop));
    });
  }

  private static boolean waitFails(Future<?> future, Oops oops) {
    try {
      future.await();
      return false;
    } catch (Oops e) {
      return e == oops;
    }
  }

  @Scenario("F3")
  static void everyWaiterGetsTheSameError() {
    run(() -> {
      var oops = new Oops("x");
      var future = getRunningLoop().createFuture();
      var tasks =
          List.of(
              createTask(() -> waitFails(future, oops)), createTask(() -> waitFails(future, oops)));
      sleep(0);
      future.setException(oops);
      print(await(gather(tasks)));
    });
  }

  @Scenario("F4")
  static void aFutureRepeatsItsCancelMessage() throws Exception {
    withLoop(loop -> {
      var future = loop.createFuture();
      future.cancel("why");
      for (int i = 0; i < 2; i++) {
        print(attempt(() -> future.result()));
      }
      print(attempt(() -> future.exception()));
    });
  }

  @Scenario("F4")
  static void anAwaitedFuturePassesItsCancelMessageOn() {
    run(() -> {
      var future = getRunningLoop().createFuture();
      future.cancel("why");
      print(outcome(future));
    });
  }

  @Scenario("F4")
  static void aTaskTellsItsCancelMessageOnce() {
    run(() -> {
      var task = createTask(() -> hang("task"));
      sleep(0);
      task.cancel("why");
      print(outcome(task));
      print(attempt(() -> task.result()));
      print(attempt(() -> task.exception()));
    });
  }

  private static void forgetFuture(EventLoop loop) {
    loop.createFuture().setException(new Oops("x"));
  }

  @Scenario("F5")
  static void anErrorNobodyReadIsTold() throws Exception {
    logs(() ->
        withLoop(loop -> {
          forgetFuture(loop);
          collect(1);
        }));
  }

  private static void forgetTask(EventLoop loop) {
    loop.createTask(() -> fail("x"));
    oneIteration(loop);
    oneIteration(loop);
  }

  @Scenario("F5")
  static void aTaskErrorNobodyReadIsTold() throws Exception {
    logs(() ->
        withLoop(loop -> {
          forgetTask(loop);
          collect(1);
        }));
  }

  @Scenario("F5")
  static void whatTheHandlerKnowsOfAnUnreadError() throws Exception {
    logs(() ->
        withLoop(loop -> {
          loop.setExceptionHandler((theLoop, context) -> {
            print(context.message());
            print(describe(context.exception()), context.future().done());
          });
          forgetTask(loop);
          collect();
        }));
  }

  private static void read(EventLoop loop, Consumer<Future<?>> reader) {
    var future = loop.createFuture();
    future.setException(new Oops("x"));
    reader.accept(future);
  }

  @Scenario("F5")
  static void aReadErrorIsNotTold() throws Exception {
    logs(() ->
        withLoop(loop -> {
          read(loop, f -> print(attempt(() -> f.result())));
          read(loop, f -> print(describe(f.exception())));
          read(loop, f -> print(attempt(() -> loop.runUntilComplete(f))));
          collect();
          print("silent");
        }));
  }

  @Scenario("F5")
  static void anAwaitedErrorIsNotTold() throws Exception {
    logs(() -> {
      run(() -> print(outcome(createTask(() -> fail("x")))));
      collect();
      print("silent");
    });
  }

  private static void forgetCancelled(EventLoop loop) {
    loop.createFuture().cancel();
    var failed = loop.createFuture();
    failed.setException(new Oops("x"));
    print(failed.cancel());
  }

  @Scenario("F5")
  static void aCancelledFutureIsNotTold() throws Exception {
    logs(() ->
        withLoop(loop -> {
          forgetCancelled(loop);
          collect();
          print("silent");
        }));
  }

  @Scenario("F6")
  static void wrapFutureBringsTheResultOver() {
    run(() -> {
      var source = new CompletableFuture<String>();
      var future = wrapFuture(source);
      var thread = new Thread(() -> source.complete("from a thread"));
      print(future.done());
      thread.start();
      print(await(future));
      join(thread);
    });
  }

  @Scenario("F6")
  static void wrapFutureBringsTheErrorOver() {
    run(() -> {
      var oops = new Oops("x");
      var source = new CompletableFuture<String>();
      var future = wrapFuture(source);
      source.completeExceptionally(oops);
      print(outcome(future));
      print(future.exception() == oops);
    });
  }

  @Scenario("F6")
  static void cancellingAWrappedFutureCancelsItsSource() {
    run(() -> {
      var source = new CompletableFuture<String>();
      var future = wrapFuture(source);
      future.cancel();
      print(outcome(future), source.isCancelled());
      pause();
      print(source.isCancelled());
    });
  }

  @Scenario("F6")
  static void cancellingTheSourceCancelsTheWrappedFuture() {
    run(() -> {
      var source = new CompletableFuture<String>();
      var future = wrapFuture(source);
      source.cancel(false);
      print(outcome(future));
      print(future.cancelled());
    });
  }

  @Scenario("F6")
  static void runCoroutineThreadsafeGivesTheResult() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      print(toThread(() -> runCoroutineThreadsafe(() -> echo("value", 2), loop).get()));
    });
  }

  @Scenario("F6")
  static void runCoroutineThreadsafeGivesTheError() {
    run(() -> {
      var loop = getRunningLoop();
      print(toThread(() -> attempt(() -> runCoroutineThreadsafe(() -> fail("x", 1), loop).get())));
    });
  }

  @Scenario("F6")
  static void cancellingTheThreadsafeFutureCancelsTheTask() {
    run(() -> {
      var future = runCoroutineThreadsafe(() -> hang("task"), getRunningLoop());
      pause(2);
      print(future.cancel(false));
      pause(4);
      print(future.isCancelled());
    });
  }

  @Scenario("F6")
  static void aCancelledTaskCancelsTheThreadsafeFuture() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      Action<?> work =
          () -> {
            tasks.add(currentTask());
            hang("task");
          };
      var future = runCoroutineThreadsafe(work, getRunningLoop());
      pause(2);
      tasks.getFirst().cancel();
      pause(4);
      print(future.isCancelled());
    });
  }

  @Scenario("F6")
  static void aSourceSetAfterTheLoopClosedIsDropped() throws Exception {
    logs(() -> {
      var source = new CompletableFuture<String>();
      var futures = new ArrayList<Future<String>>();
      withLoop(loop -> futures.add(wrapFuture(source, loop)));
      source.complete("late");
      print(source.join(), futures.getFirst().done());
    });
  }

  @Scenario("repr")
  static void reprOfAFuture() throws Exception {
    withLoop(loop -> {
      var future = loop.<String>createFuture();
      print(tidy(future));
      future.addDoneCallback(f -> print(f));
      print(tidy(future));
      future.setResult("value");
      print(tidy(future));
      var failed = loop.createFuture();
      failed.setException(new Oops("x"));
      print(tidy(failed), describe(failed.exception()));
      var cancelled = loop.createFuture();
      cancelled.cancel();
      print(tidy(cancelled));
    });
  }

  @Scenario("await")
  static void awaitingADoneFutureDoesNotSwitch() {
    run(() -> {
      var loop = getRunningLoop();
      loop.callSoon(() -> print("callback"));
      print(await(futureOf(loop, "done")));
      var failed = loop.createFuture();
      failed.setException(new Oops("x"));
      print(outcome(failed));
      sleep(0);
      print("end");
    });
  }

  @Scenario("await")
  static void aFutureMayBeAwaitedAgain() {
    run(() -> {
      var future = futureOf(getRunningLoop(), "value");
      print(await(future), await(future));
    });
  }

  @Scenario("await")
  static void aSystemErrorPassesThroughUnchanged() {
    run(() -> {
      var broken = new IOException("disk");
      var future = getRunningLoop().createFuture();
      future.setException(broken);
      try {
        await(future, IOException.class);
      } catch (IOException e) {
        print(e == broken, describe(e));
      }
    });
  }
}
