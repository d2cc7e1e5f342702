package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class AsCompletedTest {
  private final List<Object> got = new ArrayList<>();

  private static Future<Integer> future() {
    return getRunningLoop().createFuture();
  }

  @AsyncTest
  void severalArguments_areTakenLikeACollection() {
    var one = future();
    var two = future();
    getRunningLoop().callSoon(() -> one.setResult(1));
    getRunningLoop().callSoon(() -> two.setResult(2));
    for (var item : asCompleted(two, one)) {
      got.add(await(item));
    }
    for (Future<Integer> item : asCompleted(() -> 3, () -> 4)) {
      got.add(await(item));
    }
    assertThat(got).containsExactly(1, 2, 3, 4);
  }

  @AsyncTest
  void async_whoIsCancelledInTheBatchInWhichAnItemArrives_leavesItToTheNext() {
    var one = future();
    var two = future();
    var items = asCompleted(List.of(one, two)).async();
    var first = createTask(() -> got.add(items.iterator().next()));
    var second = createTask(() -> got.add(items.iterator().next()));
    sleep(0);
    one.setResult(1);
    getRunningLoop().callSoon(() -> first.cancel()); // after the wake-up, before the turn
    await(second);
    assertThat(got).containsExactly(one);
    assertThat(first.cancelled()).isTrue();
  }

  @AsyncTest
  void async_whoIsCancelledAndGoesOn_getsAllItems() {
    var one = future();
    var two = future();
    var consumer =
        createTask(() -> {
          var items = asCompleted(List.of(one, two)).async().iterator();
          while (items.hasNext()) {
            try {
              got.add(items.next());
            } catch (CancelledError e) {
              got.add("cancelled");
            }
          }
        });
    sleep(0);
    one.setResult(1);
    getRunningLoop().callSoon(() -> consumer.cancel());
    sleep(0);
    two.setResult(2);
    await(consumer);
    assertThat(got).containsExactly("cancelled", one, two);
  }

  @AsyncTest
  void plain_whoIsCancelledInTheBatchInWhichAnItemArrives_getsItWithTheNextAwait() {
    var one = future();
    var two = future();
    var consumer =
        createTask(() -> {
          for (var item : asCompleted(List.of(one, two))) {
            try {
              got.add(await(item));
            } catch (CancelledError e) {
              got.add("cancelled");
            }
          }
        });
    sleep(0);
    one.setResult(1);
    getRunningLoop().callSoon(() -> consumer.cancel());
    sleep(0);
    two.setResult(2);
    await(consumer);
    assertThat(got).containsExactly("cancelled", 1, 2);
  }

  @AsyncTest
  void plain_whoWaitsFirst_getsTheFirstResult() {
    var one = future();
    var two = future();
    var items = asCompleted(List.of(one, two)).iterator();
    var handedOutFirst = items.next();
    var handedOutSecond = items.next();
    var early = createTask(() -> await(handedOutSecond));
    sleep(0);
    var late = createTask(() -> await(handedOutFirst));
    sleep(0);
    one.setResult(1);
    two.setResult(2);
    assertThat(await(early)).isEqualTo(1);
    assertThat(await(late)).isEqualTo(2);
    assertThat(handedOutFirst.result()).isEqualTo(2);
  }

  @AsyncTest
  void plain_withCallbacksAndGather_takesItsResults() {
    var one = future();
    var two = future();
    var three = future();
    var items = asCompleted(List.of(one, two, three)).iterator();
    one.setResult(1);
    sleep(0);
    items.next().addDoneCallback(f -> got.add(f.result()));
    var rest = gather(items.next(), items.next());
    two.setResult(2);
    sleep(0);
    three.setResult(3);
    assertThat(await(rest)).containsExactlyInAnyOrder(2, 3);
    assertThat(got).containsExactly(1);
  }

  @AsyncTest
  void plain_cancelledFuture_leavesItsResultToTheNext() {
    var one = future();
    var items = asCompleted(List.of(one)).iterator();
    var cancelled = items.next();
    var waiting = createTask(() -> await(cancelled));
    sleep(0);
    cancelled.cancel("not needed");
    assertThatThrownBy(() -> await(waiting))
        .isInstanceOf(CancelledError.class)
        .hasMessage("not needed");
    one.setResult(1);
    assertThat(items.hasNext()).isTrue();
    assertThat(await(items.next())).isEqualTo(1);
    assertThat(items.hasNext()).isFalse();
  }

  @AsyncTest
  void plain_awaitedByTwo_givesBothTheSame() {
    var one = future();
    var item = asCompleted(List.of(one)).iterator().next();
    var both = gather(() -> await(item), () -> await(item));
    sleep(0);
    one.setResult(1);
    assertThat(await(both)).containsExactly(1, 1);
  }

  @AsyncTest
  void timeout_withAnItemThatCameInTime_endsTheOthers() {
    var one = future();
    one.setResult(1);
    var items = asCompleted(List.of(one, future(), future()), 0.001).async();
    for (int i = 0; i < 3; i++) {
      createTask(() -> {
        try {
          got.add(items.iterator().next());
        } catch (Exception e) {
          got.add(e.getClass());
        }
      });
    }
    while (got.size() < 3) {
      sleep(0.001);
    }
    assertThat(got).containsExactly(one, TimeoutException.class, TimeoutException.class);
  }

  @AsyncTest
  void timeout_whoComesThen_takesNothingFromWhoWasWoken() {
    var one = future();
    var items = asCompleted(List.of(one, future()), 0).async().iterator();
    var first = createTask(() -> items.next());
    one.setResult(1);
    var newcomers = new ArrayList<Task<?>>();
    getRunningLoop()
        .callLater( // behind the timer: the first has been woken, and has not gone on
            0,
            () ->
                newcomers.add(
                    createTask(() -> items.next(), TaskOptions.defaults().eagerStart(true))));
    assertThat(await(first)).isSameAs(one);
    assertThat(newcomers).hasSize(1);
    assertThatThrownBy(() -> await(newcomers.getFirst())).isInstanceOf(TimeoutException.class);
  }

  @AsyncTest
  void awaitedBy_isWhoWaitsNow() {
    var one = future();
    var items = asCompleted(List.of(one)).async();
    assertThat(one.awaitedBy()).isEmpty();
    var consumer = createTask(() -> items.iterator().next());
    sleep(0);
    assertThat(one.awaitedBy()).containsExactly(consumer);
    consumer.cancel();
    sleep(0);
    assertThat(one.awaitedBy()).isEmpty();
  }
}
