package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.testing.Checkpoints.assertDoesNotSuspend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class ExecutorTest {

  @Test
  void call_runsOnANumberedThread() {
    run(() -> {
      var name =
          await(getRunningLoop().runInExecutor(null, () -> Thread.currentThread().getName()));
      assertThat(name).isEqualTo("asyncio_0");
      assertThat(toThread(() -> Thread.currentThread().getName())).startsWith("asyncio_");
    });
  }

  @Test
  void call_withoutAnExecutor_isMadeByTheLoops() {
    run(() -> {
      var loop = getRunningLoop();
      assertThat(await(loop.runInExecutor(() -> Thread.currentThread().getName())))
          .isEqualTo("asyncio_0");
      assertThat(await(loop.runInExecutor(() -> {}))).isNull();
    });
  }

  @Test
  void toThread_withAnExecutor_isMadeByItsThreadInTheCallersContext() throws Exception {
    var variable = ContextVar.<String>of("variable");
    try (var executor = Executors.newSingleThreadExecutor(r -> new Thread(r, "mine"))) {
      run(() -> {
        variable.set("here");
        assertThat(toThread(executor, () -> Thread.currentThread().getName() + variable.get()))
            .isEqualTo("minehere");
        toThread(executor, () -> {});
        try {
          toThread(
              executor,
              () -> {
                throw new IOException("announced");
              });
        } catch (IOException e) {
          assertThat(e).hasMessage("announced");
        }
      });
    }
  }

  @Test
  void call_hasTheContextClassLoaderOfWhoeverMadeTheLoop() throws Exception {
    var before = Thread.currentThread().getContextClassLoader();
    try (var loader = new URLClassLoader(new URL[0], before)) {
      Thread.currentThread().setContextClassLoader(loader);
      run(() -> {
        assertThat(toThread(() -> Thread.currentThread().getContextClassLoader())).isSameAs(loader);
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
      });
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void loop_goesOnWhileACallBlocks() {
    run(() -> {
      var go = new CountDownLatch(1);
      var call =
          getRunningLoop()
              .runInExecutor(
                  null,
                  () -> {
                    go.await();
                    return 42;
                  });
      sleep(0);
      sleep(0.001);
      assertThat(call.done()).isFalse();
      go.countDown();
      assertThat(await(call)).isEqualTo(42);
    });
  }

  @Test
  void call_thatFails_throwsTheVeryException() {
    var problem = new IOException();
    run(() -> {
      assertThatThrownBy(() ->
              await(
                  getRunningLoop()
                      .runInExecutor(
                          null,
                          () -> {
                            throw problem;
                          })))
          .isSameAs(problem);
      assertThatThrownBy(() ->
              toThread(() -> {
                throw problem;
              }))
          .isSameAs(problem);
    });
  }

  @Test
  void ownExecutor_isUsedAndLeftAlone() {
    try (var own = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("own").factory())) {
      run(() -> {
        var name =
            await(getRunningLoop().runInExecutor(own, () -> Thread.currentThread().getName()));
        assertThat(name).isEqualTo("own");
      });
      assertThat(own.isShutdown()).isFalse();
    }
  }

  @Test
  void defaultExecutor_setByTheUser_isUsedAndShutDown() {
    var own = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("own").factory());
    run(() -> {
      getRunningLoop().setDefaultExecutor(own);
      assertThat(toThread(() -> Thread.currentThread().getName())).isEqualTo("own");
    });
    assertThat(own.isTerminated()).isTrue();
  }

  @Test
  void cancel_ofACallThatWaits_neverStartsIt() {
    run(() -> {
      var order = new ArrayList<String>();
      var go = new CountDownLatch(1);
      try (var own = Executors.newSingleThreadExecutor()) {
        var loop = getRunningLoop();
        var first = loop.runInExecutor(own, () -> go.await());
        var second = loop.runInExecutor(own, () -> order.add("second"));
        second.cancel();
        sleep(0);
        go.countDown();
        await(first);
      }
      assertThat(order).isEmpty();
    });
  }

  @Test
  void cancel_ofACallThatRuns_dropsItsResult() throws Exception {
    run(() -> {
      var begun = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      var ended = new CountDownLatch(1);
      var call =
          getRunningLoop()
              .runInExecutor(
                  null,
                  () -> {
                    begun.countDown();
                    go.await();
                    ended.countDown();
                  });
      begun.await();
      call.cancel();
      sleep(0);
      go.countDown();
      getRunningLoop().shutdownDefaultExecutor(); // and what the call gives has come
      assertThat(ended.getCount()).as("it was not interrupted").isZero();
      assertThat(call.cancelled()).isTrue();
    });
  }

  @Test
  void toThread_copiesTheContextOneWay() {
    var variable = ContextVar.of("variable", "none");
    run(() -> {
      variable.set("outside");
      var seen =
          toThread(() -> {
            var before = variable.get();
            variable.set("inside");
            return before;
          });
      assertThat(seen).isEqualTo("outside");
      assertThat(variable.get()).isEqualTo("outside");
    });
  }

  @Test
  void manyCalls_allEnd() {
    run(() -> {
      var calls = new ArrayList<Task<Integer>>();
      for (int i = 0; i < 1000; i++) {
        int n = i;
        calls.add(createTask(() -> toThread(() -> n)));
      }
      assertThat(await(gather(calls))).hasSize(1000).isSorted();
    });
  }

  @Test
  void shutdown_thatTakesTooLong_warns() {
    var go = new CountDownLatch(1);
    try (var logs = Logs.capture()) {
      run(() -> {
        getRunningLoop().runInExecutor(null, () -> go.await());
        getRunningLoop().shutdownDefaultExecutor(0.005);
        go.countDown();
      });
      assertThat(logs.lines())
          .filteredOn(line -> line.contains("executor"))
          .singleElement()
          .asString()
          .startsWith("WARNING The executor did not finishing joining its threads within 0.005");
    }
  }

  @AsyncTest
  void shutdown_ofAnExecutorThatHasEnded_doesNotWait() {
    getRunningLoop().setDefaultExecutor(Executors.newCachedThreadPool());
    assertDoesNotSuspend(() -> getRunningLoop().shutdownDefaultExecutor());
  }
}
