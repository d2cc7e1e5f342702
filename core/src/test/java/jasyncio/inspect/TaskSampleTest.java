package jasyncio.inspect;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.internal.face.Tasks;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which tasks are looked at again and again where they are too many.
class TaskSampleTest {
  private static final int MAX = 50;

  private final AtomicLong nanos = new AtomicLong();

  private static List<Task<?>> sleepers(int count) {
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < count; i++) {
      tasks.add(createTask(() -> sleep(3600)));
    }
    sleep(0);
    return tasks;
  }

  private static void end(List<Task<?>> tasks) {
    tasks.forEach(Task::cancel);
    Asyncio.wait(tasks);
  }

  /// A sample; to choose takes it a millisecond.
  private TaskSample sample() {
    return new TaskSample(getRunningLoop(), MAX, () -> nanos.addAndGet(1_000_000));
  }

  @AsyncTest
  void fewTasks_all_oldestFirst() {
    var tasks = sleepers(MAX - 1);
    var sample = sample();
    assertThat(sample.choose(MAX)).hasSize(MAX).endsWith(tasks.getLast()).containsAll(tasks);
    assertThat(tasks).allMatch(sample::hasChosen);
    end(tasks);
  }

  @AsyncTest
  void manyTasks_some_spreadEvenly_oldestFirst() {
    var tasks = sleepers(20 * MAX - 1);
    var chosen = List.copyOf(sample().choose(20 * MAX));
    assertThat(chosen).hasSizeBetween(MAX - 3, MAX + 3);
    assertThat(chosen.stream().map(Tasks::number)).isSorted();
    for (int from = 0; from < tasks.size(); from += 4 * MAX) {
      var fifth = tasks.subList(from, Math.min(tasks.size(), from + 4 * MAX));
      assertThat(chosen.stream().filter(fifth::contains)).hasSizeBetween(MAX / 5 - 3, MAX / 5 + 3);
    }
    end(tasks);
  }

  @AsyncTest
  void nextTime_theSameOnes_butForThoseThatAreDone() {
    var tasks = sleepers(20 * MAX - 1);
    var sample = sample();
    var first = List.copyOf(sample.choose(20 * MAX));
    var done = first.subList(3, 10);
    end(new ArrayList<>(done));
    var young = sleepers(20 * MAX);
    var rest = new ArrayList<>(first);
    rest.removeAll(done);
    assertThat(sample.choose(39 * MAX)).isEqualTo(rest);
    end(tasks);
    end(young);
  }

  @AsyncTest
  void afterAThousandTimesAsLong_anew_ofAllThatThereAre() {
    var tasks = sleepers(20 * MAX - 1);
    var sample = sample();
    var first = List.copyOf(sample.choose(20 * MAX));
    var young = sleepers(20 * MAX);
    nanos.addAndGet(998_000_000);
    assertThat(sample.choose(40 * MAX)).as("a millisecond too soon").isEqualTo(first);
    var second = List.copyOf(sample.choose(40 * MAX));
    assertThat(second).hasSizeBetween(MAX - 3, MAX + 3);
    assertThat(second.stream().filter(young::contains)).hasSizeBetween(MAX / 2 - 3, MAX / 2 + 3);
    assertThat(second.stream().filter(tasks::contains))
        .as("who stays is one of the first")
        .allMatch(first::contains);
    end(tasks);
    end(young);
  }

  @AsyncTest
  void tasksThatGetFew_allAgain() {
    var tasks = sleepers(20 * MAX - 1);
    var sample = sample();
    sample.choose(20 * MAX);
    end(new ArrayList<>(tasks.subList(MAX - 1, tasks.size())));
    assertThat(sample.choose(MAX)).hasSize(MAX).containsAll(tasks.subList(0, MAX - 1));
    assertThat(tasks).allMatch(sample::hasChosen);
    end(tasks);
  }

  @Test
  void part_ofAllNumbers_isAsLargeAsItIsToBe_alsoOfEveryThird() {
    for (int step : new int[] {1, 3, 4, 1000}) {
      for (double part : new double[] {0.01, 0.3, 0.9}) {
        assertThat(
                IntStream.range(0, 10_000)
                    .map(i -> Integer.MAX_VALUE - 5 + i * step)
                    .filter(number -> TaskSample.isIn(number, part)))
            .hasSizeBetween((int) (part * 10_000 * 0.9), (int) (part * 10_000 * 1.1));
      }
    }
    assertThat(TaskSample.isIn(-1, 1)).isTrue();
    assertThat(TaskSample.isIn(0, 0)).isFalse();
  }
}
