package jasyncio.cpython;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.ExceptionGroup;
import jasyncio.KeyboardInterrupt;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What CPython's test_taskgroups.py asserts and nothing else here does. All of it holds for eager
/// tasks, too.
@Timeout(600)
class CPythonTaskGroupsTest {
  private final List<Object> order = new ArrayList<>();

  @SuppressWarnings("serial") // never serialised
  private static final class Crash extends RuntimeException {}

  @SuppressWarnings("serial") // never serialised
  private static final class Other extends RuntimeException {}

  @SuppressWarnings("serial") // never serialised
  private static final class BaseError extends Error {}

  private static void runWith(boolean eager, Action<?> main) throws Exception {
    AsyncTests.run(() -> {
      getRunningLoop().setTaskFactory(eager ? Asyncio.eagerTaskFactory() : null);
      main.run();
    });
  }

  private static void crashSoon() {
    sleep(0);
    sleep(0);
    throw new Crash();
  }

  private static void crashWhenCancelled() {
    try {
      sleep(10);
    } finally {
      throwCrash();
    }
  }

  private static void throwCrash() {
    throw new Crash();
  }

  /// Cancels `runner` while it waits, and gives what comes out.
  private static ExceptionGroup cancelled(Action<?> runner) {
    var task = createTask(runner);
    for (int i = 0; i < 4; i++) {
      sleep(0);
    }
    assertThat(task.done()).isFalse();
    task.cancel();
    return catchThrowableOfType(ExceptionGroup.class, task::await);
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_11, test_taskgroup_12
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelFromOutside_withErrorsInTheInnerGroup_isAGroupInAGroup(boolean eager)
      throws Exception {
    runWith(
        eager,
        () -> {
          for (boolean sibling : List.of(false, true)) {
            var group =
                cancelled(() ->
                    taskGroup(outer -> {
                      if (sibling) {
                        outer.createTask(() -> sleep(10));
                      }
                      taskGroup(inner -> {
                        for (int i = 0; i < 5; i++) {
                          inner.createTask(() -> crashWhenCancelled());
                        }
                        sleep(10);
                      });
                    }));
            assertThat(group.exceptions())
                .singleElement()
                .isInstanceOfSatisfying(
                    ExceptionGroup.class,
                    inside ->
                        assertThat(inside.exceptions())
                            .hasSize(5)
                            .hasOnlyElementsOfType(Crash.class));
          }
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_15, test_taskgroup_16
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void childThatFailsWhileACancelledBodyCleansUp_isInTheGroup(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          Action<?> runner =
              () ->
                  taskGroup(tg -> {
                    var go = new Event();
                    tg.createTask(() -> {
                      go.await();
                      throw new Crash();
                    });
                    try {
                      sleep(10);
                    } catch (CancelledError e) {
                      go.set();
                      sleep(0.005);
                      throw e;
                    }
                  });
          assertThat(cancelled(runner).exceptions()).singleElement().isInstanceOf(Crash.class);
          var nested = cancelled(() -> createTask(runner).await());
          assertThat(nested.exceptions()).singleElement().isInstanceOf(Crash.class);
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_18
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bodyThatTurnsItsCancellationIntoAnError_raisesThat(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          var group =
              cancelled(() ->
                  taskGroup(tg -> {
                    try {
                      sleep(10);
                    } catch (CancelledError e) {
                      order.add("cancelled");
                      throw new Other();
                    }
                  }));
          assertThat(group.exceptions()).singleElement().isInstanceOf(Other.class);
          assertThat(order).containsExactly("cancelled");
        });
  }

  private static void crashesWithABodyThatThrows(Throwable error) {
    taskGroup(tg -> {
      tg.createTask(() -> crashSoon());
      try {
        sleep(10);
      } finally {
        CPythonTaskGroupsTest.<RuntimeException>sneak(error);
      }
    });
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable error) throws X {
    throw (X) error;
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_19, test_taskgroup_20a,
  // test_taskgroup_context_manager_exit_raises
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errorsOfAChildAndOfTheBodyItCancelled_areBothInTheGroup(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          for (var error : List.of(new Other(), new BaseError())) {
            assertThatThrownBy(() -> crashesWithABodyThatThrows(error))
                .isInstanceOfSatisfying(
                    ExceptionGroup.class,
                    group -> {
                      assertThat(group.exceptions()).hasSize(2).contains(error);
                      assertThat(group.exceptions()).hasAtLeastOneElementOfType(Crash.class);
                    });
            assertThat(currentTask().cancelling()).isZero();
          }
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_20
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keyboardInterruptOfTheBodyAfterAChildFailed_comesOutBare(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          getRunningLoop()
              .setExceptionHandler((l, error) -> {}); // from 3.15 on the other one is told
          assertThatThrownBy(() -> crashesWithABodyThatThrows(new KeyboardInterrupt()))
              .isInstanceOf(KeyboardInterrupt.class);
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_21a
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void baseErrorOfAChildAndAnErrorOfTheBody_areBothInTheGroup(boolean eager) throws Exception {
    runWith(
        eager,
        () ->
            assertThatThrownBy(() ->
                    taskGroup(tg -> {
                      tg.createTask(() -> {
                        sleep(0);
                        throw new BaseError();
                      });
                      try {
                        sleep(10);
                      } finally {
                        throwCrash();
                      }
                    }))
                .isInstanceOfSatisfying(
                    ExceptionGroup.class,
                    group ->
                        assertThat(group.exceptions())
                            .extracting(e -> (Object) e.getClass())
                            .containsExactly(BaseError.class, Crash.class)));
  }

  private void hydra(jasyncio.TaskGroup tg) {
    order.add("head");
    sleep(0);
    tg.createTask(() -> hydra(tg));
    tg.createTask(() -> hydra(tg));
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_25
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void childrenThatMultiply_areAllCancelled(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          assertThatThrownBy(() ->
                  taskGroup(tg -> {
                    tg.createTask(() -> hydra(tg));
                    tg.createTask(() -> {
                      while (order.size() < 10) {
                        sleep(0);
                      }
                      throw new Crash();
                    });
                  }))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  group -> assertThat(group.subgroup(Crash.class)).isNotNull());
          assertThat(order).hasSizeGreaterThanOrEqualTo(10);
          assertThat(Asyncio.allTasks()).containsExactly(currentTask());
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_nested_groups_both_cancelled
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoNestedGroupsThatFailAtOnce_cancelTheTaskOnce(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          assertThatThrownBy(() ->
                  taskGroup(outer -> {
                    try {
                      taskGroup(inner -> {
                        inner.createTask(() -> {
                          sleep(0);
                          throw new Crash();
                        });
                        outer.createTask(() -> {
                          sleep(0);
                          throw new Other();
                        });
                      });
                      order.add("never");
                    } catch (ExceptionGroup e) {
                      assertThat(e.exceptions()).singleElement().isInstanceOf(Crash.class);
                    }
                    order.add(currentTask().cancelling());
                  }))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  group ->
                      assertThat(group.exceptions()).singleElement().isInstanceOf(Other.class));
          assertThat(order).containsExactly(1);
          assertThat(currentTask().cancelling()).isZero();
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_error_and_cancel
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelFromOutsideAndAnError_bothArrive(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          var event = new Event();
          var task =
              createTask(() -> {
                try {
                  taskGroup(tg -> {
                    tg.createTask(() -> {
                      event.set();
                      sleep(0);
                      throw new Crash();
                    });
                    sleep(1);
                    order.add("never");
                  });
                } catch (ExceptionGroup e) {
                  order.add(currentTask().cancelling());
                }
                order.add(currentTask().cancelling());
                sleep(1);
                order.add("never");
              });
          event.await();
          assertThat(task.cancelling()).isZero();
          task.cancel();
          assertThat(task.cancelling()).isEqualTo(1);
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          assertThat(task.cancelled()).isTrue();
          assertThat(order).containsExactly(1, 1);
        });
  }

  // CPython: test_taskgroups.BaseTestTaskGroup.test_cancels_task_if_created_during_creation
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void taskWhoseCreatorsChildFailsAtOnce_isCancelled(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          assertThatThrownBy(() ->
                  taskGroup(tg ->
                      tg.createTask(() -> {
                        tg.createTask(() -> throwCrash());
                        assertThatThrownBy(
                                () -> {
                                  sleep(0); // eager tasks are cancelled here
                                  sleep(0); // others here
                                })
                            .isInstanceOf(CancelledError.class);
                        order.add("ran");
                      })))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  group ->
                      assertThat(group.exceptions()).singleElement().isInstanceOf(Crash.class));
          assertThat(order).containsExactly("ran");
        });
  }

  // CPython: test_taskgroups.BaseTestTaskGroup.test_cancellation_does_not_leak_out_of_tg
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancellationByTheGroup_doesNotLeakOutOfIt(boolean eager) throws Exception {
    runWith(
        eager,
        () -> {
          assertThatThrownBy(() -> taskGroup(tg -> tg.createTask(() -> throwCrash())))
              .isInstanceOf(ExceptionGroup.class);
          assertThat(currentTask().cancelling()).isZero();
          sleep(0);
        });
  }

  /// The same kind as the first one above: an error of the body that is known before another
  /// cancellation comes is not lost to that.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelFromOutside_whileTheGroupEndsAfterAnErrorOfItsBody_keepsThat(boolean eager)
      throws Exception {
    runWith(
        eager,
        () -> {
          var end = new Event();
          var task =
              createTask(() ->
                  taskGroup(tg -> {
                    tg.createTask(() -> {
                      try {
                        sleep(10);
                      } catch (CancelledError e) {
                        end.await();
                      }
                    });
                    sleep(0);
                    throw new Other();
                  }));
          for (int i = 0; i < 4; i++) {
            sleep(0);
          }
          task.cancel();
          sleep(0);
          end.set();
          assertThatThrownBy(task::await)
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  group ->
                      assertThat(group.exceptions()).singleElement().isInstanceOf(Other.class));
        });
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_23
  @Test
  void childrenThatAreDone_areForgottenByTheirGroup() {
    run(() ->
        taskGroup(tg -> {
          for (int i = 0; i < 10; i++) {
            tg.createTask(() -> sleep(0));
          }
          assertThat(tg.toString()).contains("tasks=10");
          sleep(0);
          sleep(0);
          sleep(0);
          assertThat(tg.toString()).doesNotContain("tasks=");
        }));
  }

  // CPython: test_taskgroups.TestTaskGroup.test_taskgroup_09, test_taskgroup_10 (checked errors)
  @Test
  void checkedErrorOfTheBody_isInTheGroup() {
    var problem = new IOException();
    run(() ->
        assertThatThrownBy(() ->
                taskGroup(tg -> {
                  tg.createTask(() -> sleep(10));
                  throw problem;
                }))
            .isInstanceOfSatisfying(
                ExceptionGroup.class,
                group -> assertThat(group.exceptions()).singleElement().isSameAs(problem)));
  }
}
