package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.generator.Generators.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Runtimes.PortableOnly;
import jasyncio.Runtimes.ScheduledOnly;
import jasyncio.generator.Generator;
import jasyncio.generator.Yielder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is known to go wrong when virtual threads have a scheduler of one's own, and does not here.
@Timeout(600)
@SuppressWarnings({
  // what these warn of is what is tested
  "LockNotBeforeTry",
  "ThreadPriorityCheck",
  "WaitNotInLoop"
})
class FiberHazardsTest {

  /// A callback that needs no class but this one.
  private static void nothing() {}

  /// The policies under which a task may block; `FORBID` is for tests.
  enum Policy {
    BLOCK(BlockingPolicy.BLOCK),
    SWITCH(BlockingPolicy.SWITCH);

    private final BlockingPolicy policy;

    Policy(BlockingPolicy policy) {
      this.policy = policy;
    }

    RunOptions options() {
      return RunOptions.defaults().blocking(policy);
    }
  }

  private static Thread outsider(Runnable body) {
    return Thread.ofPlatform().name("outsider").start(body);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void blockOn(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A thread that was started on a fiber inherits its scheduler.
  @Nested
  class FallbackScheduler {
    @Test
    void startVirtualThread_inTask_isJoinedUnderBlock() throws Exception {
      var ran = new AtomicBoolean();
      run(() -> {
        var stranger = Thread.startVirtualThread(() -> ran.set(true));
        stranger.join();
        sleep(0);
      });
      assertThat(ran).isTrue();
    }

    @Test
    @ScheduledOnly
    void startVirtualThread_inTask_isJoinedUnderSwitch() throws Exception {
      var ran = new AtomicBoolean();
      run(
          () -> {
            var stranger = Thread.startVirtualThread(() -> ran.set(true));
            stranger.join();
            sleep(0);
          },
          Policy.SWITCH.options());
      assertThat(ran).isTrue();
    }

    @Test
    void startVirtualThread_thatBlocksInManyWays_isJoinedUnderBlock() throws Exception {
      assertThat(run(this::strangerThatBlocks)).isEqualTo("slept, parked, locked, took 7");
    }

    @Test
    @ScheduledOnly
    void startVirtualThread_thatBlocksInManyWays_isJoinedUnderSwitch() throws Exception {
      assertThat(run(this::strangerThatBlocks, Policy.SWITCH.options()))
          .isEqualTo("slept, parked, locked, took 7");
    }

    private String strangerThatBlocks() throws Exception {
      var text = new LinkedBlockingQueue<String>();
      var queue = new LinkedBlockingQueue<Integer>();
      var lock = new Object();
      Thread stranger;
      synchronized (lock) {
        stranger =
            Thread.startVirtualThread(() -> {
              try {
                Thread.sleep(1);
                text.add("slept");
                LockSupport.parkNanos(1000);
                text.add("parked");
                synchronized (lock) {
                  text.add("locked");
                }
                text.add("took " + queue.take());
              } catch (InterruptedException e) {
                text.add(e.toString());
              }
            });
        sleep(0);
        Spin.until(() -> stranger.getState() == Thread.State.BLOCKED);
      }
      queue.add(7);
      stranger.join();
      return String.join(", ", text);
    }

    @Test
    void perTaskExecutor_builtInTask_isJoinedUnderBlock() throws Exception {
      assertThat(run(this::sumByExecutor)).isEqualTo(4950);
    }

    @Test
    @ScheduledOnly
    void perTaskExecutor_builtInTask_isJoinedUnderSwitch() throws Exception {
      assertThat(run(this::sumByExecutor, Policy.SWITCH.options())).isEqualTo(4950);
    }

    private int sumByExecutor() throws Exception {
      var sum = new AtomicInteger();
      try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 100; i++) {
          int n = i;
          executor.execute(() -> {
            Thread.yield();
            sum.addAndGet(n);
          });
        }
      }
      return sum.get();
    }

    @Test
    void perTaskExecutor_builtInTask_servesTheNextLoopToo() {
      var executor = run(() -> Executors.newVirtualThreadPerTaskExecutor());
      try (executor) {
        int n = run(() -> await(executor.submit(() -> 42)));
        assertThat(n).isEqualTo(42);
      }
    }

    @Test
    void stranger_outlivesItsLoop_endsAfterIt() {
      outlives(RunOptions.defaults());
    }

    @Test
    @ScheduledOnly
    void stranger_outlivesItsLoopUnderSwitch_endsAfterIt() {
      outlives(Policy.SWITCH.options());
    }

    private void outlives(RunOptions options) {
      var go = new CountDownLatch(1);
      var done = new CountDownLatch(1);
      run(
          () -> {
            var stranger =
                Thread.startVirtualThread(() -> {
                  blockOn(go);
                  done.countDown();
                });
            while (stranger.getState() != Thread.State.WAITING) {
              sleep(0);
            }
          },
          options);
      go.countDown();
      blockOn(done);
    }

    @Test
    void stranger_runsOnAnotherThread_isNotTheTask() throws Exception {
      var seen = new CompletableFuture<List<Object>>();
      run(() -> {
        var loop = getRunningLoop();
        var stranger =
            Thread.startVirtualThread(() -> {
              var list = new ArrayList<Object>();
              list.add(currentTask() == null);
              try {
                list.add(getRunningLoop());
              } catch (IllegalStateException e) {
                list.add(e.getMessage().replaceFirst(";.*", ""));
              }
              try {
                sleep(0);
              } catch (IllegalStateException e) {
                list.add("cannot sleep");
              }
              loop.callSoonThreadsafe(() -> seen.complete(list));
            });
        await(seen);
        stranger.join();
      });
      assertThat(seen.get()).containsExactly(true, "no running event loop", "cannot sleep");
    }

    @Test
    void stranger_thatFails_doesNotHarmTheLoop() throws Exception {
      var failed = new AtomicReference<Throwable>();
      run(() -> {
        var stranger =
            Thread.ofVirtual()
                .uncaughtExceptionHandler((t, e) -> failed.set(e))
                .start(() -> {
                  throw new IllegalStateException("stranger");
                });
        stranger.join();
        sleep(0);
      });
      assertThat(failed.get()).hasMessage("stranger");
    }
  }

  /// The JVM's pollers must not inherit a loop's scheduler.
  @Nested
  @Tag("slow")
  class Pollers {
    @Test
    void socketIo_firstDoneByATask_worksInOtherThreadsAfterTheLoop() {
      var result = ChildJvm.run(PollerProgram.class, Runtimes.jvmOptions());
      assertThat(result.output()).contains("in task: 42").contains("in thread: 42");
      assertThat(result.exitCode()).isZero();
    }

    @Test
    @ScheduledOnly
    void socketIo_firstDoneByATaskUnderSwitch_worksInOtherThreadsAfterTheLoop() {
      var options = new ArrayList<>(Runtimes.jvmOptions());
      options.add("-Djasyncio.blocking=switch");
      var result = ChildJvm.run(PollerProgram.class, options);
      assertThat(result.output()).contains("in task: 42").contains("in thread: 42");
      assertThat(result.exitCode()).isZero();
    }
  }

  /// Reads from a socket in a task, and when its loop has gone in a plain virtual thread.
  static final class PollerProgram {
    public static void main(String[] args) throws Exception {
      System.out.println("in task: " + run(PollerProgram::readLate));
      var late = new CompletableFuture<Integer>();
      Thread.startVirtualThread(() -> {
        try {
          late.complete(readLate());
        } catch (Exception e) {
          late.completeExceptionally(e);
        }
      });
      System.out.println("in thread: " + late.get(100, TimeUnit.SECONDS));
    }

    private static int readLate() throws Exception {
      var reader = Thread.currentThread();
      try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var writer =
            Thread.ofPlatform()
                .start(() -> {
                  try (var socket = server.accept()) {
                    Spin.untilWaiting(reader);
                    socket.getOutputStream().write(42);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
        try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
          return socket.getInputStream().read();
        } finally {
          writer.join();
        }
      }
    }
  }

  /// Whatever runs on the bare carrier must not need a lock that a task waits for.
  @Nested
  class Locks {
    @Test
    void reentrantLock_heldByAnotherThread_isGotByTheTask() {
      var lock = new ReentrantLock();
      var held = new CountDownLatch(1);
      var holder =
          outsider(() -> {
            lock.lock();
            held.countDown();
            Spin.until(lock::hasQueuedThreads);
            lock.unlock();
          });
      run(() -> {
        blockOn(held);
        lock.lock();
        lock.unlock();
        sleep(0);
      });
      join(holder);
    }

    @Test
    void monitor_heldByAnotherThread_isGotByTheTask() {
      var monitor = new Object();
      var held = new CountDownLatch(1);
      var contender = new AtomicReference<Thread>();
      var holder =
          outsider(() -> {
            synchronized (monitor) {
              held.countDown();
              Spin.until(() -> contender.get() != null);
              Spin.until(() -> contender.get().getState() == Thread.State.BLOCKED);
            }
          });
      var order = new ArrayList<String>();
      run(() -> {
        blockOn(held);
        contender.set(Thread.currentThread());
        synchronized (monitor) {
          order.add("got it");
        }
        sleep(0);
      });
      join(holder);
      assertThat(order).containsExactly("got it");
    }

    @Test
    void objectWait_inTask_isNotifiedByAnotherThread() throws Exception {
      var monitor = new Object();
      var waiter = new AtomicReference<Thread>();
      var notifier =
          outsider(() -> {
            Spin.until(() -> waiter.get() != null);
            Spin.until(() -> waiter.get().getState() == Thread.State.WAITING);
            synchronized (monitor) {
              monitor.notifyAll();
            }
          });
      run(() -> {
        synchronized (monitor) {
          waiter.set(Thread.currentThread());
          monitor.wait();
        }
        sleep(0);
      });
      join(notifier);
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    @ScheduledOnly
    void reentrantLock_wantedByTaskAndCallback_doesNotDeadlock(Policy policy) {
      var lock = new ReentrantLock(true);
      wantedByTaskAndCallback(policy, lock, () -> lock.getQueueLength());
    }

    @Test
    @PortableOnly
    void reentrantLock_wantedByTaskAndCallbackOnPortable_doesNotDeadlock() {
      var lock = new ReentrantLock(true);
      wantedByTaskAndCallback(Policy.BLOCK, lock, () -> lock.getQueueLength());
    }

    private void wantedByTaskAndCallback(
        Policy policy, ReentrantLock lock, java.util.function.IntSupplier queued) {
      int contenders = policy == Policy.SWITCH ? 2 : 1; // under BLOCK the callback has no turn yet
      var held = new CountDownLatch(1);
      var holder =
          outsider(() -> {
            lock.lock();
            held.countDown();
            Spin.until(() -> queued.getAsInt() == contenders);
            lock.unlock();
          });
      var order = new ArrayList<String>();
      run(
          () -> {
            blockOn(held);
            var called = getRunningLoop().<Boolean>createFuture();
            getRunningLoop()
                .callSoon(() -> {
                  lock.lock();
                  order.add("callback");
                  lock.unlock();
                  called.setResult(true);
                });
            lock.lock();
            order.add("task");
            lock.unlock();
            await(called);
          },
          policy.options());
      join(holder);
      assertThat(order).containsExactly("task", "callback");
    }

    @Test
    @ScheduledOnly
    void monitor_wantedByTaskAndCallbackUnderSwitch_doesNotDeadlock() {
      var monitor = new Object();
      var held = new CountDownLatch(1);
      var contenders = new LinkedBlockingQueue<Thread>();
      var holder =
          outsider(() -> {
            synchronized (monitor) {
              held.countDown();
              Spin.until(() ->
                  contenders.size() == 2
                      && contenders.stream().allMatch(t -> t.getState() == Thread.State.BLOCKED));
            }
          });
      var order = new ArrayList<String>();
      run(
          () -> {
            blockOn(held);
            var called = getRunningLoop().<Boolean>createFuture();
            getRunningLoop()
                .callSoon(() -> {
                  contenders.add(Thread.currentThread());
                  synchronized (monitor) {
                    order.add("callback");
                  }
                  called.setResult(true);
                });
            contenders.add(Thread.currentThread());
            synchronized (monitor) {
              order.add("task");
            }
            await(called);
          },
          Policy.SWITCH.options());
      join(holder);
      assertThat(order).containsExactlyInAnyOrder("task", "callback");
    }

    @Test
    void callSoonThreadsafe_byTheHolderOfALockThatTheLoopWaitsFor_doesNotBlock() {
      var lock = new ReentrantLock();
      var held = new CountDownLatch(1);
      var loops = new CompletableFuture<EventLoop>();
      var holder =
          outsider(() -> {
            lock.lock();
            held.countDown();
            var loop = loops.join();
            Spin.until(lock::hasQueuedThreads);
            loop.callSoonThreadsafe(loop::stop);
            lock.unlock();
          });
      try (var loop = newEventLoop()) {
        loop.callSoon(() -> {
          blockOn(held);
          loops.complete(loop);
          lock.lock();
          lock.unlock();
        });
        loop.runForever();
      }
      join(holder);
    }

    @Test
    void monitor_heldAcrossAwait_staysHeld() {
      var monitor = new Object();
      var order = new LinkedBlockingQueue<String>();
      var contender =
          Thread.ofPlatform()
              .unstarted(() -> {
                synchronized (monitor) {
                  order.add("outsider");
                }
              });
      run(() -> {
        synchronized (monitor) {
          contender.start();
          Spin.until(() -> contender.getState() == Thread.State.BLOCKED);
          for (int i = 0; i < 100; i++) {
            sleep(0);
            assertThat(Thread.holdsLock(monitor)).isTrue();
          }
          order.add("task");
        }
        assertThat(Thread.holdsLock(monitor)).isFalse();
      });
      join(contender);
      assertThat(order).containsExactly("task", "outsider");
    }

    @Test
    @ScheduledOnly
    void monitor_heldAcrossAwaitUnderSwitch_makesOtherTasksWait() {
      var monitor = new Object();
      var order = new ArrayList<String>();
      run(
          () -> {
            var open = getRunningLoop().<Boolean>createFuture();
            var first =
                createTask(() -> {
                  synchronized (monitor) {
                    await(open);
                    order.add("first");
                  }
                });
            var second =
                createTask(() -> {
                  order.add("second tries");
                  synchronized (monitor) {
                    order.add("second");
                  }
                });
            sleep(0);
            sleep(0);
            open.setResult(true);
            await(gather(first, second));
          },
          Policy.SWITCH.options());
      assertThat(order).containsExactly("second tries", "first", "second");
    }
  }

  /// `execute` is called at any time, also when the loop has gone.
  @Nested
  @ScheduledOnly
  class LateContinuations {
    @Test
    void unpark_afterClose_letsTheTaskEndElsewhere() {
      var go = new CountDownLatch(1);
      var ended = new CompletableFuture<String>();
      closeWhileBlocked(
          () -> {
            blockOn(go);
            ended.complete("ended");
          },
          Thread.State.WAITING);
      go.countDown();
      assertThat(ended.join()).isEqualTo("ended");
    }

    @Test
    void timedPark_afterClose_letsTheTaskEndElsewhere() {
      var ended = new CompletableFuture<String>();
      closeWhileBlocked(
          () -> {
            Thread.sleep(50);
            ended.complete("ended");
          },
          Thread.State.TIMED_WAITING);
      assertThat(ended.join()).isEqualTo("ended");
    }

    @Test
    void monitorHandOff_afterClose_leavesTheUnblockerAlive() {
      var monitor = new Object();
      var held = new CountDownLatch(1);
      var release = new CountDownLatch(1);
      var holder =
          outsider(() -> {
            synchronized (monitor) {
              held.countDown();
              blockOn(release);
            }
          });
      blockOn(held);
      var ended = new CompletableFuture<String>();
      closeWhileBlocked(
          () -> {
            synchronized (monitor) {
              ended.complete("ended");
            }
          },
          Thread.State.BLOCKED);
      release.countDown();
      assertThat(ended.join()).isEqualTo("ended");
      join(holder);
      contendForAMonitorInVirtualThreads();
    }

    private static void contendForAMonitorInVirtualThreads() {
      var monitor = new Object();
      var contender = new CompletableFuture<Thread>();
      var first =
          Thread.startVirtualThread(() -> {
            synchronized (monitor) {
              Spin.until(
                  () -> contender.isDone() && contender.join().getState() == Thread.State.BLOCKED);
            }
          });
      Spin.until(() -> first.getState() != Thread.State.NEW);
      var second =
          Thread.startVirtualThread(() -> {
            Spin.until(() -> !Thread.holdsLock(monitor));
            contender.complete(Thread.currentThread());
            synchronized (monitor) {
              assertThat(Thread.holdsLock(monitor)).isTrue();
            }
          });
      if (first.isAlive()) {
        join(second);
      }
      second.interrupt();
      first.interrupt();
    }

    /// Closes a loop whose task waits in a blocking call that no interrupt ends.
    private static void closeWhileBlocked(Action<?> body, Thread.State blocked) {
      try (var loop = newEventLoop()) {
        loop.setBlockingPolicy(BlockingPolicy.SWITCH);
        loop.setExceptionHandler((l, error) -> {}); // it is told that the task was pending
        var thread = new AtomicReference<Thread>();
        loop.createTask(() -> {
          thread.set(Thread.currentThread());
          body.run();
        });
        loop.runUntilComplete(() -> {
          while (thread.get() == null || thread.get().getState() != blocked) {
            sleep(0);
          }
        });
      }
    }

    @Test
    void close_withBlockedTask_reportsItAsPending() {
      var go = new CountDownLatch(1);
      var thread = new AtomicReference<Thread>();
      var messages = new ArrayList<String>();
      Task<?> task;
      try (var loop = newEventLoop()) {
        loop.setBlockingPolicy(BlockingPolicy.SWITCH);
        loop.setExceptionHandler((l, error) -> messages.add(error.message()));
        task =
            loop.createTask(() -> {
              thread.set(Thread.currentThread());
              blockOn(go);
            });
        loop.runUntilComplete(() -> sleep(0));
      }
      assertThat(messages).containsExactly("Task was destroyed but it is pending!");
      assertThat(task.cancelled()).isTrue();
      go.countDown();
      join(thread.get());
      assertThat(task.cancelled()).isTrue(); // what it gave in the end is too late
    }
  }

  /// Looking at a thread suspends it for a moment, and resubmits its continuation.
  @Nested
  class Inspection {
    private static final int SWITCHES = 100_000;

    @Test
    @Tag("slow")
    void getStackTrace_whileTasksSwitch_losesAndAddsNothing() {
      var threads = new LinkedBlockingQueue<Thread>();
      var over = new AtomicBoolean();
      var looks = new AtomicInteger();
      var inspector =
          outsider(() -> {
            while (!over.get()) {
              for (var thread : threads) {
                looks.addAndGet(Math.min(1, thread.getStackTrace().length));
              }
            }
          });
      var turns = new int[1];
      try {
        run(() -> {
          var a = createTask(() -> takeTurns(threads, turns, 0));
          var b = createTask(() -> takeTurns(threads, turns, 1));
          await(gather(a, b));
          Spin.until(() -> looks.get() > 0);
        });
      } finally {
        over.set(true);
        join(inspector);
      }
      assertThat(turns[0]).isEqualTo(SWITCHES);
    }

    private static void takeTurns(BlockingQueue<Thread> threads, int[] turns, int parity) {
      threads.add(Thread.currentThread());
      while (turns[0] < SWITCHES) {
        assertThat(turns[0] % 2).isEqualTo(parity); // strictly in turn
        turns[0]++;
        sleep(0);
      }
    }

    @Test
    @Tag("slow")
    void getStackTrace_whileTasksWakeEachOther_losesNothing() {
      var threads = new LinkedBlockingQueue<Thread>();
      var over = new AtomicBoolean();
      var inspector =
          outsider(() -> {
            while (!over.get()) {
              threads.forEach(Thread::getStackTrace);
            }
          });
      try {
        int sum =
            run(() -> {
              var ball = new AtomicReference<Future<Integer>>(getRunningLoop().createFuture());
              var player =
                  createTask(() -> {
                    threads.add(Thread.currentThread());
                    int n = 0;
                    while (n < SWITCHES / 4) {
                      n = await(ball.get());
                      ball.set(getRunningLoop().createFuture());
                    }
                    return n;
                  });
              threads.add(Thread.currentThread());
              for (int i = 1; i <= SWITCHES / 4; i++) {
                sleep(0);
                sleep(0);
                ball.get().setResult(i);
                sleep(0);
              }
              return await(player);
            });
        assertThat(sum).isEqualTo(SWITCHES / 4);
      } finally {
        over.set(true);
        join(inspector);
      }
    }

    @Test
    void getStackTrace_whileATaskBlocks_losesNothing() {
      blocksUnderInspection(RunOptions.defaults());
    }

    @Test
    @ScheduledOnly
    void getStackTrace_whileATaskBlocksUnderSwitch_losesNothing() {
      blocksUnderInspection(Policy.SWITCH.options());
    }

    private static void blocksUnderInspection(RunOptions options) {
      var threads = new LinkedBlockingQueue<Thread>();
      var over = new AtomicBoolean();
      var inspector =
          outsider(() -> {
            while (!over.get()) {
              threads.forEach(Thread::getStackTrace);
            }
          });
      var order = new ArrayList<Integer>();
      try {
        run(
            () -> {
              threads.add(Thread.currentThread());
              for (int i = 0; i < 1000; i++) {
                LockSupport.parkNanos(1000);
                order.add(i);
                sleep(0);
              }
            },
            options);
      } finally {
        over.set(true);
        join(inspector);
      }
      assertThat(order).hasSize(1000).isSorted();
    }

    @Test
    void getStack_ofSuspendedTaskFromAnotherThread_showsWhereItWaits() {
      var stack =
          run(() -> {
            var never = getRunningLoop().<Boolean>createFuture();
            var task = createTask(() -> waitsHere(never));
            sleep(0);
            var seen = new CompletableFuture<List<StackTraceElement>>();
            outsider(() -> seen.complete(task.getStack()));
            var result = await(seen);
            never.setResult(true);
            await(task);
            return result;
          });
      assertThat(stack.getFirst().getMethodName()).isEqualTo("waitsHere");
      assertThat(stack).noneMatch(frame -> frame.getClassName().startsWith("jasyncio.internal."));
    }

    private static boolean waitsHere(Future<Boolean> future) {
      return await(future);
    }

    @Test
    void getStack_ofTaskThatBlocksFromAnotherThread_showsTheBlockingCall() throws Exception {
      var go = new CountDownLatch(1);
      var tasks = new CompletableFuture<Task<?>>();
      var seen = new CompletableFuture<List<StackTraceElement>>();
      var inspector =
          outsider(() -> {
            var task = tasks.join();
            Spin.untilWaiting(task.fiber().thread());
            seen.complete(task.getStack());
            go.countDown();
          });
      run(() -> {
        tasks.complete(currentTask());
        blockOn(go);
      });
      join(inspector);
      assertThat(seen.get())
          .extracting(StackTraceElement::getMethodName)
          .contains("blockOn", "await");
    }
  }

  /// The loop needs a platform thread; whoever calls `run` may be something else.
  @Nested
  class Callers {
    private static <T> T inVirtualThread(java.util.concurrent.Callable<T> body) throws Exception {
      try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
        return executor.submit(body).get();
      }
    }

    @Test
    void run_onVirtualThread_givesTheResult() throws Exception {
      int n =
          inVirtualThread(() ->
              run(() -> {
                var task = createTask(() -> sleep(0.001, 42));
                return await(task);
              }));
      assertThat(n).isEqualTo(42);
    }

    @Test
    void run_onVirtualThread_throwsTheVeryException() {
      var problem = new IOException("very");
      assertThatThrownBy(() ->
              inVirtualThread(() -> {
                run(() -> {
                  sleep(0);
                  throw problem;
                });
                return true;
              }))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isSameAs(problem);
    }

    @Test
    void run_onInterruptedThread_runsAndLeavesTheInterruptAlone() throws Exception {
      boolean stillInterrupted =
          inVirtualThread(() -> {
            Thread.currentThread().interrupt();
            run(() -> sleep(0.001));
            return Thread.interrupted();
          });
      assertThat(stillInterrupted).isTrue();
      Thread.currentThread().interrupt();
      run(() -> sleep(0.001));
      assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void run_inThreadOfATask_worksForAnotherLoop() {
      int n =
          run(() -> {
            var inner = new CompletableFuture<Integer>();
            Thread.startVirtualThread(() -> inner.complete(run(() -> sleep(0, 42))));
            return await(inner);
          });
      assertThat(n).isEqualTo(42);
    }

    @Test
    @Tag("slow")
    void manyLoops_onManyThreads_doNotDisturbEachOther() throws Exception {
      int threads = 8;
      int loops = 30;
      try (var pool = Executors.newFixedThreadPool(threads)) {
        var sums = new ArrayList<java.util.concurrent.Future<Integer>>();
        for (int t = 0; t < threads; t++) {
          sums.add(
              pool.submit(() -> {
                int sum = 0;
                for (int i = 0; i < loops; i++) {
                  sum += run(FiberHazardsTest::tenTasks);
                }
                return sum;
              }));
        }
        for (var sum : sums) {
          assertThat(sum.get()).isEqualTo(loops * 45);
        }
      }
    }

    @Test
    void loop_runAgainByAnotherThread_goesOnWithSuspendedTasks() throws Exception {
      var loop = newEventLoop();
      var order = new ArrayList<String>();
      var future = loop.<String>createFuture();
      var monitor = new Object();
      var task =
          loop.createTask(() -> {
            synchronized (monitor) {
              order.add("begins");
              order.add(await(future));
              sleep(0.001);
              order.add(Thread.holdsLock(monitor) + " " + (currentTask() != null));
            }
            return "value";
          });
      loop.runUntilComplete(() -> sleep(0));
      assertThat(task.done()).isFalse();
      var second =
          outsider(() -> {
            future.setResult("goes on");
            order.add(loop.runUntilComplete(task));
          });
      join(second);
      loop.close();
      assertThat(order).containsExactly("begins", "goes on", "true true", "value");
    }

    @Test
    @ScheduledOnly
    void loop_runAgainByAnotherThread_goesOnWithTasksThatWereBlocked() {
      var loop = newEventLoop();
      loop.setBlockingPolicy(BlockingPolicy.SWITCH);
      var go = new CountDownLatch(1);
      var task =
          loop.createTask(() -> {
            blockOn(go);
            return currentTask();
          });
      loop.runUntilComplete(() -> sleep(0));
      go.countDown();
      var result = new AtomicReference<Object>();
      join(outsider(() -> result.set(loop.runUntilComplete(task))));
      loop.close();
      assertThat(result.get()).isSameAs(task);
    }

    @Test
    void loop_runByManyThreadsInTurn_keepsItsTasks() {
      var loop = newEventLoop();
      var count = new int[1];
      var task =
          loop.createTask(() -> {
            while (true) {
              count[0]++;
              sleep(0);
            }
          });
      for (int i = 0; i < 50; i++) {
        int before = count[0];
        join(
            i % 2 == 0
                ? outsider(() -> loop.runUntilComplete(() -> sleep(0)))
                : Thread.startVirtualThread(() -> loop.runUntilComplete(() -> sleep(0))));
        assertThat(count[0]).isGreaterThan(before);
      }
      task.cancel();
      loop.runUntilComplete(() -> sleep(0));
      assertThat(task.cancelled()).isTrue();
      loop.close();
    }
  }

  private static int tenTasks() {
    var tasks = new ArrayList<Task<Integer>>();
    for (int i = 0; i < 10; i++) {
      int n = i;
      tasks.add(
          createTask(() -> {
            sleep(n % 3 == 0 ? 0.0001 : 0);
            return n;
          }));
    }
    return await(gather(tasks)).stream().mapToInt(n -> n).sum();
  }

  /// A fiber serves one task after the other.
  @Nested
  class Leftovers {
    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
    private static final InheritableThreadLocal<String> INHERITABLE =
        new InheritableThreadLocal<>();

    private static String look() {
      var thread = Thread.currentThread();
      return LOCAL.get()
          + " "
          + INHERITABLE.get()
          + " "
          + thread.isInterrupted()
          + " "
          + thread.getName().equals("mine")
          + " "
          + (thread.getContextClassLoader() == null);
    }

    private static void leave() {
      LOCAL.set("local");
      INHERITABLE.set("inheritable");
      Thread.currentThread().setName("mine");
      Thread.currentThread().setContextClassLoader(null);
      Thread.currentThread().interrupt();
    }

    private static final String NOTHING = "null null false false false";
    private static final String ALL = "local inheritable true true true";

    @Test
    void leftovers_ofATask_areNotSeenByTheNext() {
      run(() -> {
        for (int i = 0; i < 5; i++) {
          await(
              createTask(() -> {
                assertThat(look()).isEqualTo(NOTHING);
                leave();
              }));
        }
      });
    }

    @Test
    void leftovers_ofASuspendedTask_areStillThereWhenItGoesOn() {
      run(() -> {
        var task =
            createTask(() -> {
              leave();
              sleep(0);
              sleep(0.001);
              return look();
            });
        var other =
            createTask(() -> {
              sleep(0);
              return look();
            });
        assertThat(await(other)).isEqualTo(NOTHING);
        assertThat(await(task)).isEqualTo(ALL);
        assertThat(look()).isEqualTo(NOTHING);
      });
    }

    @Test
    void leftovers_ofACallback_areNotSeenByTheNext() {
      var seen = new ArrayList<String>();
      try (var loop = newEventLoop()) {
        for (int i = 0; i < 3; i++) {
          loop.callSoon(() -> {
            seen.add(look());
            leave();
          });
        }
        loop.callSoon(loop::stop);
        loop.runForever();
      }
      if (Runtimes.isScheduled()) {
        assertThat(seen).containsOnly(NOTHING);
      } else { // thread locals cannot be wiped there, and callbacks share a thread
        assertThat(seen).allMatch(text -> text.endsWith("false false false"));
      }
      assertThat(look()).isEqualTo(NOTHING);
    }

    /// A library that notes which threads it has been on, and keeps its state there: as Truffle's
    /// contexts do, and loggers.
    private static final class Library {
      private final Set<Thread> known = Collections.newSetFromMap(new IdentityHashMap<>());
      private static final ThreadLocal<Library> STATE = new ThreadLocal<>();

      void call() {
        if (known.add(Thread.currentThread())) {
          STATE.set(this);
        }
        assertThat(STATE.get()).isSameAs(this);
      }
    }

    @Test
    void library_thatRemembersThreads_findsItsStateOnThem() {
      var library = new Library();
      run(() -> {
        var loop = getRunningLoop();
        for (int i = 0; i < 10; i++) {
          var called = loop.<Void>createFuture();
          loop.callSoon(() -> {
            try {
              library.call();
              called.setResult(null);
            } catch (AssertionError e) {
              called.setException(e);
            }
          });
          await(called);
          await(
              createTask(() -> {
                library.call();
                sleep(0);
                library.call();
              }));
          await(createTask(() -> library.call(), TaskOptions.defaults().eagerStart(true)));
        }
      });
      assertThat(library.known).isNotEmpty();
    }

    @Test
    @ScheduledOnly
    void thread_withoutThreadLocals_servesAgain() {
      var threads = Collections.<Thread>newSetFromMap(new IdentityHashMap<>());
      run(() -> {
        for (int i = 0; i < 100; i++) {
          await(createTask(() -> threads.add(Thread.currentThread())));
        }
      });
      assertThat(threads).hasSizeLessThan(5);
    }

    @Test
    void leftovers_ofAnEagerTask_areNotSeenByItsCreator() {
      run(() -> {
        var task =
            createTask(
                () -> {
                  leave();
                  sleep(0);
                  return look();
                },
                TaskOptions.defaults().eagerStart(true));
        assertThat(look()).isEqualTo(NOTHING);
        assertThat(await(task)).isEqualTo(ALL);
      });
    }

    @Test
    void threadLocals_ofTheCallerOfRun_areNotSeenInside() {
      LOCAL.set("outer");
      INHERITABLE.set("outer");
      try {
        run(() -> {
          assertThat(look()).isEqualTo(NOTHING);
          leave();
        });
        assertThat(LOCAL.get()).isEqualTo("outer");
        assertThat(INHERITABLE.get()).isEqualTo("outer");
        assertThat(Thread.interrupted()).isFalse();
      } finally {
        LOCAL.remove();
        INHERITABLE.remove();
      }
    }

    @Test
    void contextClassLoader_ofTheCallerOfRun_isSeenInside() {
      var before = Thread.currentThread().getContextClassLoader();
      var mine = new ClassLoader(before) {};
      Thread.currentThread().setContextClassLoader(mine);
      try {
        var seen =
            run(() -> {
              sleep(0);
              return await(createTask(() -> Thread.currentThread().getContextClassLoader()));
            });
        assertThat(seen).isSameAs(mine);
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }
  }

  @Nested
  class Stacks {
    /// A fiber has the stack of the thread that carries it: that of the caller of `run`, or the
    /// JDK's own.
    private static final int DEPTH = Runtimes.isScheduled() ? 10_000 : 2_000;

    private static int deep(int depth) {
      if (depth == 0) {
        sleep(0);
        sleep(0.001);
        return 0;
      }
      return 1 + deep(depth - 1);
    }

    private static <T> T onLargeStack(Awaitable<T, ?> main) {
      var result = new CompletableFuture<T>();
      Runnable body =
          () -> {
            try {
              result.complete(run(main));
            } catch (Throwable e) {
              result.completeExceptionally(e);
            }
          };
      var thread = new Thread(null, body, "large-stack", 256L << 20);
      thread.start();
      join(thread);
      return result.join();
    }

    @Test
    void await_underThousandsOfFrames_comesBack() {
      assertThat(onLargeStack(() -> deep(DEPTH))).isEqualTo(DEPTH);
    }

    @Test
    void await_underThousandsOfFramesInManyTasks_comesBack() {
      var depths =
          onLargeStack(() -> {
            var tasks = new ArrayList<Task<Integer>>();
            for (int i = 0; i < 10; i++) {
              tasks.add(createTask(() -> deep(DEPTH)));
            }
            return await(gather(tasks));
          });
      assertThat(depths).hasSize(10).containsOnly(DEPTH);
    }

    @Test
    @Tag("slow")
    void await_atTheEdgeOfTheStack_worksOrIsAStackOverflow() {
      int overflows =
          run(() -> {
            int caught = 0;
            for (int depth = 1000; depth <= 60_000; depth += depth / 20) {
              int frames = depth;
              try {
                assertThat(await(createTask(() -> deep(frames)))).isEqualTo(frames);
              } catch (StackOverflowError e) {
                caught++;
              }
            }
            assertThat(await(createTask(() -> sleep(0.001, "goes on")))).isEqualTo("goes on");
            return caught;
          });
      assertThat(overflows).isPositive();
    }

    @Test
    void await_afterAStackOverflowInAwait_isNotDisturbed() throws Exception {
      run(() -> {
        var order = new ArrayList<String>();
        for (int depth = 2000; depth <= 20_000; depth += 500) {
          try {
            deep(depth);
          } catch (StackOverflowError e) {
            var open = getRunningLoop().<String>createFuture();
            getRunningLoop().callLater(0.005, () -> open.setResult("open"));
            order.add(await(open));
            Thread.sleep(1); // is told from an await
          }
        }
        assertThat(order).containsOnly("open");
      });
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endless(int n) {
      return endless(n + 1) + 1;
    }

    @Test
    void stackOverflow_inTask_isTheTasksError() {
      run(() -> {
        for (int i = 0; i < 3; i++) {
          var task = createTask(() -> endless(0));
          assertThatThrownBy(() -> await(task)).isInstanceOf(StackOverflowError.class);
        }
        assertThat(await(createTask(() -> sleep(0.001, "goes on")))).isEqualTo("goes on");
      });
    }

    @Test
    void stackOverflow_inCallback_isReported() {
      var errors = new ArrayList<Throwable>();
      run(() -> {
        var loop = getRunningLoop();
        loop.setExceptionHandler((l, error) -> errors.add(error.exception()));
        loop.callSoon(() -> endless(0));
        sleep(0);
        sleep(0.001);
      });
      assertThat(errors).hasSize(1).first().isInstanceOf(StackOverflowError.class);
    }

    @Test
    void outOfMemoryError_thrownByATask_isTheTasksError() {
      var problem = new OutOfMemoryError("thrown");
      run(() -> {
        var task =
            createTask(() -> {
              sleep(0);
              throw problem;
            });
        assertThatThrownBy(() -> await(task)).isSameAs(problem);
        sleep(0.001);
      });
    }

    @Test
    void outOfMemoryError_ofAnAllocation_isTheTasksError() {
      run(() -> {
        var task =
            createTask(() -> {
              sleep(0);
              return new long[Integer.MAX_VALUE].length;
            });
        assertThatThrownBy(() -> await(task)).isInstanceOf(OutOfMemoryError.class);
        assertThat(await(createTask(() -> sleep(0.001, "goes on")))).isEqualTo("goes on");
      });
    }

    @Test
    @Tag("slow")
    void outOfMemoryError_ofAFullHeap_leavesTheLoopAlive() {
      var options = new ArrayList<>(Runtimes.jvmOptions());
      options.add("-Xmx40m");
      var result = ChildJvm.run(FullHeapProgram.class, options);
      assertThat(result.output()).contains("OutOfMemoryError, goes on");
      assertThat(result.exitCode()).isZero();
    }
  }

  /// Fills the heap in one task and goes on with another.
  static final class FullHeapProgram {
    public static void main(String[] args) {
      run(() -> {
        var task =
            createTask(() -> {
              var all = new ArrayList<byte[]>();
              while (true) {
                all.add(new byte[100_000]);
                if (all.size() % 10 == 0) {
                  sleep(0);
                }
              }
            });
        String name;
        try {
          await(task);
          name = "";
        } catch (OutOfMemoryError e) {
          name = e.getClass().getSimpleName();
        }
        System.out.println(name + ", " + await(createTask(() -> sleep(0.001, "goes on"))));
      });
    }
  }

  static final class AwaitsInInitialiser {
    static final String VALUE;

    static {
      getRunningLoop().callSoon(FiberHazardsTest::nothing); // else there is no need to suspend
      sleep(0);
      VALUE = "initialised";
    }
  }

  static final class AwaitsNothing {
    static final String VALUE;

    static {
      getRunningLoop().callSoon(FiberHazardsTest::nothing); // else there is no need to suspend
      sleep(0);
      VALUE = "never";
    }
  }

  static final class SleepsInInitialiser {
    static final String VALUE;

    static {
      sleep(0.001);
      VALUE = "never";
    }
  }

  static final class AwaitsFutureInInitialiser {
    static Future<String> future;

    static final class Inner {
      static final String VALUE;

      static {
        VALUE = await(future);
      }
    }
  }

  static final class AwaitsBelowAGenerator {
    static final String VALUE = await(getRunningLoop().<String>createFuture());
  }

  static final class AwaitsEagerly {
    static final String VALUE = await(getRunningLoop().<String>createFuture());
  }

  private static Yielder<String> yields;

  static final class YieldsInInitialiser {
    static final String VALUE;

    static {
      yields.yield("too early");
      VALUE = "initialised";
    }
  }

  static final class YieldsInInitialiserOnALoop {
    static final String VALUE;

    static {
      yields.yield("too early");
      VALUE = "initialised";
    }
  }

  /// A class initialiser is called from native code, which pins the stack.
  @Nested
  class NativeFrames {
    @Test
    @ScheduledOnly
    void await_inClassInitialiser_saysWhy() {
      run(() -> {
        var task = createTask(() -> AwaitsInInitialiser.VALUE);
        assertThatThrownBy(() -> await(task))
            .isInstanceOf(ExceptionInInitializerError.class)
            .cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("cannot suspend here: a native frame is on the stack")
            .hasMessageContaining("class initialiser")
            .hasMessageContaining("move the await out of it");
        sleep(0);
        sleep(0.001); // the loop goes on, and nothing wakes the task a second time
        assertThat(currentTask()).isNotNull();
      });
    }

    @Test
    @ScheduledOnly
    void await_inClassInitialiserBelowAGenerator_saysWhyToWhoIterates() {
      run(() -> {
        var generator = generator(g -> g.yield(AwaitsBelowAGenerator.VALUE));
        assertThatThrownBy(generator::next)
            .isInstanceOf(ExceptionInInitializerError.class)
            .cause()
            .hasMessageContaining("cannot suspend here: a native frame is on the stack");
      });
    }

    @Test
    @ScheduledOnly
    void yield_inClassInitialiser_saysWhyToWhoIterates() throws Exception {
      for (boolean inLoop : List.of(false, true)) {
        Action<?> iterate =
            () -> {
              Generator<String> generator =
                  generator(g -> {
                    yields = g;
                    g.yield(inLoop ? YieldsInInitialiserOnALoop.VALUE : YieldsInInitialiser.VALUE);
                  });
              assertThatThrownBy(generator::next)
                  .isInstanceOf(ExceptionInInitializerError.class)
                  .cause()
                  .hasMessageContaining("cannot suspend here: a native frame is on the stack");
            };
        if (inLoop) {
          run(iterate);
        } else {
          assertThatCode(iterate::run).doesNotThrowAnyException();
        }
      }
    }

    @Test
    @ScheduledOnly
    void await_inClassInitialiserOfAnEagerTask_saysWhy() {
      run(() -> {
        var task = createTask(() -> AwaitsEagerly.VALUE, TaskOptions.defaults().eagerStart(true));
        assertThatThrownBy(() -> await(task)).isInstanceOf(ExceptionInInitializerError.class);
      });
    }

    @Test
    @ScheduledOnly
    void await_afterOneInAClassInitialiser_isNotWokenByThat() {
      run(() -> {
        var open = getRunningLoop().<String>createFuture();
        getRunningLoop().callLater(0.02, () -> open.setResult("open"));
        assertThatThrownBy(() -> AwaitsNothing.VALUE.length())
            .isInstanceOf(ExceptionInInitializerError.class);
        assertThat(await(open)).isEqualTo("open");
      });
    }

    @Test
    @ScheduledOnly
    void await_afterASleepInAClassInitialiser_isNotWokenByThat() {
      run(() -> {
        var open = getRunningLoop().<String>createFuture();
        getRunningLoop().callLater(0.02, () -> open.setResult("open"));
        assertThatThrownBy(() -> SleepsInInitialiser.VALUE.length())
            .isInstanceOf(ExceptionInInitializerError.class);
        assertThat(await(open)).isEqualTo("open");
      });
    }

    @Test
    @ScheduledOnly
    void await_afterOneOfAFutureInAClassInitialiser_isNotWokenByThat() {
      run(() -> {
        AwaitsFutureInInitialiser.future = getRunningLoop().createFuture();
        var open = getRunningLoop().<String>createFuture();
        getRunningLoop().callLater(0.02, () -> open.setResult("open"));
        assertThatThrownBy(() -> AwaitsFutureInInitialiser.Inner.VALUE.length())
            .isInstanceOf(ExceptionInInitializerError.class);
        AwaitsFutureInInitialiser.future.setResult("too early");
        assertThat(await(open)).isEqualTo("open");
      });
    }

    @Test
    @PortableOnly
    void await_inClassInitialiserOnPortable_works() {
      assertThat(run(() -> await(createTask(() -> AwaitsInInitialiser.VALUE))))
          .isEqualTo("initialised");
    }
  }

  /// Under BLOCK nothing else runs while a task blocks, whatever it does.
  @Nested
  class Order {
    @Test
    void blockingCalls_underBlock_keepTheOrder() {
      var order = new ArrayList<String>();
      run(() -> {
        var queue = new LinkedBlockingQueue<String>();
        var first =
            createTask(() -> {
              order.add("first begins");
              Thread.yield();
              order.add("yielded");
              LockSupport.parkNanos(1_000_000);
              order.add("parked");
              Thread.sleep(2);
              order.add("slept");
              order.add("polled " + queue.poll(2, TimeUnit.MILLISECONDS));
              sleep(0);
              order.add("first ends");
            });
        var second =
            createTask(() -> {
              order.add("second begins");
              Thread.yield();
              order.add("second yielded");
              sleep(0);
              order.add("second ends");
            });
        getRunningLoop().callSoon(() -> order.add("callback"));
        await(gather(first, second));
      });
      assertThat(order)
          .containsExactly(
              "first begins",
              "yielded",
              "parked",
              "slept",
              "polled null",
              "second begins",
              "second yielded",
              "callback",
              "first ends",
              "second ends");
    }

    @Test
    void unparkBeforePark_underBlock_isNotLost() {
      run(() -> {
        for (int i = 0; i < 100; i++) {
          LockSupport.unpark(Thread.currentThread());
          LockSupport.park();
          sleep(0);
        }
        if (Runtimes.isScheduled()) { // portable fibers park when they await
          LockSupport.unpark(Thread.currentThread());
          sleep(0.001);
          LockSupport.park(); // the permit survives, or this hangs
        }
      });
    }

    @Test
    void unpark_ofASuspendedTask_doesNotResumeIt() {
      run(() -> {
        var open = getRunningLoop().<Boolean>createFuture();
        var order = new ArrayList<String>();
        var task =
            createTask(() -> {
              order.add("waits");
              await(open);
              order.add("goes on");
            });
        sleep(0);
        LockSupport.unpark(task.fiber().thread());
        for (int i = 0; i < 10; i++) {
          sleep(0);
        }
        assertThat(order).containsExactly("waits");
        open.setResult(true);
        await(task);
      });
    }
  }

  @Nested
  class Interrupts {
    @Test
    void interrupt_ofASuspendedTask_doesNotResumeIt() {
      run(() -> {
        var open = getRunningLoop().<Boolean>createFuture();
        var order = new ArrayList<String>();
        var task =
            createTask(() -> {
              order.add("waits");
              await(open);
              order.add("interrupted " + Thread.interrupted());
            });
        sleep(0);
        join(outsider(() -> task.fiber().thread().interrupt()));
        for (int i = 0; i < 10; i++) {
          sleep(0);
        }
        sleep(0.002);
        assertThat(order).containsExactly("waits");
        open.setResult(true);
        await(task);
        assertThat(order).containsExactly("waits", "interrupted true");
      });
    }

    @Test
    @Tag("slow")
    void interrupt_whileTheLoopIsIdle_doesNotMakeItSpin() {
      var interrupted = new CompletableFuture<Boolean>();
      var loops = new CompletableFuture<EventLoop>();
      var runner = Thread.currentThread();
      var idle = new AtomicBoolean();
      var observer =
          outsider(() -> {
            var loop = loops.join();
            if (Runtimes.isScheduled()) { // an interrupt is lost while a fiber is mounted
              Spin.until(() -> isIdle(runner));
            }
            runner.interrupt();
            var thread = loop.hub.currentThread();
            if (thread != null) {
              thread.interrupt();
            }
            interrupted.complete(true);
            idle.set(becomesIdle());
            loop.callSoonThreadsafe(loop::stop);
          });
      try (var loop = newEventLoop()) {
        var never = loop.<Boolean>createFuture();
        var task = loop.createTask(() -> await(never));
        loop.createTask(() -> {
          Thread.currentThread().interrupt();
          return await(never);
        });
        loop.callSoon(() -> loops.complete(loop));
        loop.runForever();
        assertThat(task.done()).isFalse();
        never.cancel();
        loop.runUntilComplete(() -> sleep(0));
      }
      assertThat(Thread.interrupted()).isTrue(); // it was meant for this thread, and is not lost
      join(observer);
      assertThat(interrupted).isCompletedWithValue(true);
      assertThat(idle).isTrue();
    }

    private static boolean isIdle(Thread thread) {
      return Arrays.stream(thread.getStackTrace())
          .anyMatch(frame ->
              frame.getClassName().endsWith(".LoopCore") && frame.getMethodName().equals("sleep"));
    }

    /// Whether the JVM uses less than half a processor for a while. Other threads may disturb, for
    /// a time.
    private static boolean becomesIdle() {
      for (int i = 0; i < 40; i++) {
        var before = cpu();
        var began = Instant.now();
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        var wall = Duration.between(began, Instant.now());
        if (cpu().minus(before).multipliedBy(2).compareTo(wall) < 0) {
          return true;
        }
      }
      return false;
    }

    private static Duration cpu() {
      return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Test
    void interrupt_ofABlockedTask_reachesItsBlockingCall() {
      var tasks = new CompletableFuture<Task<?>>();
      var interrupter =
          outsider(() -> {
            var thread = tasks.join().fiber().thread();
            Spin.untilWaiting(thread);
            thread.interrupt();
          });
      assertThatThrownBy(() ->
              run(() -> {
                tasks.complete(currentTask());
                new CountDownLatch(1).await();
              }))
          .isInstanceOf(InterruptedException.class);
      join(interrupter);
    }

    @Test
    void interrupt_ofTheLoopsThread_reachesTheBlockingCallOnIt() {
      var threads = new CompletableFuture<Thread>();
      var caller = Thread.currentThread();
      var interrupter =
          outsider(() -> {
            Spin.untilWaiting(threads.join());
            caller.interrupt();
          });
      assertThatThrownBy(() ->
              run(() -> {
                threads.complete(Thread.currentThread());
                new CountDownLatch(1).await();
              }))
          .isInstanceOf(InterruptedException.class);
      join(interrupter);
    }
  }

  @Nested
  @Tag("slow")
  class Numbers {
    @Test
    void hundredThousandTasks_atOnce_allEnd() {
      int count = 100_000;
      var sum =
          run(() -> {
            var gate = getRunningLoop().<Integer>createFuture();
            var tasks = new ArrayList<Task<Integer>>(count);
            for (int i = 0; i < count; i++) {
              tasks.add(
                  createTask(() -> {
                    sleep(0);
                    return await(gate);
                  }));
            }
            sleep(0);
            sleep(0);
            gate.setResult(1);
            return await(gather(tasks)).stream().mapToLong(n -> n).sum();
          });
      assertThat(sum).isEqualTo(count);
    }

    @Test
    void hundredThousandTasks_thatNeverSuspend_allEnd() {
      int count = 100_000;
      var done = new int[1];
      run(() -> {
        var tasks = new ArrayList<Task<Void>>(count);
        for (int i = 0; i < count; i++) {
          tasks.add(
              createTask(() -> {
                done[0]++;
              }));
        }
        await(gather(tasks));
      });
      assertThat(done[0]).isEqualTo(count);
    }
  }
}
