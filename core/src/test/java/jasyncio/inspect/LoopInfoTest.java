package jasyncio.inspect;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.generator.AsyncGenerator;
import jasyncio.generator.Generator;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.testing.AsyncTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Snapshots of loops and tasks.
@Timeout(60)
class LoopInfoTest {
  private static void naps() {
    sleep(60);
  }

  private static void ends(Task<?>... tasks) {
    for (var task : tasks) {
      task.cancel();
    }
    Asyncio.wait(List.of(tasks));
  }

  @AsyncTest
  void task_fromItsBeginningToItsEnd() {
    var event = new Event();
    var task = createTask(() -> event.await(), "waits");
    assertThat(TaskInfo.capture(task).state()).isEqualTo(TaskInfo.State.NEW);
    assertThat(TaskInfo.capture(task).stack()).isEmpty();
    sleep(0);
    var waiting = TaskInfo.capture(task);
    assertThat(waiting.state()).isEqualTo(TaskInfo.State.WAITING);
    assertThat(waiting.waitsFor()).isEqualTo(new WaitInfo(WaitInfo.Kind.SYNC, "Event"));
    assertThat(waiting.name()).isEqualTo("waits");
    assertThat(waiting.coroutine()).isEqualTo("LoopInfoTest.<lambda>");
    assertThat(waiting.number()).isPositive();
    assertThat(waiting.doing()).isEqualTo("waits for Event");
    assertThat(waiting.stack().getFirst().getClassName()).isEqualTo(LoopInfoTest.class.getName());
    event.set();
    assertThat(TaskInfo.capture(task).state()).isEqualTo(TaskInfo.State.READY);
    assertThat(TaskInfo.capture(currentTask()).state()).isEqualTo(TaskInfo.State.RUNNING);
    task.await();
    var done = TaskInfo.capture(task);
    assertThat(done.state()).isEqualTo(TaskInfo.State.DONE);
    assertThat(done.stack()).isEmpty();
    assertThat(waiting.state()).as("a snapshot").isEqualTo(TaskInfo.State.WAITING);
  }

  @AsyncTest
  void task_whoAwaitsIt_andWhoCancelledIt() {
    var lock = new Lock();
    var task =
        createTask(
            () -> {
              try {
                naps();
              } finally {
                lock.acquire();
              }
            },
            "task");
    lock.acquire();
    var boss = createTask(() -> gather(task).await(), "boss");
    sleep(0);
    assertThat(TaskInfo.capture(task).awaitedBy()).containsExactly("boss");
    assertThat(TaskInfo.capture(task).cancellation()).isNull();
    task.cancel("enough");
    sleep(0);
    assertThat(TaskInfo.capture(task).cancellation()).asString().contains("('enough')");
    assertThat(LoopInfo.capture().format())
        .as("what the lambda is in is no call")
        .contains("\ntask (LoopInfoTest.<lambda>): waits for Lock, held by ")
        .containsPattern("\\('enough'\\); awaited by boss\n    at .*LoopInfoTest\\.");
    lock.release();
    Asyncio.wait(List.of(task, boss));
    assertThat(boss.cancelled()).isTrue();
  }

  private static Generator<Integer> numbers() {
    return generator(out -> {
      out.yield(1);
      naps();
    });
  }

  private static AsyncGenerator<Integer> asyncNumbers() {
    return asyncGenerator(out -> {
      out.yield(1);
      naps();
    });
  }

  private static void read(Iterable<Integer> numbers) {
    for (int number : numbers) {
      assertThat(number).isOne();
    }
  }

  @AsyncTest // CPython: gh-156988
  void task_inAGenerator_hasTheFramesOfBoth() {
    var plain = createTask(() -> read(numbers()));
    var async = createTask(() -> read(asyncNumbers()));
    sleep(0.001);
    for (var task : List.of(plain, async)) {
      assertThat(TaskInfo.capture(task).stack().stream().map(StackTraceElement::getMethodName))
          .filteredOn(method -> !method.startsWith("lambda$task"))
          .satisfiesExactly(
              method -> assertThat(method).isEqualTo("naps"),
              method -> assertThat(method).startsWith("lambda$"),
              method -> assertThat(method).isEqualTo("read"));
    }
    ends(plain, async);
  }

  @AsyncTest
  void loop_allItsTasks_oldestFirst() {
    var a = createTask(LoopInfoTest::naps, "a");
    var b = createTask(LoopInfoTest::naps, "b");
    sleep(0);
    var info = LoopInfo.capture();
    assertThat(info.tasks())
        .extracting(TaskInfo::name)
        .containsExactly(currentTask().getName(), "a", "b");
    assertThat(info.loop()).isEqualTo(getRunningLoop().toString());
    assertThat(info.statistics().tasks()).isEqualTo(3);
    ends(a, b);
    assertThat(info.tasks()).hasSize(3);
  }

  @AsyncTest
  void format_whatIsAlike_isOneEntry() {
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < 10_000; i++) {
      int seconds = 60 + i;
      tasks.add(createTask(() -> sleep(seconds)));
    }
    var event = new Event();
    event.setName("go");
    tasks.add(createTask(() -> event.await(), "special"));
    sleep(0);
    var lines = LoopInfo.capture().format().lines().toList();
    assertThat(lines.getFirst()).startsWith("10002 tasks of <EventLoop ");
    assertThat(lines)
        .filteredOn(line -> !line.startsWith("    at "))
        .hasSize(4)
        .anyMatch(line -> line.equals("special (LoopInfoTest.<lambda>): waits for Event 'go'"));
    assertThat(lines.get(lines.size() - 2))
        .matches(
            "Task-\\d+ and 9999 like it \\(LoopInfoTest.<lambda>\\): waits for its sleep to end in 60 s");
    assertThat(lines.getLast()).matches("    at .*LoopInfoTest.*\\(LoopInfoTest.java:\\d+\\)");
    ends(tasks.toArray(Task<?>[]::new));
  }

  @AsyncTest
  void format_lambda_isCalledByWhatItCalls() {
    var tasks =
        List.<Task<?>>of(
            createTask(() -> naps(), "lambda"),
            createTask(LoopInfoTest::naps, "reference"),
            createTask(() -> List.of(1).forEach(_ -> naps()), "below the JDK"));
    sleep(0);
    assertThat(LoopInfo.capture().format())
        .contains(
            "\nlambda (LoopInfoTest.naps): waits for ",
            "\nreference (LoopInfoTest.naps): waits for ",
            "\nbelow the JDK (LoopInfoTest.naps): waits for ");
    ends(tasks.toArray(Task<?>[]::new));
  }

  @AsyncTest
  void format_limit() {
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < 10; i++) {
      var event = new Event();
      event.setName("e" + (char) ('a' + i)); // those that differ in numbers are alike
      tasks.add(createTask(() -> event.await()));
    }
    sleep(0);
    var info = LoopInfo.capture();
    assertThat(info.format(3)).endsWith("\nand 8 more").contains("Event 'ea'", "Event 'eb'");
    assertThat(info.format(0)).hasLineCount(2);
    assertThatThrownBy(() -> info.format(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit must be >= 0, not -1");
    ends(tasks.toArray(Task<?>[]::new));
  }

  @AsyncTest
  void print_whatFormatGives() {
    var info = LoopInfo.capture();
    var bytes = new ByteArrayOutputStream();
    info.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(info.format() + System.lineSeparator())
        .startsWith("1 task of <EventLoop ");
  }

  @Test
  void capture_outsideOfALoop_isRefused() {
    assertThatThrownBy(LoopInfo::capture).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void capture_ofALoopThatRests_showsWhatIsLeft() {
    var loop = EventLoop.create(null);
    var task = loop.createTask(() -> naps());
    assertThat(LoopInfo.capture(loop).tasks())
        .extracting(TaskInfo::state)
        .containsExactly(TaskInfo.State.NEW);
    task.cancel();
    loop.runUntilComplete(() -> Asyncio.wait(List.of(task)));
    loop.close();
    assertThat(LoopInfo.capture(loop).tasks()).isEmpty();
  }
}
