package jasyncio.testing;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.internal.base.PointHook;
import jasyncio.util.Point;
import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PointsTest {
  private final ArrayList<String> seen = new ArrayList<>();
  private int stock = 1;

  /// Checks, and then acts: with a point between, where the program awaits nothing.
  private boolean sell() {
    if (stock == 0) {
      return false;
    }
    Point.at("before the sale");
    stock--;
    return true;
  }

  @Test
  void at_nothingSaid_nothingHappens() {
    Point.at("anywhere");
    run(() -> {
      try (var _ = Points.here()) {
        Checkpoints.assertDoesNotSuspend(() -> Point.at("anywhere"));
      }
    });
    assertThat(PointHook.get()).isNull();
  }

  @AsyncTest
  void hold_nextOne_waitsUntilReleased() {
    try (var points = Points.here()) {
      var held = points.hold("before the sale");
      var first = createTask(() -> sell());
      assertThat(held.isReached()).isFalse();
      assertThat(held.reached()).isSameAs(first);
      assertThat(held.isReached()).isTrue();
      assertThat(sell()).isTrue(); // the next one is not held
      held.release();
      assertThat(first.await()).isTrue();
      assertThat(stock).isEqualTo(-1); // the bug
    }
  }

  @AsyncTest
  void hold_twice_holdsTwo() {
    try (var points = Points.here()) {
      var one = points.hold("p");
      var two = points.hold("p");
      var a = createTask(() -> visit("a"));
      var b = createTask(() -> visit("b"));
      assertThat(two.reached()).isSameAs(b);
      assertThat(one.reached()).isSameAs(a);
      two.release();
      b.await();
      one.release();
      a.await();
    }
    assertThat(seen).containsExactly("b", "a");
  }

  private void visit(String name) {
    Point.at("p");
    seen.add(name);
  }

  @AsyncTest
  void hold_releasedBefore_doesNotHold() {
    try (var points = Points.here()) {
      points.hold("p").release();
      Checkpoints.assertDoesNotSuspend(() -> visit("a"));
    }
    assertThat(seen).containsExactly("a");
  }

  @AsyncTest
  void hold_cancelledMeanwhile_ends() {
    try (var points = Points.here();
        var held = points.hold("p")) {
      var task = createTask(() -> visit("a"));
      held.reached();
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
    }
    assertThat(seen).isEmpty();
  }

  @AsyncTest
  void hold_whoWaits_saysForWhat() {
    try (var points = Points.here()) {
      var held = points.hold("p");
      var test = createTask(() -> held.reached());
      sleep(0);
      assertThat(test.waitsFor()).hasToString("somebody to come to point 'p'");
      var task = createTask(() -> visit("a"));
      test.await();
      assertThat(task.waitsFor()).hasToString("release() at point 'p'");
      held.release();
      task.await();
    }
  }

  @AsyncTest
  void reached_ofANameMisspelt_saysWhichThereAre() {
    try (var points = Points.here();
        var held = points.hold("p")) {
      var test = createTask(() -> held.reached());
      Point.at("P");
      sleep(0);
      assertThat(test.waitsFor())
          .hasToString("somebody to come to point 'p' (points that somebody came to: [P])");
      test.cancel();
      assertThatThrownBy(test::await).isInstanceOf(CancelledError.class);
      held.release();
      visit("a");
    }
  }

  @AsyncTest
  void hold_inACallback_refused() {
    try (var points = Points.here()) {
      var held = points.hold("p");
      assertThat(errorOfCallback())
          .hasMessage("nobody can be held at point 'p': no coroutine has come to it");
      assertThat(held.isReached()).isTrue();
    }
  }

  private Throwable errorOfCallback() {
    var error = getRunningLoop().<Throwable>createFuture();
    getRunningLoop().setExceptionHandler((_, e) -> error.setResult(e.exception()));
    getRunningLoop().callSoon(() -> visit("a"));
    return error.await();
  }

  @AsyncTest
  void fail_nextOne_getsThatVeryException() {
    try (var points = Points.here()) {
      var broken = new IOException("broken");
      points.fail("p", broken);
      assertThatThrownBy(() -> visit("a")).isSameAs(broken);
      visit("b");
    }
    assertThat(seen).containsExactly("b");
  }

  @AsyncTest
  void cancel_nextTask_isCancelledThere() {
    try (var points = Points.here()) {
      points.cancel("p");
      var task = createTask(() -> visit("a"));
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      assertThat(task.cancelling()).isOne();
      visit("b");
    }
    assertThat(seen).containsExactly("b");
  }

  @AsyncTest
  void cancel_inACallback_refused() {
    try (var points = Points.here()) {
      points.cancel("p");
      assertThat(errorOfCallback()).hasMessageContaining("there is nobody to cancel at point 'p'");
    }
  }

  @AsyncTest
  void close_nobodyCame_isToldOf() {
    var points = Points.here();
    points.hold("q");
    points.fail("p", new IOException("x"));
    points.cancel("p");
    Point.at("P");
    assertThatThrownBy(points::close)
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            not all happened that was said of points:
              nobody came to point 'p' to fail there with java.io.IOException: x
              nobody came to point 'p' to be cancelled there
              nobody came to point 'q' to be held there
              points that somebody came to: [P]\
            """);
    points.close();
    assertThatThrownBy(() -> points.hold("r")).hasMessage("these points are closed");
    Point.at("p");
  }

  @AsyncTest
  void close_somebodyCameOnAnotherThread_isToldOf() {
    var points = Points.here();
    points.hold("p");
    points.hold("q");
    toThread(() -> Point.at("p"));
    assertThatThrownBy(points::close)
        .hasMessageContainingAll(
            "nobody came to point 'p' to be held there, other than on a thread that runs no loop,"
                + " where nothing happens\n",
            "nobody came to point 'q' to be held there\n");
  }

  @AsyncTest
  void otherThread_isRefused() {
    try (var points = Points.here()) {
      var held = points.hold("p");
      var first = createTask(() -> Point.at("p"));
      held.reached();
      assertThatThrownBy(() -> toThread(() -> points.hold("p")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("points are used where their loop runs: in its coroutines and callbacks");
      assertThatThrownBy(() -> toThread(() -> held.release()))
          .isInstanceOf(IllegalStateException.class);
      assertThat(first.done()).isFalse();
      held.release();
      first.await();
    }
  }

  @AsyncTest
  void close_somebodyHeld_isLetOn() {
    var points = Points.here();
    var held = points.hold("p");
    var task = createTask(() -> visit("a"));
    held.reached();
    points.close();
    task.await();
    assertThat(seen).containsExactly("a");
  }

  @AsyncTest
  void here_twoLoops_doNotMeet() {
    try (var points = Points.here()) {
      points.fail("p", new IOException("here"));
      toThread(() -> run(() -> visit("there")));
      assertThat(seen).containsExactly("there");
      assertThatThrownBy(() -> visit("here")).hasMessage("here");
    }
  }

  @AsyncTest
  void here_twice_refused() {
    try (var _ = Points.here()) {
      assertThatThrownBy(Points::here).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void here_noLoop_refused() {
    assertThatThrownBy(Points::here).isInstanceOf(IllegalStateException.class);
  }

  // ---- of a test on a loop ----------------------------------------------------------------------

  @AsyncTest
  void points_ofATest_areThoseOfItsLoop(TestScope scope) {
    assertThat(scope.points()).isSameAs(scope.points());
    scope.points().fail("p", new IOException("here"));
    assertThatThrownBy(() -> visit("here")).hasMessage("here");
  }

  @AsyncTest
  void points_somebodyHeldAtTheEnd_isLetOn(TestScope scope) {
    var held = scope.points().hold("p");
    scope.background(() -> visit("a"));
    held.reached();
  }

  /// However it came by them.
  @ParameterizedTest
  @ValueSource(strings = {"nobodyComes", "nobodyClosesThem"})
  void points_ofATest_nobodyCame_fails(String test) {
    assertThat(Failures.of(Fixtures.class, test))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nobody came to point 'p' to be held there");
    assertThat(PointHook.get()).isNull();
  }

  static class Fixtures {
    @AsyncTest
    void nobodyClosesThem() {
      Points.here().hold("p");
    }

    @AsyncTest
    void nobodyComes(TestScope scope) {
      scope.points().hold("p");
    }
  }
}
