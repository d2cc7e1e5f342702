package jasyncio.generator;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.generator.Generators.generator;
import static jasyncio.generator.Generators.iter;
import static jasyncio.generator.Generators.twoWayGenerator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Context;
import jasyncio.ContextVar;
import jasyncio.Coroutine.State;
import jasyncio.ExceptionGroup;
import jasyncio.GeneratorExit;
import jasyncio.Place;
import jasyncio.StopIteration;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(600)
class GeneratorTest {

  static Generator<Integer> squares(int n) {
    return generator(
        "squares",
        g -> {
          for (int i = 0; i < n; i++) {
            g.yield(i * i);
          }
        });
  }

  private static Generator<Integer> cleaningUp(List<String> order) {
    return generator(g -> {
      try {
        g.yield(1);
        g.yield(2);
      } finally {
        order.add("finally");
      }
    });
  }

  // ---- iterating --------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void iteration_givesTheItemsInOrder(Place place) throws Exception {
    var items =
        place.call(() -> {
          var list = new ArrayList<Integer>();
          for (int square : squares(5)) {
            list.add(square);
          }
          return list;
        });
    assertThat(items).containsExactly(0, 1, 4, 9, 16);
  }

  @ParameterizedTest
  @EnumSource
  void pipeline_takesItemsOneByOne(Place place) throws Exception {
    var order = new ArrayList<String>();
    place.call(() -> {
      Generator<Integer> source =
          generator(g -> {
            for (int i = 1; i <= 2; i++) {
              order.add("make " + i);
              g.yield(i);
            }
          });
      Generator<Integer> doubled =
          generator(g -> {
            for (int i : source) {
              order.add("double " + i);
              g.yield(2 * i);
            }
          });
      for (int i : doubled) {
        order.add("take " + i);
      }
      return true;
    });
    assertThat(order)
        .containsExactly("make 1", "double 1", "take 2", "make 2", "double 2", "take 4");
  }

  @Test
  void making_runsNothing() {
    var order = new ArrayList<String>();
    Generator<Integer> generator = generator(g -> order.add("ran"));
    assertThat(generator.state()).isEqualTo(State.CREATED);
    generator.close();
    assertThat(order).isEmpty();
    assertThat(generator.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void state_followsTheBody() {
    var states = new ArrayList<State>();
    var holder = new ArrayList<Generator<Integer>>();
    Generator<Integer> generator =
        generator(g -> {
          states.add(holder.getFirst().state());
          g.yield(1);
        });
    holder.add(generator);
    states.add(generator.state());
    generator.next();
    states.add(generator.state());
    assertThat(generator.hasNext()).isFalse();
    states.add(generator.state());
    assertThat(states).containsExactly(State.CREATED, State.RUNNING, State.SUSPENDED, State.CLOSED);
  }

  @Test
  void next_atTheEnd_throwsWhatIteratorsThrow() {
    var generator = squares(1);
    assertThat(generator.next()).isZero();
    assertThatThrownBy(generator::next)
        .isInstanceOf(NoSuchElementException.class)
        .isInstanceOf(StopIteration.class);
    assertThatThrownBy(generator::next).isInstanceOf(StopIteration.class);
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void hasNext_keepsTheItem() {
    var generator = squares(2);
    for (int i = 0; i < 3; i++) {
      assertThat(generator.hasNext()).isTrue();
    }
    assertThat(generator.next()).isZero();
    assertThat(generator.next()).isEqualTo(1);
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void null_isAnItem() {
    Generator<String> generator =
        generator(g -> {
          g.yield("a");
          g.yield(null);
          g.yield("b");
        });
    assertThat(generator.stream().toList()).containsExactly("a", null, "b");
  }

  @Test
  void lambdaThatMakesOne_isIteratedAnew() {
    Iterable<Integer> squares = () -> squares(3);
    for (int i = 0; i < 2; i++) {
      assertThat(squares).containsExactly(0, 1, 4);
    }
  }

  @Test
  void stream_isLazyAndClosesIt() {
    var order = new ArrayList<String>();
    try (var items = cleaningUp(order).stream()) {
      assertThat(items.limit(1).toList()).containsExactly(1);
      assertThat(order).isEmpty();
    }
    assertThat(order).containsExactly("finally");
  }

  @Test
  void infinite_isCutOff() {
    Generator<Integer> naturals =
        generator(g -> {
          for (int i = 0; ; i++) {
            g.yield(i);
          }
        });
    try (naturals) {
      int sum = 0;
      for (int i : naturals) {
        if (i == 1000) {
          break;
        }
        sum += i;
      }
      assertThat(sum).isEqualTo(499_500);
    }
    assertThat(naturals.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void name_isTheOneGivenOrThatOfTheBody() {
    try (var named = squares(1);
        Generator<Integer> unnamed = generator(g -> g.yield(1))) {
      assertThat(named.name()).isEqualTo("squares");
      assertThat((Object) named).hasToString("<generator object squares>");
      assertThat(unnamed.name()).isEqualTo("GeneratorTest.<lambda>");
    }
  }

  // ---- errors -----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void body_thatFails_throwsTheVeryObject(Place place) throws Exception {
    place.call(() -> {
      var problem = new IOException("broken");
      Generator<Integer> generator =
          generator(g -> {
            g.yield(1);
            throw problem;
          });
      assertThat(generator.next()).isEqualTo(1);
      assertThatThrownBy(generator::hasNext).isSameAs(problem);
      assertThat(generator.state()).isEqualTo(State.CLOSED);
      assertThat(generator.hasNext()).isFalse();
      return true;
    });
  }

  @Test
  void stopIteration_mayNotLeaveTheBody() {
    Generator<Integer> generator =
        generator(g -> {
          throw new StopIteration(1);
        });
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessage("generator raised StopIteration")
        .withCauseInstanceOf(StopIteration.class);
  }

  @ParameterizedTest
  @EnumSource
  void throwError_isThrownAtTheYield(Place place) throws Exception {
    place.call(() -> {
      var problem = new IOException("thrown in");
      var caught = new ArrayList<Throwable>();
      Generator<Integer> generator =
          generator(g -> {
            try {
              g.yield(1);
            } catch (RuntimeException e) {
              caught.add(e);
            }
            g.yield(2);
          });
      generator.next();
      var first = new IllegalArgumentException();
      assertThat(generator.throwError(first)).isEqualTo(2);
      assertThat(caught).containsExactly(first);
      assertThatThrownBy(() -> generator.throwError(problem)).isSameAs(problem);
      assertThatThrownBy(() -> generator.throwError(first)).isSameAs(first);
      return true;
    });
  }

  @Test
  void throwError_beforeTheBeginning_endsIt() {
    var generator = squares(3);
    var problem = new IllegalArgumentException();
    assertThatThrownBy(() -> generator.throwError(problem)).isSameAs(problem);
    assertThat(generator.state()).isEqualTo(State.CLOSED);
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void throwError_withAnItemFoundAhead_isRefused() {
    var generator = squares(3);
    assertThat(generator.hasNext()).isTrue();
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.throwError(new IOException()))
        .withMessage(
            "throwError() after hasNext(): the item that it found must be taken by next() first");
    assertThat(generator.next()).isZero();
    generator.close();
  }

  @Test
  void throwError_ofNothing_isRefused() {
    try (var generator = squares(3)) {
      generator.next();
      assertThatThrownBy(() -> generator.throwError(null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("problem");
    }
  }

  @ParameterizedTest
  @EnumSource
  void resuming_itselfIsAnError(Place place) throws Exception {
    place.call(() -> {
      var self = new ArrayList<Generator<Integer>>();
      Generator<Integer> generator =
          generator(g -> {
            assertThatIllegalStateException()
                .isThrownBy(() -> self.getFirst().next())
                .withMessage("generator already executing");
            assertThatIllegalStateException()
                .isThrownBy(() -> self.getFirst().close())
                .withMessage("generator already executing");
            g.yield(1);
          });
      self.add(generator);
      assertThat(generator.next()).isEqualTo(1);
      generator.close();
      return true;
    });
  }

  // ---- closing ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void close_runsFinallyBlocks(Place place) throws Exception {
    place.call(() -> {
      var order = new ArrayList<String>();
      Generator<Integer> generator =
          generator(g -> {
            try {
              g.yield(1);
            } catch (GeneratorExit e) {
              order.add("exit");
              throw e;
            } finally {
              order.add("finally");
            }
          });
      try (generator) {
        generator.next();
      }
      order.add("after");
      generator.close();
      assertThat(order).containsExactly("exit", "finally", "after");
      return true;
    });
  }

  @Test
  void close_ofOneThatYields_isAnError() {
    Generator<Integer> stubborn =
        generator(g -> {
          try {
            g.yield(1);
          } catch (GeneratorExit e) {
            g.yield(2);
          }
          g.yield(3);
        });
    stubborn.next();
    assertThatIllegalStateException()
        .isThrownBy(stubborn::close)
        .withMessage("generator ignored GeneratorExit");
    assertThat(stubborn.next()).isEqualTo(3);
    stubborn.close();
  }

  @Test
  void close_throwsWhatTheBodyThrows() {
    var problem = new IOException();
    Generator<Integer> generator =
        generator(g -> {
          try {
            g.yield(1);
          } finally {
            throwIt(problem);
          }
        });
    generator.next();
    assertThatThrownBy(generator::close).isSameAs(problem);
    assertThat(generator.state()).isEqualTo(State.CLOSED);
  }

  private static void throwIt(IOException e) throws IOException {
    throw e;
  }

  @Test
  void close_dropsAnItemFoundAhead() {
    var generator = squares(3);
    assertThat(generator.hasNext()).isTrue();
    generator.close();
    assertThat(generator.hasNext()).isFalse();
  }

  // ---- sending and returning --------------------------------------------------------------------

  private static TwoWayGenerator<Double, Double, Integer> averager() {
    return twoWayGenerator(g -> {
      double total = 0;
      int count = 0;
      for (Double x = g.yield(0.0); x != null; x = g.yield(total / count)) {
        total += x;
        count++;
      }
      return count;
    });
  }

  @ParameterizedTest
  @EnumSource
  void send_isWhatYieldGives(Place place) throws Exception {
    place.call(() -> {
      var averager = averager();
      assertThat(averager.next()).isZero();
      assertThat(averager.send(10.0)).isEqualTo(10);
      assertThat(averager.send(20.0)).isEqualTo(15);
      assertThatIllegalStateException()
          .isThrownBy(averager::result)
          .withMessageStartingWith("it has not returned yet: <generator object ");
      assertThatThrownBy(averager::next)
          .isInstanceOfSatisfying(StopIteration.class, e -> assertThat(e.value()).isEqualTo(2));
      assertThatThrownBy(averager::next)
          .isInstanceOfSatisfying(StopIteration.class, e -> assertThat(e.value()).isNull());
      int result = averager.result();
      assertThat(result).isEqualTo(2);
      return true;
    });
  }

  @Test
  void send_beforeTheBeginning_isRefused() {
    var averager = averager();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> averager.send(1.0))
        .withMessageStartingWith("can't send non-None value to a just-started generator");
    assertThat(averager.send(null)).isZero();
    averager.close();
  }

  @Test
  void result_ofOneThatWasClosed_isAnError() {
    var averager = averager();
    averager.next();
    averager.close();
    assertThatIllegalStateException()
        .isThrownBy(averager::result)
        .withMessageStartingWith("it failed or was closed: ");
  }

  @Test
  void result_inAnswerToClose_isKept() {
    TwoWayGenerator<Integer, Void, String> generator =
        twoWayGenerator(g -> {
          try {
            g.yield(1);
          } catch (GeneratorExit e) {
            return "closed";
          }
          return "ended";
        });
    generator.next();
    generator.close();
    assertThat(generator.result()).isEqualTo("closed");
  }

  @Test
  void result_afterAForLoop_isThere() {
    TwoWayGenerator<Integer, Void, String> generator =
        twoWayGenerator(g -> {
          g.yield(1);
          return "end";
        });
    for (int i : generator) {
      assertThat(i).isEqualTo(1);
    }
    assertThat(generator.result()).isEqualTo("end");
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void yield_ofAnotherGeneratorsBody_isRefused(Place place) throws Exception {
    place.call(() -> {
      Generator<Integer> outer =
          generator(g -> {
            Generator<Integer> inner = generator(h -> g.yield(1));
            assertThatIllegalStateException()
                .isThrownBy(inner::next)
                .withMessageStartingWith("yield outside of the body of its generator");
            Generator<Integer> hosted = generator(h -> g.yield(2));
            assertThatIllegalStateException()
                .isThrownBy(() -> g.yieldFrom(hosted))
                .withMessageStartingWith("yield outside of the body of its generator");
            g.yield(3);
          });
      assertThat(outer.stream().toList()).containsExactly(3);
      return true;
    });
  }

  @Test
  void yield_whenTheBodyDoesNotRun_isRefused() {
    var yielders = new ArrayList<Yielder<Integer>>();
    Generator<Integer> generator =
        generator(g -> {
          yielders.add(g);
          g.yield(1);
        });
    generator.next();
    var yielder = yielders.getFirst();
    assertThat(yielder).hasToString("<yielder of " + generator + ">");
    assertThatIllegalStateException()
        .isThrownBy(() -> yielder.yield(2))
        .withMessageStartingWith("yield outside of the body of its generator");
    generator.close();
    assertThatIllegalStateException().isThrownBy(() -> yielder.yield(2));
    assertThatIllegalStateException().isThrownBy(() -> yielder.yieldFrom(List.of(1)));
  }

  @Test
  void yield_inAnotherThread_isRefused() {
    var errors = new ArrayList<Throwable>();
    Generator<Integer> generator =
        generator(g -> {
          var thread =
              Thread.ofPlatform()
                  .start(() -> {
                    try {
                      g.yield(1);
                    } catch (IllegalStateException e) {
                      errors.add(e);
                    }
                  });
          thread.join();
        });
    assertThat(generator.hasNext()).isFalse();
    assertThat(errors)
        .singleElement()
        .extracting(Throwable::getMessage)
        .asString()
        .startsWith("yield outside of the body of its generator");
  }

  @AsyncTest
  void yield_insideATimeLimitOfTheBody_isRefused() {
    Generator<Integer> generator = generator(g -> timeout(1, () -> g.yield(1)));
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessageStartingWith("yield inside a time limit or a task group");
  }

  @AsyncTest
  void yield_insideATaskGroupOfTheBody_isRefused() {
    Generator<Integer> generator = generator(g -> taskGroup(tg -> g.yield(1)));
    assertThatThrownBy(generator::next)
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            e ->
                assertThat(e.exceptions().getFirst())
                    .hasMessageStartingWith("yield inside a time limit or a task group"));
    Generator<Integer> other =
        generator(g -> {
          try (var tg = jasyncio.TaskGroup.open()) {
            g.yieldFrom(List.of(1));
            tg.join();
          }
        });
    assertThatIllegalStateException().isThrownBy(other::next);
  }

  @AsyncTest
  void yield_aroundATimeLimit_isAllowed() throws Exception {
    Generator<Integer> generator =
        generator(g -> {
          timeout(1, () -> sleep(0));
          g.yield(1);
          taskGroup(tg -> tg.createTask(() -> sleep(0)));
          g.yield(2);
        });
    var items = new ArrayList<Integer>();
    timeout(
        1,
        () -> {
          for (int i : generator) {
            items.add(i);
          }
        });
    assertThat(items).containsExactly(1, 2);
  }

  // ---- awaiting ---------------------------------------------------------------------------------

  @AsyncTest
  void body_inATask_mayAwait() {
    var order = new ArrayList<String>();
    var future = getRunningLoop().<String>createFuture();
    Generator<String> generator =
        generator(g -> {
          sleep(0);
          g.yield("slept");
          g.yield(await(future));
          await(createTask(() -> sleep(0)));
        });
    var other =
        createTask(() -> {
          order.add("other");
          future.setResult("result");
        });
    for (var item : generator) {
      order.add(item);
    }
    assertThat(order).containsExactly("other", "slept", "result");
    await(other);
  }

  @AsyncTest
  void body_inATask_mayAwaitAtAnyDepth() {
    Generator<Integer> generator =
        generator(g -> {
          for (int i :
              GeneratorTest.<Integer>of(h -> {
                sleep(0);
                h.yield(1);
                sleep(0.001);
                h.yield(2);
              })) {
            sleep(0);
            g.yield(i);
          }
        });
    assertThat(generator.stream().toList()).containsExactly(1, 2);
  }

  private static <T> Generator<T> of(Generator.Body<T> body) {
    return generator(body);
  }

  @AsyncTest
  void body_thatAwaits_getsTheCancellationOfTheTask() {
    var order = new ArrayList<String>();
    Generator<Integer> generator =
        generator(g -> {
          try {
            sleep(3600);
          } catch (CancelledError e) {
            order.add("cancelled " + e.getMessage());
            throw e;
          }
        });
    var task = createTask(() -> generator.next());
    sleep(0);
    assertThat(generator.state()).isEqualTo(State.RUNNING);
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessage("generator already executing");
    task.cancel("enough");
    assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
    assertThat(order).containsExactly("cancelled enough");
    assertThat(generator.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void body_outsideATask_cannotAwait() {
    Generator<Integer> generator = generator(g -> sleep(0));
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessageStartingWith("nothing to suspend: the caller runs in no coroutine");
  }

  @Test
  void contextVariables_areThoseOfWhoIterates() {
    ContextVar<String> variable = ContextVar.of("variable", "default");
    Generator<String> generator =
        generator(g -> {
          g.yield(variable.get());
          g.yield(variable.get());
        });
    run(() -> {
      variable.set("one");
      assertThat(generator.next()).isEqualTo("one");
      new Context()
          .run(() -> {
            variable.set("two");
            assertThat(generator.next()).isEqualTo("two");
          });
    });
    generator.close();
  }

  // ---- places -----------------------------------------------------------------------------------

  @Test
  void generator_handedToAnotherThread_goesOnThere() throws Exception {
    var generator = squares(4);
    var items = new ArrayList<Integer>();
    items.add(generator.next());
    var thread = Thread.ofPlatform().start(() -> items.add(generator.next()));
    thread.join();
    items.add(generator.next());
    run(() -> {
      items.add(generator.next());
      assertThat(generator.hasNext()).isFalse();
    });
    assertThat(items).containsExactly(0, 1, 4, 9);
  }

  @Test
  void generator_begunInALoop_goesOnAfterIt() {
    var generator = squares(3);
    run(() -> generator.next());
    assertThat(generator.next()).isEqualTo(1);
    run(() -> assertThat(generator.next()).isEqualTo(4));
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void manyGenerators_inTurn_keepTheirPlaces() {
    var all = IntStream.range(0, 500).mapToObj(i -> squares(i % 7)).toList();
    int sum = 0;
    for (int round = 0; round < 7; round++) {
      for (var generator : all) {
        if (generator.hasNext()) {
          sum += generator.next();
        }
      }
    }
    assertThat(all).noneMatch(Generator::hasNext);
    int expected =
        IntStream.range(0, 500).map(i -> IntStream.range(0, i % 7).map(k -> k * k).sum()).sum();
    assertThat(sum).isEqualTo(expected);
  }

  // ---- iter -------------------------------------------------------------------------------------

  @Test
  void iter_givesWhatPythonWouldIterateOver() {
    assertThat(iter("añ\uD83D\uDE00")).containsExactly("a", "ñ", "\uD83D\uDE00");
    assertThat(iter(Map.of("key", 1))).containsExactly("key");
    assertThat(iter(new String[] {"a", "b"})).containsExactly("a", "b");
    assertThat(items("text")).containsExactly("t", "e", "x", "t");
    assertThat(items(List.of(1, 2))).containsExactly(1, 2);
    assertThat(items(Map.of("key", 1))).containsExactly("key");
    assertThat(items(new int[] {1, 2})).containsExactly(1, 2);
    assertThat(items(List.of(1).iterator())).containsExactly(1);
    assertThat(items(IntStream.range(0, 2))).containsExactly(0, 1);
    assertThat(items(squares(2))).containsExactly(0, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> iter((Object) 42))
        .withMessage("'Integer' object is not iterable");
  }

  private static List<Object> items(Object what) {
    var list = new ArrayList<Object>();
    iter(what).forEach(list::add);
    return list;
  }
}
