package jasyncio.generator;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.twoWayAsyncGenerator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Coroutine.State;
import jasyncio.GeneratorExit;
import jasyncio.Logs;
import jasyncio.StopIteration;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(600)
class AsyncGeneratorTest {

  private static AsyncGenerator<Integer> ticker(int n, List<String> order) {
    return asyncGenerator(
        "ticker",
        g -> {
          try {
            for (int i = 0; i < n; i++) {
              sleep(0);
              g.yield(i);
            }
          } finally {
            order.add("cleaning up");
            sleep(0);
            order.add("cleaned up");
          }
        });
  }

  @Test
  void iteration_suspendsWhileTheBodyAwaits() {
    var order = new ArrayList<String>();
    run(() -> {
      var other =
          createTask(() -> {
            for (int i = 0; i < 3; i++) {
              order.add("other");
              sleep(0);
            }
          });
      for (int i : ticker(3, order)) {
        order.add("item " + i);
      }
      await(other);
    });
    assertThat(order)
        .containsExactly(
            "other", "item 0", "other", "item 1", "other", "item 2", "cleaning up", "cleaned up");
  }

  @AsyncTest
  void next_atTheEnd_throwsStopAsyncIteration() {
    var ticker = ticker(1, new ArrayList<>());
    assertThat(ticker.next()).isZero();
    assertThatThrownBy(ticker::next)
        .isInstanceOf(StopAsyncIteration.class)
        .isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(ticker::next).isInstanceOf(StopAsyncIteration.class);
  }

  @Test
  void description_namesIt() {
    assertThat((Object) ticker(1, List.of())).hasToString("<async_generator object ticker>");
  }

  @AsyncTest
  void asend_isWhatYieldGives() {
    TwoWayAsyncGenerator<String, Integer> generator =
        twoWayAsyncGenerator(g -> {
          var got = g.yield("ready");
          sleep(0);
          g.yield("got " + got);
        });
    assertThatIllegalArgumentException()
        .isThrownBy(() -> generator.asend(1))
        .withMessageStartingWith("can't send non-None value to a just-started async generator");
    assertThat(generator.asend(null)).isEqualTo("ready");
    assertThat(generator.asend(42)).isEqualTo("got 42");
    assertThatThrownBy(() -> generator.asend(43)).isInstanceOf(StopAsyncIteration.class);
  }

  @AsyncTest
  void athrow_isThrownAtTheYield() {
    var problem = new IOException();
    AsyncGenerator<Object> generator =
        asyncGenerator(g -> {
          try {
            g.yield(1);
          } catch (RuntimeException e) {
            sleep(0);
            g.yield(e);
          }
        });
    generator.next();
    var first = new IllegalArgumentException();
    assertThat(generator.athrow(first)).isSameAs(first);
    assertThatThrownBy(() -> generator.athrow(problem)).isSameAs(problem);
    assertThat(generator.state()).isEqualTo(State.CLOSED);
    assertThatThrownBy(() -> generator.athrow(problem)).isSameAs(problem); // CPython drops it
  }

  @AsyncTest
  void aclose_awaitsTheCleanUp() {
    var order = new ArrayList<String>();
    try (var ticker = ticker(3, order)) {
      for (int i : ticker) {
        order.add("item " + i);
        break;
      }
      order.add("leaving");
    }
    order.add("left");
    assertThat(order).containsExactly("item 0", "leaving", "cleaning up", "cleaned up", "left");
  }

  @AsyncTest
  void aclose_ofOneThatIsNewOrHasEnded_doesNothing() {
    var order = new ArrayList<String>();
    var ticker = ticker(1, order);
    ticker.aclose();
    ticker.aclose();
    assertThat(ticker.hasNext()).isFalse();
    assertThat(order).isEmpty();
  }

  @AsyncTest
  void aclose_ofOneThatYields_isAnError() {
    AsyncGenerator<Integer> stubborn =
        asyncGenerator(g -> {
          try {
            g.yield(1);
          } catch (GeneratorExit e) {
            g.yield(2);
          }
        });
    stubborn.next();
    assertThatIllegalStateException()
        .isThrownBy(stubborn::aclose)
        .withMessage("async generator ignored GeneratorExit");
    stubborn.aclose();
  }

  @AsyncTest
  void signsOfTheEnd_mayNotLeaveTheBody() {
    AsyncGenerator<Integer> plain =
        asyncGenerator(g -> {
          throw new StopIteration(1);
        });
    assertThatIllegalStateException()
        .isThrownBy(plain::next)
        .withMessage("async generator raised StopIteration");
    AsyncGenerator<Integer> async =
        asyncGenerator(g -> {
          throw new StopAsyncIteration();
        });
    assertThatIllegalStateException()
        .isThrownBy(async::next)
        .withMessage("async generator raised StopAsyncIteration");
  }

  @AsyncTest
  void secondTask_whileTheBodyAwaits_isRefused() {
    var gate = getRunningLoop().<Integer>createFuture();
    TwoWayAsyncGenerator<Integer, Integer> generator =
        twoWayAsyncGenerator(g -> g.yield(await(gate)));
    var first = createTask(() -> generator.next());
    sleep(0);
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessage("anext(): asynchronous generator is already running");
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.asend(1))
        .withMessage("asend(): asynchronous generator is already running");
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.athrow(new IOException()))
        .withMessage("athrow(): asynchronous generator is already running");
    assertThatIllegalStateException()
        .isThrownBy(generator::aclose)
        .withMessage("aclose(): asynchronous generator is already running");
    gate.setResult(42);
    assertThat(await(first)).isEqualTo(42);
    generator.aclose();
  }

  @AsyncTest
  void cancellation_reachesTheAwaitInTheBody() {
    var order = new ArrayList<String>();
    AsyncGenerator<Integer> generator =
        asyncGenerator(g -> {
          try {
            sleep(3600);
          } catch (CancelledError e) {
            order.add("cancelled");
          }
          g.yield(1);
        });
    var task = createTask(() -> generator.next());
    sleep(0);
    task.cancel();
    assertThat(await(task)).isEqualTo(1);
    assertThat(order).containsExactly("cancelled");
    generator.aclose();
  }

  @AsyncTest
  void yield_insideATimeLimitOfTheBody_isRefused() {
    AsyncGenerator<Integer> generator = asyncGenerator(g -> timeout(1, () -> g.yield(1)));
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessageStartingWith("yield inside a time limit or a task group");
  }

  @AsyncTest
  void timeLimitInTheBody_aroundAnotherGenerator_isAllowed() {
    AsyncGenerator<Integer> generator =
        asyncGenerator(g -> {
          var items = new ArrayList<Integer>();
          timeout(1, () -> ticker(3, new ArrayList<>()).forEachRemaining(items::add));
          g.yield(items.size());
        });
    assertThat(generator.stream().toList()).containsExactly(3);
  }

  @AsyncTest
  void yieldFrom_works() {
    var order = new ArrayList<String>();
    AsyncGenerator<Integer> generator =
        asyncGenerator(g -> {
          g.yieldFrom(ticker(2, order));
          var begun = ticker(2, order);
          begun.next();
          g.yieldFrom(begun);
        });
    assertThat(generator.stream().toList()).containsExactly(0, 1, 1);
    assertThat(order).containsExactly("cleaning up", "cleaned up", "cleaning up", "cleaned up");
  }

  @Test
  void outsideAnyLoop_itIteratesUntilTheBodyAwaits() {
    AsyncGenerator<Integer> generator =
        asyncGenerator(g -> {
          g.yield(1);
          sleep(0);
        });
    assertThat(generator.next()).isEqualTo(1);
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessageStartingWith("nothing to suspend: the caller runs in no coroutine");
  }

  // ---- the end of the loop ----------------------------------------------------------------------

  @Test
  void run_closesWhatIsOpenInTheEnd() {
    var order = new ArrayList<String>();
    var kept = new ArrayList<AsyncGenerator<Integer>>();
    run(() -> {
      for (int i = 0; i < 3; i++) {
        kept.add(ticker(3, order));
        kept.getLast().next();
      }
      order.add("main ends");
    });
    assertThat(order)
        .containsExactly(
            "main ends",
            "cleaning up",
            "cleaning up",
            "cleaning up",
            "cleaned up",
            "cleaned up",
            "cleaned up");
    assertThat(kept).allMatch(g -> g.state() == State.CLOSED);
  }

  @Test
  void shutdownAsyncgens_tellsWhatGoesWrong() {
    var told = new ArrayList<String>();
    var kept = new ArrayList<AsyncGenerator<Integer>>();
    run(() -> {
      getRunningLoop()
          .setExceptionHandler(
              (loop, error) -> told.add(error.message() + ": " + error.exception().getMessage()));
      kept.add(
          asyncGenerator(
              "faulty",
              g -> {
                try {
                  g.yield(1);
                } finally {
                  throwIt(new IOException("broken"));
                }
              }));
      kept.getFirst().next();
    });
    assertThat(told)
        .containsExactly(
            "an error occurred during closing of asynchronous generator <async_generator object"
                + " faulty>: broken");
  }

  private static void throwIt(IOException e) throws IOException {
    throw e;
  }

  @Test
  void oneThatHasEnded_isForgottenByTheLoop() {
    var order = new ArrayList<String>();
    run(() -> {
      ticker(1, order).forEachRemaining(i -> {});
      order.clear();
    });
    assertThat(order).isEmpty();
  }

  @Test
  void begunAfterTheShutdown_isWarnedOf() {
    try (var logs = Logs.capture();
        var loop = newEventLoop()) {
      var late = ticker(3, new ArrayList<>());
      loop.runUntilComplete(() -> {
        loop.shutdownAsyncgens();
        late.next();
        late.aclose();
      });
      assertThat(logs.lines())
          .contains(
              "WARNING asynchronous generator <async_generator object ticker> was scheduled after"
                  + " loop.shutdown_asyncgens() call");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TASK", "CALLBACK"})
  void withoutAwaits_itIteratesAnywhereInALoop(jasyncio.Place place) throws Exception {
    int sum =
        place.call(() -> {
          AsyncGenerator<Integer> generator = asyncGenerator(g -> g.yieldFrom(List.of(1, 2, 3)));
          int total = 0;
          for (int i : generator) {
            total += i;
          }
          return total;
        });
    assertThat(sum).isEqualTo(6);
  }
}
