package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.inspect.LoopInfo;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What inputs come to, without a terminal. All tests are one session.
@Tag("slow") // JShell takes a while to start
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplEngineTest {
  /// Where the code of inputs finds objects of the tests.
  private static final String SHARED = "ReplEngineTest.latch";

  private static Thread thread;
  private static ReplLoop loop;
  private static ReplSession session;

  @BeforeAll
  static void startSession() throws Exception {
    ClassPath classPath = ClassPath.of("");
    CompletableFuture<ReplLoop> started = new CompletableFuture<>();
    thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (ReplLoop mine = new ReplLoop(new SnippetClasses(classPath), false)) {
                started.complete(mine);
                mine.serve();
              }
            });
    loop = started.get();
    session = new ReplSession(loop, classPath);
  }

  @AfterAll
  static void endSession() throws Exception {
    session.close();
    loop.end(0);
    thread.join();
  }

  @AfterEach
  void forget() {
    session.forget();
    System.getProperties().remove(SHARED);
  }

  private static CountDownLatch shared(int count) {
    CountDownLatch latch = new CountDownLatch(count);
    Properties properties = System.getProperties();
    properties.put(SHARED, latch);
    return latch;
  }

  private static String useShared() {
    return "((CountDownLatch) System.getProperties().get(\"" + SHARED + "\")).countDown();";
  }

  // ---- values -----------------------------------------------------------------------------------

  @Test
  void expression_value_printedAndKept() {
    session.assertGives("$n ==> \"a\\nb\"\n", "\"a\\nb\"");
    session.assertGives("kept ==> 3\n", "int kept = 3");
    session.assertGives("kept ==> 5\n", "kept = 5");
    session.assertGives("kept ==> 5\n", "kept");
    session.assertGives("$n ==> 10\n", "kept * 2");
  }

  @Test
  void value_thatIsLarge_isCut() {
    session.evaluate("var many = IntStream.range(0, 100_000).boxed().toList()");
    assertThat(session.out())
        .startsWith("many ==> [0, 1, 2, ")
        .endsWith(" more]\n")
        .hasSizeLessThan(1100);
    session.assertGives("$n ==> 100000\n", "many.size()");
  }

  @Test
  void expression_nothing_printsNothing() {
    session.assertGives("", "sleep(0)");
    session.assertGives("", "await(createTask(() -> sleep(0)))");
    session.assertGives("", "for (int i = 0; i < 3; i++) {}");
    session.assertGives("", "import java.sql.*;");
    session.assertGives("", "// nothing");
    session.assertGives("", "  ");
  }

  @Test
  void declarations_kept() {
    session.assertGives("created method twice(int)\n", "int twice(int x) {\n  return 2 * x;\n}");
    session.assertGives("replaced method twice(int)\n", "int twice(int x) { return x + x; }");
    session.assertGives("created record Point\n", "record Point(int x) {}");
    session.assertGives("$n ==> Point[x=4]\n", "new Point(twice(2))");
  }

  @Test
  void declaration_ofSomethingUnknown_usableLater() {
    session.assertGives(
        "created method early(), which cannot be used before there is method late()\n",
        "int early() { return late(); }");
    session.assertFails("early cannot be used before there is method late()\n", "early()");
    session.assertGives("$n ==> 1\n", "int late() { return 1; }", "early()");
  }

  @Test
  void several_inOneInput_upToTheFirstThatFails() {
    session.assertGives("one ==> 1\n$n ==> 2\n", "int one = 1; one + 1");
    assertThat(session.evaluate("int before = 1; throw new RuntimeException(); int after = 2;"))
        .isFalse();
    assertThat(session.out()).isEqualTo("before ==> 1\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Future<Integer> a = null",
        "jasyncio.Task<?> b = new Runner().getLoop().isClosed() ? null : null",
        "Process c = null; c = (jasyncio.process.Process) null",
        "List<Event> d = null; d = (List<jasyncio.sync.Event>) null",
        "jasyncio.queue.Queue<String> e = new Queue<String>()",
        "Generator<String> f = null",
      })
  void imports_asyncio_beforeTheJdk(String input) {
    assertThat(session.evaluate(input)).as(session.err()).isTrue();
  }

  // ---- the loop ---------------------------------------------------------------------------------

  @Test
  void await_atTopLevel_waits() {
    session.assertGives("$n ==> 42\n", "await(createTask(() -> { sleep(0.001); return 42; }))");
    session.assertGives("$n ==> [1, 2]\n", "await(gather(() -> 1, () -> 2))");
  }

  @Test
  void task_ofAnInput_goesOnBetweenInputs() throws Exception {
    CountDownLatch ticks = shared(3);
    session.evaluate(
        "var ticker = createTask(() -> { while (true) { sleep(0.001); " + useShared() + " } })");
    ticks.await(); // and no input runs
    session.assertGives("$n ==> true\n", "ticker.cancel()");
  }

  @Test
  void context_ofInputs_isOne() {
    session.assertGives(
        "$n ==> 7\n", "ContextVar<Integer> cv = ContextVar.of(\"cv\")", "cv.set(7)", "cv.get()");
  }

  @Test
  void systemExit_endsTheLoop() throws Exception {
    SnippetClasses classes = new SnippetClasses(ClassPath.of(""));
    CompletableFuture<Integer> status = new CompletableFuture<>();
    CompletableFuture<ReplLoop> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (ReplLoop mine = new ReplLoop(classes, false)) {
            started.complete(mine);
            status.complete(mine.serve());
          }
        });
    ReplLoop other = started.get();
    try {
      other.run(() -> {
        throw new jasyncio.SystemExit(3);
      });
    } catch (Throwable e) {
      assertThat(e).isInstanceOf(ReplLoop.Ended.class);
    }
    assertThat(status.get()).isEqualTo(3);
  }

  // ---- errors -----------------------------------------------------------------------------------

  @Test
  void exception_ofAnInput_showsItsFramesOnly() {
    session.assertFails(
        """
        java.lang.IllegalStateException: boom
        \tat fail(#n:3)
        \tat (#n:1)
        """,
        "void fail() {\n  if (true)\n    throw new IllegalStateException(\"boom\");\n}",
        "fail()");
  }

  @Test
  void exception_ofATask_saysWhereItWasAwaited() {
    session.evaluate("await(createTask(() -> List.of().get(3)))");
    assertThat(session.err())
        .startsWith("java.lang.ArrayIndexOutOfBoundsException: ")
        .contains("\tat (#n:1)\n")
        .endsWith("\tat … awaited at (#n:1)\n")
        .doesNotContain("JShell", "jasyncio.cli");
  }

  @Test
  void compileError_caretUnderThePlace() {
    session.assertFails(
        """
        error: cannot find symbol
          int y = 1 + nothing;
                      ^^^^^^^
          symbol:   variable nothing
        """,
        "int y = 1 + nothing;");
  }

  @Test
  void compileError_usualOne_hasAHint() {
    assertThat(session.evaluate("await sleep(1)")).isFalse();
    assertThat(session.err()).contains("hint: await is a method: write await(…)");
    assertThat(
            session.evaluate(
                "var pending = new Future<Integer>(getRunningLoop())", "pending.get()"))
        .isFalse();
    assertThat(session.err())
        .endsWith("hint: a Future is awaited: write await(…), or waitFor(…) with a time limit\n");
  }

  @Test
  void monitorCall_compiles_hasAHint() {
    session.evaluate("var event = new Event()", "event.wait()");
    assertThat(session.err()).startsWith("hint: wait(…) is a method of every Object");
  }

  // ---- interrupts -------------------------------------------------------------------------------

  private static void interruptWhenShared(CountDownLatch latch) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            latch.await();
            loop.interrupt();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Test
  void interrupt_whileAnInputWaits_cancelsItAndNothingElse() {
    session.evaluate("var other = createTask(() -> sleep(3600))");
    interruptWhenShared(shared(1));
    session.assertFails("KeyboardInterrupt\n", "{ " + useShared() + " sleep(3600); }");
    session.assertGives("$n ==> false\n", "other.done()");
    session.evaluate("other.cancel()");
  }

  @Test
  void interrupt_ofACleanUp_waitsForIt() {
    interruptWhenShared(shared(1));
    session.assertFails(
        "KeyboardInterrupt\n",
        "int cleaned = 0",
        "try { " + useShared() + " sleep(3600); } finally { sleep(0.001); cleaned++; }");
    session.assertGives("cleaned ==> 1\n", "cleaned");
  }

  /// The first interrupt may come in front of the call; a person presses the key again.
  @Test
  void interrupt_ofABlockingCall_endsIt() {
    CountDownLatch latch = shared(1);
    CountDownLatch ended = new CountDownLatch(1);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            latch.await();
            do {
              loop.interrupt();
            } while (!ended.await(10, TimeUnit.MILLISECONDS));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    session.assertFails("KeyboardInterrupt\n", "{ " + useShared() + " Thread.sleep(3_600_000); }");
    ended.countDown();
  }

  @Test
  void interrupts_ofCodeThatNeverWaits_endIt() throws Exception {
    CountDownLatch latch = shared(1);
    interruptWhenShared(latch);
    interruptWhenShared(latch);
    session.assertFails("KeyboardInterrupt\n", "{ " + useShared() + " while (true) {} }");
    session.assertGives("$n ==> 1\n", "1");
  }

  @Test
  void interrupt_whileNothingRuns_nothing() {
    loop.interrupt();
    session.assertGives("$n ==> 1\n", "1");
  }

  // ---- completion -------------------------------------------------------------------------------

  private static List<String> completions(String text) {
    SnippetParser parser = new SnippetParser(CompletableFuture.completedFuture(session.engine()));
    var line = parser.parse(text, text.length(), org.jline.reader.Parser.ParseContext.COMPLETE);
    return new SnippetCompleter(CompletableFuture.completedFuture(session.engine()))
        .completions(text, text.length(), text.length() - line.wordCursor());
  }

  @Test
  void completion_names() {
    session.evaluate("var someLoop = getRunningLoop()");
    assertThat(completions("createTa")).containsExactly("createTask(");
    assertThat(completions("someLoop.isC")).containsExactly("isClosed()");
    assertThat(completions("1 + someL")).containsExactly("someLoop");
    assertThat(completions("nothingLikeThis")).isEmpty();
  }

  @Test
  void completion_commands() {
    assertThat(completions("/")).containsExactly("/exit", "/help", "/ps");
    assertThat(completions("/p")).containsExactly("/ps");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"void f() {", "1 +", "int x = 1; int y =", "if (true) {\n", "foo(", "\"\"\"\na"})
  void isIncomplete_begun_true(String text) {
    assertThat(session.engine().isIncomplete(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "int x = 1",
        "foo(1)",
        "await sleep(1)",
        "var x = await foo()",
        "}",
        "// a"
      })
  void isIncomplete_whole_false(String text) {
    assertThat(session.engine().isIncomplete(text)).isFalse();
  }

  @Test
  void interrupt_whileAnInputIsCompiled_keepsItFromRunning() {
    loop.beginInput();
    loop.interrupt();
    session.evaluate("IO.println(\"ran\")");
    loop.endInput();
    assertThat(session.err()).isEqualTo("KeyboardInterrupt\n");
    assertThat(session.out()).isEmpty();
  }

  // ---- tasks ------------------------------------------------------------------------------------

  @Test
  void snapshot_ofTasks_namesTheirInputsAndForWhatTheyWait() throws Exception {
    CountDownLatch latch = shared(1);
    session.evaluate(
        "var sleeper = createTask(() -> {\n  " + useShared() + "\n  sleep(3600);\n}, \"sleeper\")");
    latch.await();
    session.evaluate("sleep(0)");
    String tasks =
        session
            .engine()
            .restore(
                loop.ask(() -> LoopInfo.capture(loop.loop()).format()).get(60, TimeUnit.SECONDS));
    assertThat(tasks)
        .containsPattern(
            "\\nsleeper \\(<lambda>\\): waits for its sleep to end in [\\d.]+ s\\n    at .*\\(#\\d+:3\\)");
    session.evaluate("sleeper.cancel()", "sleep(0)");
  }
}
