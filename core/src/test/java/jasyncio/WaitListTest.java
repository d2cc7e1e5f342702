package jasyncio;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(600)
class WaitListTest {
  private final WaitList list = new WaitList("<Thing>");
  private final List<String> order = new ArrayList<>();

  private Task<Void> waiter(String name) {
    return createTask(() -> {
      var place = list.enter();
      try {
        place.await();
        order.add(name);
      } catch (CancelledError e) {
        order.add(name + (place.woken() ? " woken in vain" : " cancelled"));
        throw e;
      } finally {
        place.leave();
        place.leave(); // has no effect
      }
    });
  }

  @AsyncTest
  void wakeFirst_goesInTheOrderOfArrival() {
    var tasks = List.of(waiter("a"), waiter("b"), waiter("c"));
    sleep(0);
    assertThat(list.waiting()).isEqualTo(3);
    assertThat(list.isIdle()).isFalse();
    assertThat(list.wakeFirst()).isTrue();
    assertThat(list.wakeFirst()).isTrue();
    assertThat(list.waiting()).isEqualTo(1);
    assertThat(list.size()).isEqualTo(3);
    sleep(0);
    assertThat(list.size()).isEqualTo(1);
    list.wakeAll();
    assertThat(list.wakeFirst()).isFalse();
    Asyncio.wait(tasks);
    assertThat(order).containsExactly("a", "b", "c");
    assertThat(list.isIdle()).isTrue();
  }

  @AsyncTest
  void cancelledOnes_arePassedOver_andLeaveWhereverTheyStand() {
    var tasks = List.of(waiter("a"), waiter("b"), waiter("c"), waiter("d"));
    sleep(0);
    tasks.get(0).cancel();
    tasks.get(2).cancel();
    assertThat(list.isIdle()).isFalse();
    list.wakeFirstIfNoneIsOnTheWay(); // the cancelled first one is
    assertThat(list.waiting()).isEqualTo(4);
    assertThat(list.wakeFirst()).isTrue();
    tasks.get(1).cancel();
    sleep(0);
    assertThat(order).containsExactlyInAnyOrder("a cancelled", "c cancelled", "b woken in vain");
    assertThat(list.size()).isEqualTo(1);
    list.wakeFirstIfNoneIsOnTheWay();
    list.wakeFirstIfNoneIsOnTheWay();
    Asyncio.wait(tasks);
    assertThat(order).endsWith("d");
    assertThat(list.size()).isZero();
  }

  @AsyncTest
  void allCancelled_isIdle() {
    var tasks = List.of(waiter("a"), waiter("b"));
    sleep(0);
    tasks.forEach(Task::cancel);
    assertThat(list.waiting()).isEqualTo(2);
    assertThat(list.isIdle()).isTrue();
    assertThat(list.wakeFirst()).isFalse();
    list.wakeAll();
    Asyncio.wait(tasks);
    assertThat(order).containsExactly("a cancelled", "b cancelled");
  }

  @AsyncTest
  void place_tellsWhatBecameOfIt() {
    var first = waiter("a");
    var second = waiter("b");
    sleep(0);
    assertThat(first.toString()).contains(" wait_for=<Future pending cb=[Task.task_wakeup()]>");
    list.wakeFirst();
    second.cancel("enough");
    second.cancel("more than enough");
    assertThat(first.toString()).contains(" wait_for=<Future finished result=true>");
    assertThat(second.toString()).contains(" wait_for=<Future cancelled>");
    assertThatThrownBy(second::await).isInstanceOf(CancelledError.class).hasMessage("enough");
    assertThat(order).containsExactly("a", "b cancelled");
  }

  @AsyncTest
  void place_awaitedAgain_saysTheSame() {
    var place = list.enter();
    list.wakeFirst();
    place.await();
    place.await();
    place.leave();
    var task =
        createTask(() -> {
          var cancelled = list.enter();
          assertThatThrownBy(cancelled::await).isInstanceOf(CancelledError.class);
          assertThatThrownBy(cancelled::await)
              .isInstanceOf(CancelledError.class)
              .hasMessage("enough");
          cancelled.leave();
        });
    sleep(0);
    task.cancel("enough");
    task.await();
    assertThat(list.size()).isZero();
  }

  @AsyncTest
  void place_awaitedByAnotherTask_isAMisuse() {
    var place = list.enter();
    var task = createTask(place::await, "first");
    sleep(0);
    assertThatThrownBy(place::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("this place is awaited already, by <Task pending name='first'");
    list.wakeFirst();
    task.await();
    place.leave();
  }

  @AsyncTest
  void place_awaitedByACoroutineDrivenByHand_handsOutAFuture() {
    var woken =
        Lowlevel.coroutine(
            "by hand",
            () -> {
              var place = list.enter();
              try {
                place.await();
              } finally {
                place.leave();
              }
            });
    var future = (Future<?>) woken.send(null);
    assertThat(list.wakeFirst()).isTrue();
    assertThat(future.done()).isTrue();
    assertThatThrownBy(() -> woken.send(null)).isInstanceOf(StopIteration.class);
    assertThat(list.size()).isZero();
  }

  @Test
  void await_outsideACoroutine_isAMisuse() {
    var loop = Asyncio.newEventLoop();
    loop.callSoon(() -> {
      var place = list.enter();
      assertThatThrownBy(place::await)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("await outside a coroutine");
      place.leave();
      order.add("refused");
      loop.stop();
    });
    loop.runForever();
    loop.close();
    assertThat(order).containsExactly("refused");
  }

  @AsyncTest
  void sharedFuture_isWokenByOneListOnly() {
    var other = list.sibling();
    var wakeUp = new Future<Boolean>();
    var place = list.enter(wakeUp);
    var otherPlace = other.enter(wakeUp);
    assertThat(other.wakeFirst()).isTrue();
    assertThat(list.wakeFirst()).isFalse();
    otherPlace.await();
    place.leave();
    otherPlace.leave();
    assertThat(place.woken()).isFalse();
    assertThat(otherPlace.woken()).isTrue();
    assertThat(list.size() + other.size()).isZero();
  }

  @Test
  void enter_onAnotherLoopOrOnNone_isAMisuse() {
    run(() -> assertThat(list.loop()).isSameAs(getRunningLoop()));
    run(() ->
        assertThatThrownBy(() -> list.sibling().enter())
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("<Thing> is bound to a different event loop; make one for each loop"));
    assertThatThrownBy(list::enter)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "<Thing> would have to wait, but no event loop runs here; call it in a coroutine, by run(...) or"
                + " createTask(...)");
    assertThat(list).hasToString("<WaitList of <Thing>>");
  }

  @Test
  void loopThatIsClosed_letsWaitersLeave() {
    var loop = Asyncio.newEventLoop();
    loop.setExceptionHandler((l, error) -> order.add(error.message()));
    loop.runUntilComplete(() -> {
      createTask(() -> {
        var place = list.enter();
        try {
          place.await();
        } finally {
          place.leave();
        }
      });
      sleep(0);
    });
    assertThat(list.size()).isEqualTo(1);
    loop.close();
    assertThat(list.size()).isZero();
    assertThat(order).containsExactly("Task was destroyed but it is pending!");
  }

  @AsyncTest
  void wakeFirst_behindManyThatWereCancelled_findsThoseWhoCameLater() {
    var cancelled = new ArrayList<Task<Void>>();
    for (int i = 0; i < 100; i++) {
      cancelled.add(waiter("never"));
    }
    var a = waiter("a");
    sleep(0);
    cancelled.forEach(Task::cancel);
    assertThat(list.wakeFirst()).isTrue();
    assertThat(list.wakeFirst()).isFalse();
    var b = list.enter();
    var c = list.enter();
    b.leave();
    assertThat(list.wakeFirst()).isTrue();
    assertThat(c.woken()).isTrue();
    c.leave();
    Asyncio.wait(cancelled);
    var d = waiter("d");
    sleep(0);
    assertThat(list.waiting()).isEqualTo(1);
    assertThat(list.wakeFirst()).isTrue();
    Asyncio.wait(List.of(a, d));
    assertThat(order).endsWith("d").contains("a").hasSize(102);
  }
}
