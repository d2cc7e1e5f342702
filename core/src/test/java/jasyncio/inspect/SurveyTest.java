package jasyncio.inspect;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.inspect.Survey.Pace;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.face.Tasks;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// How a loop looks at its tasks for others, and how much of its time that takes.
class SurveyTest {
  private static final long PATIENTLY = 600_000; // on a busy machine
  private static final long TURN_NANOS = 2_000_000; // more than a turn of the loop's looking lasts

  /// Has the loop that runs here look, in the way of a visitor.
  private static void look(Pace pace, Survey.Visitor visitor) {
    EventLoop loop = getRunningLoop();
    toThread(() -> {
      try {
        return Objects.requireNonNull(Survey.of(loop, PATIENTLY, pace, visitor));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
  }

  /// Tasks that wait, for as long as `action` runs.
  private static void withTasks(int count, Runnable what, Runnable action) {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      for (int i = 0; i < count; i++) {
        tasks.add(createTask(what::run));
      }
      sleep(0);
      action.run();
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
    });
  }

  private static void compute(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void pace_percent_pausesAfterATurn() {
    assertThat(Pace.FULL.pauseNanos(1_000_000)).isZero();
    assertThat(new Pace(20, 100).pauseNanos(1_000_000)).isEqualTo(4_000_000);
    assertThat(new Pace(1, 100).pauseNanos(1_000_000)).isEqualTo(99_000_000);
    assertThat(new Pace(20, 100).pauseNanos(900_000_000)).isEqualTo(8_000_000);
    for (var wrong : List.of(0, 101, -1)) {
      assertThatThrownBy(() -> new Pace(wrong, 100)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Pace(5, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void look_withAPause_isTakenInTurns_betweenWhichOthersRun() {
    withTasks(
        9,
        () -> sleep(3600),
        () -> {
          var turns = new ArrayList<Integer>(); // of the loop, in which a task was seen
          var turn = new AtomicInteger();
          var ticker =
              createTask(() -> {
                while (true) {
                  turn.incrementAndGet();
                  sleep(0);
                }
              });
          look(
              new Pace(50, Integer.MAX_VALUE),
              (_, _) -> {
                turns.add(turn.get());
                compute(TURN_NANOS);
              });
          ticker.cancel();
          assertThat(turns).as("this one, its ticker and nine").hasSize(11).doesNotHaveDuplicates();
        });
  }

  @Test
  void look_whoseTimeIsOver_endsThoughItHasNotSeenAll() {
    withTasks(
        99,
        () -> sleep(3600),
        () -> {
          var seen = new AtomicInteger();
          var unseen = new AtomicInteger();
          look(
              new Pace(50, 1),
              new Survey.Visitor() {
                @Override
                public void visit(Task<?> task, WaitInfo waitsFor) {
                  seen.incrementAndGet();
                  compute(TURN_NANOS);
                }

                @Override
                public void end(int count) {
                  unseen.set(count);
                }
              });
          assertThat(seen).hasValue(1);
          assertThat(unseen).hasValue(99);
        });
  }

  @Test
  void look_thatMayEnd_seesEachOnce_evenlySpread() {
    withTasks(
        999,
        () -> sleep(3600),
        () -> {
          var seen = new ArrayList<Integer>();
          look(new Pace(100, 600_000), (task, _) -> seen.add(Tasks.number(task)));
          var inOrder = seen.stream().sorted().toList();
          assertThat(seen).hasSize(1000).doesNotHaveDuplicates();
          for (int from = 0; from < 1000; from += 100) {
            var tenth = inOrder.subList(from, from + 100);
            assertThat(seen.subList(0, 100)).filteredOn(tenth::contains).hasSizeBetween(5, 15);
          }
        });
  }

  @Test
  void look_thatMayEnd_ofVeryManyTasks_isOfTheYoungest() {
    withTasks(
        100_009,
        () -> sleep(3600),
        () -> {
          var seen = new ArrayList<Integer>();
          var unseen = new AtomicInteger();
          look(
              new Pace(100, 600_000),
              new Survey.Visitor() {
                @Override
                public void visit(Task<?> task, WaitInfo waitsFor) {
                  seen.add(Tasks.number(task));
                }

                @Override
                public void end(int count) {
                  unseen.set(count);
                }
              });
          assertThat(seen).hasSize(100_000);
          assertThat(unseen).as("this one, and the first nine").hasValue(10);
          assertThat(seen)
              .noneMatch(
                  number -> number <= Tasks.number(Objects.requireNonNull(currentTask())) + 9);
        });
  }

  @Test
  void look_thatItselfTakesLong_isNotTakenForALoopThatIsHeldUp() throws Exception {
    run(() -> {
      var loop = getRunningLoop();
      // On a busy machine it may take as long until the look begins; where one that takes long is
      // given up, this goes on until the test's time is over.
      while (toThread(() -> Survey.of(loop, 50, (_, _) -> compute(100_000_000))) == null) {}
    });
  }

  @Test
  void look_atALoopThatHasEnded_isGivenUp() throws Exception {
    try (var loop = newEventLoop()) {
      assertThat(Survey.of(loop, PATIENTLY, (_, _) -> {})).isNull();
      loop.runUntilComplete(() -> sleep(0));
      assertThat(Survey.of(loop, PATIENTLY, (_, _) -> {})).isNull();
    }
  }

  @Test
  void look_withoutAnEnd_oldestFirst() {
    withTasks(
        99,
        () -> sleep(3600),
        () -> {
          var seen = new ArrayList<Integer>();
          look(Pace.FULL, (task, _) -> seen.add(Tasks.number(task)));
          assertThat(seen).hasSize(100).isSorted();
        });
  }

  @Test
  void waitInfos_lookAtTheTimersOnce() {
    run(() -> {
      var again = new Event();
      var task =
          createTask(() -> {
            sleep(3600);
          });
      var other =
          createTask(() -> {
            again.await();
            sleep(7200);
          });
      sleep(0);
      var waitInfos = Tasks.waitInfos(getRunningLoop());
      assertThat(waitInfos.apply(task)).asString().startsWith("its sleep to end in 3");
      again.set();
      sleep(0);
      assertThat(waitInfos.apply(other)).hasToString("its sleep to end");
      assertThat(Tasks.waitInfos(getRunningLoop()).apply(other))
          .asString()
          .startsWith("its sleep to end in 7");
      task.cancel();
      other.cancel();
      Asyncio.wait(List.of(task, other));
    });
  }

  // ---- without stacks ---------------------------------------------------------------------------

  private static void rest() {
    sleep(3600);
  }

  @Test
  void lambda_stacksOfFewTasksAreLookedAt_whateverItCalls() {
    var looks = new AtomicInteger();
    var names = new LambdaNames();
    Runnable lambda = () -> {};
    for (int i = 0; i < 10_000; i++) {
      names.look(
          lambda.getClass(),
          () -> {
            looks.incrementAndGet();
            return List.of();
          });
    }
    assertThat(looks).hasValue(5);
    names.look(lambda.getClass(), () -> List.of(new StackTraceElement("a.Main", "f", null, 1)));
    assertThat(names.of(lambda.getClass())).isEqualTo("SurveyTest.<lambda>");
  }

  @Test
  void ps_brief_noStacks_namedByWhatTheyCall() {
    withTasks(
        1000,
        SurveyTest::rest,
        () -> {
          var answer = toThread(() -> answer("ps brief=1 percent=50 patience=600000"));
          assertThat(answer)
              .contains("\"alike\":1000", "\"matching\":1001", "\"unseen\":0")
              .contains("\"stack\":[]")
              .doesNotContain(".java:");
        });
  }

  private static String answer(String question) {
    try (var conversation = new Conversation()) {
      return conversation.answer(question);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void pstree_brief_whatNobodyMustTellApart_isOneNode() {
    run(() -> {
      var lock = new Lock();
      lock.setName("db");
      var tasks = new ArrayList<Task<?>>();
      for (int i = 0; i < 100; i++) {
        tasks.add(createTask(SurveyTest::rest));
      }
      var holder = createTask(() -> lock.run(SurveyTest::rest), "holder");
      sleep(0);
      for (int i = 0; i < 20; i++) {
        tasks.add(createTask(() -> lock.run(() -> {}), "waiter-" + i));
      }
      var awaiter = createTask(() -> await(holder), "awaiter");
      tasks.add(holder);
      tasks.add(awaiter);
      sleep(0);
      var graph = new FoldedGraph(new LambdaNames());
      look(Pace.FULL, graph);
      var found = new LinkedHashMap<String, Object>();
      graph.putInto(found);
      var nodes = new CopyOnWriteArrayList<String>();
      for (var node : (List<?>) found.get("tasks")) {
        var map = (Map<?, ?>) node;
        nodes.add(map.get("name") + " x " + map.get("alike") + " " + map.get("heldBy"));
      }
      var number = Tasks.number(holder);
      assertThat(nodes)
          .contains("holder x 1 []", "awaiter x 1 []", "waiter-0 x 20 [" + number + "]")
          .anyMatch(node -> node.endsWith(" x 100 []"))
          .hasSize(5);
      assertThat(found).containsEntry("left", 0).containsEntry("unseen", 0);
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
    });
  }
}
