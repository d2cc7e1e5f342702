package jasyncio.cpython;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.generator.Generators.asyncGenerator;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.Future;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.generator.Yielder;
import jasyncio.inspect.CallGraph;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// CPython's test_graph.py (3.14). Stacks are whole here, so it is looked for the methods that have
/// to be on them.
@Timeout(600)
class CPythonGraphTest {
  private final List<CallGraph> seen = new ArrayList<>();

  private void deep() {
    sleep(0);
    capture();
  }

  private void capture() {
    seen.add(CallGraph.capture());
  }

  private Task<?> main() {
    currentTask().setName("main");
    return currentTask();
  }

  private static List<String> methods(CallGraph graph) {
    return graph.callStack().stream().map(StackTraceElement::getMethodName).toList();
  }

  private static String name(CallGraph graph) {
    return graph.future() instanceof Task<?> task ? task.getName() : "future";
  }

  /// Names with who waits for them in brackets.
  private static String tree(CallGraph graph) {
    return name(graph) + graph.awaitedBy().stream().map(CPythonGraphTest::tree).sorted().toList();
  }

  // CPython: test_graph.CallStackTestBase.test_stack_tgroup
  @Test
  void stackOfAChildOfAGroup_andOfThoseWhoAwaitIt() {
    run(() -> {
      main();
      inAGroup();
    });
    var graph = seen.getFirst();
    assertThat(tree(graph)).isEqualTo("root[main[], sub 1[main[]], sub 2[main[]]]");
    assertThat(methods(graph)).containsSubsequence("capture", "deep");
    assertThat(graph.awaitedBy())
        .filteredOn(by -> name(by).equals("main"))
        .singleElement()
        .satisfies(by -> assertThat(methods(by)).contains("inAGroup"));
    assertThat(graph.format()).contains("inAGroup");
  }

  private void inAGroup() {
    taskGroup(tg -> {
      var task = tg.createTask(this::deep, "root");
      tg.createTask(() -> await(task), TaskOptions.named("sub 1"));
      tg.createTask(() -> await(task), TaskOptions.named("sub 2"));
    });
  }

  // CPython: test_graph.CallStackTestBase.test_stack_async_gen
  @Test
  void stackInsideOfAnAsyncGenerator_hasItsBodyAndWhoIteratesOverIt() {
    run(() -> {
      main();
      iterating();
    });
    var graph = seen.getFirst();
    assertThat(tree(graph)).isEqualTo("main[]");
    assertThat(methods(graph)).containsSubsequence("capture", "nestedCall", "body", "iterating");
  }

  private void nestedCall() {
    capture();
  }

  private void body(Yielder<Integer> g) {
    for (int i = 0; i < 2; i++) {
      g.yield(i);
      if (i == 1) {
        nestedCall();
      }
    }
  }

  private void iterating() {
    int sum = 0;
    for (int item : asyncGenerator(this::body)) {
      sum += item;
    }
    assertThat(sum).isOne();
  }

  // CPython: test_graph.CallStackTestBase.test_stack_gather
  @Test
  void stackOfAChildOfGather_leadsToWhoGathers() {
    run(() -> {
      main();
      gathering();
    });
    leadsTo("gathering");
  }

  private void gathering() {
    await(
        gather(
            () -> {
              sleep(0);
              deep();
              return 1;
            },
            () -> sleep(0, 2)));
  }

  private void leadsTo(String method) {
    var graph = seen.getFirst();
    assertThat(methods(graph)).containsSubsequence("capture", "deep");
    assertThat(graph.awaitedBy())
        .singleElement()
        .satisfies(by -> {
          assertThat(name(by)).isEqualTo("main");
          assertThat(methods(by)).contains(method);
          assertThat(by.awaitedBy()).isEmpty();
        });
  }

  // CPython: test_graph.CallStackTestBase.test_stack_shield
  @Test
  void stackUnderAShield_leadsToWhoAwaitsIt() {
    run(() -> {
      main();
      shielding();
    });
    leadsTo("shielding");
  }

  private void shielding() {
    await(
        shield(() -> {
          sleep(0);
          deep();
        }));
  }

  // CPython: test_graph.CallStackTestBase.test_stack_timeout
  @Test
  void stackUnderATimeLimit_leadsToWhoAwaitsIt() {
    run(() -> {
      main();
      shieldingALimit();
    });
    leadsTo("shieldingALimit");
    assertThat(methods(seen.getFirst())).contains("limited");
  }

  private void shieldingALimit() {
    await(shield(() -> limited()));
  }

  private void limited() throws Exception {
    timeout(
        1,
        () -> {
          sleep(0);
          deep();
        });
  }

  // CPython: test_graph.CallStackTestBase.test_stack_wait
  @Test
  void stackOfAMemberOfWait_leadsToWhoWaits() {
    run(() -> {
      main();
      waiting(createTask(() -> limited()), createTask(() -> sleep(0)));
    });
    leadsTo("waiting");
  }

  private void waiting(Future<?> one, Future<?> two) {
    while (!Asyncio.wait(List.of(one, two)).pending().isEmpty()) {
      sleep(0);
    }
  }

  // CPython: test_graph.CallStackTestBase.test_stack_task
  @Test
  void stackOfATask_leadsToWhoAwaitsIt() {
    run(() -> {
      main();
      awaiting();
    });
    leadsTo("awaiting");
    assertThat(name(seen.getFirst())).isEqualTo("there there");
  }

  private void awaiting() {
    await(createTask(this::deep, "there there"));
  }

  // CPython: test_graph.CallStackTestBase.test_stack_future
  @Test
  void graphOfAFuture_hasAllWhoWaitForIt() {
    run(() -> {
      main();
      var future = getRunningLoop().<Integer>createFuture();
      taskGroup(tg -> {
        tg.createTask(() -> a2(future), TaskOptions.named("task A"));
        tg.createTask(() -> await(future), TaskOptions.named("task B"));
        for (int i = 0; i < 5; i++) {
          sleep(0);
        }
        seen.add(CallGraph.capture(future));
        future.setResult(1);
      });
    });
    var graph = seen.getFirst();
    assertThat(graph.callStack()).isEmpty();
    assertThat(tree(graph)).isEqualTo("future[task A[main[]], task B[main[]]]");
    assertThat(graph.awaitedBy().getFirst().callStack())
        .anyMatch(frame -> frame.getMethodName().equals("a2"));
    assertThat(graph.format()).startsWith("* Future");
  }

  private static int a2(Future<Integer> future) {
    return await(future);
  }
}
