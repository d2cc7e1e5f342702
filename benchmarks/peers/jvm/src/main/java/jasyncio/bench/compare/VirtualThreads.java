package jasyncio.bench.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Virtual threads of the JDK on their default scheduler, with its queues and locks:
/// `VirtualThreads WORKLOAD | serve KIND PORT | hello`.
@SuppressWarnings("ThreadPriorityCheck") // virtual threads are asked to yield, not the system
public final class VirtualThreads {
  private static final int CHAIN_LENGTH = 50;
  private static final long HOUR_MILLIS = 3_600_000;

  /// Somewhere to put results, so that they are computed.
  private static volatile int sink;

  private VirtualThreads() {}

  /// Runs a workload.
  ///
  /// @param arguments see above
  public static void main(String[] arguments) throws Exception {
    var workload = arguments[0];
    switch (workload) {
      case "hello" -> Thread.startVirtualThread(() -> System.out.println("hello")).join();
      case "serve" -> BlockingServers.serve(arguments[1], Integer.parseInt(arguments[2]));
      case "switch" -> switches();
      case "spawn_gather" -> spawnGather();
      case "await_depth" -> awaitDepth();
      case "timers.task" -> timersOfTasks();
      case "queue.1", "queue.1000" -> queue(workload);
      case "lock" -> lock();
      case "memory.100k", "memory.1m" -> memory(workload);
      default -> Bench.unsupported(workload);
    }
  }

  /// What may be interrupted; an interrupt ends it.
  private interface Interruptible {
    void run() throws InterruptedException;
  }

  private static Thread start(Interruptible body) {
    return Thread.startVirtualThread(() -> {
      try {
        body.run();
      } catch (InterruptedException e) {
        // cancelled
      }
    });
  }

  private static void all(int count, Interruptible body) throws InterruptedException {
    var threads = new ArrayList<Thread>(count);
    for (int i = 0; i < count; i++) {
      threads.add(start(body));
    }
    join(threads);
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (var thread : threads) {
      thread.join();
    }
  }

  private static void switches() {
    int tasks = 1000;
    int rounds = Bench.scaled(1000);
    Interruptible worker =
        () -> {
          for (int k = 0; k < rounds; k++) {
            Thread.yield();
          }
        };
    Bench.measure(
        "switch",
        (long) tasks * rounds,
        "ns/switch",
        Bench.Figure.WALL_NANOS,
        () -> all(tasks, worker));
  }

  private static void spawnGather() {
    int batches = Bench.scaled(20);
    int tasks = 10_000;
    Callable<Integer> one = () -> 1;
    var trivial = Collections.nCopies(tasks, one);
    Bench.measure(
        "spawn_gather",
        (long) batches * tasks,
        "ns/task",
        Bench.Figure.WALL_NANOS,
        () -> {
          try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int b = 0; b < batches; b++) {
              int sum = 0;
              for (var future : executor.invokeAll(trivial)) {
                sum += future.get();
              }
              sink = sum;
            }
          }
        });
  }

  private static void awaitDepth() {
    int workers = 10;
    int chains = Bench.scaled(2000);
    Interruptible worker =
        () -> {
          for (int k = 0; k < chains; k++) {
            sink = chain(CHAIN_LENGTH - 1);
          }
        };
    Bench.measure(
        "await_depth",
        (long) workers * chains,
        "ns/chain",
        Bench.Figure.WALL_NANOS,
        () -> all(workers, worker));
  }

  private static int chain(int depth) {
    if (depth == 0) {
      Thread.yield();
      return 0;
    }
    return chain(depth - 1) + 1;
  }

  private static void timersOfTasks() {
    int count = Bench.scaled(50_000);
    var delays = Bench.delays(count);
    Bench.measure(
        "timers.task",
        count,
        "us-cpu/timer",
        Bench.Figure.CPU_MICROS,
        () -> {
          var threads = new ArrayList<Thread>(count);
          for (double delay : delays) {
            long nanos = (long) (delay * 1e9);
            threads.add(start(() -> TimeUnit.NANOSECONDS.sleep(nanos)));
          }
          for (int i = 1; i < count; i += 2) {
            threads.get(i).interrupt();
          }
          join(threads);
        });
  }

  private static void queue(String workload) {
    int items = Bench.scaled(500_000);
    Bench.measure(
        workload,
        items,
        "ns/item",
        Bench.Figure.WALL_NANOS,
        () -> {
          var queue = new ArrayBlockingQueue<Integer>(Bench.queueSize(workload));
          var producer =
              start(() -> {
                for (int i = 0; i < items; i++) {
                  queue.put(i);
                }
              });
          var consumer =
              start(() -> {
                for (int i = 0; i < items; i++) {
                  sink = queue.take();
                }
              });
          join(List.of(producer, consumer));
        });
  }

  private static void lock() {
    int tasks = 100;
    int rounds = Bench.scaled(2000);
    Bench.measure(
        "lock",
        (long) tasks * rounds,
        "ns/op",
        Bench.Figure.WALL_NANOS,
        () -> {
          var lock = new ReentrantLock();
          all(
              tasks,
              () -> {
                for (int k = 0; k < rounds; k++) {
                  lock.lock();
                  try {
                    Thread.yield();
                  } finally {
                    lock.unlock();
                  }
                }
              });
        });
  }

  private static void memory(String workload) throws InterruptedException {
    int count = Memory.count(workload);
    start(() -> {}).join();
    var memory = new Memory();
    var started = new CountDownLatch(count);
    Interruptible body =
        () -> {
          started.countDown();
          Thread.sleep(HOUR_MILLIS);
        };
    var threads = new ArrayList<Thread>(count);
    for (int i = 0; i < count; i++) {
      threads.add(start(body));
    }
    started.await();
    for (var thread : threads) {
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.yield(); // it has said that it sleeps, and does not yet
      }
    }
    memory.print(workload, threads, count);
  }
}
