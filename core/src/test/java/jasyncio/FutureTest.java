package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class FutureTest {
  private final EventLoop loop = newEventLoop();
  private final Future<Integer> future;
  private final List<String> order = new ArrayList<>();

  FutureTest() {
    loop.setDebug(false); // descriptions are longer in debug mode
    future = loop.createFuture();
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private void runOnce() {
    loop.stop();
    loop.runForever();
  }

  @Test
  void states_ofANewFuture_arePending() {
    assertThat(future.done()).isFalse();
    assertThat(future.cancelled()).isFalse();
    assertThat(future.getLoop()).isSameAs(loop);
    assertThat(future).hasToString("<Future pending>");
  }

  @Test
  void setResult_finishesIt() {
    future.setResult(42);
    assertThat(future.done()).isTrue();
    assertThat(future.result()).isEqualTo(42);
    assertThat(future.exception()).isNull();
    assertThat(future.cancel()).isFalse();
    assertThat(future).hasToString("<Future finished result=42>");
  }

  @Test
  void setResult_null_isAResult() {
    future.setResult(null);
    assertThat(future.done()).isTrue();
    assertThat(future.result()).isNull();
  }

  @Test
  void setException_failsItWithTheVeryObject() {
    var problem = new IOException("problem");
    future.setException(problem);
    assertThatThrownBy(future::result).isSameAs(problem);
    assertThat(future.exception()).isSameAs(problem);
    assertThat(future.cancelled()).isFalse();
    assertThat(future).hasToString("<Future finished exception=IOException('problem')>");
  }

  @Test
  void cancel_repeatsItsMessage() {
    assertThat(future.cancel("enough")).isTrue();
    assertThat(future.cancel("again")).isFalse();
    assertThat(future.cancelled()).isTrue();
    assertThatThrownBy(future::result).isInstanceOf(CancelledError.class).hasMessage("enough");
    assertThatThrownBy(future::exception).isInstanceOf(CancelledError.class).hasMessage("enough");
    assertThat(future).hasToString("<Future cancelled>");
  }

  @Test
  void doneCallbacks_runInOrderInTheNextIteration() {
    future.addDoneCallback(f -> order.add("first " + f.result()));
    future.addDoneCallback(f -> order.add("second"));
    future.setResult(1);
    assertThat(order).isEmpty();
    loop.callSoon(() -> order.add("later"));
    runOnce();
    assertThat(order).containsExactly("first 1", "second", "later");
  }

  @Test
  void doneCallback_addedToADoneFuture_isScheduled() {
    future.setResult(1);
    future.addDoneCallback(f -> order.add("called"));
    assertThat(order).isEmpty();
    runOnce();
    assertThat(order).containsExactly("called");
  }

  @Test
  void removeDoneCallback_removesAllEqualOnesAndCounts() {
    Consumer<Future<Integer>> removed = f -> order.add("removed");
    Consumer<Future<Integer>> kept = f -> order.add("kept");
    assertThat(future.removeDoneCallback(removed)).isZero();
    future.addDoneCallback(removed);
    assertThat(future.removeDoneCallback(removed)).isEqualTo(1);
    for (var callback : List.of(removed, kept, removed, removed)) {
      future.addDoneCallback(callback);
    }
    assertThat(future.removeDoneCallback(removed)).isEqualTo(3);
    future.setResult(1);
    runOnce();
    assertThat(order).containsExactly("kept");
  }

  @Test
  void doneCallback_thatThrows_isReportedAndTheOthersRun() {
    var reports = new ArrayList<String>();
    loop.setExceptionHandler((l, error) -> reports.add(error.message()));
    future.addDoneCallback(f -> {
      throw new IllegalStateException();
    });
    future.addDoneCallback(f -> order.add("runs"));
    future.cancel();
    runOnce();
    assertThat(order).containsExactly("runs");
    assertThat(reports).singleElement().asString().startsWith("Exception in callback <Handle");
  }

  @Test
  void doneCallback_hasTheContextOfItsRegistration() {
    var variable = ContextVar.of("variable", "none");
    try (var token = variable.set("at registration")) {
      future.addDoneCallback(f -> order.add(variable.get()));
    }
    var own = new Context();
    own.run(() -> variable.set("own"));
    future.addDoneCallback(f -> order.add(variable.get()), own);
    future.setResult(1);
    runOnce();
    assertThat(order).containsExactly("at registration", "own");
  }

  @Test
  void await_byManyTasks_wakesThemInOrder() {
    loop.runUntilComplete(() -> {
      for (int i = 0; i < 5; i++) {
        int n = i;
        createTask(() -> order.add(n + ": " + await(future)));
      }
      sleep(0);
      future.setResult(7);
      sleep(0);
    });
    assertThat(order).containsExactly("0: 7", "1: 7", "2: 7", "3: 7", "4: 7");
  }

  @Test
  void await_withAnExceptionType_throwsIt() throws Exception {
    future.setException(new IOException("problem"));
    assertThatThrownBy(() -> future.await(IOException.class)).isInstanceOf(IOException.class);
    var other = loop.<Integer>createFuture();
    other.setResult(1);
    assertThat(other.await(IOException.class)).isEqualTo(1);
  }

  @Test
  void awaitedBy_namesWhoWaits() {
    loop.runUntilComplete(() -> {
      var task = createTask(() -> await(future));
      sleep(0);
      assertThat(future.awaitedBy()).containsExactly(task);
      future.setResult(1);
      await(task);
      assertThat(future.awaitedBy()).isEmpty();
    });
  }

  @Test
  void longResults_areCutInDescriptions() {
    var text = loop.<String>createFuture();
    text.setResult("x".repeat(5000));
    assertThat(text.toString()).hasSizeLessThan(300).endsWith("...'>");
  }

  @Test
  void newFuture_withoutALoop_belongsToTheRunningOne() {
    var inside = run(() -> new Future<Integer>());
    assertThat(inside.getLoop().isClosed()).isTrue();
  }
}
