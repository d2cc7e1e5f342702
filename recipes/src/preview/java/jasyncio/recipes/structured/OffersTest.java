package jasyncio.recipes.structured;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.ContextVar;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.FailedException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "`StructuredTaskScope`",
    program = Offers.class,
    libraries = StructuredTaskScope.class,
    notes =
        "a preview in JDK 25: `--enable-preview`; subtasks are no coroutines, they may block but not await")
class OffersTest {
  @Test
  void main_printsTheSum() throws Exception {
    assertThat(Output.of(Offers::main)).containsExactly("650");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "scopes overlap")
  @Shows(in = Column.SWITCH, value = "scopes overlap")
  void join_waitsForASubtask_othersRun(Mode mode) throws Exception {
    mode.run(() -> {
      var asked = new CountDownLatch(1);
      var open = new CountDownLatch(1);
      var cheapest =
          createTask(() ->
              mode.call(() ->
                  Offers.cheapest(
                      List.of(
                          () -> {
                            asked.countDown();
                            open.await();
                            return 300;
                          },
                          () -> 400))));
      mode.call(() -> asked.await());
      assertThat(mode.<Integer, Exception>call(() -> Offers.cheapest(List.of(() -> 1, () -> 2))))
          .isEqualTo(1);
      assertThat(cheapest.done()).isFalse();
      open.countDown();
      assertThat(await(cheapest)).isEqualTo(300);
    });
  }

  @EachMode
  void join_withASubtaskThatFails_endsTheOthers(Mode mode) {
    var interrupted = new CountDownLatch(1);
    mode.run(() -> {
      var cheapest =
          createTask(() ->
              mode.call(() ->
                  Offers.cheapest(
                      List.of(
                          () -> waitUntilInterrupted(new CountDownLatch(1), interrupted),
                          () -> {
                            throw new IllegalStateException("closed");
                          }))));
      assertThatExceptionOfType(FailedException.class)
          .isThrownBy(() -> await(cheapest))
          .withRootCauseInstanceOf(IllegalStateException.class);
    });
    assertThat(interrupted.getCount()).isZero();
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "`BLOCK`: the task ends, the scope goes on; `SWITCH`: the scope ends, and its subtasks with it")
  void join_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    var interrupted = new CountDownLatch(1);
    var open = new CountDownLatch(1);
    var got = new AtomicReference<Integer>();
    mode.run(() -> {
      var asked = new CountDownLatch(1);
      var cheapest =
          createTask(() ->
              mode.call(() ->
                  got.set(
                      Offers.cheapest(
                          List.of(() -> {
                            asked.countDown();
                            return waitUntilInterrupted(open, interrupted);
                          })))));
      mode.call(() -> asked.await());
      cheapest.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(cheapest));
      assertThat(interrupted.getCount()).isEqualTo(mode == Mode.BLOCK ? 1 : 0);
      open.countDown();
    });
    assertThat(got.get()).isEqualTo(mode == Mode.BLOCK ? 300 : null);
  }

  @EachMode
  void subtasks_inheritScopedValues_butNoContext(Mode mode) throws Exception {
    var user = ScopedValue.<String>newInstance();
    var variable = ContextVar.of("variable", 0);
    mode.run(() -> {
      variable.set(1);
      var seen = new AtomicReference<String>();
      mode.call(() ->
          ScopedValue.where(user, "Ada")
              .call(() ->
                  Offers.cheapest(
                      List.of(() -> {
                        seen.set(user.get() + variable.get());
                        return 0;
                      }))));
      assertThat(seen.get()).isEqualTo("Ada0");
    });
  }

  private static int waitUntilInterrupted(CountDownLatch open, CountDownLatch interrupted)
      throws InterruptedException {
    try {
      open.await();
      return 300;
    } catch (InterruptedException e) {
      interrupted.countDown();
      throw e;
    }
  }
}
