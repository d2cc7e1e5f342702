package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.Retention.assertDropped;
import static jasyncio.Retention.assertDroppedOutside;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.Retention.Captured;
import jasyncio.files.AsyncFiles;
import jasyncio.generator.Generators;
import jasyncio.gevent.AsyncResult;
import jasyncio.gevent.Gevent;
import jasyncio.gevent.Greenlet;
import jasyncio.gevent.GreenletExit;
import jasyncio.gevent.Group;
import jasyncio.gevent.Pool;
import jasyncio.lowlevel.Lowlevel;
import jasyncio.queue.PriorityQueue;
import jasyncio.queue.Queue;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.sync.Barrier;
import jasyncio.sync.CapacityLimiter;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is finished does not keep what it was given, even if it is kept itself; and what never ends
/// does not keep those who left it.
@Timeout(600)
@Tag("slow")
@Tag("garbage")
class RetentionTest {
  private static final ContextVar<Captured> VALUE = ContextVar.of("value");

  private static void fails(ThrowingCallable call) {
    assertThat(catchThrowable(call)).isNotNull();
  }

  private static Future<Integer> never() {
    return getRunningLoop().createFuture();
  }

  @Test
  void cancellation_keepsNeitherWhoCancelledNorWhom() throws Exception {
    assertDropped(captured -> {
      var first =
          createTask(() -> {
            sleep(100);
            captured.use();
          });
      var second =
          createTask(() -> {
            try {
              sleep(100);
            } finally {
              first.cancel();
              captured.use();
            }
          });
      sleep(0);
      second.cancel();
      return catchThrowableOfType(CancelledError.class, () -> await(first)).cancellation();
    });
    assertDropped(captured -> {
      var child = new AtomicReference<Task<Void>>();
      fails(() ->
          taskGroup(tg -> {
            child.set(tg.createTask(() -> sleep(100)));
            sleep(0);
            throw new Exception() {
              @Override
              public String getMessage() {
                captured.use();
                return "";
              }
            };
          }));
      return child.get();
    });
    assertDropped(captured -> {
      var limit = jasyncio.Timeout.after(0.001);
      var error =
          catchThrowable(() ->
              limit.run(() -> {
                sleep(100);
                captured.use();
              }));
      return new Object[] {limit, ((CancelledError) error.getCause()).cancellation()};
    });
  }

  @Test
  void task_dropsItsBody() throws Exception {
    assertDropped(captured -> {
      var task = createTask(() -> captured.use());
      await(task);
      return task;
    });
    assertDropped(captured -> {
      var task =
          createTask(() -> {
            captured.use();
            return 1;
          });
      await(task);
      return task;
    });
  }

  @Test
  void task_thatFailedOrWasCancelled_dropsItsBody() throws Exception {
    assertDropped(captured -> {
      var task =
          createTask(() -> {
            captured.use();
            throw new IllegalStateException();
          });
      fails(() -> await(task));
      return task;
    });
    assertDropped(captured -> {
      var task =
          createTask(() -> {
            captured.use();
            sleep(100);
          });
      sleep(0);
      task.cancel();
      Asyncio.wait(List.of(task));
      return task;
    });
    assertDropped(captured -> {
      var task = createTask(() -> captured.use());
      task.cancel(); // before it began
      Asyncio.wait(List.of(task));
      return task;
    });
  }

  @Test
  void tasks_thatEachAwaitTheOneBefore_doNotPileUp() throws Exception {
    assertDropped(captured -> {
      var first = createTask(() -> captured.use());
      Task<Void> last = first;
      for (int i = 0; i < 100; i++) {
        var before = last;
        last =
            createTask(() -> {
              await(before);
            });
      }
      await(last);
      return last;
    });
  }

  @Test
  void coroutine_dropsItsBodyAndItsOutcome() throws Exception {
    assertDropped(captured -> {
      var awaited = coroutine(() -> captured.use());
      await(awaited);
      return awaited;
    });
    assertDropped(captured -> {
      var driven = coroutine(() -> captured);
      fails(() -> driven.send(null));
      return driven;
    });
    assertDropped(captured -> {
      var closed = coroutine(() -> captured.use());
      closed.close();
      return closed;
    });
    assertDropped(captured -> {
      var task = createTask(coroutine(() -> captured.use()));
      await(task);
      return task;
    });
  }

  @Test
  void gather_dropsItsMembers() throws Exception {
    assertDropped(captured -> {
      var member = getRunningLoop().<Object>createFuture();
      member.addDoneCallback(f -> captured.use());
      var gather = gather(member);
      member.setResult(1);
      await(gather);
      return gather;
    });
  }

  @Test
  void gather_thatFailed_leavesWhatNeverEnds() throws Exception {
    assertDropped(captured -> {
      var never = never();
      var failed = never();
      var gather = gather(never, failed);
      gather.addDoneCallback(f -> captured.use());
      failed.setException(new IllegalStateException());
      fails(() -> await(gather));
      return never;
    });
  }

  @Test
  void futureThatNeverEnds_keepsNobodyWhoLeft() throws Exception {
    assertDropped(captured -> {
      var never = never();
      leave(never, captured, f -> await(shield(f)));
      leave(never, captured, f -> Asyncio.wait(List.of(f)));
      leave(never, captured, f -> await(gather(f, sleeper())));
      leave(never, captured, f -> asCompleted(List.of(f)).async().iterator().next());
      leave(never, captured, f -> await(asCompleted(List.of(f)).iterator().next()));
      return never;
    });
  }

  private static Task<Integer> sleeper() {
    return createTask(() -> sleep(100, 1));
  }

  /// A task that waits for a shield of `future`, in some way, and is cancelled.
  private static void leave(
      Future<Integer> future, Captured captured, Consumer<Future<Integer>> wait) {
    var task =
        createTask(() -> {
          wait.accept(shield(future));
          captured.use();
        });
    sleep(0);
    sleep(0);
    task.cancel();
    Asyncio.wait(List.of(task));
    sleep(0);
  }

  @Test
  void asCompleted_leftEarly_isForgottenByWhatNeverEnds() throws Exception {
    assertDropped(captured -> {
      var never = never();
      var done = getRunningLoop().<Object>createFuture();
      done.addDoneCallback(f -> captured.use());
      done.setResult(1);
      for (var item : asCompleted(List.of(never, done))) {
        await(item);
        break;
      }
      return never;
    });
  }

  @Test
  void asCompleted_leftEarlyAgainAndAgain_leavesLittle() {
    run(() -> {
      var never = never();
      for (int i = 0; i < 2000; i++) {
        var done = never();
        done.setResult(i);
        for (var item : asCompleted(List.of(never, done)).async()) {
          await(item);
          break;
        }
        if (i % 500 == 499) {
          System.gc();
        }
      }
      assertThat(never.toString()).containsPattern("<\\d{1,3} more>");
    });
  }

  @Test
  void taskGroup_dropsItsErrorsAndItsParent() throws Exception {
    assertDropped(captured -> {
      var group = new TaskGroup();
      fails(() ->
          group.run(tg -> {
            tg.createTask(() -> {
              captured.use();
              throw new IllegalStateException();
            });
            return 1;
          }));
      return group;
    });
  }

  @Test
  void timeout_andWaitFor_dropTheirBodies() throws Exception {
    assertDropped(captured -> {
      var limit = jasyncio.Timeout.after(100);
      limit.run(() -> captured.use());
      waitFor(() -> captured.use(), 100);
      return limit;
    });
  }

  @Test
  void future_dropsItsCallbacks() throws Exception {
    assertDropped(captured -> {
      var future = never();
      future.addDoneCallback(f -> captured.use());
      future.setResult(1);
      sleep(0);
      return future;
    });
  }

  @Test
  void handle_thatHasRunOrWasCancelled_dropsItsCallback() throws Exception {
    assertDropped(captured -> {
      var soon = getRunningLoop().callSoon(captured::use);
      sleep(0);
      return soon;
    });
    assertDropped(captured -> {
      var later = getRunningLoop().callLater(0, captured::use);
      while (captured.uses == 0) {
        sleep(0);
      }
      return later;
    });
    assertDropped(captured -> {
      var cancelled = getRunningLoop().callLater(100, captured::use);
      cancelled.cancel();
      return cancelled;
    });
  }

  @Test
  void generators_thatHaveEnded_dropTheirBodies() throws Exception {
    assertDropped(captured -> {
      var generator = Generators.<Integer>generator(g -> captured.use());
      generator.forEach(item -> {});
      return generator;
    });
    assertDropped(captured -> {
      var generator =
          Generators.<Integer>asyncGenerator(g -> {
            captured.use();
            g.yield(1);
          });
      generator.next();
      generator.aclose();
      return generator;
    });
  }

  @Test
  void locksAndQueues_keepNobodyWhoLeft() throws Exception {
    assertDropped(captured -> {
      var lock = new Lock();
      var held = lock.acquire();
      var event = new Event();
      var condition = new Condition();
      var queue = new Queue<Integer>();
      for (var wait :
          List.<Action<?>>of(
              lock::acquire,
              event::await,
              queue::get,
              () -> {
                try (var _ = condition.acquire()) {
                  condition.await();
                }
              })) {
        var task =
            createTask(() -> {
              wait.run();
              captured.use();
            });
        sleep(0);
        task.cancel();
        Asyncio.wait(List.of(task));
      }
      return new Object[] {lock, held, event, condition, queue};
    });
  }

  @Test
  void moreLocksAndQueues_keepNobodyWhoLeft() throws Exception {
    assertDropped(captured -> {
      var semaphore = new Semaphore(0);
      var barrier = new Barrier(2);
      var limiter = new CapacityLimiter(1);
      var held = limiter.acquire();
      var full = new PriorityQueue<Integer>(1);
      full.putNowait(1);
      var across = new ThreadsafeQueue<Integer>(1);
      for (var wait :
          List.<Action<?>>of(
              semaphore::acquire,
              barrier::await,
              () -> limiter.acquire(),
              () -> full.put(2),
              across::get,
              () -> Queue.select(new Queue<Integer>(), new Queue<Integer>()))) {
        leave(wait, captured);
      }
      across.put(1);
      leave(() -> across.put(2), captured);
      return new Object[] {semaphore, barrier, limiter, held, full, across};
    });
  }

  /// A task that waits for something, and is cancelled.
  private static void leave(Action<?> wait, Captured captured) {
    var task =
        createTask(() -> {
          wait.run();
          captured.use();
        });
    sleep(0);
    assertThat(task.cancel()).isTrue();
    Asyncio.wait(List.of(task));
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void waiters_thatWereServed_areNotKept() throws Exception {
    assertDropped(captured -> {
      var event = new Event();
      var queue = new Queue<Integer>();
      var lock = new Lock();
      var across = new ThreadsafeQueue<Integer>();
      var held = lock.acquire();
      var tasks =
          List.of(
              createTask(() -> served(event::await, captured)),
              createTask(() -> served(queue::get, captured)),
              createTask(() -> served(across::get, captured)),
              createTask(() -> served(() -> lock.acquire().close(), captured)));
      sleep(0);
      event.set();
      queue.putNowait(1);
      across.put(1);
      held.close();
      Asyncio.wait(tasks);
      assertThat(captured.uses).isEqualTo(4);
      return new Object[] {event, queue, lock, across};
    });
  }

  private static void served(Action<?> wait, Captured captured) throws Exception {
    wait.run();
    captured.use();
  }

  @Test
  void asCompleted_thatHasGivenAll_dropsWhatItGave() throws Exception {
    assertDropped(captured -> {
      var done = getRunningLoop().<Object>createFuture();
      done.setResult(captured);
      var plain = asCompleted(List.of(done));
      for (var item : plain) {
        await(item);
      }
      var async = asCompleted(List.of(done));
      for (var item : async.async()) {
        await(item);
      }
      return new Object[] {plain, async};
    });
  }

  @Test
  void calls_onOtherThreads_dropTheirBodies() throws Exception {
    assertDropped(captured -> {
      var loop = getRunningLoop();
      toThread(captured::use);
      var call = loop.runInExecutor(null, captured::use);
      await(call);
      var fromOutside = toThread(() -> Asyncio.runCoroutineThreadsafe(() -> captured.use(), loop));
      var wrapped = Asyncio.wrapFuture(fromOutside);
      await(wrapped);
      var left = new CompletableFuture<Integer>(); // of the JDK's, which never ends
      var leaving = Asyncio.wrapFuture(left);
      leaving.addDoneCallback(f -> captured.use());
      leaving.cancel();
      sleep(0);
      return new Object[] {call, fromOutside, wrapped, leaving};
    });
  }

  @Test
  void callbacks_thatWereRemoved_areNotKept() throws Exception {
    assertDropped(captured -> {
      var never = never();
      Consumer<Future<Integer>> callback = f -> captured.use();
      never.addDoneCallback(callback);
      assertThat(never.removeDoneCallback(callback)).isOne();
      var loop = getRunningLoop();
      loop.addSignalHandler("USR2", captured::use);
      assertThat(loop.removeSignalHandler("USR2")).isTrue();
      var idle = loop.<Boolean>createFuture();
      Lowlevel.callWhenIdle(
          loop,
          () -> {
            captured.use();
            idle.setResult(true);
          });
      await(idle);
      loop.setExceptionHandler((l, error) -> captured.use());
      loop.setExceptionHandler(null);
      loop.setTaskFactory(new Factory(captured));
      loop.setTaskFactory(null);
      return new Object[] {never, loop};
    });
  }

  private record Factory(Captured captured) implements TaskFactory {
    @Override
    public <T extends @Nullable Object> Future<T> create(
        EventLoop loop, Coroutine<T> coroutine, TaskOptions options) {
      return new Task<>(loop, coroutine, options);
    }
  }

  @Test
  void contextVariables_keepNoValueThatWasTakenBack() throws Exception {
    assertDropped(captured -> {
      var variable = ContextVar.<Object>of("variable");
      var context = Asyncio.copyContext();
      var token =
          context.run(() -> {
            var set = variable.set(captured);
            variable.reset(set);
            return set;
          });
      var other = Asyncio.copyContext();
      other.run(() -> variable.set(captured));
      other.run(() -> variable.set("something else"));
      return new Object[] {variable, context, token, other};
    });
  }

  @Test
  void loop_thatIsClosed_keepsNothing() throws Exception {
    try (var logs = Logs.capture()) {
      assertDroppedOutside(captured -> {
        var loop = newEventLoop();
        var variable = ContextVar.<Object>of("variable");
        loop.callSoon(captured::use);
        loop.runUntilComplete(() -> {
          variable.set(captured);
          createTask(() -> {
            sleep(100);
            captured.use();
          });
          loop.callLater(100, captured::use);
          loop.addSignalHandler("USR2", captured::use);
          Generators.<Integer>asyncGenerator(
                  g -> {
                    captured.use();
                    g.yield(1);
                  })
              .next();
          loop.callSoon(captured::use);
        });
        loop.callSoon(captured::use);
        Lowlevel.callWhenIdle(loop, captured::use);
        Lowlevel.setStallHandler(loop, captured::use);
        loop.close();
        return new Object[] {loop, variable};
      });
      assertThat(logs.lines()).anyMatch(line -> line.contains("Task was destroyed"));
    }
  }

  @Test
  void loop_betweenRuns_keepsNothingOfTheLast() throws Exception {
    try (var loop = newEventLoop()) {
      assertDroppedOutside(captured -> {
        var variable = ContextVar.<Object>of("variable");
        loop.runUntilComplete(() -> {
          variable.set(captured);
          sleep(0);
          captured.use();
        });
        return new Object[] {loop, variable};
      });
    }
  }

  @Test
  void runner_thatIsClosed_keepsNothing() throws Exception {
    assertDroppedOutside(captured -> {
      var variable = ContextVar.<Object>of("variable");
      var runner = new Runner();
      try (runner) {
        runner.run(() -> {
          variable.set(captured);
          createTask(() -> {
            sleep(100);
            captured.use();
          });
          sleep(0);
          return captured;
        });
      }
      return new Object[] {runner, variable};
    });
  }

  // ---- gevent -----------------------------------------------------------------------------------

  @Test
  void greenlet_dropsItsBody() throws Exception {
    assertDropped(captured -> {
      var greenlet = Gevent.spawn(() -> captured.use());
      greenlet.join();
      return greenlet;
    });
  }

  @Test
  void greenlet_thatFailedOrWasKilled_dropsItsBodyAndItsLinks() throws Exception {
    assertDropped(captured -> {
      var failed =
          Gevent.spawn(() -> {
            captured.use();
            if (captured.uses > 0) {
              throw new GreenletExit();
            }
          });
      failed.link(g -> captured.use());
      var killed =
          Gevent.spawn(() -> {
            Gevent.sleep(100);
            captured.use();
          });
      var neverBegun = Gevent.spawn(() -> captured.use());
      neverBegun.kill();
      Gevent.sleep(0);
      killed.kill();
      Gevent.joinall(List.of(failed, killed, neverBegun));
      Gevent.sleep(0);
      return List.of(failed, killed, neverBegun);
    });
  }

  @Test
  void groupsOfGreenlets_dropTheirMembers() throws Exception {
    assertDropped(captured -> {
      var group = new Group();
      group.spawn(() -> captured.use());
      group.join();
      var pool = new Pool(2);
      pool.spawn(() -> captured.use());
      pool.spawn(() -> captured.use());
      pool.spawn(() -> captured.use()).join();
      pool.map(
          i -> {
            captured.use();
            return i;
          },
          List.of(1, 2, 3));
      pool.join();
      return List.of(group, pool);
    });
  }

  @Test
  void resultsAndEvents_ofGevent_keepNobodyWhoWaited() throws Exception {
    assertDropped(captured -> {
      var never = new AsyncResult<Integer>();
      var result = new AsyncResult<Integer>();
      var event = new jasyncio.gevent.Event();
      var semaphore = new jasyncio.gevent.Semaphore(0);
      var queue = new jasyncio.gevent.Queue<Integer>();
      var waits =
          List.<Action<?>>of(never::get, result::get, event::await, semaphore::acquire, queue::get);
      var greenlets = new ArrayList<Greenlet<Void>>();
      for (var wait : waits) {
        greenlets.add(
            Gevent.spawn(() -> {
              wait.run();
              captured.use();
            }));
      }
      Gevent.sleep(0);
      result.set(1);
      event.set();
      greenlets.forEach(Greenlet::kill);
      Gevent.joinall(greenlets);
      var limit = jasyncio.gevent.Timeout.startNew(100);
      limit.close();
      return List.of(never, result, event, semaphore, queue, limit);
    });
  }

  // ---- files ------------------------------------------------------------------------------------

  @Test
  void file_thatIsClosed_keepsNothing(@TempDir Path folder) throws Exception {
    assertDropped(captured -> {
      var file =
          AsyncFiles.open(
              folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var writer =
          createTask(() -> {
            file.write(new byte[10]);
            file.flush();
            captured.use();
          });
      await(writer);
      file.close();
      return file;
    });
  }

  @Test
  void callOnAnotherLoop_thatHasEnded_keepsNotItsBody() throws Exception {
    try (var group = LoopGroup.open(1)) {
      assertDropped(captured -> {
        var call = group.submit(() -> captured.use());
        await(call);
        return List.of(group, call);
      });
      assertDropped(captured -> {
        var call =
            group.submit(() -> {
              captured.use();
              sleep(100);
            });
        call.cancel();
        fails(() -> await(call));
        return List.of(group, call);
      });
    }
  }

  @Test
  void callOnALoopThatWasClosed_keepsNotItsBody() throws Exception {
    assertDropped(captured -> {
      var loop = newEventLoop();
      var call = loop.call(() -> captured.use());
      loop.close();
      fails(() -> await(call));
      return call;
    });
    assertDropped(captured -> {
      var options = TaskOptions.defaults().context(contextWith(captured));
      var loop = newEventLoop();
      var call = loop.call(() -> sleep(0), options);
      loop.close();
      fails(() -> await(call));
      return call;
    });
  }

  private static Context contextWith(Captured captured) {
    var context = new Context();
    context.run(() -> VALUE.set(captured));
    return context;
  }
}
