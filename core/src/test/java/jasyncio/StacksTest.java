package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.generator.Generators;
import jasyncio.inspect.CallGraph;
import jasyncio.queue.Queue;
import jasyncio.sync.Barrier;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What stacks and call graphs of tasks show: the program's frames, all of them, and no others.
@Timeout(600)
class StacksTest {
  private static List<String> methods(List<StackTraceElement> stack) {
    return stack.stream()
        .map(frame -> frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1))
        .map(name -> name.replaceFirst("\\$\\$Lambda.*", ""))
        .distinct()
        .toList();
  }

  private void waitsHere(Action<?> wait) throws Exception {
    wait.run();
  }

  @Test
  void getStack_ofWhoWaitsInALibraryCall_isTheProgramsAlone() {
    run(() -> {
      var lock = new Lock();
      var held = lock.acquire();
      var semaphore = new Semaphore(0);
      var condition = new Condition();
      var never = getRunningLoop().<Integer>createFuture();
      var waits =
          List.<Action<?>>of(
              () -> lock.acquire(),
              () -> semaphore.acquire(),
              () -> new Event().await(),
              () -> new Queue<Integer>().get(),
              () -> new Barrier(2).await(),
              () -> {
                try (var _ = condition.acquire()) {
                  condition.await();
                }
              },
              () -> asCompleted(List.of(never)).async().iterator().next(),
              () -> await(asCompleted(List.of(never)).iterator().next()),
              () -> taskGroup(tg -> tg.createTask(() -> sleep(100))),
              () -> timeout(100, () -> await(never)));
      var tasks = new ArrayList<Task<?>>();
      for (var wait : waits) {
        tasks.add(createTask(() -> waitsHere(wait)));
      }
      sleep(0);
      sleep(0);
      for (var task : tasks) {
        assertThat(methods(task.getStack())).containsExactly("StacksTest");
        assertThat(task.getStack())
            .extracting(StackTraceElement::getMethodName)
            .contains("waitsHere");
      }
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
      held.close();
    });
  }

  @Test
  void getStack_ofWhoWaitsInAGeneratorsBody_showsTheBody() {
    run(() -> {
      var never = getRunningLoop().<Integer>createFuture();
      var inner = Generators.<Integer>asyncGenerator(g -> waitsInside(never));
      var outer =
          Generators.<Integer>asyncGenerator(g -> {
            for (var item : inner) {
              g.yield(item);
            }
          });
      var task =
          createTask(() -> {
            for (var item : outer) {
              throw new AssertionError(item);
            }
          });
      sleep(0);
      assertThat(methods(task.getStack())).containsExactly("StacksTest");
      assertThat(task.getStack())
          .extracting(StackTraceElement::getMethodName)
          .startsWith("waitsInside")
          .hasSizeGreaterThanOrEqualTo(4);
      assertThat(CallGraph.capture(task).callStack()).isEqualTo(task.getStack());
      task.cancel();
      Asyncio.wait(List.of(task));
    });
  }

  private static void waitsInside(Future<Integer> future) {
    await(future);
  }

  @Test
  void getStack_insideOfAGeneratorsBody_showsTheBody() {
    run(() -> {
      var seen = new AtomicReference<List<StackTraceElement>>();
      var task =
          createTask(() -> {
            for (var item : Generators.<Integer>generator(g -> looks(seen))) {
              throw new AssertionError(item);
            }
          });
      await(task);
      assertThat(methods(seen.get())).containsExactly("StacksTest");
      assertThat(seen.get()).extracting(StackTraceElement::getMethodName).startsWith("looks");
      assertThat(seen.get()).hasSizeGreaterThanOrEqualTo(3);
    });
  }

  private static void looks(AtomicReference<List<StackTraceElement>> seen) {
    seen.set(Asyncio.currentTask().getStack());
  }

  @Test
  void userStack_ofAJdkCallThatTheLibraryMakes_endsAtTheProgramsCall() {
    var taken = frame("java.base", "java.util.concurrent.atomic.AtomicReference");
    var inbox = frame(null, "jasyncio.internal.loop.Inbox");
    var program = frame(null, "org.example.Program");
    var beginning =
        List.of(
            frame(null, "jasyncio.Task"), frame(null, "jasyncio.internal.fiber.VirtualThreads"));
    var byTheLibrary = new ArrayList<>(List.of(taken, inbox, program));
    byTheLibrary.addAll(beginning);
    var byTheProgram = new ArrayList<>(List.of(taken, program));
    byTheProgram.addAll(beginning);
    assertThat(Debug.userStack(byTheLibrary.toArray(StackTraceElement[]::new)))
        .containsExactly(program);
    var byTheLibraryTwice = new ArrayList<>(List.of(taken, inbox, taken));
    byTheLibraryTwice.addAll(byTheLibrary);
    assertThat(Debug.userStack(byTheLibraryTwice.toArray(StackTraceElement[]::new)))
        .containsExactly(program);
    assertThat(Debug.userStack(byTheProgram.toArray(StackTraceElement[]::new)))
        .containsExactly(taken, program);
  }

  private static StackTraceElement frame(@Nullable String module, String type) {
    return new StackTraceElement(null, module, null, type, "call", "Some.java", 1);
  }

  @Test
  @Tag("slow")
  void getStack_fromAnotherThreadWhileTasksHandOn_neverShowsTheMachine() throws Exception {
    run(() -> {
      var task =
          createTask(() -> {
            while (true) {
              sleep(0);
            }
          });
      var stop = new AtomicReference<>(false);
      var strange = new CompletableFuture<List<String>>();
      var looker =
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  var methods = methods(task.getStack());
                  if (task.isSuspended()
                      && !methods.isEmpty()
                      && !methods.equals(List.of("StacksTest"))) {
                    strange.complete(methods);
                  }
                }
              });
      for (int i = 0; i < 20_000 && !strange.isDone(); i++) {
        sleep(0);
      }
      stop.set(true);
      looker.join();
      task.cancel();
      assertThat(strange.getNow(List.of())).isEmpty();
    });
  }

  @Test
  @Tag("slow")
  void callGraph_ofALongChainOfAwaits_needsNoStack() {
    run(() -> {
      var leaf = getRunningLoop().<Integer>createFuture();
      Future<Integer> before = leaf;
      for (int i = 0; i < 100_000; i++) {
        var awaited = before;
        before = createTask(() -> await(awaited));
      }
      sleep(0);
      var graph = CallGraph.capture(leaf, 0);
      assertThat(graph.toString().lines()).hasSizeGreaterThan(100_000);
      assertThat(graph).isEqualTo(CallGraph.capture(leaf, 0)).hasSameHashCodeAs(graph);
      leaf.setResult(1);
      await(before);
    });
  }

  @Test
  void callGraph_ofLayersOfAwaits_hasEachTaskOnce() {
    run(() -> {
      var leaf = getRunningLoop().<Integer>createFuture();
      Future<?> left = leaf;
      Future<?> right = leaf;
      for (int layer = 0; layer < 40; layer++) {
        var both = List.of(left, right);
        left = createTask(() -> Asyncio.wait(both));
        right = createTask(() -> Asyncio.wait(both));
        sleep(0);
      }
      var graph = CallGraph.capture(leaf, 0);
      assertThat(graph.format().lines().filter(line -> line.contains("* Task")))
          .hasSize(80 * 2 - 2);
      assertThat(graph.format()).contains("(see above)");
      leaf.setResult(1);
      Asyncio.wait(List.of(left, right));
    });
  }

  @Test // CPython: gh-156408
  void callGraph_ofAFinishedTask_isItsHeading() {
    run(() -> {
      var task = createTask(() -> 1);
      await(task);
      assertThat(CallGraph.capture(task).callStack()).isEmpty();
      assertThat(CallGraph.capture(task).format()).startsWith("* Task(name='" + task.getName());
    });
  }

  @Test // CPython: gh-152569, gh-155143, gh-157213
  void awaitedBy_afterTheWaitIsOver_isNobody() {
    run(() -> {
      var never = getRunningLoop().<Integer>createFuture();
      var failed = getRunningLoop().<Integer>createFuture();
      var waiting =
          List.of(
              createTask(() -> Asyncio.wait(List.of(never))),
              createTask(() -> await(Asyncio.shield(never))),
              createTask(() -> await(Asyncio.gather(never, failed))));
      sleep(0);
      assertThat(never.awaitedBy()).containsExactlyInAnyOrderElementsOf(waiting);
      failed.setException(new IllegalStateException());
      waiting.getFirst().cancel();
      waiting.get(1).cancel();
      Asyncio.wait(waiting);
      assertThat(waiting.getLast().exception()).isInstanceOf(IllegalStateException.class);
      sleep(0);
      assertThat(never.awaitedBy()).isEmpty();
    });
  }
}
