package jasyncio.generator;

import static jasyncio.Asyncio.run;
import static jasyncio.generator.GeneratorTest.squares;
import static jasyncio.generator.Generators.generator;
import static jasyncio.generator.Generators.iter;
import static jasyncio.generator.Generators.twoWayGenerator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.Coroutine.State;
import jasyncio.FiberKind;
import jasyncio.GeneratorExit;
import jasyncio.Place;
import jasyncio.RunOptions;
import jasyncio.StopIteration;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class YieldFromTest {

  /// What a generator delegates to: one that is new, and so runs on its stack, or one that was
  /// begun.
  private static <G extends Generator<?>> G begun(boolean begun, G generator) {
    if (begun) {
      generator.next();
    }
    return generator;
  }

  @Test
  void yieldFrom_ofOneThatHasEnded_keepsNothingOfTheDelegator() {
    var inner = squares(1);
    Generator<Integer> outer = generator(g -> g.yieldFrom(inner));
    assertThat(outer.next()).isZero();
    assertThat(inner.frame.below()).isSameAs(outer.frame);
    assertThat(outer.hasNext()).isFalse();
    assertThat(inner.frame.below()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void yieldFrom_takesWhateverHasItems(Place place) throws Exception {
    var items =
        place.call(() -> {
          Generator<Object> flat =
              generator(g -> {
                g.yieldFrom(iter("ABC"));
                g.yieldFrom(List.of(1, 2, 3));
                g.yieldFrom(new TreeMap<>(Map.of("name", "wangbm", "age", 18)));
                g.yieldFrom(squares(3));
                g.yieldFrom(begun(true, squares(3)));
              });
          return flat.stream().toList();
        });
    assertThat(items).containsExactly("A", "B", "C", 1, 2, 3, "age", "name", 0, 1, 4, 1, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void send_reachesTheInnermost(boolean begun) {
    TwoWayGenerator<String, String, String> inner =
        twoWayGenerator(g -> {
          g.yield("zero");
          var first = g.yield("one");
          var second = g.yield("two");
          return first + second;
        });
    TwoWayGenerator<String, String, String> outer =
        twoWayGenerator(g -> "<" + g.yieldFrom(begun(begun, inner)) + ">");
    if (!begun) {
      assertThat(outer.next()).isEqualTo("zero");
    }
    assertThat(outer.next()).isEqualTo("one");
    assertThat(outer.send("a")).isEqualTo("two");
    assertThatThrownBy(() -> outer.send("b"))
        .isInstanceOfSatisfying(StopIteration.class, e -> assertThat(e.value()).isEqualTo("<ab>"));
    assertThat(outer.result()).isEqualTo("<ab>");
    assertThat(inner.result()).isEqualTo("ab");
    assertThat(inner.state()).isEqualTo(State.CLOSED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void throwError_travelsOutwards(boolean begun) {
    var order = new ArrayList<String>();
    Generator<Integer> inner =
        generator(g -> {
          g.yield(0);
          try {
            g.yield(1);
          } catch (IllegalArgumentException e) {
            order.add("inner " + e.getMessage());
            g.yield(2);
          } finally {
            order.add("inner finally");
          }
        });
    Generator<Integer> outer =
        generator(g -> {
          try {
            g.yieldFrom(begun(begun, inner));
          } catch (IllegalArgumentException e) {
            order.add("outer " + e.getMessage());
          }
          g.yield(3);
        });
    if (!begun) {
      outer.next();
    }
    assertThat(outer.next()).isEqualTo(1);
    assertThat(outer.throwError(new IllegalArgumentException("a"))).isEqualTo(2);
    assertThat(outer.throwError(new IllegalArgumentException("b"))).isEqualTo(3);
    assertThat(order).containsExactly("inner a", "inner finally", "outer b");
    outer.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void close_closesTheInnermostFirst(boolean begun) {
    var order = new ArrayList<String>();
    Generator<Integer> inner =
        generator(g -> {
          try {
            g.yield(0);
            g.yield(1);
          } catch (GeneratorExit e) {
            order.add("inner exit"); // and returns
          }
        });
    Generator<Integer> outer =
        generator(g -> {
          try {
            g.yieldFrom(begun(begun, inner));
            order.add("never");
          } catch (GeneratorExit e) {
            order.add("outer exit");
            throw e;
          }
        });
    outer.next();
    outer.close();
    assertThat(order).containsExactly("inner exit", "outer exit");
    assertThat(inner.state()).isEqualTo(State.CLOSED);
    assertThat(outer.state()).isEqualTo(State.CLOSED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void close_ofAnInnermostThatYields_isAnErrorThere(boolean begun) {
    var order = new ArrayList<String>();
    Generator<Integer> inner =
        generator(g -> {
          g.yield(0);
          try {
            g.yield(1);
          } catch (GeneratorExit e) {
            g.yield(2);
          }
        });
    Generator<Integer> outer =
        generator(g -> {
          try {
            g.yieldFrom(begun(begun, inner));
          } catch (IllegalStateException e) {
            order.add(e.getMessage());
          }
        });
    outer.next();
    if (!begun) {
      outer.next();
    }
    outer.close();
    assertThat(order).containsExactly("generator ignored GeneratorExit");
  }

  @Test
  void close_closesAnIteratorThatCanBeClosed() {
    var order = new ArrayList<String>();
    class Items implements Iterator<Integer>, AutoCloseable {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        return 1;
      }

      @Override
      public void close() {
        order.add("closed");
      }
    }

    Generator<Integer> generator = generator(g -> g.yieldFrom(Items::new));
    generator.next();
    generator.close();
    assertThat(order).containsExactly("closed");
  }

  @Test
  void send_toAnIterator_isRefused() {
    TwoWayGenerator<Integer, String, Void> generator =
        twoWayGenerator(g -> {
          g.yieldFrom(List.of(1, 2));
          return null;
        });
    generator.next();
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.send("x"))
        .withMessageContaining("yields from an iterator that can take none");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stopIteration_ofTheInnermost_isAnErrorOutside(boolean begun) {
    Generator<Integer> inner =
        generator(g -> {
          g.yield(1);
          throw new StopIteration(5);
        });
    Generator<Integer> outer =
        generator(g -> {
          g.yieldFrom(begun(begun, inner));
        });
    assertThatIllegalStateException()
        .isThrownBy(() -> outer.forEachRemaining(i -> {}))
        .withMessage("generator raised StopIteration");
  }

  @Test
  void yieldFrom_oneThatHasEnded_givesNothing() {
    TwoWayGenerator<Integer, Void, String> inner = twoWayGenerator(g -> "end");
    assertThat(inner.hasNext()).isFalse();
    assertThatThrownBy(inner::next).isInstanceOf(StopIteration.class);
    TwoWayGenerator<Integer, Void, String> outer =
        twoWayGenerator(g -> "got " + g.yieldFrom(inner));
    assertThat(outer.hasNext()).isFalse();
    assertThat(outer.result()).isEqualTo("got null");
  }

  @Test
  void yieldFrom_itself_isAnError() {
    var self = new ArrayList<Generator<Integer>>();
    Generator<Integer> generator = generator(g -> g.yieldFrom(self.getFirst()));
    self.add(generator);
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessage("generator already executing");
  }

  @Test
  void yieldFrom_oneWithAnItemFoundAhead_beginsWithIt() {
    var inner = squares(3);
    assertThat(inner.hasNext()).isTrue();
    Generator<Integer> outer = generator(g -> g.yieldFrom(inner));
    assertThat(outer.stream().toList()).containsExactly(0, 1, 4);
  }

  // ---- one generator in several hands -----------------------------------------------------------

  @Test
  void sharedGenerator_givesEachItemToOneOfThem() {
    var shared = squares(5);
    Generator<Integer> a = generator(g -> g.yieldFrom(shared));
    Generator<Integer> b = generator(g -> g.yieldFrom(shared));
    assertThat(a.next()).isZero();
    assertThat(b.next()).isEqualTo(1);
    assertThat(shared.next()).isEqualTo(4);
    assertThat(a.next()).isEqualTo(9);
    assertThat(b.next()).isEqualTo(16);
    assertThat(b.hasNext()).isFalse();
    assertThat(a.hasNext()).isFalse();
    assertThat(shared.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void sharedGenerator_endedByAnother_leavesItsDelegatorWhereItIs() {
    var order = new ArrayList<String>();
    TwoWayGenerator<Integer, Void, String> inner =
        twoWayGenerator(g -> {
          g.yield(1);
          return "end";
        });
    TwoWayGenerator<Integer, Void, String> outer =
        twoWayGenerator(g -> {
          var got = g.yieldFrom(inner);
          order.add("outer goes on");
          g.yield(2);
          return "got " + got;
        });
    assertThat(outer.next()).isEqualTo(1);
    assertThatThrownBy(inner::next)
        .isInstanceOfSatisfying(StopIteration.class, e -> assertThat(e.value()).isEqualTo("end"));
    assertThat(order).isEmpty();
    assertThat(outer.state()).isEqualTo(State.SUSPENDED);
    assertThat(outer.next()).isEqualTo(2);
    assertThat(outer.hasNext()).isFalse();
    assertThat(outer.result()).isEqualTo("got null");
  }

  @Test
  void sharedGenerator_closedByAnother_leavesItsDelegatorWhereItIs() {
    var order = new ArrayList<String>();
    Generator<Integer> inner =
        generator(g -> {
          try {
            g.yieldFrom(squares(3));
          } finally {
            order.add("inner finally");
          }
        });
    Generator<Integer> outer =
        generator(g -> {
          g.yieldFrom(inner);
          g.yield(42);
        });
    assertThat(outer.next()).isZero();
    inner.close();
    assertThat(order).containsExactly("inner finally");
    assertThat(outer.next()).isEqualTo(42);
    outer.close();
  }

  @Test
  void sharedGenerator_failingForAnother_failsThere() {
    var problem = new IOException();
    Generator<Integer> inner =
        generator(g -> {
          g.yield(1);
          throw problem;
        });
    Generator<Integer> outer =
        generator(g -> {
          g.yieldFrom(inner);
          g.yield(42);
        });
    assertThat(outer.next()).isEqualTo(1);
    assertThatThrownBy(inner::next).isSameAs(problem);
    var other = new IOException("for the outer one");
    assertThatThrownBy(() -> outer.throwError(other)).isSameAs(other);
    assertThat(outer.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void closeThatCannotBeDelivered_leavesEverythingAsItWas() {
    Generator<Integer> outer =
        generator(g -> {
          Generator<Integer> inner =
              generator(h -> {
                h.yield(1);
                h.yield(2);
              });
          g.yieldFrom(inner);
        });
    try {
      run(() -> outer.next(), RunOptions.defaults().fibers(FiberKind.SCHEDULED));
    } catch (IllegalStateException e) {
      assumeTrue(false, "there is one kind of fibers only");
    }
    run(
        () -> {
          assertThatThrownBy(outer::close)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("another kind of fiber");
        },
        RunOptions.defaults().fibers(FiberKind.PORTABLE));
    run(
        () -> {
          assertThat(outer.next()).isEqualTo(2);
          outer.close();
        },
        RunOptions.defaults().fibers(FiberKind.SCHEDULED));
  }

  // ---- depth ------------------------------------------------------------------------------------

  private static final int DEPTH = 1000;

  private static Generator<Integer> walk(int depth) {
    return generator(g -> {
      g.yield(depth);
      if (depth > 0) {
        g.yieldFrom(walk(depth - 1));
      }
      g.yield(-depth);
    });
  }

  @ParameterizedTest
  @EnumSource
  void yieldFrom_aThousandDeep_works(Place place) throws Exception {
    place.call(() -> {
      int count = 0;
      long sum = 0;
      for (int i : walk(DEPTH)) {
        count++;
        sum += i;
      }
      assertThat(count).isEqualTo(2 * (DEPTH + 1));
      assertThat(sum).isZero();
      return true;
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {DEPTH, 20 * DEPTH})
  void yieldFrom_veryDeep_isClosedInOrder(int depth) {
    var order = new ArrayList<Integer>();
    var generator = closing(depth, order);
    assertThat(generator.next()).isZero();
    generator.close();
    assertThat(order).hasSize(depth + 1).isSorted();
  }

  private static Generator<Integer> closing(int depth, List<Integer> order) {
    return generator(g -> {
      try {
        if (depth > 0) {
          g.yieldFrom(closing(depth - 1, order));
        } else {
          g.yield(0);
        }
      } finally {
        order.add(depth);
      }
    });
  }

  @AsyncTest
  void recursionThroughTheYielder_works() {
    Generator<Integer> generator = generator(g -> recurse(g, DEPTH));
    assertThat(generator.stream().mapToInt(i -> i).sum()).isEqualTo(DEPTH * (DEPTH + 1) / 2);
  }

  private static void recurse(Yielder<Integer> g, int depth) {
    if (depth > 0) {
      g.yield(depth);
      recurse(g, depth - 1);
    }
  }
}
