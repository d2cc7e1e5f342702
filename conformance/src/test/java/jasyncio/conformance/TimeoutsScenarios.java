package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.timeoutAt;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.oneIteration;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.ExceptionGroup;
import jasyncio.Timeout;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;

/// timeout: rules TO1 to TO5.
final class TimeoutsScenarios {
  private static final double NEVER = Double.POSITIVE_INFINITY;

  private TimeoutsScenarios() {}

  @Scenario("TO1")
  static void aBodyInTime() throws Exception {
    run(() -> {
      var t = Timeout.after(5);
      t.run(() -> print(echo("value", 2)));
      print(t.expired());
    });
  }

  @Scenario("TO1")
  static void aTimeoutIsUsedOnce() throws Exception {
    run(() -> {
      var t = Timeout.after(5);
      t.run(() -> print("body"));
      try {
        t.run(() -> print("never"));
      } catch (IllegalStateException e) {
        print(describe(e));
      }
    });
  }

  @Scenario("TO1")
  static void aTimeoutIsNotReentrant() throws Exception {
    run(() -> {
      var t = Timeout.after(5);
      t.run(() -> {
        try {
          t.run(() -> print("never"));
        } catch (IllegalStateException e) {
          print(describe(e));
        }
      });
    });
  }

  @Scenario("TO1")
  static void rescheduleOnlyWhileActive() throws Exception {
    run(() -> {
      double when = getRunningLoop().time() + 5;
      var t = Timeout.after(5);
      print(attempt(() -> t.reschedule(when)));
      t.run(() -> print(attempt(() -> t.reschedule(when)), t.when() == when));
      print(attempt(() -> t.reschedule(when)));
    });
  }

  @Scenario("TO1")
  static void anExpiredTimeoutCannotBeRescheduled() {
    run(() -> {
      double when = getRunningLoop().time() + 5;
      var t = Timeout.after(0);
      try {
        t.run(() -> {
          try {
            sleep(60);
          } finally {
            print(attempt(() -> t.reschedule(when)));
          }
        });
      } catch (TimeoutException e) {
        print(attempt(() -> t.reschedule(when)));
      }
    });
  }

  @Scenario("TO1")
  static void aDeadlineInThePastSparesABodyWithoutAwait() throws Exception {
    run(() -> {
      var t = Timeout.after(-1);
      t.run(() -> print("body", t.expired()));
      print(t.expired());
      sleep(0);
      print("goes on", currentTask().cancelling());
    });
  }

  @Scenario("TO1")
  static void aDeadlineInThePastEndsTheFirstAwait() {
    run(() -> {
      try {
        timeout(
            -1,
            () -> {
              print("body");
              sleep(0);
              print("first await");
              sleep(0);
              print("second await");
            });
      } catch (TimeoutException e) {
        print(describe(e));
      }
    });
  }

  @Scenario("TO1")
  static void aTimeoutMayBeMovedBack() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      var t = Timeout.after(0.01);
      t.run(() -> {
        t.reschedule(loop.time() + 5);
        sleep(0.02);
      });
      print(t.expired());
    });
  }

  @Scenario("TO1")
  static void aTimeoutMayBeMovedForward() {
    run(() -> {
      var loop = getRunningLoop();
      var t = Timeout.after(60);
      try {
        t.run(() -> {
          t.reschedule(loop.time() + 0.01);
          sleep(30);
        });
      } catch (TimeoutException e) {
        print(describe(e), t.expired());
      }
    });
  }

  @Scenario("TO1")
  static void aTimeoutKnowsItsDeadline() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      double when = loop.time() + 5;
      timeoutAt(
          when,
          t -> {
            print(t.when() == when);
          });
      timeout(
          7,
          t -> {
            double left = t.when() - loop.time();
            print(6 < left && left <= 7);
          });
    });
  }

  @Scenario("TO1")
  static void aTimeoutNeedsATask() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> print(attempt(() -> Timeout.after(5).run(() -> print("never")))));
      oneIteration(loop);
    });
  }

  @Scenario("TO2")
  static void expiryBecomesATimeoutError() {
    run(() -> {
      var t = Timeout.after(0.01);
      try {
        t.run(() -> hang("body"));
      } catch (TimeoutException e) {
        print(describe(e), "| cause", kind(e.getCause()));
      }
      print(t.expired(), currentTask().cancelling());
    });
  }

  @Scenario("TO2")
  static void anExpiredTimeoutWhoseBodyGoesOn() throws Exception {
    run(() -> {
      var t = Timeout.after(0.01);
      t.run(() -> {
        print(outcome(() -> sleep(60)));
        print("goes on", currentTask().cancelling());
      });
      print(t.expired(), currentTask().cancelling());
    });
  }

  @Scenario("TO2")
  static void aCancelFromOutsideWins() {
    run(() -> {
      Action<?> body =
          () -> {
            try {
              sleep(60);
            } finally {
              sleep(60);
            }
          };
      var task = createTask(() -> timeout(0.01, body));
      sleep(0.03);
      task.cancel();
      print(outcome(task));
      print(task.cancelled(), task.cancelling());
    });
  }

  @Scenario("TO2")
  static void aCancelBeforeTheExpiryIsNoTimeout() {
    run(() -> {
      var task = createTask(() -> timeout(5, () -> hang("work")));
      pause();
      task.cancel("why");
      print(outcome(task));
    });
  }

  @Scenario("TO2")
  static void aTimeoutInATaskThatWasCancelledBefore() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError e) {
              print("swallowed");
            }
            try {
              timeout(0.01, () -> sleep(60));
            } catch (TimeoutException e) {
              print(describe(e), currentTask().cancelling());
            }
          };
      var task = createTask(work);
      pause();
      task.cancel();
      task.await();
    });
  }

  @Scenario("TO2")
  static void anErrorInTimePasses() {
    print(attempt(() -> run(() -> timeout(5, () -> fail("x", 1)))));
  }

  @Scenario("TO3")
  static void anInnerTimeoutLeavesTheOuterAlone() throws Exception {
    run(() -> {
      timeout(
          5,
          outer -> {
            var inner = Timeout.after(0.01);
            try {
              inner.run(() -> sleep(60));
            } catch (TimeoutException e) {
              print(describe(e));
            }
            print(inner.expired(), outer.expired());
            sleep(0);
          });
      print("done");
    });
  }

  /// Sleeps inside the limit, and prints the cancellation that comes out of it.
  private static void sleepWithin(Timeout inner) throws TimeoutException {
    try {
      inner.run(() -> sleep(60));
    } catch (CancelledError e) {
      print("between", describe(e));
      throw e;
    }
  }

  @Scenario("TO3")
  static void anOuterTimeoutPassesThroughTheInner() {
    run(() -> {
      var outer = Timeout.after(0.01);
      var inner = Timeout.after(60);
      try {
        outer.run(() -> sleepWithin(inner));
      } catch (TimeoutException e) {
        print(describe(e));
      }
      print(inner.expired(), outer.expired());
    });
  }

  @Scenario("TO3")
  static void twoTimeoutsWithOneDeadline() {
    run(() -> {
      double when = getRunningLoop().time() + 0.01;
      var outer = Timeout.at(when);
      var inner = Timeout.at(when);
      try {
        outer.run(() -> sleepWithin(inner));
      } catch (TimeoutException e) {
        print(describe(e));
      }
      print(inner.expired(), outer.expired(), currentTask().cancelling());
    });
  }

  @Scenario("TO3")
  static void aTimeoutErrorOfTheInnerOneEndsTheOuterInTime() {
    run(() -> {
      var outer = Timeout.after(60);
      try {
        outer.run(() -> timeout(0.01, () -> sleep(60)));
      } catch (TimeoutException e) {
        print(describe(e), outer.expired());
      }
    });
  }

  private static boolean hasTimeoutInItsHistory(Throwable e) {
    return Arrays.stream(e.getSuppressed()).anyMatch(s -> s instanceof TimeoutException);
  }

  @Scenario("TO4")
  static void anErrorRaisedInsteadKnowsOfTheTimeout() throws Exception {
    run(() -> {
      Action<?> body =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError cancelled) {
              var instead = new Oops("instead");
              instead.initCause(cancelled);
              throw instead;
            }
          };
      try {
        timeout(0.01, body);
      } catch (Oops e) {
        print(describe(e), hasTimeoutInItsHistory(e));
      }
      print(currentTask().cancelling());
    });
  }

  @Scenario("TO4")
  static void theErrorsOfAGroupKnowOfTheTimeout() throws Exception {
    run(() -> {
      Action<?> child =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError cancelled) {
              var instead = new Oops("instead");
              instead.initCause(cancelled);
              throw instead;
            }
          };
      Action<?> group = () -> taskGroup(tg -> tg.createTask(child));
      try {
        timeout(0.01, group);
      } catch (ExceptionGroup e) {
        print(describe(e), hasTimeoutInItsHistory(e.exceptions().getFirst()));
      }
    });
  }

  @Scenario("TO5")
  static void aTimeoutWithoutALimit() throws Exception {
    run(() -> {
      var t = Timeout.after(NEVER);
      t.run(() -> sleep(0.01));
      print(t.expired());
    });
  }

  @Scenario("TO5")
  static void aTimeoutMayBeArmedLater() {
    run(() -> {
      var loop = getRunningLoop();
      var t = Timeout.after(NEVER);
      try {
        t.run(() -> {
          sleep(0);
          t.reschedule(loop.time() + 0.01);
          sleep(60);
        });
      } catch (TimeoutException e) {
        print(describe(e), t.expired());
      }
    });
  }

  @Scenario("TO5")
  static void aTimeoutMayBeDisarmed() throws Exception {
    run(() -> {
      var t = Timeout.after(0.01);
      t.run(() -> {
        t.reschedule(NEVER);
        sleep(0.02);
      });
      print(t.expired());
    });
  }

  @Scenario("TO5")
  static void expiredIsTrueFromTheMomentTheTimerRan() {
    run(() -> {
      var loop = getRunningLoop();
      var t = Timeout.after(0);
      try {
        t.run(() -> {
          loop.callSoon(() -> print("callback", t.expired()));
          print("body", t.expired());
          try {
            sleep(60);
          } finally {
            print("finally", t.expired());
          }
        });
      } catch (TimeoutException e) {
        print("after", t.expired());
      }
    });
  }
}
