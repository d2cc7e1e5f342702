package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.timeoutAt;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.lowlevel.Lowlevel;
import jasyncio.testing.CancelEverywhere.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait of the package `jasyncio` itself, cancelled everywhere.
@Tag("slow")
class CancelCoreTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(sleeping());
    all.addAll(awaiting());
    all.addAll(several());
    all.addAll(completed());
    all.addAll(limits());
    all.addAll(groups());
    all.addAll(threads());
    all.addAll(loops());
    all.addAll(lists());
    return all;
  }

  // ---- sleep ------------------------------------------------------------------------------------

  private static List<Scenario> sleeping() {
    return List.of(
        scenario(
            "Asyncio.sleep",
            "in all forms",
            run -> {
              run.victim(() -> {
                sleep(0);
                sleep(1);
                sleep(Duration.ofSeconds(1));
                run.got(sleep(1, "a") + sleep(Duration.ofMillis(1), "b"));
              });
              run.other(() -> sleep(1)); // due at the same time
              run.other(() -> {
                sleep(0);
                sleep(2);
              });
            }),
        scenario(
            "Asyncio.sleep",
            "beside a callback that is due at the same time",
            run -> {
              run.later(1, () -> run.got("before"));
              run.inLine(2, 0, () -> sleep(1));
              run.later(1, () -> run.got("after"));
            }));
  }

  // ---- await ------------------------------------------------------------------------------------

  private static void finish(Future<String> future, String value) {
    if (!future.done()) {
      future.setResult(value);
    }
  }

  private static List<Scenario> awaiting() {
    return List.of(
        scenario(
            "Asyncio.await Future.await",
            "a future",
            run -> {
              var future = run.watch(run.loop().<String>createFuture());
              run.victim(() -> run.got(future.cancelled() ? "" : await(future)));
              run.other(() -> {
                sleep(0);
                finish(future, "a");
              });
            }),
        scenario(
            "Asyncio.shield",
            "one future, awaited by several",
            run -> {
              var future = run.watch(run.loop().<String>createFuture());
              run.inLine(3, 1, () -> run.got(await(shield(future))));
              run.other(() -> {
                sleep(0);
                future.setResult("a");
              });
              run.atEnd(() -> {
                assertThat(future.cancelled()).isFalse();
                finish(future, "a");
              });
            }),
        scenario(
                "Asyncio.shield",
                "a failing one: who shields gets the error, or it is reported",
                run -> {
                  var failure = new IllegalStateException("lost?");
                  var future = run.loop().<String>createFuture();
                  run.victim(() -> {
                    try {
                      await(shield(future));
                    } catch (IllegalStateException e) {
                      run.got("error");
                    }
                  });
                  run.other(() -> {
                    sleep(0);
                    future.setException(failure);
                  });
                  run.atEnd(() -> {
                    if (run.begun()) { // else nobody has looked after the future
                      LoopAccess.get().reportForgotten(run.loop(), _ -> {});
                      sleep(0);
                      assertThat(run.got().size() + run.expected()).isEqualTo(1);
                    }
                  });
                })
            .expecting(e -> e.exception() instanceof IllegalStateException)
            .without(Way.GO_ON, Way.OTHERS), // two shields; none
        scenario(
            "Asyncio.shield",
            "a body that goes on",
            run -> {
              run.victim(() ->
                  shield(
                          () -> {
                            sleep(0);
                            sleep(1);
                            run.got("went on");
                          })
                      .await());
              run.atEnd(() -> {
                sleep(2);
                assertThat(run.got().size()).isIn(0, 1, 2);
              });
            }),
        scenario(
            "Asyncio.await Task.await Coroutine.await Awaitable.await",
            "a task, a coroutine, a lambda",
            run -> {
              run.victim(() -> {
                run.got(await(createTask(() -> sleep(1, "task"))));
                run.got(await(coroutine(() -> sleep(1, "coroutine"))));
                run.got(coroutine(() -> sleep(0, "coroutine")).await());
                run.got(await(() -> sleep(1, "lambda")));
              });
            }),
        scenario(
            "Asyncio.await Future.await",
            "a task that cleans up for a while",
            run -> {
              run.victim(() ->
                  await(
                      createTask(() -> {
                        try {
                          sleep(1);
                        } finally {
                          sleep(0);
                          sleep(1);
                          run.got("cleaned up");
                        }
                      })));
            }),
        scenario(
            "Asyncio.await",
            "a CompletableFuture and a CompletionStage",
            run -> {
              run.victim(() -> {
                var future = new CompletableFuture<String>();
                createTask(() -> {
                  sleep(1);
                  future.complete("a");
                });
                run.got(await(future));
                var stage = new CompletableFuture<String>();
                createTask(() -> {
                  sleep(0);
                  stage.complete("b");
                });
                run.got(await(stage.minimalCompletionStage()));
              });
            }),
        scenario(
                "Asyncio.await",
                "a future of the JDK's that another thread has to wait for",
                run -> {
                  var task = new FutureTask<>(() -> "a");
                  run.victim(() -> {
                    if (!task.isCancelled()) {
                      run.got(await((java.util.concurrent.Future<String>) task));
                    }
                  });
                  run.other(() -> {
                    sleep(0);
                    task.run();
                  });
                })
            .asExternal());
  }

  // ---- several at once --------------------------------------------------------------------------

  private static List<Scenario> several() {
    return List.of(
        scenario(
            "Asyncio.gather Asyncio.gatherActions",
            "children that take different times",
            run -> {
              run.victim(() -> {
                run.got(await(gather(() -> sleep(1, "a"), () -> sleep(0, "b"))));
                await(Asyncio.gatherActions(() -> sleep(0), () -> sleep(1)));
              });
            }),
        scenario(
            "Asyncio.gather",
            "children that clean up, errors returned",
            run -> {
              run.victim(() -> {
                Awaitable<String, ?> child =
                    () -> {
                      try {
                        return sleep(1, "a");
                      } finally {
                        sleep(0);
                      }
                    };
                run.got(await(gather(Asyncio.RETURN_EXCEPTIONS, child, child)));
              });
            }),
        scenario(
                "Asyncio.gather",
                "a child fails",
                run -> {
                  run.victim(() -> {
                    try {
                      await(
                          gather(
                              () -> sleep(1, "a"),
                              () -> {
                                sleep(0);
                                throw new IllegalStateException("child");
                              }));
                    } catch (IllegalStateException e) {
                      run.got(e.getMessage());
                      if (Asyncio.currentTask().cancelling() > 0) {
                        throw new CancelledError(); // the error came in place of it, as in asyncio
                      }
                    }
                    sleep(1);
                  });
                })
            .expecting(e -> e.exception() instanceof IllegalStateException),
        scenario(
            "Asyncio.wait",
            "all, of futures that others finish",
            run -> {
              var a = run.watch(run.loop().<String>createFuture());
              var b = run.watch(run.loop().<String>createFuture());
              run.inLine(2, 0, () -> run.got(Asyncio.wait(List.of(a, b)).done().size()));
              run.other(() -> {
                sleep(0);
                a.setResult("a");
                sleep(1);
                b.setResult("b");
              });
              run.atEnd(() -> {
                if (run.othersUndisturbed()) {
                  assertThat(a.done() && b.done() && !a.cancelled() && !b.cancelled()).isTrue();
                }
              });
            }),
        scenario(
            "Asyncio.wait",
            "the first, or until the time is over",
            run -> {
              var a = run.watch(run.loop().<String>createFuture());
              var b = run.watch(run.loop().<String>createFuture());
              run.inLine(
                  2,
                  1,
                  () -> {
                    run.got(Asyncio.wait(List.of(a, b), Asyncio.FIRST_COMPLETED).done().size());
                    run.got(Asyncio.wait(List.of(a, b), 1).done().size());
                    Asyncio.wait(List.of(a, b), Duration.ofSeconds(5), Asyncio.FIRST_EXCEPTION);
                  });
              run.other(() -> {
                sleep(0);
                a.setResult("a");
                sleep(3);
                b.setResult("b");
              });
              run.atEnd(() -> assertThat(a.cancelled() || b.cancelled()).isFalse());
            }));
  }

  private static List<Scenario> completed() {
    return List.of(
        scenario(
            "Asyncio.asCompleted AsCompleted.iterator",
            "the plain form, one that takes what comes",
            run -> {
              var a = run.watch(run.loop().<String>createFuture());
              var b = run.watch(run.loop().<String>createFuture());
              var items = run.watch(asCompleted(List.of(a, b), 100));
              var left = items.iterator();
              run.victim(() -> {
                while (run.got().size() < 2 && left.hasNext()) {
                  run.got(await(left.next()));
                }
              });
              run.other(() -> {
                sleep(0);
                a.setResult("a");
                sleep(0);
                b.setResult("b");
              });
              run.atEnd(() -> {
                if (run.succeeded() && run.othersUndisturbed()) {
                  // an item that it was too late for comes with the next await
                  assertThat(run.got()).startsWith("a");
                }
              });
            }),
        scenario(
                "AsCompleted.async",
                "one item for two that iterate, the next one much later",
                run -> {
                  var a = run.watch(run.loop().<String>createFuture());
                  var b = run.watch(run.loop().<String>createFuture());
                  var items = run.watch(asCompleted(List.of(a, b))).async().iterator();
                  run.victim(() -> run.got(items.next().result()));
                  run.other(() -> run.got(items.next().result()));
                  run.other(() -> {
                    sleep(0);
                    a.setResult("a");
                    sleep(5);
                    if (run.othersUndisturbed()) {
                      assertThat(run.got()).containsExactly("a");
                    }
                    b.setResult("b");
                  });
                })
            .without(Way.GO_ON, Way.OTHERS), // takes one more; the item never comes
        scenario(
                "Asyncio.asCompleted AsCompleted.async",
                "two iterate, each item goes to one",
                run -> {
                  var a = run.watch(run.loop().<String>createFuture());
                  var b = run.watch(run.loop().<String>createFuture());
                  var items = run.watch(asCompleted(List.of(a, b), 100)).async().iterator();
                  run.victim(() -> run.got(items.next().result()));
                  run.other(() -> run.got(items.next().result()));
                  run.other(() -> {
                    sleep(0);
                    a.setResult("a");
                    sleep(0);
                    b.setResult("b");
                  });
                  run.atEnd(() -> {
                    if (run.othersUndisturbed()) {
                      assertThat(run.got()).hasSize(run.succeeded() ? 2 : 1);
                    }
                    a.cancel();
                    b.cancel();
                  });
                })
            .without(Way.GO_ON), // takes one more
        scenario(
                "Asyncio.asCompleted AsCompleted.async",
                "the time is over",
                run -> {
                  var a = run.watch(run.loop().<String>createFuture());
                  var items = run.watch(asCompleted(List.of(a), 1)).async().iterator();
                  run.victim(() -> {
                    try {
                      items.next();
                    } catch (Exception e) {
                      run.got(e.getClass());
                    }
                  });
                  run.atEnd(a::cancel);
                })
            .without(Way.GO_ON));
  }

  // ---- time limits ------------------------------------------------------------------------------

  private static List<Scenario> limits() {
    return List.of(
        scenario(
            "Asyncio.waitFor",
            "in time, and not",
            run -> {
              run.victim(() -> {
                run.got(waitFor(() -> sleep(1, "a"), 5));
                waitFor(() -> sleep(0), Duration.ofSeconds(5));
                try {
                  waitFor(
                      () -> {
                        try {
                          sleep(5);
                        } finally {
                          sleep(0);
                        }
                      },
                      1);
                } catch (TimeoutException e) {
                  run.got("late");
                }
              });
            }),
        scenario(
            "Asyncio.waitFor",
            "no time at all",
            run -> {
              run.victim(() -> {
                try {
                  waitFor(
                      createTask(() -> {
                        try {
                          sleep(5);
                        } finally {
                          sleep(0);
                        }
                      }),
                      0);
                } catch (TimeoutException e) {
                  run.got("late");
                }
              });
            }),
        scenario(
            "Asyncio.timeout Asyncio.timeoutAt Timeout.run",
            "nested, the inner one is over first",
            run -> {
              run.victim(() ->
                  timeout(
                      10,
                      () -> {
                        try {
                          timeoutAt(run.loop().time() + 1, () -> sleep(5));
                        } catch (TimeoutException e) {
                          run.got("late");
                        }
                        Timeout.after(1).run(() -> sleep(0));
                        timeout(Duration.ofSeconds(1), () -> sleep(0));
                      }));
            }),
        scenario(
            "Asyncio.timeout",
            "is over at the moment when the body is",
            run -> {
              run.victim(() -> {
                try {
                  timeout(1, () -> sleep(1));
                  run.got("in time");
                } catch (TimeoutException e) {
                  run.got("late");
                }
                sleep(0);
              });
            }));
  }

  // ---- groups -----------------------------------------------------------------------------------

  private static List<Scenario> groups() {
    return List.of(
        scenario(
            "Asyncio.taskGroup TaskGroup.run",
            "children that clean up for a while",
            run -> {
              run.victim(() -> {
                taskGroup(group -> {
                  group.createTask(() -> cleanUp(run));
                  group.createTask(() -> sleep(1));
                  sleep(0);
                  sleep(1);
                });
                sleep(0);
              });
            }),
        scenario(
            "Asyncio.taskGroup TaskGroup.cancel",
            "a group that is cancelled from inside",
            run -> {
              run.victim(() -> {
                taskGroup(group -> {
                  group.createTask(() -> cleanUp(run));
                  sleep(0);
                  group.cancel();
                  sleep(1);
                });
                sleep(0);
              });
            }),
        scenario(
            "TaskGroup.start",
            "a task that is ready after a while, and goes on",
            run -> {
              run.victim(() -> {
                taskGroup(group -> {
                  var value =
                      group.start((TaskGroup.Readiness<String> ready) -> {
                        sleep(0);
                        ready.started("ready");
                        cleanUp(run);
                      });
                  run.got(value);
                  sleep(0);
                  group.cancel();
                });
                sleep(0);
              });
            }),
        scenario(
            "TaskGroup.start",
            "the body fails before it is ready",
            run -> {
              run.victim(() -> {
                try {
                  taskGroup(group -> {
                    try {
                      group.start(_ -> {
                        sleep(0);
                        throw new IllegalStateException("not ready");
                      });
                    } catch (IllegalStateException e) {
                      run.got("failed");
                    }
                    sleep(0);
                  });
                } catch (ExceptionGroup e) { // it failed after the starter was cancelled
                  assertThat(run.got()).isEmpty();
                }
                sleep(0);
              });
            }),
        scenario(
            "TaskGroup.join TaskGroup.close TaskGroup.open",
            "in a try statement",
            run -> {
              run.victim(() -> {
                try (var group = TaskGroup.open()) {
                  group.createTask(() -> cleanUp(run));
                  group.createTask(() -> sleep(0));
                  sleep(0);
                  group.join();
                }
                try (var group = TaskGroup.open()) {
                  group.createTask(() -> cleanUp(run));
                  sleep(0);
                }
                sleep(0);
              });
            }),
        scenario(
            "Asyncio.taskGroup",
            "a child fails: its error comes out, also beside a cancellation",
            run -> {
              run.victim(() -> {
                try {
                  taskGroup(group -> {
                    group.createTask(() -> {
                      sleep(0);
                      throw new IllegalStateException("child");
                    });
                    group.createTask(() -> cleanUp(run));
                    sleep(5);
                  });
                } catch (ExceptionGroup e) {
                  run.got("error");
                }
                sleep(0);
              });
            }));
  }

  private static void cleanUp(Run run) {
    try {
      sleep(1);
    } finally {
      sleep(0);
      run.got("cleaned up");
    }
  }

  // ---- threads ----------------------------------------------------------------------------------

  private static List<Scenario> threads() {
    return List.of(
        scenario(
            "Asyncio.toThread EventLoop.runInExecutor",
            "the result comes",
            run -> {
              run.victim(() -> {
                run.got(toThread(() -> "a"));
                run.got(await(run.loop().runInExecutor(null, () -> "b")));
                run.got(await(run.loop().runInExecutor(() -> "c")));
                toThread(() -> {});
              });
              run.other(() -> {
                toThread(() -> {});
                sleep(1);
              });
            }),
        scenario(
                "EventLoop.shutdownDefaultExecutor",
                "beside calls that wait",
                run -> {
                  run.other(() -> toThread(() -> run.got("done")));
                  run.victim(() -> run.loop().shutdownDefaultExecutor());
                })
            .asExternal(),
        scenario(
            "EventLoop.shutdownAsyncgens",
            "one that cleans up",
            run -> {
              Action<RuntimeException> generator =
                  () -> {
                    run.got("begun");
                    try {
                      sleep(1);
                    } finally {
                      sleep(0);
                    }
                  };
              Lowlevel.registerAsyncgen(run.loop(), generator, generator);
              run.victim(() -> run.loop().shutdownAsyncgens());
              run.atEnd(() -> {
                run.loop().shutdownAsyncgens();
                assertThat(run.got()).isNotEmpty();
              });
            }));
  }

  // ---- other loops ------------------------------------------------------------------------------

  private static List<Scenario> loops() {
    return List.of(
        scenario(
                "LoopGroup.callEach Future.await",
                "calls on other loops, which end there before they are cancelled here",
                run -> {
                  var group = run.closing(LoopGroup.open(2));
                  Action<?> there = () -> sleep(0);
                  run.victim(() -> {
                    run.got(await(group.submit(() -> "a")));
                    group.callEach(there);
                    assertThat(group.loops()).allMatch(loop -> loop.calls.size() < 2);
                  });
                  run.other(() -> await(group.submit(there)));
                  run.atEnd(
                      () -> assertThat(group.loops()).allMatch(loop -> loop.calls.size() == 0));
                })
            .asExternal(),
        scenario(
                "LoopGroup.close",
                "two wait for a task that cleans up",
                run -> {
                  var group = LoopGroup.open(1);
                  group.submit(() -> {
                    try {
                      sleep(100);
                    } finally {
                      sleep(0);
                    }
                  });
                  run.inLine(
                      2,
                      0,
                      () -> {
                        group.close();
                        sleep(0); // where a cancellation arrives
                      });
                  run.atEnd(() -> {
                    group.close();
                    assertThat(group.loops()).allMatch(EventLoop::isClosed);
                  });
                })
            .asExternal());
  }

  // ---- wait lists -------------------------------------------------------------------------------

  private static List<Scenario> lists() {
    return List.of(
        scenario(
            "Place.await",
            "as its documentation shows it",
            run -> {
              var list = run.watch(new WaitList("<Gate>"));
              run.inLine(
                  3,
                  0,
                  () -> {
                    var place = list.enter();
                    try {
                      place.await();
                      run.got("woken");
                    } catch (Throwable e) {
                      if (place.woken()) {
                        list.wakeFirst();
                      }
                      throw e;
                    } finally {
                      place.leave();
                    }
                  });
              run.other(() -> {
                for (int i = 0; i < 3; i++) {
                  sleep(0);
                  list.wakeFirst();
                }
                sleep(1);
                list.wakeAll();
              });
            }));
  }
}
