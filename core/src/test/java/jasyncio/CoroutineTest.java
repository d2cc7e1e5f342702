package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(600)
class CoroutineTest {

  private static Coroutine<String> echo() {
    return coroutine(
        "echo",
        () -> {
          var text = new StringBuilder();
          for (var got = Lowlevel.suspend("ready"); got != null; got = Lowlevel.suspend(got)) {
            text.append(got);
          }
          return text.toString();
        });
  }

  private static Object valueOf(Coroutine<?> coroutine, Object last) {
    try {
      return "suspended with " + coroutine.send(last);
    } catch (StopIteration e) {
      return e.value();
    }
  }

  @ParameterizedTest
  @EnumSource
  void send_passesValuesInAndOut(Place place) throws Exception {
    place.call(() -> {
      var echo = echo();
      assertThat(echo.state()).isEqualTo(Coroutine.State.CREATED);
      assertThat(echo.send(null)).isEqualTo("ready");
      assertThat(echo.state()).isEqualTo(Coroutine.State.SUSPENDED);
      assertThat(echo.send("a")).isEqualTo("a");
      assertThat(echo.send("b")).isEqualTo("b");
      assertThat(valueOf(echo, null)).isEqualTo("ab");
      assertThat(echo.state()).isEqualTo(Coroutine.State.CLOSED);
      assertThatIllegalStateException()
          .isThrownBy(() -> echo.send(null))
          .withMessage("cannot reuse already awaited coroutine");
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void throwError_isThrownWhereTheCoroutineWaits(Place place) throws Exception {
    place.call(() -> {
      var problem = new IllegalArgumentException("thrown in");
      var caught = new ArrayList<Throwable>();
      var coroutine =
          coroutine(() -> {
            try {
              Lowlevel.suspend(1);
            } catch (IllegalArgumentException e) {
              caught.add(e);
            }
            Lowlevel.suspend(2);
            return 3;
          });
      assertThat(coroutine.send(null)).isEqualTo(1);
      assertThat(coroutine.throwError(problem)).isEqualTo(2);
      assertThat(caught).containsExactly(problem);
      var other = new java.io.IOException("comes out again");
      assertThatThrownBy(() -> coroutine.throwError(other)).isSameAs(other);
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void throwError_beforeTheStart_closesIt(Place place) throws Exception {
    place.call(() -> {
      var problem = new IllegalArgumentException();
      var coroutine = coroutine(() -> 1);
      assertThatThrownBy(() -> coroutine.throwError(problem)).isSameAs(problem);
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void close_runsFinallyBlocks(Place place) throws Exception {
    place.call(() -> {
      var order = new ArrayList<String>();
      var coroutine =
          coroutine(() -> {
            try {
              Lowlevel.suspend(null);
            } catch (GeneratorExit e) {
              order.add("exit");
              throw e;
            } finally {
              order.add("finally");
            }
          });
      coroutine.send(null);
      coroutine.close();
      coroutine.close();
      assertThat(order).containsExactly("exit", "finally");
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void close_ofOneThatGoesOn_isAnError(Place place) throws Exception {
    place.call(() -> {
      var stubborn =
          coroutine(() -> {
            try {
              Lowlevel.suspend(1);
            } catch (GeneratorExit e) {
              Lowlevel.suspend(2);
            }
          });
      stubborn.send(null);
      assertThatIllegalStateException()
          .isThrownBy(stubborn::close)
          .withMessage("coroutine ignored GeneratorExit");
      assertThat(valueOf(stubborn, null)).isNull();
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void body_thatFails_throwsOutOfSend(Place place) throws Exception {
    place.call(() -> {
      var problem = new java.io.IOException();
      var coroutine =
          coroutine(() -> {
            Lowlevel.suspend(null);
            throw problem;
          });
      coroutine.send(null);
      assertThatThrownBy(() -> coroutine.send(null)).isSameAs(problem);
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void nested_coroutinesDrivenByEachOther_keepApart(Place place) throws Exception {
    place.call(() -> {
      var inner = echo();
      var outer =
          coroutine(() -> {
            var seen = new ArrayList<Object>();
            seen.add(inner.send(null));
            seen.add(Lowlevel.suspend("outer"));
            seen.add(inner.send("x"));
            seen.add(inner.state());
            seen.add(valueOf(inner, null));
            return seen;
          });
      assertThat(outer.send(null)).isEqualTo("outer");
      assertThat(inner.state()).isEqualTo(Coroutine.State.SUSPENDED);
      assertThat(valueOf(outer, "in"))
          .isEqualTo(List.of("ready", "in", "x", Coroutine.State.SUSPENDED, "x"));
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void send_toItself_isAnError(Place place) throws Exception {
    place.call(() -> {
      var self = new ArrayList<Coroutine<Boolean>>();
      self.add(
          coroutine(() -> {
            assertThat(self.getFirst().state()).isEqualTo(Coroutine.State.RUNNING);
            assertThatIllegalStateException()
                .isThrownBy(() -> self.getFirst().send(null))
                .withMessage("coroutine already executing");
            return true;
          }));
      assertThat(valueOf(self.getFirst(), null)).isEqualTo(true);
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void sleepOfZero_handsOutNull(Place place) throws Exception {
    place.call(() -> {
      var coroutine =
          coroutine(() -> {
            sleep(0);
            return 1;
          });
      assertThat(coroutine.send(null)).isNull();
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.SUSPENDED);
      assertThat(valueOf(coroutine, null)).isEqualTo(1);
      return true;
    });
  }

  @ParameterizedTest
  @EnumSource
  void manyCoroutines_inTurn_keepTheirPlaces(Place place) throws Exception {
    place.call(() -> {
      var all = new ArrayList<Coroutine<Integer>>();
      for (int i = 0; i < 200; i++) {
        int n = i;
        all.add(
            coroutine(() -> {
              int sum = n;
              for (int k = 0; k < 5; k++) {
                sum += (Integer) Lowlevel.suspend(n);
              }
              return sum;
            }));
      }
      for (var coroutine : all) {
        coroutine.send(null);
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < all.size(); i++) {
          assertThat(all.get(i).send(1)).isEqualTo(i);
        }
      }
      for (int i = 0; i < all.size(); i++) {
        assertThat(valueOf(all.get(i), 1)).isEqualTo(i + 5);
      }
      return true;
    });
  }

  @Test
  void send_byAnotherThread_goesOnThere() throws Exception {
    var coroutine = echo();
    assertThat(coroutine.send(null)).isEqualTo("ready");
    var seen = new ArrayList<Object>();
    var thread =
        Thread.ofPlatform()
            .start(() -> {
              seen.add(coroutine.send("x"));
              seen.add(valueOf(coroutine, null));
            });
    thread.join();
    assertThat(seen).containsExactly("x", "x");
  }

  @AsyncTest
  void awaitedFuture_isHandedOutToTheDriver() {
    var future = getRunningLoop().<Integer>createFuture();
    var coroutine = coroutine(() -> await(future) + 1);
    assertThat(coroutine.send(null)).isSameAs(future);
    future.setResult(41);
    assertThat(valueOf(coroutine, null)).isEqualTo(42);
  }

  @AsyncTest
  void awaitedFuture_notDoneWhenGoneOnWith_isAnError() {
    var future = getRunningLoop().<Integer>createFuture();
    var coroutine = coroutine(() -> await(future));
    coroutine.send(null);
    assertThatIllegalStateException()
        .isThrownBy(() -> coroutine.send(null))
        .withMessage("await wasn't used with future");
  }

  @Test
  void halfDriven_handedToAwait_goesOnThere() {
    int result =
        AsyncTests.run(() -> {
          var future = getRunningLoop().<Integer>createFuture();
          var coroutine =
              coroutine(() -> {
                sleep(0);
                sleep(0.001);
                return await(future) + 1;
              });
          assertThat(coroutine.send(null)).isNull();
          getRunningLoop().callSoon(() -> future.setResult(41));
          return await(coroutine);
        });
    assertThat(result).isEqualTo(42);
  }

  @Test
  void halfDriven_handedToATask_goesOnThere() {
    int result =
        run(() -> {
          var future = getRunningLoop().<Integer>createFuture();
          var coroutine =
              coroutine(() -> {
                sleep(0);
                return await(future) + 1;
              });
          coroutine.send(null);
          var task = createTask(coroutine);
          sleep(0);
          future.setResult(41);
          return await(task);
        });
    assertThat(result).isEqualTo(42);
  }

  @AsyncTest
  void halfDriven_inACancelledTask_getsTheCancellation() {
    var order = new ArrayList<String>();
    var never = getRunningLoop().<Integer>createFuture();
    var coroutine =
        coroutine(() -> {
          try {
            sleep(0);
            return await(never);
          } catch (CancelledError e) {
            order.add("cancelled " + e.getMessage());
            throw e;
          }
        });
    coroutine.send(null);
    var task = createTask(coroutine);
    sleep(0);
    sleep(0);
    task.cancel("enough");
    assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
    assertThat(order).containsExactly("cancelled enough");
    assertThat(never.cancelled()).isTrue();
  }

  @Test
  void begunOutsideALoop_handedToATask_goesOnThere() {
    var coroutine =
        coroutine(() -> {
          sleep(0);
          sleep(0.001);
          return 42;
        });
    assertThat(coroutine.send(null)).isNull();
    assertThat(AsyncTests.run(() -> await(createTask(coroutine)))).isEqualTo(42);
  }

  @AsyncTest
  void state_whileAwaited_followsItsTask() {
    var states = new ArrayList<Coroutine.State>();
    var holder = new ArrayList<Coroutine<Integer>>();
    var coroutine =
        coroutine(() -> {
          states.add(holder.getFirst().state());
          sleep(0);
          return 1;
        });
    holder.add(coroutine);
    var task = createTask(coroutine);
    states.add(coroutine.state());
    sleep(0);
    states.add(coroutine.state());
    await(task);
    states.add(coroutine.state());
    assertThat(states)
        .containsExactly(
            Coroutine.State.CREATED,
            Coroutine.State.RUNNING,
            Coroutine.State.SUSPENDED,
            Coroutine.State.CLOSED);
  }

  @Test
  void name_isTheOneGivenOrThatOfTheBody() {
    try (var named = coroutine("named", () -> 1);
        var unnamed = coroutine(() -> 1)) {
      assertThat(named.name()).isEqualTo("named");
      assertThat(named).hasToString("<coroutine object named>");
      assertThat(unnamed.name()).isEqualTo("CoroutineTest.<lambda>");
    }
  }
}
