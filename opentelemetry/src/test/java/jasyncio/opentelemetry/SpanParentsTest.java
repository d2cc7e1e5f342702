package jasyncio.opentelemetry;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.runCoroutineThreadsafe;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.toThread;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;
import static jasyncio.opentelemetry.Spans.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import jasyncio.Action;
import jasyncio.BlockingPolicy;
import jasyncio.Coroutine;
import jasyncio.Future;
import jasyncio.RunOptions;
import jasyncio.StopIteration;
import jasyncio.TaskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Whose child a span is, across everything that has code run elsewhere or later.
@ParameterizedClass
@MethodSource("policies")
class SpanParentsTest {
  static final boolean SCHEDULED =
      System.getProperty("jasyncio.fibers", "scheduled").equals("scheduled");

  private final BlockingPolicy policy;
  private final Spans spans = new Spans();

  SpanParentsTest(BlockingPolicy policy) {
    this.policy = policy;
  }

  static Stream<BlockingPolicy> policies() {
    return SCHEDULED
        ? Stream.of(BlockingPolicy.BLOCK, BlockingPolicy.SWITCH)
        : Stream.of(BlockingPolicy.BLOCK); // the only one there
  }

  @AfterEach
  void nothingIsLeft() {
    spans.close();
    assertThat(Context.current()).isSameAs(Context.root());
  }

  private <X extends Exception> void onLoop(Action<X> main) throws X {
    run(main, RunOptions.defaults().blocking(policy));
  }

  private void markTwice(String name) {
    spans.mark(name + " before");
    sleep(0);
    spans.mark(name + " after");
  }

  @Test
  void await_inASpan_keepsIt() {
    onLoop(() -> spans.in("root", () -> markTwice("child")));
    assertThat(spans.parents())
        .isEqualTo(Map.of("child before", "root", "child after", "root", "root", NOBODY));
  }

  @Test
  void tasks_haveTheSpanInWhichTheyWereMade() {
    onLoop(() -> {
      var task =
          new Object() {
            Future<Void> made;
          };
      spans.in("maker", () -> task.made = createTask(() -> markTwice("task")));
      spans.in("other", () -> await(task.made));
    });
    assertThat(spans.parents())
        .containsEntry("task before", "maker")
        .containsEntry("task after", "maker")
        .containsEntry("other", NOBODY);
  }

  @Test
  void spansOfTasksThatTakeTurns_areNotMixed() {
    onLoop(() ->
        spans.in(
            "root",
            () -> {
              await(
                  gatherActions(
                      () -> spans.in("a", () -> markTwice("of a")),
                      () -> spans.in("b", () -> markTwice("of b")),
                      () -> markTwice("of root")));
              spans.mark("at the end");
            }));
    assertThat(spans.parents())
        .containsEntry("a", "root")
        .containsEntry("b", "root")
        .containsEntry("of a before", "a")
        .containsEntry("of a after", "a")
        .containsEntry("of b before", "b")
        .containsEntry("of b after", "b")
        .containsEntry("of root before", "root")
        .containsEntry("of root after", "root")
        .containsEntry("at the end", "root");
  }

  @Test
  void scopeThatATaskLeavesOpen_isNotSeenByTheNextOneOnItsFiber() {
    onLoop(() -> {
      for (int i = 0; i < 3; i++) { // one after the other, so that fibers are used again
        int n = i;
        await(
            createTask(() -> {
              spans.mark("first of " + n);
              spans.leave("left " + n);
            }));
      }
    });
    assertThat(spans.parents())
        .containsEntry("first of 1", NOBODY)
        .containsEntry("first of 2", NOBODY)
        .containsEntry("left 2", NOBODY);
  }

  @Test
  void scopeThatACallbackLeavesOpen_isNotSeenByTheNextOne() {
    onLoop(() -> {
      var loop = getRunningLoop();
      var done = loop.createFuture();
      loop.callSoon(() -> spans.leave("left"));
      loop.callSoon(() -> spans.mark("next"));
      loop.callSoon(() -> done.setResult(null));
      await(done);
      spans.mark("main");
    });
    assertThat(spans.parents()).isEqualTo(Map.of("left", NOBODY, "next", NOBODY, "main", NOBODY));
  }

  @Test
  void taskGroup_andEagerTasks_haveTheSpanOfTheirMaker() {
    onLoop(() ->
        spans.in(
            "root",
            () ->
                taskGroup(group -> {
                  group.createTask(() -> spans.in("of the group", () -> markTwice("inner")));
                  group.createTask(
                      () -> spans.in("eager", () -> markTwice("of eager")),
                      TaskOptions.defaults().eagerStart(true));
                  spans.mark("beside");
                })));
    assertThat(spans.parents())
        .containsEntry("of the group", "root")
        .containsEntry("inner after", "of the group")
        .containsEntry("eager", "root")
        .containsEntry("of eager after", "eager")
        .containsEntry("beside", "root");
  }

  @Test
  void callbacks_haveTheSpanInWhichTheyWereAdded() {
    onLoop(() -> {
      var loop = getRunningLoop();
      Future<Void> future = loop.createFuture();
      Future<Void> later = loop.createFuture();
      spans.in(
          "adder",
          () -> {
            loop.callSoon(() -> spans.mark("soon"));
            loop.callLater(
                0.001,
                () -> {
                  spans.mark("later");
                  later.setResult(null);
                });
            future.addDoneCallback(f -> spans.mark("done"));
            loop.callSoonThreadsafe(() -> spans.mark("threadsafe"));
          });
      spans.in("other", () -> future.setResult(null));
      await(later);
    });
    assertThat(spans.parents())
        .containsEntry("soon", "adder")
        .containsEntry("later", "adder")
        .containsEntry("done", "adder")
        .containsEntry("threadsafe", "adder");
  }

  @Test
  void toThread_takesTheSpanAlong_andBringsNoneBack() {
    onLoop(() ->
        spans.in(
            "root",
            () -> {
              toThread(() -> {
                spans.in("in the thread", () -> spans.mark("deeper"));
                spans.leave("left");
              });
              spans.mark("back");
              var fresh =
                  new jasyncio.Context(); // the same thread: what was left there is not found
              fresh.run(() -> toThread(() -> spans.mark("next")));
            }));
    assertThat(spans.parents())
        .containsEntry("in the thread", "root")
        .containsEntry("deeper", "in the thread")
        .containsEntry("back", "root")
        .containsEntry("next", NOBODY);
  }

  @Test
  void runInExecutor_takesNoSpanAlong_unlessTheExecutorIsWrapped() {
    try (var executor = Executors.newSingleThreadExecutor()) {
      onLoop(() ->
          spans.in(
              "root",
              () -> {
                var loop = getRunningLoop();
                await(loop.runInExecutor(executor, () -> spans.mark("plain")));
                await(
                    loop.runInExecutor(
                        Context.taskWrapping((Executor) executor), () -> spans.mark("wrapped")));
                await(loop.runInExecutor(executor, () -> spans.mark("plain again")));
              }));
    }
    assertThat(spans.parents())
        .containsEntry("plain", NOBODY)
        .containsEntry("wrapped", "root")
        .containsEntry("plain again", NOBODY);
  }

  @Test
  void generators_haveTheSpanOfWhoeverDrivesThem() {
    onLoop(() -> {
      var numbers =
          generator(g -> {
            spans.mark("first item");
            g.yield(1);
            spans.mark("second item");
            g.yield(2);
          });
      spans.in("one", numbers::next);
      spans.in("two", numbers::next);
      numbers.close();
      spans.in(
          "loop",
          () -> {
            var items =
                asyncGenerator(g -> {
                  spans.in("inside", () -> markTwice("generator"));
                  g.yield(1);
                  sleep(0);
                  spans.mark("generator's end");
                });
            for (var _ : items) {
              spans.mark("body");
            }
          });
    });
    assertThat(spans.parents())
        .containsEntry("first item", "one")
        .containsEntry("second item", "two")
        .containsEntry("inside", "loop")
        .containsEntry("generator after", "inside")
        .containsEntry("body", "loop")
        .containsEntry("generator's end", "loop");
  }

  @Test
  void coroutines_haveTheSpanOfWhoeverAwaitsThem() {
    onLoop(() -> {
      var made = new ArrayList<Coroutine<Void>>();
      spans.in("maker", () -> made.add(coroutine(() -> markTwice("coroutine"))));
      spans.in("awaiter", () -> await(made.getFirst()));
    });
    assertThat(spans.parents())
        .containsEntry("coroutine before", "awaiter")
        .containsEntry("coroutine after", "awaiter");
  }

  @Test
  void coroutine_drivenWithoutALoop_hasTheSpanOfItsDriver() {
    var body = coroutine(() -> spans.mark("driven"));
    spans.in(
        "driver",
        () -> {
          try {
            body.send(null);
          } catch (StopIteration e) {
            spans.mark("ended");
          }
        });
    assertThat(spans.parents()).containsEntry("driven", "driver").containsEntry("ended", "driver");
  }

  @Test
  void run_takesTheSpanOfItsThread_andBringsNoneBack() {
    spans.in(
        "thread",
        () -> {
          onLoop(() -> {
            spans.mark("main");
            await(createTask(() -> spans.mark("task")));
            spans.leave("left");
          });
          spans.mark("afterwards");
        });
    spans.mark("outside");
    assertThat(spans.parents())
        .containsEntry("main", "thread")
        .containsEntry("task", "thread")
        .containsEntry("afterwards", "thread")
        .containsEntry("outside", NOBODY);
  }

  @Test
  void threadsThatHandSomethingOver_takeTheirSpanAlong() throws Exception {
    onLoop(() ->
        spans.in(
            "main",
            () -> {
              var loop = getRunningLoop();
              var fresh = new jasyncio.Context();
              fresh.run(() ->
                  toThread(() ->
                      spans.in(
                          "thread",
                          () -> runCoroutineThreadsafe(() -> markTwice("coroutine"), loop).get())));
            }));
    assertThat(spans.parents())
        .containsEntry("thread", NOBODY)
        .containsEntry("coroutine before", "thread")
        .containsEntry("coroutine after", "thread");
  }

  @Test
  void threads_thatTheProgramStarts_beginWithoutASpan() {
    onLoop(() ->
        spans.in(
            "root",
            () -> {
              var loop = getRunningLoop();
              for (var kind : List.of("platform", "virtual")) {
                Future<Void> ended = loop.createFuture();
                var thread = kind.equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform();
                thread.start(() -> {
                  spans.mark(kind);
                  loop.callSoonThreadsafe(() -> ended.setResult(null));
                });
                await(ended);
              }
            }));
    assertThat(spans.parents())
        .isEqualTo(Map.of("platform", NOBODY, "virtual", NOBODY, "root", NOBODY));
  }

  @Test
  void tasksThatBlock_underSwitch_seeTheirOwnSpan() throws Exception {
    assumeTrue(policy == BlockingPolicy.SWITCH);
    var go = new Semaphore(0);
    var swap = new Exchanger<String>();
    onLoop(() ->
        await(
            gatherActions(
                () ->
                    spans.in(
                        "a",
                        () -> {
                          go.acquire(); // blocks, and b runs on the same loop
                          spans.mark("a released");
                          assertThat(swap.exchange("from a")).isEqualTo("from b");
                          spans.mark("a swapped");
                        }),
                () ->
                    spans.in(
                        "b",
                        () -> {
                          spans.mark("b begun");
                          go.release();
                          assertThat(swap.exchange("from b")).isEqualTo("from a");
                          spans.mark("b swapped");
                        }))));
    assertThat(spans.parents())
        .containsEntry("a released", "a")
        .containsEntry("a swapped", "a")
        .containsEntry("b begun", "b")
        .containsEntry("b swapped", "b")
        .containsEntry("b", NOBODY);
  }

  @Test
  void eagerTaskThatBlocks_underSwitch_leavesItsMakersSpan() {
    assumeTrue(policy == BlockingPolicy.SWITCH);
    var go = new Semaphore(0);
    onLoop(() ->
        spans.in(
            "maker",
            () -> {
              var task =
                  createTask(
                      () ->
                          spans.in(
                              "eager",
                              () -> {
                                go.acquire(); // blocks, and its maker goes on
                                spans.mark("of eager");
                              }),
                      TaskOptions.defaults().eagerStart(true));
              spans.mark("of maker");
              go.release();
              await(task);
              spans.mark("of maker later");
            }));
    assertThat(spans.parents())
        .containsEntry("eager", "maker")
        .containsEntry("of eager", "eager")
        .containsEntry("of maker", "maker")
        .containsEntry("of maker later", "maker");
  }

  @Test
  void baggage_isTakenAlongLikeASpan() {
    onLoop(() -> {
      var baggage = Baggage.builder().put("user", "alice").build();
      try (var _ = baggage.makeCurrent()) {
        await(
            createTask(() -> {
              sleep(0);
              assertThat(Baggage.current().getEntryValue("user")).isEqualTo("alice");
            }));
      }
      assertThat(Baggage.current().isEmpty()).isTrue();
    });
  }
}
