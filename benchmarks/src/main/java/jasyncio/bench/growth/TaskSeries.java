package jasyncio.bench.growth;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.BlockingPolicy;
import jasyncio.FiberKind;
import jasyncio.RunOptions;
import jasyncio.Task;
import jasyncio.TimerHandle;
import jasyncio.bench.LiveHeap;
import jasyncio.queue.Queue;
import jasyncio.sync.Lock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Tasks, what they wait for, and timers.
final class TaskSeries {
  private static final int MILLION = 1_000_000;
  private static final int MANY = 100_000;
  private static final int BLOCKED = 10_000; // each has a call that is interrupted
  private static final double HOUR = 3600;
  private static final double MILLISECOND = 1e-3;

  private TaskSeries() {}

  static List<Series> all() {
    var all = new ArrayList<Series>(ofEachRuntime());
    try (var loop = newEventLoop()) {
      if (loop.fibers() == FiberKind.SCHEDULED) { // else there are no policies
        all.addAll(ofPolicies());
      }
    }
    return all;
  }

  private static List<Series> ofPolicies() {
    return List.of(
        onLoop(
            "cancel.forbid", "ns a task", MANY, BlockingPolicy.FORBID, TaskSeries::cancelSleepers),
        onLoop(
            "cancel.switch",
            "ns a task",
            BLOCKED,
            BlockingPolicy.SWITCH,
            TaskSeries::cancelBlocked));
  }

  private static List<Series> ofEachRuntime() {
    return List.of(
        onLoop("tasks", "ns a task", MILLION, TaskSeries::tasks),
        new Series("tasks.memory", "bytes a task", MILLION, TaskSeries::bytesOfSleepers),
        onLoop("gather", "ns a task", MILLION, n -> await(gather(Collections.nCopies(n, ONE)))),
        onLoop("group", "ns a task", MILLION, TaskSeries::group),
        onLoop("timers", "ns a timer", MILLION, TaskSeries::timers),
        onLoop("depth", "ns a call", 1000, n -> chain(n)),
        onLoop("cancel", "ns a task", MILLION, TaskSeries::cancelSleepers),
        onLoop("queue.waiters", "ns a waiter", MILLION, TaskSeries::queueWaiters),
        onLoop("lock.waiters", "ns a waiter", MILLION, TaskSeries::lockWaiters));
  }

  private static final Awaitable<Integer, RuntimeException> ONE = () -> 1;

  /// Does something with so many, on a loop.
  private interface Deed {
    void with(int size) throws Exception;
  }

  private static Series onLoop(String name, String unit, int most, Deed deed) {
    return onLoop(name, unit, most, BlockingPolicy.BLOCK, deed);
  }

  private static Series onLoop(
      String name, String unit, int most, BlockingPolicy policy, Deed deed) {
    return new Series(
        name,
        unit,
        most,
        size ->
            run(
                    (Awaitable<Double, Exception>)
                        () -> Meter.nanos((Action<Exception>) () -> deed.with(size)),
                    RunOptions.defaults().blocking(policy))
                / size);
  }

  private static void tasks(int count) {
    var tasks = new ArrayList<Task<Integer>>(count);
    for (int i = 0; i < count; i++) {
      tasks.add(createTask(ONE));
    }
    tasks.forEach(Asyncio::await);
  }

  private static void group(int count) {
    taskGroup(group -> {
      for (int i = 0; i < count; i++) {
        group.createTask(ONE);
      }
    });
  }

  private static double bytesOfSleepers(int count) {
    return run(() -> {
      sleep(0);
      long before = LiveHeap.bytes();
      var tasks = sleepers(count);
      try {
        return Math.max(1, (double) (LiveHeap.bytes() - before) / count);
      } finally {
        cancel(tasks);
      }
    });
  }

  private static List<Task<?>> sleepers(int count) {
    return started(count, () -> sleep(HOUR));
  }

  /// Tasks that all wait.
  private static List<Task<?>> started(int count, Action<?> body) {
    var tasks = new ArrayList<Task<?>>(count);
    for (int i = 0; i < count; i++) {
      tasks.add(createTask(body));
    }
    sleep(0);
    return tasks;
  }

  private static void cancel(List<Task<?>> tasks) {
    tasks.forEach(Task::cancel);
    Asyncio.wait(tasks);
  }

  private static void cancelSleepers(int count) {
    cancel(sleepers(count));
  }

  private static void cancelBlocked(int count) {
    cancel(started(count, () -> Thread.sleep(3_600_000)));
  }

  /// Half of them are cancelled, as in most programs more are.
  private static void timers(int count) {
    var loop = getRunningLoop();
    var random = new Random(42);
    var done = loop.<Integer>createFuture();
    int[] left = {count - count / 2};
    Runnable fire =
        () -> {
          if (--left[0] == 0) {
            done.setResult(0);
          }
        };
    var handles = new ArrayList<TimerHandle>(count);
    for (int i = 0; i < count; i++) {
      handles.add(loop.callLater(random.nextDouble() * MILLISECOND, fire));
    }
    for (int i = 1; i < count; i += 2) {
      handles.get(i).cancel();
    }
    await(done);
  }

  private static int chain(int depth) {
    if (depth <= 1) {
      sleep(0);
      return 0;
    }
    return chain(depth - 1) + 1;
  }

  private static void queueWaiters(int count) {
    var queue = new Queue<Integer>();
    var waiters = started(count, () -> queue.get());
    for (int i = 0; i < count; i++) {
      queue.putNowait(i);
    }
    Asyncio.wait(waiters);
  }

  private static void lockWaiters(int count) {
    var lock = new Lock();
    var waiters = new ArrayList<Task<?>>();
    try (var _ = lock.acquire()) {
      waiters.addAll(started(count, () -> lock.acquire().close()));
    }
    Asyncio.wait(waiters);
  }
}
