package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Who waits for whom, as an answer has it.
class TaskTreeTest {
  private static TaskTree tree(int left, String... tasks) {
    return TaskTree.of(
        JsonParser.parseString(
                "{\"name\":\"loop-1\",\"left\":%d,\"tasks\":[%s]}"
                    .formatted(left, String.join(",", tasks)))
            .getAsJsonObject());
  }

  private static String task(int number, String name, List<Integer> awaitedBy, Integer... heldBy) {
    return "{\"number\":%d,\"name\":\"%s\",\"coroutine\":\"f\",\"doing\":\"waits\",\"awaitedBy\":%s,\"heldBy\":%s}"
        .formatted(number, name, awaitedBy, List.of(heldBy));
  }

  @Test
  void awaited_standsBelowWhoAwaitsIt() {
    assertThat(
            tree(
                    0,
                    task(1, "main", List.of()),
                    task(2, "a", List.of(1)),
                    task(3, "b", List.of(1, 2)))
                .text())
        .isEqualTo(
            """
            loop-1: 3 tasks
            main (f): waits
            ├── a (f): waits
            │   └── b (f): waits
            └── b (f): waits\
            """);
  }

  @Test
  void circle_ofAwaits_andOfLocks() {
    assertThat(tree(0, task(1, "a", List.of(2)), task(2, "b", List.of(1))).hasCircles()).isTrue();
    var locks = tree(0, task(1, "a", List.of(), 2), task(2, "b", List.of(), 1));
    assertThat(locks.hasCircles()).isTrue();
    assertThat(locks.text()).contains("these wait for each other:\n  a (f): waits\n  b (f): waits");
    assertThat(tree(0, task(1, "a", List.of()), task(2, "b", List.of(1), 1)).hasCircles()).isTrue();
    assertThat(tree(0, task(1, "a", List.of()), task(2, "b", List.of(1))).hasCircles()).isFalse();
  }

  @Test
  void alike_asTheProgramHasFoldedThem_areOneLineAndCount() {
    String folded = task(3, "child", List.of(1)).replace("}", ",\"alike\":200}");
    String lost = task(9, "lost", List.of()).replace("}", ",\"alike\":50000}");
    assertThat(tree(0, lost, folded, task(1, "main", List.of())).text())
        .isEqualTo(
            """
            loop-1: 50201 tasks
            main (f): waits
            └── child and 199 like it (f): waits
            lost and 49999 like it (f): waits\
            """);
  }

  @Test
  void cancellation_thatATaskHasNotFollowed_isSaid() {
    String stubborn =
        task(2, "stubborn", List.of(1))
            .replace("}", ",\"cancellation\":\"was cancelled by main (too late)\"}");
    assertThat(tree(0, task(1, "main", List.of()), stubborn).text())
        .endsWith("└── stubborn (f): waits; was cancelled by main (too late)");
  }

  @Test
  void caller_onAnotherLoop_isSaid() {
    String called = task(2, "called", List.of()).replace("}", ",\"caller\":\"Task-7 on loop-2\"}");
    assertThat(tree(0, called).text()).endsWith("called (f): waits; awaited by Task-7 on loop-2");
  }

  @Test
  void names_cannotMoveTheCursor() {
    assertThat(tree(0, task(1, "a\\u001b[2J\\nb", List.of())).text())
        .isEqualTo("loop-1: 1 task\na [2J b (f): waits");
  }

  @Test
  void whatIsLeftOut_isSaid() {
    assertThat(tree(7, task(1, "a", List.of())).text())
        .endsWith("\nand 7 more, which are not shown");
  }

  @Test
  void chain_deeperThanAStack_isNoProblem() {
    var tasks =
        IntStream.range(0, 10_000)
            .mapToObj(i -> task(i, "t" + i, i == 0 ? List.of() : List.of(i - 1)))
            .collect(Collectors.toList());
    assertThat(tree(0, tasks.toArray(String[]::new)).text()).contains("t9999 (f)");
  }
}
