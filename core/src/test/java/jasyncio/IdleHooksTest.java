package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(600)
class IdleHooksTest {
  private final EventLoop loop = EventLoop.create(null);
  private final List<String> order = new ArrayList<>();

  @AfterEach
  void closeLoop() {
    try (var logs = Logs.capture()) {
      loop.close();
      assertThat(logs.lines()).allMatch(line -> line.contains("was destroyed but it is pending!"));
    }
  }

  /// A handler that ends the run, and says that it was called.
  private void stopWhenStalled() {
    Lowlevel.setStallHandler(
        loop,
        () -> {
          order.add("stalled");
          loop.stop();
        });
  }

  @Test
  void callWhenIdle_runsAfterAllThatIsReadyAndLeadsToMore() {
    var wasIdle = loop.<Boolean>createFuture();
    Lowlevel.callWhenIdle(loop, () -> order.add("idle"));
    Lowlevel.callWhenIdle(
        loop,
        () -> {
          order.add("idle again");
          wasIdle.setResult(true);
        });
    Lowlevel.callWhenIdle(loop, () -> order.add("never")).cancel();
    loop.runUntilComplete(() -> {
      for (int i = 0; i < 3; i++) {
        order.add("step " + i);
        sleep(0);
      }
      await(wasIdle);
      order.add("end");
    });
    assertThat(order).containsExactly("step 0", "step 1", "step 2", "idle", "idle again", "end");
  }

  @Test
  void stallHandler_isCalledOnceWhenNothingCanEndTheWait() {
    stopWhenStalled();
    loop.createTask(() -> await(loop.createFuture()));
    loop.runForever();
    assertThat(order).containsExactly("stalled");
    Asyncio.allTasks(loop).forEach(Task::cancel);
    loop.runForever(); // ends, because it stalls again
    assertThat(order).containsExactly("stalled", "stalled");
  }

  @Test
  void stallHandler_thatDoesNothing_isNotCalledAgainAndLeavesTheLoopWaiting() {
    var told = new CountDownLatch(1);
    Lowlevel.setStallHandler(
        loop,
        () -> {
          order.add("stalled");
          told.countDown();
        });
    var helper =
        Thread.ofPlatform()
            .start(() -> {
              try {
                told.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              loop.callSoonThreadsafe(loop::stop);
            });
    loop.runForever();
    assertThat(helper).isNotNull();
    assertThat(order).containsExactly("stalled");
  }

  @Test
  void stallHandler_isNotCalledAgainBecauseTheWatchdogAsks() {
    var watches = List.of(new StallWatch(loop), new StallWatch(loop)); // two may ask at once
    var stopper = new AtomicReference<Thread>();
    Lowlevel.setStallHandler(
        loop,
        () -> {
          order.add("stalled");
          for (int i = 1; i <= 3; i++) { // twice alike: the loop is asked for a sign
            long now = System.nanoTime() + i * 1_000_000_000L;
            watches.forEach(watch -> watch.look(now));
          }
          if (stopper.get() == null) {
            stopper.set(
                Thread.ofPlatform()
                    .start(() -> {
                      Spin.until(() -> loop.core.waiting().isWaiting());
                      loop.callSoonThreadsafe(loop::stop);
                    }));
          }
        });
    loop.runForever();
    assertThat(order).containsExactly("stalled");
  }

  @Test
  void timers_keepTheLoopFromStalling_unlessTheyAreCancelled() {
    stopWhenStalled();
    loop.callLater(0.005, () -> order.add("timer"));
    loop.callLater(1000, () -> order.add("never")).cancel();
    loop.runForever();
    assertThat(order).containsExactly("timer", "stalled");
  }

  @Test
  void callsInTheExecutor_keepTheLoopFromStalling() throws Exception {
    stopWhenStalled();
    var release = new CountDownLatch(1);
    loop.createTask(() -> {
      loop.runInExecutor(
              null,
              () -> {
                release.await();
                return 1;
              })
          .await();
      order.add("answer");
      loop.shutdownDefaultExecutor();
    });
    Lowlevel.callWhenIdle(loop, release::countDown); // there is nothing but the call
    loop.runForever();
    assertThat(order).containsExactly("answer", "stalled");
  }

  @Test
  void futuresOfTheJdk_keepTheLoopFromStalling() {
    stopWhenStalled();
    var stage = new CompletableFuture<Integer>();
    var asked = new CountDownLatch(1);
    loop.createTask(() -> {
      asked.countDown();
      order.add("answer " + await(stage));
    });
    var helper =
        Thread.ofPlatform()
            .start(() -> {
              try {
                asked.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              stage.complete(1);
            });
    loop.runForever();
    assertThat(helper).isNotNull();
    assertThat(order).containsExactly("answer 1", "stalled");
  }

  @Test
  @Runtimes.ScheduledOnly
  void tasksInABlockingCall_keepTheLoopFromStalling() {
    loop.setBlockingPolicy(BlockingPolicy.SWITCH);
    stopWhenStalled();
    var queue = new LinkedBlockingQueue<String>();
    loop.createTask(() -> order.add(queue.take()));
    Lowlevel.callWhenIdle(loop, () -> queue.add("taken")); // there is nothing but the task
    loop.runForever();
    assertThat(order).containsExactly("taken", "stalled");
  }

  @Test
  void channels_keepTheLoopFromStalling_untilTheyAreClosed() throws IOException {
    stopWhenStalled();
    var server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress("localhost", 0));
    server.configureBlocking(false);
    loop.core.channels().watch(server);
    Lowlevel.callWhenIdle(
        loop, // there is nothing but the channel
        () ->
            Thread.startVirtualThread(() ->
                loop.callSoonThreadsafe(() -> {
                  order.add("closed");
                  close(server);
                })));
    loop.runForever();
    assertThat(order).containsExactly("closed", "stalled");
  }

  private static void close(ServerSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void stopNow_leavesTheRestOfTheIterationForTheNextRun() {
    loop.callSoon(() -> {
      order.add("first");
      Lowlevel.stopNow(loop);
    });
    loop.callSoon(() -> order.add("second"));
    loop.createTask(() -> order.add("third"));
    loop.callSoon(() -> Lowlevel.stopNow(loop));
    loop.callSoon(() -> order.add("fourth"));
    loop.runForever();
    assertThat(order).containsExactly("first");
    loop.runForever();
    assertThat(order).containsExactly("first", "second", "third");
    loop.callSoon(loop::stop);
    loop.runForever();
    assertThat(order).containsExactly("first", "second", "third", "fourth");
  }

  @Test
  void stopNow_inATask_takesEffectAtItsNextAwait() {
    var task =
        loop.createTask(() -> {
          Lowlevel.stopNow(loop);
          order.add("still here");
          sleep(0);
          order.add("next run");
        });
    loop.runForever();
    assertThat(order).containsExactly("still here");
    loop.runUntilComplete(task);
    assertThat(order).containsExactly("still here", "next run");
  }

  @Test
  void aStageThatCannotBeWaitedFor_isNotWaitedFor() {
    var stage =
        new CompletableFuture<String>() {
          @Override
          public CompletableFuture<String> whenComplete(
              BiConsumer<? super String, ? super Throwable> action) {
            throw new UnsupportedOperationException("no");
          }
        };
    stopWhenStalled();
    loop.callSoon(() ->
        assertThatThrownBy(() -> Asyncio.wrapFuture(stage))
            .isInstanceOf(UnsupportedOperationException.class));
    loop.runForever();
    assertThat(order).containsExactly("stalled");
  }
}
