package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.CancelledError;
import jasyncio.ExceptionGroup;
import jasyncio.util.ContextManager;
import jasyncio.util.ExitStack;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;

/// ExceptionGroup.handle, ContextManager and ExitStack: rules X1 to X3.
final class ManagersScenarios {
  private ManagersScenarios() {}

  private static ExceptionGroup group() {
    return new ExceptionGroup(
        "outer",
        List.of(
            new Oops("a"),
            new ExceptionGroup("inner", List.of(new IOException("b"), new Oops("c"))),
            new IllegalArgumentException("d")));
  }

  private static void leaves(Throwable e) {
    if (e instanceof ExceptionGroup group) {
      group.exceptions().forEach(ManagersScenarios::leaves);
    } else {
      print("left", describe(e));
    }
  }

  // ---- except* ----------------------------------------------------------------------------------

  @Scenario("X1")
  static void whatIsNotHandledGoesOn() {
    try {
      group().handle(Oops.class, e -> print("handled", describe(e)));
    } catch (ExceptionGroup e) {
      print("left", describe(e));
    }
  }

  @Scenario("X1")
  static void allIsHandled() {
    group().handle(Exception.class, e -> print("handled", describe(e)));
    print("done");
  }

  @Scenario("X1")
  static void theFirstHandlerThatFitsGetsIt() {
    group()
        .handle(
            Oops.class,
            e -> print("first", describe(e)),
            IOException.class,
            e -> print("second", describe(e)),
            Exception.class,
            e -> print("third", describe(e)));
    print("done");
  }

  @Scenario("X1")
  static void aGroupOfWhichNothingIsHandledGoesOn() {
    try {
      group().handle(NoSuchElementException.class, e -> print("handled", describe(e)));
    } catch (ExceptionGroup e) {
      print(describe(e));
    }
  }

  @Scenario("X1")
  static void whatAHandlerRaisesGoesOnWithTheRest() {
    try {
      group()
          .handle(
              IOException.class,
              e -> {
                print("handled", describe(e));
                throw new Oops("by the handler");
              });
    } catch (ExceptionGroup e) {
      leaves(e);
    }
  }

  @Scenario("X1")
  static void laterHandlersDoNotGetWhatAnEarlierOneRaises() {
    try {
      group()
          .handle(
              IllegalArgumentException.class,
              e -> {
                print("first", describe(e));
                throw new Oops("by the handler");
              },
              Oops.class,
              e -> print("second", describe(e)));
    } catch (ExceptionGroup e) {
      leaves(e);
    }
  }

  @Scenario("X1")
  static void errorsOfAGroupOfTasksAreHandledByClass() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> fail("oops", 1));
          tg.createTask(() -> {
            sleep(0);
            throw new IOException("broken");
          });
          tg.createTask(() -> hang("third"));
        });
      } catch (ExceptionGroup group) {
        group.handle(
            IOException.class,
            e -> {
              sleep(0);
              print("first", describe(e));
            },
            Oops.class,
            e -> print("second", describe(e)));
      }
      print("done");
    });
  }

  // ---- asynccontextmanager ----------------------------------------------------------------------

  private static ContextManager<String, RuntimeException> noting(String name) {
    return ContextManager.of(scope -> {
      sleep(0);
      print(name, "opens");
      try {
        scope.yield(name);
        print(name, "goes on");
      } catch (Throwable e) {
        print(name, "sees", describe(e));
        throw e;
      } finally {
        sleep(0);
        print(name, "closes");
      }
    });
  }

  private static ContextManager<String, RuntimeException> swallowing(String name) {
    return ContextManager.of(scope -> {
      try {
        scope.yield(name);
      } catch (Exception e) {
        print(name, "swallows", describe(e));
      }
    });
  }

  private static ContextManager<String, IOException> replacing(String name) {
    return ContextManager.of(scope -> {
      try {
        scope.yield(name);
      } catch (Exception e) {
        print(name, "replaces", describe(e));
        throw new IOException(name, e);
      }
    });
  }

  @Scenario("X2")
  static void aBodyRunsBetweenOpeningAndClosing() {
    run(() -> {
      var other = createTask(() -> steps("other", 4));
      noting("a")
          .run(value -> {
            print("body", value);
            sleep(0);
            print("body ends");
          });
      await(other);
    });
  }

  @Scenario("X2")
  static void whatABodyRaisesComesOutOfYieldAndGoesOn() {
    run(() -> {
      var error = new Oops("x");
      try {
        noting("a")
            .run(value -> {
              throw error;
            });
      } catch (Oops e) {
        print(e == error);
      }
    });
  }

  @Scenario("X2")
  static void aManagerMaySwallowTheError() {
    run(() -> {
      swallowing("a")
          .run(value -> {
            throw new Oops("x");
          });
      print("goes on");
    });
  }

  @Scenario("X2")
  static void aManagerMayReplaceTheError() {
    print(
        attempt(() ->
            run(() ->
                replacing("a")
                    .run(value -> {
                      throw new Oops("x");
                    }))));
  }

  @Scenario("X2")
  static void managersInsideEachOtherCloseFromTheInside() {
    run(() ->
        noting("outer")
            .run(outer ->
                swallowing("middle")
                    .run(middle ->
                        noting("inner")
                            .run(inner -> {
                              throw new Oops("x");
                            }))));
  }

  @Scenario("X2")
  static void anOpeningThatFailsHasNoBody() {
    var failing =
        ContextManager.<String, RuntimeException>of(scope -> {
          sleep(0);
          throw new Oops("opening");
        });
    print(attempt(() -> run(() -> failing.run(value -> print("body")))));
  }

  @Scenario("X2")
  @SuppressWarnings({"Finally", "finally"}) // what it does is what is shown
  static void aClosingThatFailsIsWhatGoesOn() {
    var failing =
        ContextManager.<String, RuntimeException>of(scope -> {
          try {
            scope.yield("");
          } finally {
            throw new Oops("closing");
          }
        });
    print(attempt(() -> run(() -> failing.run(value -> {}))));
    print(
        attempt(() ->
            run(() ->
                failing.run(value -> {
                  throw new IOException("body");
                }))));
  }

  @Scenario("X2")
  static void aManagerWithoutAYieldIsAnError() {
    var empty = ContextManager.<String, RuntimeException>of(scope -> {});
    run(() -> {
      try {
        empty.run(value -> print("body"));
      } catch (IllegalStateException e) {
        print(kind(e));
      }
    });
  }

  @Scenario("X2")
  static void aSecondYieldIsAnError() {
    var twice =
        ContextManager.<Integer, RuntimeException>of(scope -> {
          scope.yield(1);
          scope.yield(2);
        });
    run(() -> {
      try {
        twice.run(value -> print("body", value));
      } catch (IllegalStateException e) {
        print(kind(e));
      }
    });
  }

  @Scenario("X2")
  static void aCancelledBodyIsCleanedUpAfter() {
    run(() -> {
      var task = createTask(() -> noting("a").run(value -> hang("body")));
      pause(3);
      print(task.cancel("stop"));
      print(outcome(task), task.cancelled());
    });
  }

  @Scenario("X2")
  static void aManagerMaySwallowACancellation() {
    var deaf =
        ContextManager.<String, RuntimeException>of(scope -> {
          try {
            scope.yield("");
          } catch (CancelledError e) {
            sleep(0);
            print("swallowed");
          }
        });
    run(() -> {
      var task =
          createTask(() -> {
            deaf.run(value -> hang("body"));
            return "result";
          });
      pause();
      task.cancel();
      print(outcome(task), task.cancelled(), task.cancelling());
    });
  }

  // ---- AsyncExitStack ---------------------------------------------------------------------------

  private static ExitStack.Exit exitOf(String name) {
    return exitOf(name, false);
  }

  private static ExitStack.Exit exitOf(String name, boolean swallows) {
    return error -> {
      sleep(0);
      print(name, "gets", error == null ? null : describe(error));
      return swallows;
    };
  }

  @Scenario("X3")
  static void aStackEndsWhatIsOnItInReverseOrder() throws Exception {
    run(() -> {
      ExitStack.run(stack -> {
        print(stack.enter(noting("first")));
        stack.callback(() -> print("second"));
        stack.push(exitOf("third"));
        print("body");
      });
      print("after");
    });
  }

  @Scenario("X3")
  static void whatIsOnAStackSeesTheError() {
    print(
        attempt(() ->
            run(() ->
                ExitStack.run(stack -> {
                  stack.push(exitOf("first"));
                  stack.enter(noting("second"));
                  stack.callback(() -> print("third"));
                  throw new Oops("x");
                }))));
  }

  @Scenario("X3")
  static void anErrorThatIsSwallowedIsNotSeenFurtherOut() throws Exception {
    run(() -> {
      ExitStack.run(stack -> {
        stack.push(exitOf("first"));
        stack.push(exitOf("second", true));
        stack.push(exitOf("third"));
        throw new Oops("x");
      });
      print("goes on");
    });
  }

  @Scenario("X3")
  static void anErrorThatIsReplacedIsSeenFurtherOut() {
    print(
        attempt(() ->
            run(() ->
                ExitStack.run(stack -> {
                  stack.push(exitOf("first"));
                  stack.enter(replacing("second"));
                  stack.push(exitOf("third"));
                  throw new Oops("x");
                }))));
  }

  @Scenario("X3")
  static void anErrorInACallbackIsSeenFurtherOut() {
    print(
        attempt(() ->
            run(() ->
                ExitStack.run(stack -> {
                  stack.push(exitOf("first"));
                  stack.callback(() -> fail("second"));
                  stack.push(exitOf("third"));
                }))));
  }

  @Scenario("X3")
  static void whatWasEnteredBeforeAnEntryFailsIsClosed() {
    var failing =
        ContextManager.<String, RuntimeException>of(scope -> {
          throw new Oops("entry");
        });
    print(
        attempt(() ->
            run(() ->
                ExitStack.run(stack -> {
                  stack.enter(noting("first"));
                  stack.enter(failing);
                }))));
  }

  @Scenario("X3")
  static void whatIsMovedToAnotherStackOutlivesTheFirst() throws Exception {
    run(() -> {
      var other =
          ExitStack.call(stack -> {
            stack.callback(() -> print("moved"));
            var moved = stack.popAll();
            stack.callback(() -> print("stayed"));
            return moved;
          });
      print("after the first");
      other.finish();
      other.finish();
      print("after the other");
    });
  }

  @Scenario("X3")
  @SuppressWarnings("MustBeClosed")
  static void aStackThatWasEndedCanBeUsedAgain() throws Exception {
    run(() -> {
      var stack = new ExitStack();
      stack.callback(() -> print("once"));
      stack.finish();
      stack.enter(noting("twice"));
      stack.finish();
    });
  }

  @Scenario("X3")
  static void theRestOfAStackIsEndedAfterACancellation() {
    run(() -> {
      var task =
          createTask(() ->
              ExitStack.run(stack -> {
                stack.enter(noting("first"));
                stack.callback(() -> hang("second"));
              }));
      pause(3);
      task.cancel();
      print(outcome(task), task.cancelled());
    });
  }
}
