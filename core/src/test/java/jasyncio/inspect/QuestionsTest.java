package jasyncio.inspect;

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.WaitList;
import jasyncio.internal.face.Tasks;
import jasyncio.sync.Lock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What visitors are told of the loops of a JVM, and how they come in.
class QuestionsTest {
  /// Asks while a loop runs that has these tasks, and nothing else to do.
  private static String ask(String question, Awaitable<List<Task<?>>, RuntimeException> tasks) {
    return run(
        () -> {
          var all = tasks.await();
          sleep(0.001);
          String answer = toThread(() -> answer(question));
          all.forEach(Task::cancel);
          if (!all.isEmpty()) {
            Asyncio.wait(all);
          }
          return answer;
        },
        RunOptions.defaults().debug(false));
  }

  private static String answer(String question) {
    return answered(question + " patience=600000"); // on a busy machine
  }

  private static String answered(String question) {
    try (var conversation = new Conversation()) {
      return conversation.answer(question);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Task<?>> lockAndWaiters() {
    var lock = new Lock();
    lock.setName("db");
    var tasks = new ArrayList<Task<?>>();
    tasks.add(
        createTask(
            () -> {
              try (var _ = lock.acquire()) {
                sleep(3600);
              }
            },
            "holder"));
    tasks.add(createTask(() -> lock.acquire().close(), "waiter \"1\""));
    for (int i = 0; i < 1000; i++) {
      tasks.add(createTask(() -> sleep(3600)));
    }
    return tasks;
  }

  @Test
  void ps_whatIsAlike_isOneEntry() {
    assertThat(ask("ps", QuestionsTest::lockAndWaiters))
        .startsWith("{\"pid\":" + ProcessHandle.current().pid() + ",\"loops\":[{\"name\":\"loop-")
        .contains("\"alike\":1000")
        .contains("\"name\":\"waiter \\\"1\\\"\"")
        .contains("\"waitsFor\":\"Lock 'db', held by holder\",\"kind\":\"sync\"")
        .contains("\"matching\":1003", "\"stacks\":1003")
        .contains("\"left\":0")
        .contains("\"tasks\":1003")
        .contains("QuestionsTest.java:");
  }

  @Test
  void ps_filters() {
    assertThat(ask("ps name=wait* state=waiting waiting=lock", QuestionsTest::lockAndWaiters))
        .contains("\"matching\":1,")
        .contains("waiter")
        .doesNotContain("\"name\":\"holder\"");
    assertThat(ask("ps state=running", QuestionsTest::lockAndWaiters)).contains("\"matching\":0,");
    assertThat(ask("ps limit=1", QuestionsTest::lockAndWaiters))
        .as("the largest group")
        .contains("\"alike\":1000", "\"left\":3");
    assertThat(ask("ps limit=one", List::of))
        .isEqualTo("{\"error\":\"limit is a number, not 'one'\"}");
  }

  @Test
  void pstree_saysWhoAwaitsWhom_byNumbers() {
    var numbers = new ArrayList<Integer>();
    var answer =
        ask(
            "pstree",
            () -> {
              var inner = createTask(() -> sleep(3600), "inner");
              var outer = createTask(() -> await(inner), "outer");
              numbers.add(TaskInfo.capture(outer).number());
              return List.of(outer, inner);
            });
    assertThat(answer).contains("\"name\":\"inner\"", "\"awaitedBy\":" + numbers + ",");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pstree", "pstree brief=1"})
  void pstree_whoHasCalled_isTold(String question) {
    assertThat(
            ask(
                question,
                () -> {
                  var loop = getRunningLoop();
                  for (int i = 0; i < 2; i++) {
                    createTask(
                        () -> await(loop.call(() -> sleep(3600), TaskOptions.named("called"))),
                        "boss");
                  }
                  sleep(0);
                  sleep(0);
                  return Tasks.all(
                      loop, task -> List.of("boss", "called").contains(task.getName()));
                }))
        .contains("\"name\":\"called\"", "\"caller\":\"boss\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pstree", "pstree brief=1"})
  void pstree_cancellationThatIsNotFollowed_isTold(String question) {
    assertThat(ask(question, QuestionsTest::stubborn))
        .containsPattern("\"cancellation\":\"was cancelled [^\"]*too late");
  }

  @Test
  void where_cancellationThatIsNotFollowed_isTold_withItsAge() {
    assertThat(ask("where name=stubborn", QuestionsTest::stubborn))
        .containsPattern("\"cancellation\":\"stubborn was cancelled [^\"]*too late")
        .containsPattern("\"cancelledFor\":\\d+[.]\\d+");
    assertThat(ask("where name=holder", QuestionsTest::lockAndWaiters))
        .doesNotContain("cancelledFor");
  }

  private static List<Task<?>> stubborn() {
    var stubborn =
        createTask(
            () -> {
              try {
                sleep(3600);
              } finally {
                sleep(3600);
              }
            },
            "stubborn");
    sleep(0);
    stubborn.cancel("too late");
    sleep(0);
    return List.of(stubborn);
  }

  @Test
  void pstree_tasksThatWereCancelledAlike_areOneEntry() {
    assertThat(
            ask(
                "pstree brief=1",
                () -> {
                  var all = new ArrayList<Task<?>>();
                  for (int i = 0; i < 50; i++) {
                    all.add(
                        createTask(() -> {
                          try {
                            sleep(3600);
                          } finally {
                            sleep(3600);
                          }
                        }));
                  }
                  sleep(0);
                  all.forEach(Task::cancel);
                  sleep(0);
                  return all;
                }))
        .contains("\"alike\":50");
  }

  @Test
  void where_hasTheStackOfThoseThatAreMeant() {
    assertThat(ask("where name=holder", QuestionsTest::lockAndWaiters))
        .contains("\"name\":\"holder\"", "QuestionsTest.java:")
        .doesNotContain("waiter");
    assertThat(ask("where name=nobody", QuestionsTest::lockAndWaiters)).contains("\"tasks\":[]");
  }

  @Test // CPython: gh-157788, gh-149214
  void names_ofAnyLengthAndScript_areWhole() {
    var name = "näh 任务 ".repeat(100);
    assertThat(ask("ps", () -> List.of(createTask(() -> sleep(3600), name))))
        .contains("\"name\":\"" + name + "\"");
  }

  @Test
  void wrongQuestions_areAnswered() throws Exception {
    assertThat(answered("what")).isEqualTo("{\"error\":\"there is no question 'what'\"}");
    assertThat(answered("ps x")).isEqualTo("{\"error\":\"'x' is not name=value\"}");
    assertThat(answered("ps")).startsWith("{\"pid\":");
  }

  @Test
  void loop_thatIsHeldUp_isShownWithWhoHoldsItUp() throws Exception {
    var answered = new CountDownLatch(1);
    var answer = new FutureTask<>(() -> answered("ps"));
    run(() -> {
      await(
          createTask(
              () -> {
                Thread.ofPlatform()
                    .start(() -> {
                      answer.run();
                      answered.countDown();
                    });
                answered.await();
              },
              "blocker"));
    });
    assertThat(answer.get())
        .contains(
            "\"heldUpBy\":\"Task 'blocker': it blocks in java.util.concurrent.CountDownLatch.await")
        .contains("QuestionsTest")
        .containsPattern("\"holder\":\\{\"number\":\\d+,\"name\":\"blocker\"")
        .contains("\"stack\":[\"")
        .doesNotContain("groups");
    double heldUp = heldUpFor(answer.get());
    assertThat(heldUp).as("as it has not answered for 0.25 s").matches(s -> s == 0 || s > 0.25);
  }

  private static double heldUpFor(String answer) {
    var known = Pattern.compile("\"heldUpFor\":([\\d.]+)").matcher(answer);
    return known.find() ? Double.parseDouble(known.group(1)) : 0;
  }

  @Test
  void pstree_briefly_hasAllTasks_eachOfThoseThatWaitForFuturesOnce() throws Exception {
    var answer = new AtomicReference<String>();
    ask(
        "ps",
        () -> {
          var all = new ArrayList<Task<?>>();
          for (int i = 0; i < 50; i++) {
            all.add(
                createTask(() ->
                    await(
                        getRunningLoop().createFuture("order " + (char) ('a' + all.size() % 26)))));
          }
          sleep(0);
          answer.set(toThread(() -> answer("pstree brief=1")));
          return all;
        });
    assertThat(answer.get()).contains("\"alike\":50").contains("\"left\":0");
  }

  @Test
  void look_thatDoesNotGetOn_isGivenUp() {
    var visits = new ArrayList<AtomicInteger>(); // of each look
    run(() -> {
      var loop = getRunningLoop();
      var task = createTask(() -> sleep(3600));
      sleep(0.001);
      do { // on a busy machine the loop may not even have begun by then
        var count = new AtomicInteger();
        visits.add(count);
        assertThat(toThread(() -> isGivenUp(loop, count))).isTrue();
      } while (visits.getLast().get() == 0);
      task.cancel();
      Asyncio.wait(List.of(task));
    });
    assertThat(visits).allMatch(count -> count.get() <= 1); // and no other afterwards
  }

  /// Whether a look is given up that does not get on with its first task.
  private static boolean isGivenUp(EventLoop loop, AtomicInteger visits) {
    var release = new Semaphore(0);
    try {
      return Survey.of(
              loop,
              2,
              (_, _) -> {
                visits.incrementAndGet();
                release.acquireUninterruptibly();
              })
          == null;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      release.release(100);
    }
  }

  @Test
  void look_goesOnWithNobody_andDoesWithoutWhatFails() {
    var steps = new AtomicInteger();
    var answer =
        ask(
            "ps",
            () -> {
              var list =
                  new WaitList(
                      "odd",
                      () -> {
                        throw new IllegalStateException("no words");
                      });
              return List.of(
                  createTask(
                      () -> {
                        var place = list.enter();
                        try {
                          steps.incrementAndGet();
                          place.await();
                        } finally {
                          place.leave();
                        }
                      },
                      "odd one"));
            });
    assertThat(answer).contains("\"name\":\"odd one\"", "\"waitsFor\":\"odd\"");
    assertThat(steps).hasValue(1);
  }

  // ---- the door ---------------------------------------------------------------------------------

  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no such permissions
  void probe_opensASocket_forOneVisitor_andNothingIsLeft() throws Exception {
    var server = ManagementFactory.getPlatformMBeanServer();
    var name = new ObjectName("jasyncio:type=Probe,visitor=test");
    server.createMBean("jasyncio.inspect.Probe", name);
    var path = Path.of((String) server.invoke(name, "open", null, null));
    server.unregisterMBean(name);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
        .isEqualTo("rwx------");
    var thread = thread();
    try (var visitor = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      var out = new PrintStream(Channels.newOutputStream(visitor), true, UTF_8);
      var in = new BufferedReader(new InputStreamReader(Channels.newInputStream(visitor), UTF_8));
      out.print("ps\n");
      assertThat(in.readLine()).isEqualTo(answered("ps"));
      out.print("nonsense\n");
      assertThat(in.readLine()).startsWith("{\"error\"");
      assertThat(path.getParent()).doesNotExist();
    }
    thread.join();
  }

  private static Thread thread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("jasyncio-insight"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void json_texts_areQuoted() {
    assertThat(Json.of(List.of("a\"b\\c\n\u0001é\ud83d")))
        .isEqualTo("[\"a\\\"b\\\\c\\u000a\\u0001é\\ud83d\"]");
    assertThat(Json.of(Map.of())).isEqualTo("{}");
  }
}
