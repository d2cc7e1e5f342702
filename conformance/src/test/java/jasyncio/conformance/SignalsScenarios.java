package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.print;

import jasyncio.ContextVar;
import jasyncio.EventLoop;
import jasyncio.Future;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Signal handlers: rule P-6.
final class SignalsScenarios {
  private static final String SIGNAL = "CONT"; // does nothing to a process without a handler for it

  private SignalsScenarios() {}

  private static void send() throws IOException, InterruptedException {
    var pid = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-" + SIGNAL, pid).start().waitFor();
  }

  @Scenario("P-6")
  static void aHandlerRunsAsACallback() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      Future<@Nullable Void> came = loop.createFuture();
      loop.addSignalHandler(
          SIGNAL,
          () -> {
            print("handler", getRunningLoop() == loop, currentTask());
            came.setResult(null);
          });
      send();
      print("sent");
      await(came);
    });
  }

  @Scenario("P-6")
  static void theLastHandlerCounts() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      Future<String> came = loop.createFuture();
      loop.addSignalHandler(SIGNAL, () -> print("first"));
      loop.addSignalHandler(SIGNAL, () -> came.setResult("second"));
      send();
      print(await(came));
      print(loop.removeSignalHandler(SIGNAL), loop.removeSignalHandler(SIGNAL));
    });
  }

  @Scenario("P-6")
  static void removingWhatIsNotThere() {
    run(() -> print(getRunningLoop().removeSignalHandler(SIGNAL)));
  }

  @Scenario("P-6")
  static void aHandlerThatFailsIsReported() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      Future<@Nullable Void> came = loop.createFuture();
      report(loop);
      loop.addSignalHandler(
          SIGNAL,
          () -> {
            came.setResult(null);
            throw new Oops("in the handler");
          });
      send();
      await(came);
    });
  }

  @Scenario("P-6")
  static void aHandlerRunsInTheContextItWasAddedIn() throws Exception {
    ContextVar<String> variable = ContextVar.of("variable", "nothing");
    run(() -> {
      var loop = getRunningLoop();
      Future<String> came = loop.createFuture();
      variable.set("before");
      loop.addSignalHandler(SIGNAL, () -> came.setResult(variable.get()));
      variable.set("after");
      send();
      print(await(came));
    });
  }

  @Scenario("P-6")
  static void signalsThatCannotBeCaught() {
    run(() -> {
      for (var name : List.of("KILL", "STOP")) {
        try {
          getRunningLoop().addSignalHandler(name, () -> {});
        } catch (RuntimeException e) {
          print(name, kind(e));
        }
      }
    });
  }

  @Scenario("P-6")
  static void signalsThatDoNotExist() {
    run(() -> {
      var loop = getRunningLoop();
      for (Runnable call :
          List.<Runnable>of(
              () -> loop.addSignalHandler("NOPE", () -> {}),
              () -> loop.removeSignalHandler("NOPE"))) {
        try {
          call.run();
        } catch (RuntimeException e) {
          print(kind(e));
        }
      }
    });
  }

  @Scenario("P-6")
  static void aClosedLoopTakesNoHandler() throws Exception {
    var closed = new AtomicReference<EventLoop>();
    withLoop(closed::set);
    try {
      closed.get().addSignalHandler(SIGNAL, () -> {});
    } catch (RuntimeException e) {
      print(describe(e));
    }
  }

  @Scenario("P-6")
  static void closingTheLoopRemovesTheHandlers() throws Exception {
    run(() -> getRunningLoop().addSignalHandler(SIGNAL, () -> print("never")));
    send();
    run(() -> {
      var loop = getRunningLoop();
      Future<String> came = loop.createFuture();
      loop.addSignalHandler(SIGNAL, () -> came.setResult("a new handler"));
      send();
      print(await(came));
    });
  }

  @Scenario("P-6")
  static void aHandlerMayStopTheProgram() {
    print(
        attempt(() ->
            run(() -> {
              var task = currentTask();
              getRunningLoop().addSignalHandler(SIGNAL, () -> task.cancel("by a signal"));
              send();
              sleep(100);
            })));
  }
}
