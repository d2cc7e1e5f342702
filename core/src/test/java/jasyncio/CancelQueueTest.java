package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.queue.LifoQueue;
import jasyncio.queue.PriorityQueue;
import jasyncio.queue.Queue;
import jasyncio.queue.QueueShutDownException;
import jasyncio.queue.ThreadsafeQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait of `jasyncio.queue`, cancelled everywhere.
@Tag("slow")
class CancelQueueTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  /// What the scenarios need of a queue, of either kind.
  private interface Line {
    void put(String item);

    String get();

    String getNowait();

    boolean empty();

    void taskDone();

    void join();

    void shutdown(boolean immediate);

    Iterable<String> items();
  }

  private record Plain(Queue<String> queue) implements Line {
    @Override
    public void put(String item) {
      queue.put(item);
    }

    @Override
    public String get() {
      return queue.get();
    }

    @Override
    public String getNowait() {
      return queue.getNowait();
    }

    @Override
    public boolean empty() {
      return queue.empty();
    }

    @Override
    public void taskDone() {
      queue.taskDone();
    }

    @Override
    public void join() {
      queue.join();
    }

    @Override
    public void shutdown(boolean immediate) {
      queue.shutdown(immediate);
    }

    @Override
    public Iterable<String> items() {
      return queue;
    }
  }

  private record Threadsafe(ThreadsafeQueue<String> queue) implements Line {
    @Override
    public void put(String item) {
      queue.put(item);
    }

    @Override
    public String get() {
      return queue.get();
    }

    @Override
    public String getNowait() {
      return queue.getNowait();
    }

    @Override
    public boolean empty() {
      return queue.empty();
    }

    @Override
    public void taskDone() {
      queue.taskDone();
    }

    @Override
    public void join() {
      queue.join();
    }

    @Override
    public void shutdown(boolean immediate) {
      queue.shutdown(immediate);
    }

    @Override
    public Iterable<String> items() {
      return queue;
    }
  }

  private interface Maker {
    Line make(int size);
  }

  static List<Scenario> scenarios() {
    var all = new ArrayList<Scenario>();
    all.addAll(scenarios("Queue", size -> new Plain(new Queue<>(size))));
    all.addAll(scenarios("PriorityQueue", size -> new Plain(new PriorityQueue<>(size))));
    all.addAll(scenarios("LifoQueue", size -> new Plain(new LifoQueue<>(size))));
    all.addAll(scenarios("ThreadsafeQueue", size -> new Threadsafe(new ThreadsafeQueue<>(size))));
    all.addAll(select());
    return all;
  }

  private static List<Scenario> scenarios(String type, Maker maker) {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      all.add(
          scenario(
              type + ".get",
              "items come one by one, number " + at + " in line",
              run -> {
                var queue = run.watch(maker.make(0));
                run.inLine(3, at, () -> run.got(queue.get()));
                run.other(() -> putAll(run, queue, List.of("a", "b", "c")));
                run.atEnd(() -> checkNothingIsLost(run, queue, run.succeeded() ? 3 : 2));
              }));
      all.add(
          scenario(
              type + ".get",
              "all items come at once, number " + at + " in line",
              run -> {
                var queue = run.watch(maker.make(0));
                run.inLine(3, at, () -> run.got(queue.get()));
                run.other(() -> {
                  sleep(0);
                  for (var item : List.of("a", "b", "c")) {
                    queue.put(item);
                    run.put(item);
                  }
                });
                run.atEnd(() -> checkNothingIsLost(run, queue, run.succeeded() ? 3 : 2));
              }));
      all.add(
          scenario(
              type + ".put",
              "room comes item by item, number " + at + " in line",
              run -> {
                var queue = run.watch(maker.make(1));
                var names = new ArrayList<>(List.of("a", "b", "c"));
                run.inLine(
                    3,
                    at,
                    () -> {
                      var item = names.removeFirst();
                      try {
                        queue.put(item);
                        run.put(item);
                      } catch (CancelledError e) {
                        names.addFirst(item);
                        throw e;
                      }
                    });
                run.other(() -> takeAll(run, queue, 3));
                run.later(5, () -> queue.shutdown(false));
                run.atEnd(() -> checkNothingIsLost(run, queue, run.succeeded() ? 3 : 2));
              }));
      all.add(
          scenario(
              type + ".get " + type + ".shutdown",
              "shut down while some wait, number " + at + " in line",
              run -> {
                var queue = run.watch(maker.make(0));
                run.inLine(3, at, () -> takeAll(run, queue, 1));
                run.other(() -> {
                  sleep(0);
                  queue.put("a");
                  run.put("a");
                  queue.shutdown(false);
                });
                run.atEnd(() -> checkNothingIsLost(run, queue, 1));
              }));
    }
    all.add(
        scenario(
            type + ".iterator",
            "two iterate, and others put",
            run -> {
              var queue = run.watch(maker.make(2));
              run.inLine(
                  2,
                  0,
                  () -> {
                    for (var item : queue.items()) {
                      run.got(item);
                    }
                  });
              run.other(() -> {
                putAll(run, queue, List.of("a", "b", "c", "d"));
                queue.shutdown(false);
              });
              run.atEnd(() -> checkNothingIsLost(run, queue, 4));
            }));
    all.add(
        scenario(
            type + ".put " + type + ".shutdown",
            "shut down while some wait for room",
            run -> {
              var queue = run.watch(maker.make(1));
              run.inLine(
                  3,
                  1,
                  () -> {
                    try {
                      queue.put("x");
                      run.put("x");
                    } catch (QueueShutDownException e) {
                      sleep(0);
                    }
                  });
              run.other(() -> {
                sleep(0);
                run.got(queue.get());
                queue.shutdown(false);
              });
              run.later(5, () -> queue.shutdown(false));
              run.atEnd(() -> checkNothingIsLost(run, queue, 0));
            }));
    all.add(
        scenario(
            type + ".join " + type + ".taskDone",
            "two wait for all to be dealt with",
            run -> {
              var queue = run.watch(maker.make(0));
              queue.put("a");
              queue.put("b");
              run.inLine(2, 0, queue::join);
              run.other(() -> {
                queue.get();
                sleep(0);
                queue.taskDone();
                queue.get();
                queue.taskDone();
              });
            }));
    all.add(
        scenario(
            type + ".join " + type + ".shutdown",
            "what is in it is dropped",
            run -> {
              var queue = run.watch(maker.make(0));
              queue.put("a");
              queue.put("b");
              run.inLine(2, 1, queue::join);
              run.other(() -> {
                sleep(0);
                queue.shutdown(true);
              });
            }));
    return all;
  }

  private static List<Scenario> select() {
    var all = new ArrayList<Scenario>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      all.add(
          scenario(
              "Queue.select",
              "of two queues that get items in turn, number " + at + " in line",
              run -> {
                var first = run.watch(new Queue<String>());
                var second = run.watch(new Queue<String>());
                run.inLine(3, at, () -> run.got(Queue.select(first, second).item()));
                run.other(() -> run.got(second.get()));
                run.other(() -> {
                  sleep(0);
                  for (var item : List.of("a", "b")) {
                    first.put(item + "1");
                    run.put(item + "1");
                    second.put(item + "2");
                    run.put(item + "2");
                    sleep(0);
                  }
                });
                run.atEnd(() -> {
                  while (!second.empty()) {
                    first.put(second.get());
                  }
                  checkNothingIsLost(run, new Plain(first), run.succeeded() ? 4 : 3);
                });
              }));
      all.add(
          scenario(
              "Queue.select",
              "beside one that only looks at one of them, number " + at + " in line",
              run -> {
                var first = run.watch(new Queue<String>());
                var second = run.watch(new Queue<String>());
                run.inLine(2, at, () -> run.got(Queue.select(List.of(first, second)).item()));
                run.inLine(2, at == 2 ? 0 : -1, () -> run.got(first.get()));
                run.other(() -> {
                  sleep(0);
                  for (var item : List.of("a", "b", "c", "d")) {
                    first.put(item);
                    run.put(item);
                  }
                });
                run.atEnd(() -> checkNothingIsLost(run, new Plain(first), run.succeeded() ? 4 : 3));
              }));
    }
    all.add(
        scenario(
            "Queue.select",
            "shut down while it waits",
            run -> {
              var first = run.watch(new Queue<String>());
              var second = run.watch(new Queue<String>());
              run.inLine(
                  2,
                  0,
                  () -> {
                    try {
                      run.got(Queue.select(first, second).item());
                    } catch (QueueShutDownException e) {
                      sleep(0);
                    }
                  });
              run.other(() -> {
                sleep(0);
                first.shutdown();
                sleep(0);
                second.put("a");
                run.put("a");
                second.shutdown();
              });
              run.atEnd(() -> checkNothingIsLost(run, new Plain(second), 1));
            }));
    return all;
  }

  private static void putAll(Run run, Line queue, List<String> items) {
    for (var item : items) {
      sleep(0);
      queue.put(item);
      run.put(item);
    }
  }

  /// Takes so many, or fewer if the queue is shut down.
  private static void takeAll(Run run, Line queue, int count) {
    try {
      for (int i = 0; i < count; i++) {
        run.got(queue.get());
        sleep(0);
      }
    } catch (QueueShutDownException e) {
      sleep(0);
    }
  }

  private static void checkNothingIsLost(Run run, Line queue, int wanted) {
    if (run.othersUndisturbed()) {
      assertThat(run.got()).hasSizeGreaterThanOrEqualTo(wanted);
    }
    var all = new ArrayList<>(run.got());
    while (!queue.empty()) {
      all.add(queue.getNowait());
    }
    assertThat(all).containsExactlyInAnyOrderElementsOf(run.put());
  }
}
