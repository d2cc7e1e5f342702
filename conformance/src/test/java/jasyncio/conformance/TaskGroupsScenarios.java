package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.eagerTaskFactory;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.ExceptionGroup;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.TaskGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;

/// TaskGroup: rules TG1 to TG7.
final class TaskGroupsScenarios {
  private TaskGroupsScenarios() {}

  private static void failInTheCleanup(String message) {
    try {
      sleep(60);
    } finally {
      raise(new Oops(message));
    }
  }

  @Scenario("TG1")
  static void aGroupWaitsForItsChildren() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      taskGroup(tg -> {
        tasks.add(tg.createTask(() -> steps("a", 2)));
        tasks.add(tg.createTask(() -> steps("b", 3), "b"));
        print("body ends", tasks.getLast().getName());
      });
      print(tasks.getFirst().result(), tasks.getLast().result());
    });
  }

  @Scenario("TG1")
  static void anEmptyGroupDoesNotSwitch() {
    run(() -> {
      getRunningLoop().callSoon(() -> print("callback"));
      taskGroup(tg -> print("body"));
      print("after");
    });
  }

  @Scenario("TG1")
  static void aGroupThatIsNotEnteredTakesNoTasks() {
    run(() -> {
      var coro = coroutine(() -> echo(1));
      print(attempt(() -> new TaskGroup().createTask(coro)));
      print(coro.state());
    });
  }

  @Scenario("TG1")
  static void aFinishedGroupTakesNoTasks() {
    run(() -> {
      var groups = new ArrayList<TaskGroup>();
      taskGroup(tg -> {
        groups.add(tg);
        tg.createTask(() -> echo(1));
      });
      var coro = coroutine(() -> echo(2));
      print(attempt(() -> groups.getFirst().createTask(coro)));
      print(coro.state());
    });
  }

  @Scenario("TG1")
  static void aGroupThatShutsDownTakesNoTasks() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> fail("x"));
          try {
            sleep(60);
          } finally {
            print(attempt(() -> tg.createTask(() -> echo(1))));
          }
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG1")
  static void aChildMayStartSiblingsDuringTheExit() {
    run(() -> {
      taskGroup(tg -> {
        Action<?> parent =
            () -> {
              pause(2);
              tg.createTask(() -> steps("late child", 2));
              print("parent done");
            };
        tg.createTask(parent);
        print("body ends");
      });
      print("group ends");
    });
  }

  @Scenario("TG2")
  static void theFirstFailureCancelsTheSiblings() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      try {
        taskGroup(tg -> {
          tasks.add(tg.createTask(() -> sleep(60)));
          tg.createTask(() -> fail("x", 1));
          tasks.add(tg.createTask(() -> sleep(60)));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
      print(tasks.getFirst().cancelled(), tasks.getLast().cancelled());
    });
  }

  @Scenario("TG2")
  static void aFailureInterruptsTheBody() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> fail("x"));
          print("body got", outcome(() -> sleep(60)));
          print("body goes on");
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void errorsOfTheCleanupAreIncluded() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> failInTheCleanup("in the cleanup"));
          tg.createTask(() -> fail("first", 1));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void theErrorOfTheBodyComesLast() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> failInTheCleanup("child"));
          sleep(0);
          raise(new Oops("body"));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void anErrorOfTheBodyAlone() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> hang("child"));
          sleep(0);
          raise(new Oops("body"));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void aBodyThatFailsBeforeItsChildrenStart() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> steps("never", 1));
          raise(new Oops("body"));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void aCancelledChildIsNoFailure() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      taskGroup(tg -> {
        tasks.add(tg.createTask(() -> hang("a")));
        tasks.add(tg.createTask(() -> steps("b", 3)));
        sleep(0);
        tasks.getFirst().cancel();
      });
      print(tasks.getFirst().cancelled(), tasks.getLast().result());
    });
  }

  @Scenario("TG2")
  static void twoFailuresInOneIteration() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> fail("first"));
          tg.createTask(() -> fail("second"));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void theGroupWaitsForSlowCleanups() {
    run(() -> {
      Action<?> slowCleanup =
          () -> {
            try {
              sleep(60);
            } finally {
              sleep(0.01);
              print("cleaned up");
            }
          };
      try {
        taskGroup(tg -> {
          tg.createTask(slowCleanup);
          tg.createTask(() -> fail("x"));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void aChildMaySwallowTheCancel() {
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
      var tasks = new ArrayList<Task<String>>();
      try {
        taskGroup(tg -> {
          tasks.add(tg.createTask(stubborn));
          tg.createTask(() -> fail("x"));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
      print(tasks.getFirst().result());
    });
  }

  @Scenario("TG2")
  static void groupsMayBeNested() {
    run(() -> {
      try {
        taskGroup(outer -> {
          outer.createTask(() -> hang("outer child"));
          taskGroup(inner -> {
            inner.createTask(() -> hang("inner child"));
            inner.createTask(() -> fail("x", 1));
          });
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void aFailureOutsideReachesTheInnerGroup() {
    run(() -> {
      try {
        taskGroup(outer -> {
          outer.createTask(() -> fail("x", 1));
          taskGroup(inner -> inner.createTask(() -> hang("inner child")));
          print("never");
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG2")
  static void theGroupOfErrorsCanBeSplit() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> raise(new IOException("disk")));
          tg.createTask(() -> fail("x"));
        });
      } catch (ExceptionGroup group) {
        var parts = group.split(e -> e instanceof Oops);
        print(describe(parts.matching()));
        print(describe(parts.rest()));
        print(group.subgroup(NoSuchElementException.class));
      }
    });
  }

  @Scenario("TG3")
  static void theParentIsNotCancelledAfterwards() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> fail("x"));
          sleep(60);
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
      print(currentTask().cancelling());
      sleep(0);
      print("goes on");
    });
  }

  @Scenario("TG3")
  static void errorsWinOverACancelFromOutside() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              taskGroup(tg -> tg.createTask(() -> failInTheCleanup("in the cleanup")));
            } catch (ExceptionGroup group) {
              print(describe(group));
            }
            print("cancelling", currentTask().cancelling());
            print(outcome(() -> sleep(0)));
          };
      var task = createTask(work);
      pause(2);
      task.cancel();
      print(outcome(task));
    });
  }

  @Scenario("TG4")
  static void aCancelFromOutsideCancelsTheChildren() {
    run(() -> {
      Action<?> work =
          () ->
              taskGroup(tg -> {
                tg.createTask(() -> hang("a"));
                tg.createTask(() -> steps("b", 1));
                print("body ends");
              });
      var task = createTask(work);
      pause(3);
      task.cancel("why");
      print(outcome(task));
    });
  }

  @Scenario("TG4")
  static void aCancelFromOutsideDuringTheBody() {
    run(() -> {
      Action<?> work =
          () ->
              taskGroup(tg -> {
                tg.createTask(() -> hang("child"));
                hang("body");
              });
      var task = createTask(work);
      pause(2);
      task.cancel("why");
      print(outcome(task));
      print(task.cancelled());
    });
  }

  @Scenario("TG5")
  static void keyboardInterruptOfTheBodyComesOutBare() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> hang("child"));
          sleep(0);
          raise(new KeyboardInterrupt());
        });
      } catch (KeyboardInterrupt e) {
        print(describe(e));
      }
    });
  }

  @Scenario("TG5")
  static void systemExitOfAChildComesOutBare() throws Exception {
    Action<?> main =
        () -> {
          try {
            taskGroup(tg -> {
              tg.createTask(() -> raise(new SystemExit(3)));
              tg.createTask(() -> hang("other"));
            });
          } catch (SystemExit e) {
            print("group raised", kind(e));
            throw e;
          }
        };
    try {
      run(main);
    } catch (SystemExit e) {
      print(kind(e), e.code());
    }
  }

  @Scenario("TG6")
  static void repeatedCancelsKeepWaiting() {
    run(() -> {
      Action<?> slowCleanup =
          () -> {
            try {
              sleep(60);
            } finally {
              pause(4);
              print("cleaned up");
            }
          };
      Action<?> work = () -> taskGroup(tg -> tg.createTask(slowCleanup));
      var task = createTask(work);
      pause(2);
      task.cancel("first");
      pause();
      task.cancel("second");
      pause();
      print(task.done());
      print(outcome(task));
    });
  }

  @Scenario("TG6")
  static void aGroupIsEnteredOnce() {
    run(() -> {
      var group = new TaskGroup();
      group.run(tg -> {
        print("body");
        print(outcome(() -> tg.run(again -> null)));
        return null;
      });
      print(outcome(() -> group.run(again -> null)));
    });
  }

  @Scenario("TG6")
  static void childrenLeaveTheGroupOneByOne() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      taskGroup(tg -> {
        tasks.add(tg.createTask(() -> echo("first")));
        tasks.add(tg.createTask(() -> echo("second", 3)));
        print(await(tasks.getFirst()), tasks.getLast().done());
      });
      print(tasks.getLast().done());
    });
  }

  @Scenario("TG6")
  static void aGroupInsideATimeout() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      try {
        timeout(
            0.02,
            () ->
                taskGroup(tg -> {
                  tasks.add(tg.createTask(() -> sleep(60)));
                  tasks.add(tg.createTask(() -> sleep(60)));
                }));
      } catch (TimeoutException e) {
        print(describe(e), currentTask().cancelling());
      }
      print(tasks.getFirst().cancelled(), tasks.getLast().cancelled());
    });
  }

  @Scenario("TG6")
  static void aTimeoutInsideAGroup() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> hang("other"));
          tg.createTask(() -> timeout(0.01, () -> hang("limited")));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG6")
  static void aCancelInTheBatchInWhichTheLastChildEnds() {
    run(() -> {
      var loop = getRunningLoop();
      var end = loop.<Integer>createFuture();
      var children = new ArrayList<Task<String>>();
      Action<?> work =
          () -> {
            taskGroup(tg -> {
              children.add(tg.createTask(() -> outcome(end)));
            });
            print("never");
          };
      var task = createTask(work);
      pause(2);
      end.setResult(1);
      loop.callSoon(() -> loop.callSoon(() -> task.cancel()));
      print(outcome(task), task.cancelling());
      print(children.getFirst().result());
    });
  }

  @Scenario("TG6")
  static void aSwallowedCancelOfAChildEndsWithItsValue() {
    run(() -> {
      var children = new ArrayList<Task<String>>();
      taskGroup(tg -> {
        var child =
            tg.createTask(() -> {
              print(outcome(() -> hang("stubborn")));
              pause();
              return "value";
            });
        children.add(child);
        pause();
        child.cancel("once");
      });
      print(children.getFirst().result(), children.getFirst().cancelling());
    });
  }

  @Scenario("TG6")
  static void aChildThatWasDoneBeforeTheExit() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      taskGroup(tg -> {
        tasks.add(tg.createTask(() -> echo("value")));
        pause(3);
        print(tasks.getFirst().done());
      });
      print(tasks.getFirst().result());
    });
  }

  @Scenario("TG7")
  static void cancelEndsTheGroupWithoutAnError() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      taskGroup(tg -> {
        tasks.add(tg.createTask(() -> sleep(60)));
        tasks.add(tg.createTask(() -> sleep(60)));
        sleep(0);
        tg.cancel();
        print("body goes on");
      });
      print(
          "after",
          tasks.getFirst().cancelled(),
          tasks.getLast().cancelled(),
          currentTask().cancelling());
      sleep(0);
      print("still not cancelled");
    });
  }

  @Scenario("TG7")
  static void aChildMayCancelItsGroup() {
    run(() -> {
      taskGroup(tg -> {
        Action<?> quitter =
            () -> {
              print("quitter");
              tg.cancel();
            };
        tg.createTask(() -> hang("other"));
        tg.createTask(quitter);
        hang("body");
      });
      print("after", currentTask().cancelling());
    });
  }

  @Scenario("TG7")
  static void anEagerChildThatCancelsItsGroupIsCancelledToo() {
    run(() -> {
      getRunningLoop().setTaskFactory(eagerTaskFactory());
      taskGroup(tg -> {
        Action<?> child =
            () -> {
              tg.cancel();
              hang("child");
            };
        var task = tg.createTask(child);
        print("after", task.cancelling() > 0);
      });
      print("group ends", currentTask().cancelling());
    });
  }

  @Scenario("TG7")
  static void errorsAfterTheCancelAreRaised() {
    run(() -> {
      try {
        taskGroup(tg -> {
          tg.createTask(() -> failInTheCleanup("in the cleanup"));
          sleep(0);
          tg.cancel();
          tg.cancel();
          print(attempt(() -> tg.createTask(() -> echo(1))));
        });
      } catch (ExceptionGroup group) {
        print(describe(group));
      }
    });
  }

  @Scenario("TG7")
  static void aCancelFromOutsideOutlivesTheGroupsOwn() {
    run(() -> {
      Action<?> work =
          () -> {
            taskGroup(tg -> {
              tg.cancel();
              currentTask().cancel();
              sleep(60);
            });
            print("never");
          };
      var task = createTask(work);
      print(outcome(task));
      print(task.cancelling());
    });
  }
}
