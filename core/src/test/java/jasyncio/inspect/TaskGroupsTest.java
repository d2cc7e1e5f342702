package jasyncio.inspect;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.queue.Queue;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;

/// Which tasks are one entry, and of which it is asked where they are.
class TaskGroupsTest {
  private static void here(Queue<Integer> queue) {
    queue.get();
  }

  private static void there(Queue<Integer> queue) {
    queue.get();
  }

  private static Task<?> task(Queue<Integer> queue, boolean isHere) {
    return createTask(() -> {
      if (isHere) {
        here(queue);
      } else {
        there(queue);
      }
    });
  }

  private static void add(TaskGroups groups, List<Task<?>> tasks) {
    for (var task : tasks) {
      groups.add(task, TaskInfo.withoutStack(task, task.waitsFor()), null);
    }
  }

  private static void end(List<Task<?>> tasks) {
    tasks.forEach(Task::cancel);
    Asyncio.wait(tasks);
  }

  /// Two thirds of them are here.
  private static List<Task<?>> tasks(int count) {
    var queue = new Queue<Integer>();
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < count; i++) {
      tasks.add(task(queue, i % 3 != 0));
    }
    sleep(0);
    return tasks;
  }

  @AsyncTest
  void fewTasks_allAreAsked_eachPlaceIsAnEntry() {
    var tasks = tasks(300);
    var groups = new TaskGroups(10_000);
    add(groups, tasks);
    assertThat(groups.stacks()).isEqualTo(300);
    assertThat(groups.toList())
        .extracting(group -> group.first.stack().getFirst().getMethodName(), group -> group.size)
        .containsExactly(tuple("there", 100), tuple("here", 200));
    assertThat(groups.toList()).noneMatch(group -> group.isEstimated);
    end(tasks);
  }

  @AsyncTest
  void veryManyTasks_someAreAsked_theOthersAreCountedWithThem() {
    var tasks = tasks(3_000);
    var groups = new TaskGroups(100_000); // as if it were to see so many
    add(groups, tasks);
    assertThat(groups.stacks()).isBetween(300, 340);
    assertThat(groups.size()).isEqualTo(3_000);
    var list = groups.toList();
    assertThat(list)
        .extracting(group -> group.first.stack().getFirst().getMethodName())
        .containsExactly("there", "here");
    assertThat(list).allMatch(group -> group.isEstimated);
    assertThat(list.getFirst().size).isBetween(800, 1_200);
    assertThat(list.stream().mapToInt(group -> group.size).sum()).isEqualTo(3_000);
    end(tasks);
  }

  @AsyncTest
  void kindOfWhichThereAreFew_isAskedAlways() {
    var crowd = tasks(1_000);
    var queue = new Queue<Integer>(); // another name, another kind
    queue.setName("rare");
    var few = new ArrayList<Task<?>>();
    for (int i = 0; i < 10; i++) {
      few.add(task(queue, i == 7));
    }
    sleep(0);
    var groups = new TaskGroups(100_000_000);
    add(groups, crowd);
    add(groups, few);
    assertThat(groups.toList())
        .filteredOn(group -> String.valueOf(group.first.waitsFor()).contains("rare"))
        .allMatch(group -> !group.isEstimated)
        .extracting(group -> group.size)
        .containsExactly(1, 9);
    end(crowd);
    end(few);
  }

  @AsyncTest
  void taskOfAnotherLambda_isAKindOfItsOwn_thoughItDoesTheLike() {
    var queue = new Queue<Integer>();
    var tasks = new ArrayList<Task<?>>();
    tasks.add(createTask(() -> here(queue)));
    for (int i = 0; i < 300; i++) {
      tasks.add(task(queue, true));
    }
    sleep(0);
    var groups = new TaskGroups(100_000_000);
    add(groups, tasks);
    assertThat(groups.toList()).extracting(group -> group.size).containsExactly(1, 300);
    assertThat(groups.toList()).noneMatch(group -> group.isEstimated);
    assertThat(groups.stacks()).as("the one, and the first 20").isBetween(21, 22);
    end(tasks);
  }

  private static void lost(String name) {
    await(getRunningLoop().createFuture(name));
  }

  @AsyncTest
  void tasksThatWaitEachForAFutureOfItsOwn_areOneEntry_whateverTheseAreCalled() {
    var tasks = new ArrayList<Task<?>>();
    for (var name : List.of("order a", "order b", "x-17", "e2d1-4f", "")) {
      for (int i = 0; i < 60; i++) {
        tasks.add(createTask(() -> lost(name)));
      }
    }
    sleep(0);
    var groups = new TaskGroups();
    add(groups, tasks);
    assertThat(groups.toList())
        .singleElement()
        .satisfies(group -> assertThat(group.size).isEqualTo(300));
    end(tasks);
  }

  @AsyncTest
  void shown_whereThereIsNoRoomForAll_theLargestOnesAreAmongThem() {
    var tasks = new ArrayList<Task<?>>();
    for (char name = 'a'; name < 'k'; name++) {
      var queue = new Queue<Integer>();
      queue.setName("of " + name);
      for (int i = 0; i < (name == 'c' ? 500 : name == 'h' ? 2 : 1); i++) {
        tasks.add(task(queue, true));
      }
    }
    sleep(0);
    var groups = new TaskGroups();
    add(groups, tasks);
    assertThat(groups.shown(1)).extracting(group -> group.size).containsExactly(500);
    assertThat(groups.shown(4)).extracting(group -> group.size).containsExactly(1, 1, 2, 500);
    assertThat(groups.shown(6)).extracting(group -> group.size).containsExactly(1, 1, 1, 1, 2, 500);
    assertThat(groups.shown(100)).hasSize(10);
    assertThat(groups.shown(0)).isEmpty();
    end(tasks);
  }

  @AsyncTest
  void queueThatFillsMeanwhile_oneEntry() {
    var queue = new Queue<Integer>();
    var tasks = new ArrayList<Task<?>>(List.of(task(queue, true), task(queue, true)));
    sleep(0);
    var groups = new TaskGroups();
    groups.add(TaskInfo.capture(tasks.getFirst()), null);
    queue.putNowait(1); // wakes the first; the other one still waits
    assertThat(tasks.getLast().waitsFor()).hasToString("an item of Queue (1 in it)");
    groups.add(TaskInfo.capture(tasks.getLast()), null);
    assertThat(groups.toList())
        .singleElement()
        .satisfies(group -> assertThat(group.size).isEqualTo(2));
    end(tasks);
  }
}
