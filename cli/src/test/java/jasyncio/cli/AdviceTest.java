package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The first mistakes of everybody, compiled.
class AdviceTest {
  private static final String WAITED =
      "await(…) takes a future, a task or () -> …; a call has waited";
  private static final String RAN = "(…) takes what it is to run, and not what comes of having run";
  private static final String NO_RESULT = "gather(…) is for coroutines that return something";
  private static final String OVERLOADS = "several ";
  private static final String OF_LOOP = " is a method of the loop: getRunningLoop().";
  private static final String VOID = "await(…) is for what gives something;";
  private static final String CLASSES = "what await(…) takes besides is one or two classes";
  private static final String SEVERAL = "of a body that throws several kinds of exceptions";
  private static final String UNSEEN =
      "the compiler sees what a lambda throws, but not what a task";

  private static final String CALLBACK = "nobody waits for a callback, so it cannot throw";
  private static final String AWAITED = " is awaited: write await(…), or waitFor(…)";
  private static final String WAIT = "wait(…) is a method of every Object, for threads";
  private static final String NOTIFY = "notify(…) is a method of every Object, for threads";

  private static final String HEAD =
      """
      import static jasyncio.Asyncio.*;
      final jasyncio.Task<Integer> task = createTask(() -> 1);
      final jasyncio.Future<Integer> future = task;
      final jasyncio.sync.Event event = new jasyncio.sync.Event();
      final jasyncio.sync.Condition condition = new jasyncio.sync.Condition();
      int one() { sleep(0); return 1; }
      void nothing() { sleep(0); }
      int twice() { return 1; }
      int twice(int x) { return x; }
      int read() throws IOException { throw new IOException(); }
      void main() {}
      """;

  /// A statement that does not compile, and how the hint begins.
  record Mistake(String statement, String hint) {}

  private static Stream<List<Mistake>> mistakes() {
    return Stream.of(
        List.of(
            new Mistake("await(one());", WAITED),
            new Mistake("await(nothing());", WAITED),
            new Mistake("await(sleep(1));", WAITED),
            new Mistake("await(() -> nothing());", VOID),
            new Mistake("await(this::nothing);", VOID),
            new Mistake("await(task, \"IOException\");", CLASSES),
            new Mistake("await(task, Error.class, Error.class, Error.class);", CLASSES),
            new Mistake(
                "await(CompletableFuture.completedFuture(1), IOException.class);",
                "await(…) says what to expect for what is ours"),
            new Mistake("sleep(1).await();", "the call before .await() has waited already"),
            new Mistake("String s = createTask(() -> one());", "a Task" + AWAITED),
            new Mistake("int x = createTask(() -> one());", "a Task" + AWAITED),
            new Mistake("String s = gather(() -> 1);", "a Future" + AWAITED),
            new Mistake("taskGroup(() -> nothing());", "the body of taskGroup(…) is given the"),
            new Mistake("createTask(one());", "createTask" + RAN),
            new Mistake("createTask(nothing());", "createTask" + RAN),
            new Mistake("createTask(nothing(), \"name\");", "createTask" + RAN),
            new Mistake("getRunningLoop().createTask(one());", "createTask" + RAN),
            new Mistake("gather(one(), one());", "gather" + RAN),
            new Mistake("gather(nothing(), nothing());", "gather" + RAN),
            new Mistake("waitFor(one(), 1);", "waitFor" + RAN),
            new Mistake("waitFor(sleep(1, 2), 1);", "waitFor" + RAN),
            new Mistake("waitFor(sleep(1), 1);", "waitFor" + RAN),
            new Mistake("timeout(1, one());", "timeout" + RAN),
            new Mistake("toThread(one());", "toThread" + RAN),
            new Mistake("shield(one());", "shield" + RAN),
            new Mistake("run(one());", "run" + RAN),
            new Mistake("run(nothing());", "run" + RAN),
            new Mistake("timeout(1);", "timeout takes what it limits, too"),
            new Mistake("timeout(Duration.ofSeconds(1));", "timeout takes what it limits, too"),
            new Mistake("gather(() -> nothing(), () -> nothing());", NO_RESULT),
            new Mistake("gather(() -> one(), () -> nothing());", NO_RESULT),
            new Mistake("gather(() -> { sleep(1); });", NO_RESULT),
            new Mistake("gather(this::nothing, this::nothing);", NO_RESULT),
            new Mistake("createTask(this::twice);", OVERLOADS + "createTask(…)"),
            new Mistake("toThread(new CountDownLatch(1)::await);", OVERLOADS + "toThread(…)"),
            new Mistake("wait(List.of(createTask(() -> 1)));", "every class has the wait(…) of"),
            new Mistake("wait(Set.of(createTask(() -> 1)), 1);", "every class has the wait(…) of"),
            new Mistake("runInExecutor(() -> 1);", "runInExecutor" + OF_LOOP),
            new Mistake("callLater(1, () -> {});", "callLater" + OF_LOOP),
            new Mistake(
                "getRunningLoop().setTaskFactory((l, c, o) -> null);", "no lambda can be a"),
            new Mistake("taskGroup(tg -> { return 1; });", "the body of taskGroup(…) returns"),
            new Mistake("task.join();", "a Task" + AWAITED),
            new Mistake("waitFor(task.join(), 1);", "a Task" + AWAITED),
            new Mistake("waitFor(task.join, 1);", "a Task" + AWAITED),
            new Mistake("waitFor(task::join, 1);", "a Task" + AWAITED),
            new Mistake("waitFor(() -> task.join(), 1);", "a Task" + AWAITED),
            new Mistake("await(task.get());", "a Task" + AWAITED),
            new Mistake("future.thenApply(x -> x);", "a Future" + AWAITED),
            new Mistake("task.then(x -> x);", "a Task" + AWAITED),
            new Mistake("int x = task.result;", "a Task" + AWAITED),
            new Mistake("waitFor(event.await, 1);", "await is a method: write await(…), in a"),
            new Mistake("event.wait(1.0);", WAIT),
            new Mistake("condition.notify(2);", NOTIFY),
            new Mistake("condition.notify_all();", "Python's notify_all is signalAll(…) here"),
            new Mistake("event.is_set();", "Python's is_set is isSet(…) here"),
            new Mistake("task.add_done_callback(f -> {});", "Python's add_done_callback is addD"),
            new Mistake("create_task(() -> 1);", "Python's create_task is createTask(…) here"),
            new Mistake("Asyncio.wait_for(() -> 1, 1);", "Asyncio is a class of jasyncio"),
            new Mistake("jasyncio.Asyncio.wait_for(() -> 1, 1);", "Python's wait_for is waitFor("),
            new Mistake("call_soon(() -> {});", "Python's call_soon is getRunningLoop().callS"),
            new Mistake("asyncio.sleep(1);", "asyncio's functions are static methods of"),
            new Mistake("await future;", "await is a method: write await(…)"),
            new Mistake("new RateLimiter(1, 1);", "RateLimiter is a class of jasyncio: import"),
            new Mistake("new Lock();", "this Lock is one of the JDK's"),
            new Mistake("new Queue<String>(3);", "this Queue is one of the JDK's"),
            new Mistake("new Condition();", "this Condition is one of the JDK's"),
            new Mistake("new Event();", "Event is a class of jasyncio: import"),
            new Mistake("Streams.openConnection();", "Streams is a class of jasyncio: import"),
            new Mistake("CallGraph.capture();", "CallGraph is a class of jasyncio: import"),
            new Mistake("Future<Integer> f = createTask(() -> 1);", "this Future is the JDK's"),
            new Mistake(
                "try (var held = new Semaphore(1).acquire()) {}", "this Semaphore is the JDK's")),
        // found in a later step of the compiler, which an error of the first kind keeps it from
        List.of(
            new Mistake("getRunningLoop().callSoon(() -> Thread.sleep(1));", CALLBACK),
            new Mistake("getRunningLoop().callLater(1, () -> { read(); });", CALLBACK),
            new Mistake("task.addDoneCallback(t -> { throw new IOException(); });", CALLBACK),
            new Mistake("Runnable g = () -> run(() -> timeout(1, () -> read()));", SEVERAL),
            new Mistake(
                "try { await(createTask(() -> read())); } catch (IOException e) {}", UNSEEN)));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void firstMistake_any_isFollowedByAdvice(List<Mistake> mistakes) throws Exception {
    var program = new StringBuilder(HEAD);
    for (int i = 0; i < mistakes.size(); i++) {
      program.append(
          "void f%d() throws Exception { %s }%n".formatted(i, mistakes.get(i).statement));
    }
    var hints = compiler(program.toString()).hints(List.of());
    long line = HEAD.lines().count();
    for (Mistake mistake : mistakes) {
      line++;
      assertThat(hints.get(line)).as(mistake.statement).startsWith(mistake.hint);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "var r = await t;",
        "IO.println(await t);",
        "int r = await createTask(() -> 1);",
        "return await one();"
      })
  void pythonsAwait_inAnExpression_isFollowedByAdvice(String statement) throws Exception {
    var hints = compiler(HEAD + "Object f() { " + statement + " }").hints(List.of());
    assertThat(hints.get(HEAD.lines().count() + 1)).startsWith("await is a method: write await(…)");
  }

  @Test
  void functionOfAsyncioAndLowlevel_isToldApart() throws Exception {
    String program =
        """
        import static jasyncio.Asyncio.*;
        import static jasyncio.lowlevel.Lowlevel.*;
        void main() { coroutine("c", () -> sleep(1)); }
        """;
    assertThat(compiler(program).hints(List.of()).values())
        .containsExactly(
            "coroutine is a function of both: write Asyncio.coroutine(…) or Lowlevel.coroutine(…)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "void f() { run(() -> read()); }",
        "void f() throws TimeoutException { waitFor(() -> read(), 0.5); }",
        "void f() { toThread(() -> read()); }",
        "void f() { await(() -> read()); }"
      })
  void checkedExceptionOfABody_isDemanded(String method) throws Exception {
    assertThat(report(HEAD + method)).contains("unreported exception IOException");
    compiler(HEAD + method.replaceFirst("\\) (throws \\w+ )?\\{", ") throws Exception {"))
        .compile();
  }

  private static ProgramCompiler compiler(String program) throws CommandException {
    var source = new SourceFile(Path.of("A.java"), "A.java", program.getBytes(UTF_8));
    return new ProgramCompiler(source, ClassPath.of(""));
  }

  /// What is said about a program, which must not compile.
  private static String report(String program) {
    return catchThrowableOfType(CommandException.class, () -> compiler(program).compile())
        .getMessage();
  }

  @Test
  void nameOfTwoClasses_importSuggested() throws Exception {
    String program =
        """
        import jasyncio.process.*;
        void main() { Process p = null; }
        """;
    assertThat(compiler(program).hints(List.of()).values())
        .containsExactly("name the Process that is meant: import jasyncio.process.Process");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class App { void run() {} void go() { run(() -> sleep(1)); } } void main() {}",
        "void run(String name) { run(() -> sleep(1)); } void main() {}",
        "void run(int x) {} void run(String name) { run(() -> sleep(1)); } void main() {}",
        "double timeout() { return 1; } void main() { timeout(2, () -> sleep(1)); }",
      })
  void ownMethod_hidesOneOfAsyncio_toldSo(String program) throws Exception {
    var hints = compiler("import static jasyncio.Asyncio.*;\n" + program).hints(List.of());
    assertThat(hints.get(2L))
        .matches("a method (run|timeout) of this program hides asyncio's: .* Asyncio.\\1\\(…\\)");
  }

  @Test
  void otherMistakes_noHint() throws Exception {
    String program =
        HEAD
            + """
            void f0() { int x = "1"; }
            void f1() { undefined(); }
            void f2() { new Undefined(); }
            void f3() { sleep("1"); }
            void f4() { createTask(() -> 1, 3); }
            void f5() { new CountDownLatch(1).await(1); }
            void f6() { String s = one(); }
            void f7() { List<String> l = new List<>(); }
            void f8() { nothing().x(); }
            void f9() { String s = await(createTask(() -> 1)); }
            void f10() { task.is_set(); }
            void f11() { undefined_too(); }
            void f12() { "text".to_string(); }
            void f13() { event.isset(); }
            void f14() { "text".wait("x"); }
            void f15() { Runnable r = () -> { read(); }; }
            """;
    assertThat(report(program)).contains("15 errors");
    assertThat(compiler(program).hints(List.of())).isEmpty();
  }

  @Test
  void methodsOfObject_ofObjectsOfOurs_areTold() throws Exception {
    String program =
        """
        import jasyncio.sync.*;
        void main() throws Exception {
          new Event().wait();
          new Condition().notify();
          Runnable all = new Condition()::notifyAll;
          "text".notify();
          notify();
        }
        """;
    assertThat(compiler(program).hints(List.of()))
        .containsOnlyKeys(3L, 4L, 5L)
        .hasEntrySatisfying(3L, hint -> assertThat(hint).startsWith(WAIT))
        .hasEntrySatisfying(4L, hint -> assertThat(hint).startsWith(NOTIFY))
        .hasEntrySatisfying(5L, hint -> assertThat(hint).startsWith(NOTIFY));
  }

  @Test
  void report_ofMistakeMadeTwice_endsWithHintOnce() {
    String program = HEAD + "void f() {\n  new Lock();\n  new Lock();\n}\n";
    String report = report(program);
    assertThat(report)
        .contains("A.java:13: error: Lock is abstract", "A.java:14: error: Lock is abstract")
        .endsWith(
            """
            2 errors
            A.java:13: hint: this Lock is one of the JDK's, which compact source files import by \
            themselves: import jasyncio.sync.Lock\
            """);
  }

  @Test
  void compilerFailsAtMistake_restIsReported() {
    String program =
        """
        import static jasyncio.Asyncio.*;
        import jasyncio.util.*;
        interface Try { void go() throws Exception; }
        void t(Try body) {}
        void main() {
          t(() -> {
            ContextManager<String, RuntimeException> c = ContextManager.of(s -> s.yield("x"));
            IO.println(c.run(v -> v)); // this fails: SharedInapplicableMethodException
          });
          await(sleep(1));
        }
        """;
    assertThat(report(program)).contains("A.java:8: error: ", "A.java:8: hint: this run(…) is");
  }

  @Test
  void userOfOtherLanguage_getsTheHintsAll() throws Exception {
    Locale mine = Locale.getDefault();
    try {
      Locale.setDefault(Locale.JAPANESE);
      String program = HEAD + "void f() { new Lock(); }\n";
      assertThat(report(program)).doesNotContain("error").contains("hint: this Lock is");
    } finally {
      Locale.setDefault(mine);
    }
  }
}
