package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class TaskGroupTest {
  private final List<String> order = new ArrayList<>();
  private final IOException problem = new IOException("problem");

  private void fails() throws IOException {
    throw problem;
  }

  private void sleeps() {
    try {
      sleep(100);
    } catch (CancelledError e) {
      order.add("cancelled");
      throw e;
    }
  }

  private static List<Throwable> errorsOf(Throwable group) {
    assertThat(group)
        .isInstanceOf(ExceptionGroup.class)
        .hasMessageStartingWith("unhandled errors in a TaskGroup");
    return ((ExceptionGroup) group).exceptions();
  }

  @Nested
  class Start {
    @Test
    void task_thatSaysItIsReady_goesOnInTheGroup() {
      run(() ->
          taskGroup(tg -> {
            String value =
                tg.start(ready -> {
                  order.add("begins");
                  sleep(0);
                  ready.started("value");
                  sleep(0);
                  order.add("ends");
                });
            order.add(value);
          }));
      assertThat(order).containsExactly("begins", "value", "ends");
    }

    @Test
    void errorBeforeItIsReady_comesOutOfStartAlone() throws Exception {
      run(() ->
          taskGroup(tg -> {
            try {
              tg.start(ready -> {
                sleep(0);
                fails();
              });
            } catch (IOException e) { // the compiler asks for it
              assertThat(e).isSameAs(problem);
              order.add("caught");
            }
            tg.createTask(() -> order.add("the group lives"));
          }));
      assertThat(order).containsExactly("caught", "the group lives");
    }

    @AsyncTest
    void errorAfterItIsReady_isTheGroups() {
      var error =
          catchThrowable(() ->
              taskGroup(tg -> {
                tg.start(ready -> {
                  ready.started(1);
                  sleep(0);
                  fails();
                });
                sleeps();
              }));
      assertThat(errorsOf(error)).containsExactly(problem);
      assertThat(order).containsExactly("cancelled");
    }

    @Test
    void endWithoutBeingReady_isAnError() {
      run(() ->
          taskGroup(tg ->
              assertThatThrownBy(() -> tg.start(ready -> sleep(0)))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage("the task has ended without a call of started()")));
    }

    @Test
    void started_twice_isAnError() {
      run(() ->
          taskGroup(tg ->
              tg.start(ready -> {
                ready.started(1);
                assertThatThrownBy(() -> ready.started(2))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("started() has already been called");
              })));
    }

    @Test
    void cancellationOfTheStarter_cancelsTheTaskAndWaitsForIt() {
      run(() ->
          taskGroup(tg -> {
            var starter =
                createTask(() ->
                    tg.start(ready -> {
                      try {
                        sleeps();
                      } finally {
                        sleep(0);
                        ready.started(1); // nobody hears it
                        order.add("cleaned up");
                      }
                    }));
            sleep(0);
            sleep(0);
            starter.cancel();
            assertThatThrownBy(() -> await(starter)).isInstanceOf(CancelledError.class);
            order.add("starter ends");
          }));
      assertThat(order).containsExactly("cancelled", "cleaned up", "starter ends");
    }

    @AsyncTest
    void failureOfTheGroup_cancelsWhatStarts() {
      try (var tg = TaskGroup.open()) { // whose body is not cancelled
        tg.createTask(() -> fails());
        assertThatThrownBy(() -> tg.start(ready -> sleeps())).isInstanceOf(CancelledError.class);
        assertThat(errorsOf(catchThrowable(tg::join))).containsExactly(problem);
      }
      assertThat(order).containsExactly("cancelled");
    }

    @AsyncTest
    void taskThatNeverBegins_endsTheWait() {
      try (var tg = TaskGroup.open()) {
        var starter = createTask(() -> tg.start(ready -> order.add("begins")));
        getRunningLoop().callSoon(() -> getRunningLoop().callSoon(tg::cancel));
        Asyncio.wait(List.of(starter));
        assertThat(starter.cancelled() || starter.exception() instanceof IllegalStateException)
            .isTrue();
      }
    }

    @AsyncTest
    void startInAGroupThatHasEnded_isRefused() {
      var group = new TaskGroup();
      assertThatThrownBy(() -> group.start(ready -> {})).hasMessageContaining("not been entered");
      group.run(tg -> 1);
      assertThatThrownBy(() -> group.start(ready -> {})).hasMessageContaining("is finished");
    }
  }

  @Nested
  class Lambda {
    @Test
    void group_waitsForItsTasksAndGivesTheBodysValue() {
      var value =
          AsyncTests.run(() -> {
            return new TaskGroup()
                .run(tg -> {
                  tg.createTask(() -> sleep(0.001));
                  tg.createTask(() -> order.add("child"));
                  return "value";
                });
          });
      assertThat(value).isEqualTo("value");
      assertThat(order).containsExactly("child");
    }

    @Test
    void childThatFails_cancelsTheOthersAndTheBody() {
      run(() -> {
        var error =
            catchThrowable(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> sleeps());
                  tg.createTask(() -> fails());
                  sleeps();
                }));
        assertThat(errorsOf(error)).containsExactly(problem);
        assertThat(currentTask().cancelling()).isZero();
        sleep(0);
      });
      assertThat(order).containsExactly("cancelled", "cancelled");
    }

    @AsyncTest
    void bodyThatFails_cancelsTheTasksAndComesLast() {
      var error =
          catchThrowable(() ->
              taskGroup(tg -> {
                tg.createTask(() -> {
                  try {
                    sleep(100);
                  } finally {
                    fails();
                  }
                });
                sleep(0);
                throw new IllegalStateException("body");
              }));
      assertThat(errorsOf(error)).hasSize(2).startsWith(problem);
      assertThat(errorsOf(error).getLast()).hasMessage("body");
    }

    @Test
    void cancellationFromOutside_cancelsTheTasksAndGoesOn() {
      run(() -> {
        var task =
            createTask(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> sleeps());
                  tg.createTask(() -> sleeps());
                }));
        sleep(0);
        sleep(0);
        task.cancel("outside");
        assertThatThrownBy(() -> await(task))
            .isInstanceOf(CancelledError.class)
            .hasMessage("outside");
      });
      assertThat(order).containsExactly("cancelled", "cancelled");
    }

    @Test // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_cancel_keeps_outer_cancellation
    void cancellationFromOutside_whileTheGroupWaitsAfterCancel_comesOut() {
      run(() -> {
        var child = getRunningLoop().<Integer>createFuture();
        var task =
            createTask(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> {
                    try {
                      sleep(100);
                    } finally {
                      await(child); // it takes its time to end
                    }
                  });
                  sleep(0);
                  tg.cancel();
                }));
        while (child.awaitedBy().isEmpty()) {
          sleep(0);
        }
        task.cancel("outside");
        sleep(0);
        child.setResult(1);
        assertThatThrownBy(() -> await(task))
            .isInstanceOf(CancelledError.class)
            .hasMessage("outside");
      });
    }

    @AsyncTest
    void cancellationFromOutside_whileJoinWaitsAfterCancel_comesOut() {
      var child = getRunningLoop().<Integer>createFuture();
      var task =
          createTask(() -> {
            try (var tg = TaskGroup.open()) {
              tg.createTask(() -> {
                try {
                  sleep(100);
                } finally {
                  await(child);
                }
              });
              sleep(0);
              tg.cancel();
              tg.join();
            }
          });
      while (child.awaitedBy().isEmpty()) {
        sleep(0);
      }
      task.cancel("outside");
      sleep(0);
      child.setResult(1);
      assertThatThrownBy(() -> await(task))
          .isInstanceOf(CancelledError.class)
          .hasMessage("outside");
    }

    @Test // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_cancel_keeps_outer_cancellation
    void timeLimit_thatEndsWhileTheGroupWaitsAfterCancel_isATimeout() {
      AsyncTests.run(() -> {
        var child = getRunningLoop().<Integer>createFuture();
        assertThatThrownBy(() ->
                timeout(
                    0.001,
                    () ->
                        taskGroup(tg -> {
                          tg.createTask(() -> {
                            try {
                              sleep(100);
                            } finally {
                              getRunningLoop().callLater(0.01, () -> child.setResult(1));
                              await(child);
                            }
                          });
                          sleep(0);
                          tg.cancel();
                        })))
            .isInstanceOf(TimeoutException.class);
      });
    }

    @Test // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_20c
    void generatorExitOfTheBody_comesOutAlone() {
      run(() -> {
        var exit = new GeneratorExit();
        assertThat(
                catchThrowable(() ->
                    taskGroup(tg -> {
                      tg.createTask(() -> sleeps());
                      sleep(0);
                      throw exit;
                    })))
            .isSameAs(exit);
      });
      assertThat(order).containsExactly("cancelled");
    }

    @AsyncTest
    void generatorExitOfTheBody_withAFailedTask_isInTheGroup() {
      var exit = new GeneratorExit();
      var error =
          catchThrowable(() ->
              taskGroup(tg -> {
                tg.createTask(() -> {
                  try {
                    sleep(100);
                  } finally {
                    fails();
                  }
                });
                sleep(0);
                throw exit;
              }));
      assertThat(errorsOf(error)).containsExactly(problem, exit);
    }

    @Test // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_20d
    void generatorExitOfATask_isInTheGroup() {
      run(() -> {
        var exit = new GeneratorExit();
        var error =
            catchThrowable(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> {
                    throw exit;
                  });
                }));
        assertThat(errorsOf(error)).containsExactly(exit);
      });
    }

    @Test
    void systemExitOfTheBody_comesOutAlone_andTheErrorsOfTasksAreReported() {
      var reports = new ArrayList<ErrorContext>();
      var exit = new SystemExit(3);
      run(() -> {
        getRunningLoop().setExceptionHandler((loop, context) -> reports.add(context));
        assertThat(
                catchThrowable(() ->
                    taskGroup(tg -> {
                      tg.createTask(() -> {
                        try {
                          sleep(100);
                        } finally {
                          fails();
                        }
                      });
                      sleep(0);
                      throw exit;
                    })))
            .isSameAs(exit);
      });
      assertThat(reports)
          .singleElement()
          .satisfies(report -> {
            assertThat(report.message())
                .isEqualTo(
                    "TaskGroup task exception was not propagated because the TaskGroup body is being"
                        + " closed with a BaseException");
            assertThat(report.exception()).isSameAs(problem);
            assertThat(report.details()).containsKey("task_group");
          });
    }

    @Test // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_cancel_from_eager_child
    void eagerTask_thatCancelsTheGroupBeforeItSuspends_isCancelled() {
      run(() ->
          taskGroup(tg ->
              tg.createTask(
                  () -> {
                    tg.cancel();
                    sleeps();
                  },
                  TaskOptions.defaults().eagerStart(true))));
      assertThat(order).containsExactly("cancelled");
    }

    @Test // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_25 (gh-128588)
    void eagerTask_thatFailsAtOnce_doesNotCancelTheBodyInCreateTask() {
      run(() -> {
        var error =
            catchThrowable(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> fails(), TaskOptions.defaults().eagerStart(true));
                  assertThat(currentTask().cancelling()).isZero();
                  sleeps();
                }));
        assertThat(errorsOf(error)).containsExactly(problem);
      });
      assertThat(order).containsExactly("cancelled");
    }

    @Test
    void childThatCancelsItself_isNoFailure() {
      run(() ->
          taskGroup(tg -> {
            tg.createTask(() -> {
              throw new CancelledError();
            });
          }));
    }

    @Test
    void tasks_mayBeAddedByTasks() {
      run(() ->
          taskGroup(tg -> {
            tg.createTask(() -> {
              sleep(0);
              tg.createTask(() -> {
                sleep(0);
                order.add("grandchild");
              });
            });
          }));
      assertThat(order).containsExactly("grandchild");
    }

    @Test
    void systemExitOfAChild_comesOutBare() {
      assertThatThrownBy(() ->
              run(() ->
                  taskGroup(tg -> {
                    tg.createTask(() -> sleeps());
                    tg.createTask(() -> {
                      throw new SystemExit(3);
                    });
                  })))
          .isInstanceOf(SystemExit.class);
      assertThat(order).containsExactly("cancelled");
    }
  }

  @Nested
  class TryWithResources {
    @AsyncTest
    void join_waitsForAll() {
      try (var tg = TaskGroup.open()) {
        var task = tg.createTask(() -> sleep(0.001, 42));
        tg.join();
        assertThat(task.result()).isEqualTo(42);
      }
    }

    @Test
    void join_withAFailure_cancelsTheOthersAndThrows() {
      run(() -> {
        try (var tg = TaskGroup.open()) {
          tg.createTask(() -> sleeps());
          tg.createTask(() -> fails());
          var error = catchThrowable(tg::join);
          assertThat(errorsOf(error)).containsExactly(problem);
        }
        assertThat(currentTask().cancelling()).isZero();
      });
      assertThat(order).containsExactly("cancelled");
    }

    @Test
    void failureBeforeJoin_doesNotCancelTheBody() {
      AsyncTests.run(() -> {
        try (var tg = TaskGroup.open()) {
          tg.createTask(() -> fails());
          sleep(0.001);
          order.add("body goes on");
          assertThat(errorsOf(catchThrowable(tg::join))).containsExactly(problem);
        }
      });
      assertThat(order).containsExactly("body goes on");
    }

    @Test
    void close_withoutJoin_cancelsAndWaits() {
      run(() -> {
        try (var tg = TaskGroup.open()) {
          tg.createTask(() -> sleeps());
          sleep(0);
        }
        order.add("closed");
      });
      assertThat(order).containsExactly("cancelled", "closed");
    }

    @Test
    void close_afterTheBodyFailed_keepsTheBodysError() {
      run(() -> {
        var error =
            catchThrowable(() -> {
              try (var tg = TaskGroup.open()) {
                tg.createTask(() -> sleeps());
                sleep(0);
                throw problem;
              }
            });
        assertThat(error).isSameAs(problem);
      });
      assertThat(order).containsExactly("cancelled");
    }

    @Test
    void cancellation_duringJoin_cancelsTheTasks() {
      run(() -> {
        var task =
            createTask(() -> {
              try (var tg = TaskGroup.open()) {
                tg.createTask(() -> sleeps());
                tg.join();
              }
            });
        sleep(0);
        sleep(0);
        task.cancel("outside");
        assertThatThrownBy(() -> await(task))
            .isInstanceOf(CancelledError.class)
            .hasMessage("outside");
      });
      assertThat(order).containsExactly("cancelled");
    }
  }

  /// Python 3.15.
  @Nested
  class Cancel {
    @Test
    void cancel_byTheBody_endsTheGroupWithoutError() {
      run(() -> {
        taskGroup(tg -> {
          tg.createTask(() -> sleeps());
          sleep(0);
          tg.cancel();
          tg.cancel();
          sleeps();
          order.add("never");
        });
        assertThat(currentTask().cancelling()).isZero();
        sleep(0);
        order.add("after");
      });
      assertThat(order).containsExactly("cancelled", "cancelled", "after");
    }

    @Test
    void cancel_byAChild_endsTheOthers() {
      run(() ->
          taskGroup(tg -> {
            tg.createTask(() -> sleeps());
            tg.createTask(tg::cancel);
          }));
      assertThat(order).containsExactly("cancelled");
    }

    @Test
    void cancel_beforeEntry_takesEffectOnEntry() {
      run(() -> {
        var group = new TaskGroup();
        group.cancel();
        group.run(tg -> {
          order.add("body begins");
          sleeps();
          return 1;
        });
        assertThat(currentTask().cancelling()).isZero();
      });
      assertThat(order).containsExactly("body begins", "cancelled");
    }

    @AsyncTest
    void cancel_afterTheEnd_hasNoEffect() {
      var group = new TaskGroup();
      group.run(tg -> 1);
      group.cancel();
      sleep(0);
      assertThat(currentTask().cancelling()).isZero();
    }

    @AsyncTest
    void cancel_withAnErrorDuringCleanup_raisesThat() {
      var error =
          catchThrowable(() ->
              taskGroup(tg -> {
                tg.createTask(() -> {
                  try {
                    sleep(100);
                  } finally {
                    fails();
                  }
                });
                sleep(0);
                tg.cancel();
              }));
      assertThat(errorsOf(error)).containsExactly(problem);
    }

    @AsyncTest
    void cancel_withAnEnclosingTimeoutPending_letsTheTimeoutThrough() {
      assertThatThrownBy(() ->
              timeout(
                  0.001,
                  () -> {
                    taskGroup(tg -> {
                      tg.createTask(() -> {
                        try {
                          sleep(100);
                        } finally {
                          tg.cancel();
                        }
                      });
                      sleep(100);
                    });
                    order.add("goes on"); // must not: the timeout is pending
                    sleep(100);
                  }))
          .isInstanceOf(TimeoutException.class);
      assertThat(currentTask().cancelling()).isZero();
      assertThat(order).isEmpty();
    }

    @Test
    void cancel_byAnEagerChildBeforeItSuspends_cancelsThatToo() {
      run(() -> {
        getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
        taskGroup(tg -> {
          tg.createTask(() -> {
            tg.cancel();
            sleeps();
          });
          sleeps();
        });
        getRunningLoop().setTaskFactory(null);
      });
      assertThat(order).containsExactly("cancelled", "cancelled");
    }

    @Test
    void cancel_ofAnOpenedGroup_cancelsItsTasksButNotTheBody() {
      AsyncTests.run(() -> {
        try (var tg = TaskGroup.open()) {
          tg.createTask(() -> sleeps());
          sleep(0);
          tg.cancel();
          sleep(0.001);
          order.add("body goes on");
          tg.join();
        }
      });
      assertThat(order).containsExactly("cancelled", "body goes on");
    }
  }

  @Test
  void eagerChildren_thatEndAtOnce_areDone() {
    run(() -> {
      getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
      taskGroup(tg -> {
        assertThat(tg.createTask(() -> 1).done()).isTrue();
      });
      var error =
          catchThrowable(() ->
              taskGroup(tg -> {
                tg.createTask(() -> fails());
                sleeps();
              }));
      assertThat(errorsOf(error)).containsExactly(problem);
      getRunningLoop().setTaskFactory(null);
    });
    assertThat(order).containsExactly("cancelled");
  }

  @AsyncTest
  void toString_tellsTheState() {
    var group = new TaskGroup();
    assertThat(group).hasToString("<TaskGroup>");
    group.run(tg -> {
      assertThat(tg).hasToString("<TaskGroup entered>");
      tg.createTask(() -> sleep(0));
      assertThat(tg).hasToString("<TaskGroup tasks=1 entered>");
      return 1;
    });
  }
}
