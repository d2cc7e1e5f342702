package jasyncio.bench;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.Task;
import jasyncio.TimerHandle;
import jasyncio.bench.Stopwatch.Figure;
import jasyncio.net.ServerOptions;
import jasyncio.net.Streams;
import jasyncio.queue.Queue;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.Semaphore;

/// The workloads whose time is measured. What each of them does exactly is the harness's to say.
final class Workloads {
  private static final int CHAIN_LENGTH = 50;

  private Workloads() {}

  static void switches() {
    int tasks = 1000;
    int rounds = Settings.scaled(1000);
    Awaitable<Integer, ?> worker =
        () -> {
          for (int k = 0; k < rounds; k++) {
            sleep(0);
          }
          return rounds;
        };
    Stopwatch.measure(
        "switch",
        (long) tasks * rounds,
        "ns/switch",
        Figure.WALL_NANOS,
        () -> run(() -> await(gather(Collections.nCopies(tasks, worker)))));
  }

  static void spawnGather() {
    int batches = Settings.scaled(20);
    int tasks = 10_000;
    Awaitable<Integer, ?> trivial = () -> 1;
    Stopwatch.measure(
        "spawn_gather",
        (long) batches * tasks,
        "ns/task",
        Figure.WALL_NANOS,
        () ->
            run(() -> {
              for (int b = 0; b < batches; b++) {
                await(gather(Collections.nCopies(tasks, trivial)));
              }
            }));
  }

  static void awaitDepth() {
    int workers = 10;
    int chains = Settings.scaled(2000);
    Awaitable<Integer, ?> worker =
        () -> {
          int sum = 0;
          for (int k = 0; k < chains; k++) {
            sum += chain(CHAIN_LENGTH - 1);
          }
          return sum;
        };
    Stopwatch.measure(
        "await_depth",
        (long) workers * chains,
        "ns/chain",
        Figure.WALL_NANOS,
        () -> run(() -> await(gather(Collections.nCopies(workers, worker)))));
  }

  private static int chain(int depth) {
    if (depth == 0) {
      sleep(0);
      return 0;
    }
    return chain(depth - 1) + 1;
  }

  static void timers() {
    int count = Settings.scaled(200_000);
    var delays = delays(count);
    Stopwatch.measure(
        "timers", count, "us-cpu/timer", Figure.CPU_MICROS, () -> run(() -> fireHalf(delays)));
  }

  private static void fireHalf(double[] delays) {
    var loop = getRunningLoop();
    var done = loop.<Integer>createFuture();
    var left = new int[] {delays.length - delays.length / 2};
    Runnable fire =
        () -> {
          if (--left[0] == 0) {
            done.setResult(0);
          }
        };
    var handles = new ArrayList<TimerHandle>(delays.length);
    for (double delay : delays) {
      handles.add(loop.callLater(delay, fire));
    }
    for (int i = 1; i < delays.length; i += 2) {
      handles.get(i).cancel();
    }
    await(done);
  }

  static void timersOfTasks() {
    int count = Settings.scaled(50_000);
    var delays = delays(count);
    Stopwatch.measure(
        "timers.task", count, "us-cpu/timer", Figure.CPU_MICROS, () -> run(() -> wakeHalf(delays)));
  }

  private static void wakeHalf(double[] delays) {
    var tasks = new ArrayList<Task<?>>(delays.length);
    for (double delay : delays) {
      tasks.add(createTask(() -> sleep(delay)));
    }
    sleep(0);
    for (int i = 1; i < delays.length; i += 2) {
      tasks.get(i).cancel();
    }
    Asyncio.wait(tasks);
  }

  private static double[] delays(int count) {
    var random = new Random(42);
    return random.doubles(count).toArray();
  }

  static void queue(String workload, int maxsize) {
    int items = Settings.scaled(500_000);
    Stopwatch.measure(
        workload, items, "ns/item", Figure.WALL_NANOS, () -> run(() -> handOver(items, maxsize)));
  }

  private static void handOver(int items, int maxsize) {
    var queue = new Queue<Integer>(maxsize);
    var consumer =
        createTask(() -> {
          long sum = 0;
          for (int i = 0; i < items; i++) {
            sum += queue.get();
          }
          return sum;
        });
    for (int i = 0; i < items; i++) {
      queue.put(i);
    }
    await(consumer);
  }

  static void lock() {
    int tasks = 100;
    int rounds = Settings.scaled(2000);
    Stopwatch.measure(
        "lock",
        (long) tasks * rounds,
        "ns/op",
        Figure.WALL_NANOS,
        () -> run(() -> await(gather(Collections.nCopies(tasks, holder(new Lock(), rounds))))));
  }

  private static Awaitable<Integer, ?> holder(Lock lock, int rounds) {
    return () -> {
      for (int i = 0; i < rounds; i++) {
        try (var _ = lock.acquire()) {
          sleep(0);
        }
      }
      return rounds;
    };
  }

  static void crossThread() {
    int trips = Settings.scaled(20_000);
    Stopwatch.measure(
        "cross_thread",
        trips,
        "us/roundtrip",
        Figure.WALL_MICROS,
        () -> run(() -> await(getRunningLoop().runInExecutor(null, roundTrips(trips)))));
  }

  /// A client and a server on one loop: messages of 64 bytes there and back.
  static void echo() {
    int trips = Settings.scaled(20_000);
    Stopwatch.measure(
        "echo",
        trips,
        "us/roundtrip",
        Figure.WALL_MICROS,
        () -> {
          try {
            run(() -> echoes(trips));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /// The same, so many times and no more: for counting.
  static void echo(int trips) throws IOException {
    run(() -> echoes(trips));
  }

  private static void echoes(int trips) throws IOException {
    var message = new byte[64];
    try (var server = Servers.echoStream(0, ServerOptions.defaults());
        var streams = Streams.openConnection("127.0.0.1", server.port())) {
      for (int i = 0; i < trips; i++) {
        streams.writer().write(message);
        streams.reader().readexactly(message.length);
      }
    }
  }

  /// What the other thread does: must be made on the loop, to know it.
  private static Action<?> roundTrips(int trips) {
    var loop = getRunningLoop();
    var gate = new Semaphore(0);
    return () -> {
      for (int i = 0; i < trips; i++) {
        loop.callSoonThreadsafe(gate::release);
        gate.acquire();
      }
    };
  }
}
