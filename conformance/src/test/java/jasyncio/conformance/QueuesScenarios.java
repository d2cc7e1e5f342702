package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.Timeout;
import jasyncio.queue.LifoQueue;
import jasyncio.queue.PriorityQueue;
import jasyncio.queue.Queue;
import jasyncio.queue.QueueShutDownException;
import java.util.ArrayList;
import java.util.List;

/// Queues: rules Q1 to Q4, and W3.
final class QueuesScenarios {
  private QueuesScenarios() {}

  /// How a call is refused: the sentence, without the advice in it, or the kind where asyncio has
  /// no sentence.
  private static String refusal(Action<?> call) {
    try {
      call.run();
      return "no refusal";
    } catch (Exception e) {
      return e.getClass().getPackage() == Queue.class.getPackage()
          ? kind(e)
          : String.valueOf(e.getMessage()).replaceAll(";.*", "");
    }
  }

  /// Takes an item.
  private static void take(Queue<?> queue, String name) {
    try {
      var item = queue.get();
      print(name, "got", item);
    } catch (CancelledError e) {
      print(name, "cancelled", queue);
      throw e;
    } catch (QueueShutDownException e) {
      print(name, "is told of the end");
    }
  }

  /// Puts its own name.
  private static void give(Queue<String> queue, String name) {
    try {
      queue.put(name);
      print(name, "put", text(queue));
    } catch (CancelledError e) {
      print(name, "cancelled", text(queue));
      throw e;
    } catch (QueueShutDownException e) {
      print(name, "is told of the end");
    }
  }

  /// Waits until all is done.
  private static void join(Queue<?> queue, String name) {
    queue.join();
    print(name, "joined");
  }

  private interface Named<Q> {
    void run(Q queue, String name) throws Exception;
  }

  /// A task for each letter.
  private static <Q> List<Task<Void>> tasks(Named<Q> function, Q queue, String names) {
    var tasks = new ArrayList<Task<Void>>();
    for (int i = 0; i < names.length(); i++) {
      var name = names.substring(i, i + 1);
      tasks.add(createTask(() -> function.run(queue, name)));
    }
    return tasks;
  }

  private static List<Boolean> done(List<Task<Void>> tasks) {
    return tasks.stream().map(Task::done).toList();
  }

  @SafeVarargs
  private static <T> Queue<T> filled(Queue<T> queue, T... items) {
    for (var item : items) {
      queue.putNowait(item);
    }
    return queue;
  }

  private static <T> List<T> drained(Queue<T> queue) {
    var items = new ArrayList<T>();
    while (!queue.empty()) {
      items.add(queue.getNowait());
    }
    return items;
  }

  /// The description, with strings as Python shows them in a list.
  private static String text(Queue<?> queue) {
    return queue.toString().replaceAll("(?<=[\\[ ])([a-z]+)(?=[,\\]])", "'$1'");
  }

  // ---- putting and getting ----------------------------------------------------------------------

  @Scenario("Q1")
  static void itemsComeOutAsTheyWentIn() {
    run(() -> {
      var queue = new Queue<Integer>(2);
      Action<?> produce =
          () -> {
            for (int i = 0; i < 6; i++) {
              queue.put(i);
              print("put", i, queue);
            }
          };
      Action<?> consume =
          () -> {
            for (int i = 0; i < 6; i++) {
              var item = queue.get();
              print("got", item, queue);
            }
          };
      await(gatherActions(produce, consume));
    });
  }

  @Scenario("Q1")
  static void gettersAreServedInTheOrderOfArrival() {
    run(() -> {
      var queue = new Queue<Integer>();
      var getters = tasks(QueuesScenarios::take, queue, "abc");
      pause();
      print(queue);
      for (int i = 0; i < 3; i++) {
        queue.putNowait(i);
        print(queue);
      }
      Asyncio.wait(getters);
    });
  }

  @Scenario("Q1")
  static void puttersAreServedInTheOrderOfArrival() {
    run(() -> {
      var queue = filled(new Queue<>(1), "first");
      var putters = tasks(QueuesScenarios::give, queue, "abc");
      pause();
      print(text(queue));
      for (int i = 0; i < 4; i++) {
        print(queue.getNowait(), text(queue));
        pause();
      }
      Asyncio.wait(putters);
    });
  }

  @Scenario("Q1")
  static void oneThatNeedNotWaitMayBeFaster() {
    run(() -> {
      var queue = new Queue<Integer>();
      var getters = tasks(QueuesScenarios::take, queue, "ab");
      pause();
      queue.putNowait(1);
      print(queue.get(), queue);
      pause(2);
      print(queue);
      queue.putNowait(2);
      queue.putNowait(3);
      Asyncio.wait(getters);
    });
  }

  @Scenario("Q1")
  static void aGetterThatWasWokenAndCancelledWakesTheNext() {
    run(() -> {
      var queue = new Queue<String>();
      var getters = tasks((q, name) -> takeNoting(q, name), queue, "abc");
      pause();
      queue.putNowait("item");
      getters.getFirst().cancel();
      print(text(queue));
      pause(3);
      print(text(queue), done(getters));
      queue.putNowait("another");
      Asyncio.wait(getters);
    });
  }

  private static void takeNoting(Queue<String> queue, String name) {
    try {
      var item = queue.get();
      print(name, "got", item);
    } catch (CancelledError e) {
      print(name, "cancelled", text(queue));
      throw e;
    }
  }

  @Scenario("Q1")
  static void aPutterThatWasWokenAndCancelledWakesTheNext() {
    run(() -> {
      var queue = filled(new Queue<>(1), "first");
      var putters = tasks(QueuesScenarios::give, queue, "abc");
      pause();
      print(queue.getNowait());
      putters.getFirst().cancel();
      print(queue);
      pause(3);
      print(text(queue), done(putters));
      print(queue.getNowait());
      Asyncio.wait(putters);
    });
  }

  @Scenario("Q1")
  static void cancelledGettersAndPuttersLeave() {
    run(() -> {
      var queue = new Queue<Object>(1);
      var getters = tasks(QueuesScenarios::take, queue, "ab");
      pause();
      getters.getFirst().cancel();
      pause();
      print(queue);
      queue.putNowait(1);
      pause();
      queue.putNowait(2);
      var putters = tasks((q, name) -> giveObject(q, name), queue, "cd");
      pause();
      putters.getFirst().cancel();
      pause();
      print(queue, drained(queue));
      Asyncio.wait(putters);
      print(drained(queue));
    });
  }

  private static void giveObject(Queue<Object> queue, String name) {
    try {
      queue.put(name);
      print(name, "put", text(queue));
    } catch (CancelledError e) {
      print(name, "cancelled", queue);
      throw e;
    }
  }

  @Scenario("Q1")
  static void allGettersCancelledAfterItemsCame() {
    run(() -> {
      var queue = new Queue<Integer>();
      var getters = tasks(QueuesScenarios::take, queue, "ab");
      pause();
      queue.putNowait(0);
      queue.putNowait(1);
      getters.forEach(Task::cancel);
      Asyncio.wait(getters);
      print(queue);
      take(queue, "main");
      take(queue, "main");
    });
  }

  @Scenario("Q1")
  static void withoutWaiting() {
    run(() -> {
      var queue = new Queue<String>(1);
      print(refusal(() -> queue.getNowait()));
      queue.putNowait("item");
      print(refusal(() -> queue.putNowait("more")));
      print(queue.getNowait(), queue.empty());
    });
  }

  @Scenario("2.0")
  static void whatQueuesCost() {
    run(() -> {
      var clock = new Clock(getRunningLoop());
      var queue = new Queue<Integer>(1);
      int start = clock.ticks();
      queue.put(1);
      print(clock.ticks() - start);
      queue.get();
      print(clock.ticks() - start);
      var getter = createTask(queue::get);
      start = clock.ticks();
      pause();
      queue.putNowait(2);
      await(getter);
      print(clock.ticks() - start);
    });
  }

  @Scenario("W3")
  static void aTimeLimitLosesNoItem() {
    run(() -> {
      var queue = new Queue<String>();
      var loop = getRunningLoop();
      print(outcome(() -> waitFor(queue::get, 0.01)), queue);
      var limit = Timeout.after(0.01);
      var got =
          outcome(() ->
              limit.run(() -> {
                loop.callAt(limit.when(), () -> queue.putNowait("item"));
                return queue.get();
              }));
      print(got.equals("'item'") || queue.getNowait().equals("item"), queue.empty());
    });
  }

  @Scenario("W3")
  static void aTimeoutThatFiresAfterTheWakeUpLeavesTheItem() {
    run(() -> {
      var queue = new Queue<String>();
      var limit = Timeout.after(Double.POSITIVE_INFINITY);
      var first =
          createTask(() ->
              limit.run(() -> {
                getRunningLoop()
                    .callSoon(() -> {
                      queue.putNowait("item");
                      limit.reschedule(getRunningLoop().time() - 1);
                    });
                return queue.get();
              }));
      pause(4);
      print(outcome(first), text(queue));
    });
  }

  // ---- sizes and orders -------------------------------------------------------------------------

  @Scenario("Q2")
  static void maximalSizes() {
    run(() -> {
      for (int maxsize = -1; maxsize <= 2; maxsize++) {
        var queue = new Queue<String>(maxsize);
        print(queue.maxsize(), queue.full(), queue.empty(), queue.qsize(), queue);
        queue.putNowait("a");
        print(queue.full(), queue.empty(), queue.qsize(), text(queue));
      }
    });
  }

  @Scenario("Q2")
  static void theSmallestFirst() {
    run(() -> {
      var queue = filled(new PriorityQueue<>(), 3, 1, 5, 2, 4);
      print(queue.qsize(), drained(queue));
      var bounded = filled(new PriorityQueue<>(2), 3, 1);
      print(refusal(() -> bounded.putNowait(2)));
      var putter = createTask(() -> bounded.put(2));
      pause();
      print(bounded.getNowait());
      await(putter);
      print(drained(bounded));
    });
  }

  @Scenario("Q2")
  static void theNewestFirst() {
    run(() -> {
      var queue = filled(new LifoQueue<>(), 3, 1, 5);
      print(queue.getNowait());
      queue.putNowait(9);
      print(drained(queue));
      var bounded = filled(new LifoQueue<>(1), 1);
      print(bounded.full(), refusal(() -> bounded.putNowait(2)), bounded);
    });
  }

  // ---- finishing --------------------------------------------------------------------------------

  @Scenario("Q3")
  static void joinWaitsUntilAllIsDone() {
    run(() -> {
      join(new Queue<Integer>(), "main");
      var queue = filled(new Queue<>(), 1, 2);
      var joiners = tasks(QueuesScenarios::join, queue, "ab");
      pause();
      print(drained(queue), queue);
      queue.taskDone();
      pause(2);
      print(done(joiners), queue);
      queue.taskDone();
      Asyncio.wait(joiners);
      print(queue);
    });
  }

  @Scenario("Q3")
  static void joinEndsEvenIfMoreIsPutAtOnce() {
    run(() -> {
      var queue = filled(new Queue<>(), 1);
      var joiners = tasks(QueuesScenarios::join, queue, "a");
      pause();
      queue.taskDone();
      queue.putNowait(2);
      var late = tasks(QueuesScenarios::join, queue, "b");
      Asyncio.wait(joiners);
      pause(3);
      print(late.getFirst().done(), queue);
      queue.taskDone();
      Asyncio.wait(late);
    });
  }

  @Scenario("Q3")
  static void taskDoneTooOften() {
    run(() -> {
      var queue = new Queue<Integer>();
      print(refusal(queue::taskDone));
      queue.putNowait(1);
      queue.taskDone();
      print(refusal(queue::taskDone), queue);
    });
  }

  // ---- shutting down ----------------------------------------------------------------------------

  @Scenario("Q4")
  static void afterShutdownItemsCanBeTakenButNotPut() {
    run(() -> {
      var queue = filled(new Queue<>(2), 1, 2);
      queue.shutdown();
      print(queue, refusal(() -> queue.putNowait(3)), refusal(() -> queue.put(3)));
      print(queue.get(), queue.getNowait());
      print(refusal(() -> queue.getNowait()), refusal(() -> queue.get()), queue);
      queue.shutdown();
      queue.taskDone();
      queue.taskDone();
      queue.join();
      print(queue);
    });
  }

  @Scenario("Q4")
  static void shutdownWakesAllGetters() {
    run(() -> {
      var queue = new Queue<String>();
      var getters = tasks(QueuesScenarios::take, queue, "abc");
      pause();
      queue.putNowait("item");
      queue.shutdown();
      print(text(queue));
      Asyncio.wait(getters);
    });
  }

  @Scenario("Q4")
  static void shutdownWakesAllPuttersAndNoneInserts() {
    run(() -> {
      var queue = filled(new Queue<>(1), "first");
      var putters = tasks(QueuesScenarios::give, queue, "abc");
      pause();
      print(queue.getNowait());
      queue.shutdown();
      Asyncio.wait(putters);
      print(queue);
    });
  }

  @Scenario("Q4")
  static void immediateShutdownDropsTheItems() {
    run(() -> {
      var queue = filled(new Queue<Object>(3), 1, 2, 3);
      print(queue.getNowait());
      var joiners = tasks(QueuesScenarios::join, queue, "a");
      var putters =
          tasks(
              (q, name) -> {
                try {
                  giveObject(q, name);
                } catch (QueueShutDownException e) {
                  print(name, "is told of the end");
                }
              },
              queue,
              "xy");
      pause(2);
      print(text(queue));
      queue.shutdown(true);
      print(queue, refusal(() -> queue.getNowait()));
      Asyncio.wait(putters);
      print(joiners.getFirst().done(), queue);
      queue.taskDone();
      Asyncio.wait(joiners);
    });
  }

  @Scenario("Q4")
  static void immediateShutdownReleasesJoin() {
    run(() -> {
      var queue = filled(new LifoQueue<>(), 1, 2);
      var joiners = tasks(QueuesScenarios::join, queue, "ab");
      pause();
      queue.shutdown();
      pause(2);
      print(done(joiners), queue.qsize());
      queue.shutdown(true);
      Asyncio.wait(joiners);
      queue.shutdown(true);
      print(queue, refusal(queue::taskDone));
    });
  }

  @Scenario("Q4")
  static void aCancelledGetterOfAQueueThatIsShutDown() {
    run(() -> {
      var queue = new Queue<Integer>();
      var getters = tasks(QueuesScenarios::take, queue, "ab");
      pause();
      queue.shutdown();
      getters.getFirst().cancel();
      Asyncio.wait(getters);
      print(queue);
    });
  }

  // ---- loops ------------------------------------------------------------------------------------

  @Scenario("K6")
  static void aQueueBelongsToTheLoopOfItsFirstWait() throws Exception {
    var queue = new Queue<Integer>(1);
    Action<?> free =
        () -> {
          queue.put(1);
          print(queue.get());
        };
    run(free);
    run(free);
    run(() -> print(outcome(() -> waitFor(queue::get, 0.001))));
    run(() -> {
      print(refusal(() -> queue.get()));
      free.run();
    });
  }
}
