package jasyncio.cpython;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.ensureFuture;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.EventLoop;
import jasyncio.Handle;
import jasyncio.KeyboardInterrupt;
import jasyncio.Logs;
import jasyncio.SystemExit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What CPython's test_base_events.py and test_events.py assert of the loop and nothing else here
/// does.
@Timeout(600)
class CPythonLoopTest {
  private final EventLoop loop = newEventLoop();
  private final List<Object> order = new ArrayList<>();

  CPythonLoopTest() {
    loop.setDebug(false);
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private void runOnce() {
    loop.stop();
    loop.runForever();
  }

  // CPython: test_base_events.BaseEventLoopTests.test_call_later_negative_delays
  @Test
  void callLater_withNegativeDelays_runsTheEarliestFirst() {
    loop.callLater(-1, () -> order.add("a"));
    loop.callLater(-2, () -> order.add("b"));
    runOnce();
    assertThat(order).containsExactly("b", "a");
  }

  // CPython: test_base_events.BaseEventLoopTests
  //     .test_run_until_complete_loop_orphan_future_close_loop
  @Test
  void exitOfACallback_leavesTheLoopUsable() {
    var exit = new SystemExit(0);
    loop.callSoon(() -> {
      throw exit;
    });
    var end = loop.<String>createFuture();
    assertThatThrownBy(() ->
            loop.runUntilComplete(() -> {
              order.add(await(end));
            }))
        .isSameAs(exit);
    loop.runUntilComplete(() -> {
      end.setResult("first"); // it ends meanwhile, and stops nothing
      for (int i = 0; i < 5; i++) {
        sleep(0);
      }
      order.add("second");
    });
    assertThat(order).containsExactly("first", "second");
  }

  // CPython: test_base_events.BaseEventLoopTests.test_create_task_error_closes_coro
  @Test
  void ensureFuture_onAClosedLoop_closesTheCoroutine() {
    loop.close();
    try (var logs = Logs.capture()) {
      var coroutine = coroutine(() -> 1);
      assertThatThrownBy(() -> ensureFuture(coroutine, loop))
          .isInstanceOf(IllegalStateException.class);
      assertThat(coroutine.state()).hasToString("CLOSED");
      assertThat(logs.lines()).isEmpty();
    }
  }

  // CPython: test_base_events.BaseEventLoopTests.test_run_forever_keyboard_interrupt
  @Test
  void interruptOfTheMainCoroutine_isNotReported() {
    loop.setExceptionHandler((l, error) -> order.add(error.message()));
    interruptTheMainCoroutine();
    System.gc();
    loop.close(); // tells what was forgotten
    assertThat(order).isEmpty();
  }

  private void interruptTheMainCoroutine() {
    assertThatThrownBy(() ->
            loop.runUntilComplete(() -> {
              throw new KeyboardInterrupt();
            }))
        .isInstanceOf(KeyboardInterrupt.class);
  }

  // CPython: test_base_events.BaseEventLoopTests.test_run_until_complete_baseexception
  @Test
  void interruptOfTheMainCoroutine_leavesNoStopBehind() {
    interruptTheMainCoroutine();
    loop.callSoon(() ->
        loop.callSoon(() -> {
          loop.stop();
          order.add("called");
        }));
    loop.runForever();
    assertThat(order).containsExactly("called");
  }

  // CPython: test_events.EventLoopTestsMixin.test_call_soon_threadsafe_handle_cancel_same_thread
  @Test
  void threadsafeHandle_cancelledByItsOwnCallback_runsToItsEnd() throws Exception {
    var handle = new CompletableFuture<Handle>();
    var thread =
        Thread.ofPlatform()
            .start(() ->
                handle.complete(
                    loop.callSoonThreadsafe(() -> {
                      handle.join().cancel();
                      order.add("hello");
                      loop.stop();
                    })));
    loop.runForever();
    thread.join();
    assertThat(handle.join().cancelled()).isTrue();
    assertThat(order).containsExactly("hello");
  }

  // CPython: test_events.HandleTests.test_handle_repr, test_handle_repr_debug
  @Test
  void handle_describesItself() {
    var handle = loop.callSoon(this::runOnce);
    assertThat(handle.toString()).matches("<Handle .*CPythonLoopTest.*\\(\\)>");
    handle.cancel();
    assertThat(handle).hasToString("<Handle cancelled>");
    loop.setDebug(true);
    var debugged = loop.callSoon(this::runOnce);
    assertThat(debugged.toString())
        .matches("<Handle .*CPythonLoopTest.*\\(\\) created at CPythonLoopTest.java:\\d+>");
    debugged.cancel();
    debugged.cancel();
    assertThat(debugged.toString())
        .matches(
            "<Handle cancelled .*CPythonLoopTest.*\\(\\) created at CPythonLoopTest.java:\\d+>");
  }

  // CPython: test_events.HandleTests.test_handle_source_traceback
  @Test
  void handle_inDebugMode_knowsWhereItWasMade() {
    loop.setDebug(true);
    for (var handle :
        List.of(
            loop.callSoon(this::runOnce),
            loop.callSoonThreadsafe(this::runOnce),
            loop.callLater(100, this::runOnce),
            loop.callAt(loop.time() + 100, this::runOnce))) {
      assertThat(handle.toString()).contains(" created at CPythonLoopTest.java:");
      handle.cancel();
    }
  }

  // CPython: test_events.TimerTests.test_timer_repr, test_timer_repr_debug
  @Test
  void timer_describesItself() {
    var timer = loop.callAt(123, this::runOnce);
    assertThat(timer.toString()).matches("<TimerHandle when=123.0 .*CPythonLoopTest.*\\(\\)>");
    timer.cancel();
    assertThat(timer).hasToString("<TimerHandle when=123.0 cancelled>");
    loop.setDebug(true);
    assertThat(loop.callAt(123, this::runOnce).toString())
        .matches("<TimerHandle when=123.0 .* created at CPythonLoopTest.java:\\d+>");
  }
}
