package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.Stock;

/// A prompt in another program. Most tests are one session.
@Tag("slow") // JShell takes a while to start, and so does a JVM
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttachedReplTest {
  private static final String ALLOWED = "-Djasyncio.insight=repl";

  private static RunningProgram program;
  private static AttachedLoop loop;
  private static ReplSession session;

  @TempDir Path directory;
  private Output output;

  @BeforeAll
  static void startSession() throws Exception {
    program = RunningProgram.of(Stock.class, "one", ALLOWED);
    Visit visit = Visit.to("test", program.pid());
    JsonObject about = Visit.parse("test", visit.ask("repl-open", Map.of()));
    ClassPath classPath =
        ProgramPath.of(Sockets.rootOf(program.pid()), about).and(ClassPath.of(""));
    loop = new AttachedLoop(visit, about, classPath, System::nanoTime);
    session = new ReplSession(loop, classPath);
  }

  @AfterAll
  static void endSession() throws Exception {
    session.close();
    loop.close();
    program.close();
  }

  @BeforeEach
  void capture() {
    output = Output.capture();
  }

  @AfterEach
  void forget() {
    output.close();
    session.forget();
  }

  /// Has Ctrl-C pressed so many times as soon as something is printed.
  private static void interruptAtOutput(int times) {
    System.setOut(
        new PrintStream(new ByteArrayOutputStream(), true, UTF_8) {
          @Override
          public void print(String text) {
            for (int i = 0; i < times && text.contains("runs"); i++) {
              loop.interrupt();
            }
          }
        });
  }

  // ---- values -----------------------------------------------------------------------------------

  @Test
  void value_ofTheProgram_waitedFor() {
    session.assertGives("$n ==> 3\n", "shop.Stock.count()");
    session.assertGives(
        "$n ==> [3, 3]\n", "await(gather(() -> shop.Stock.count(), shop.Stock::count))");
    session.assertGives("$n ==> \"\\\"a\\\"\\n\"\n", "\"\\\"a\\\"\\n\"");
    session.assertGives("$n ==> int[2] { 1, 2 }\n", "new int[] {1, 2}");
    session.assertGives(
        "$n ==> \"main\"\n",
        "new shop.Stock().getClass() == shop.Stock.class ? \"main\" : \"other\"");
  }

  @Test
  void variable_changedByATask_hasItsCurrentValue() {
    session.assertGives("x ==> 1\n", "int x = 1");
    session.evaluate("var change = createTask(() -> { sleep(0.001); x = 2; })");
    session.assertGives("x ==> 2\n", "await(change)", "x");
  }

  @Test
  void task_ofAnInput_goesOnBetweenInputs() {
    session.evaluate(
        "var ticks = new AtomicInteger()",
        "var ticker = createTask(() -> { while (true) { sleep(0.001); ticks.incrementAndGet(); } })",
        "int before = ticks.get()");
    do { // each is an input
      session.evaluate("ticks.get() > before");
    } while (!session.out().contains("true"));
    session.assertGives("$n ==> true\n", "ticker.cancel()");
  }

  @Test
  void context_ofInputs_isOne() {
    session.assertGives(
        "$n ==> 7\n", "ContextVar<Integer> cv = ContextVar.of(\"cv\")", "cv.set(7)", "cv.get()");
  }

  @Test
  void declaration_ofSomethingUnknown_usableLater() {
    session.evaluate("int early() { return late(); }");
    session.assertFails("early cannot be used before there is method late()\n", "early()");
    session.assertGives("$n ==> 1\n", "int late() { return 1; }", "early()");
  }

  @Test
  void typesOfTheProgram_whereBranchesMeet() {
    session.assertGives(
        "$n ==> true\n",
        "Object either(boolean b) { var e = b ? new shop.Stock() : new ArrayList<>(); for (int i = 0;"
            + " i < 3; i++) {} return e; }",
        "either(true) instanceof shop.Stock");
  }

  @Test
  void value_thatIsLarge_isCut() {
    assertThat(session.evaluate("\"a\".repeat(1_000_000)")).isTrue();
    assertThat(session.out()).hasSizeLessThan(1100).endsWith("a\"… 999,000 more characters\n");
    session.evaluate("IntStream.range(0, 100_000).boxed().toList()");
    assertThat(session.out()).hasSizeLessThan(1100).endsWith(" more]\n");
  }

  @Test
  void classOfManyParts_isLoaded() {
    session.assertGives(
        "big ==> 90000\n",
        "int big = \""
            + "a".repeat(60_000)
            + "\".length() + "
            + "\""
            + "b".repeat(30_000)
            + "\".length()");
  }

  // ---- output -----------------------------------------------------------------------------------

  @Test
  void output_ofInputs_atThePrompt() {
    session.assertGives(
        "",
        "{ IO.println(\"ä\"); System.out.printf(\"%d%n\", 2); List.of(3, 4).forEach(IO::println); }");
    assertThat(output.out()).isEqualTo("ä\n2\n3\n4\n");
    session.evaluate("shop.Stock.print()");
    assertThat(output.out()).doesNotContain("program");
  }

  // ---- errors -----------------------------------------------------------------------------------

  @Test
  void exception_ofTheProgram_hasItsFrames() {
    session.evaluate("shop.Stock.sell(4)");
    assertThat(session.err())
        .matches(
            """
            java.lang.IllegalStateException: sold out
            \tat shop\\.Stock\\.sell\\(Stock\\.java:\\d+\\)
            \tat \\(#n:1\\)
            Caused by: java\\.lang\\.IllegalArgumentException: winter
            \t\\.\\.\\. 2 more
            """);
  }

  @Test
  void exceptions_ofAGroup_areATree() {
    session.evaluate("taskGroup(tg -> { tg.createTask(() -> shop.Stock.sell(4)); })");
    assertThat(session.err())
        .contains("jasyncio.ExceptionGroup: ", " 1 ----", "IllegalStateException: sold out")
        .doesNotContain("jasyncio.cli", "JShell");
  }

  @Test
  void error_whoseMethodsFail_isNamed() {
    session.assertFails(
        "Odd\n",
        "class Odd extends Error { public String toString() { throw this; } }",
        "throw new Odd()");
    session.assertFails("Odd\n", "new Object() { public String toString() { throw new Odd(); } }");
    session.assertGives("$n ==> 3\n", "shop.Stock.count()");
  }

  @Test
  void compileError_hasAHint() {
    assertThat(session.evaluate("await sleep(1)")).isFalse();
    assertThat(session.err()).contains("hint: await is a method: write await(…)");
  }

  @Test
  void errorsThatEndLoops_endNothing() {
    session.assertFails("KeyboardInterrupt\n", "throw new KeyboardInterrupt()");
    session.evaluate("throw new CancelledError()");
    assertThat(session.err()).startsWith("jasyncio.CancelledError");
    session.evaluate("throw new StackOverflowError()");
    session.assertGives("$n ==> 3\n", "shop.Stock.count()");
  }

  // ---- interrupts -------------------------------------------------------------------------------

  @Test
  void interrupt_whileAnInputWaits_cancelsIt() {
    interruptAtOutput(1);
    session.assertFails(
        "KeyboardInterrupt\n",
        "int cleaned = 0",
        "try { IO.println(\"runs\"); sleep(3600); } finally { sleep(0.001); cleaned++; }");
    session.assertGives("cleaned ==> 1\n", "cleaned");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"while (true) {}", "Thread.sleep(3_600_000);", "new CountDownLatch(1).await();"})
  void interrupts_ofCodeThatHoldsUpTheLoop_endIt(String code) {
    interruptAtOutput(2);
    session.assertFails("KeyboardInterrupt\n", "{ IO.println(\"runs\"); " + code + " }");
    session.assertGives("$n ==> 3\n", "shop.Stock.count()");
  }

  @Test
  void interrupts_ofACleanUpThatWaits_endIt() {
    interruptAtOutput(1);
    session.assertFails(
        "KeyboardInterrupt\n",
        """
        try {
          IO.println("runs");
          sleep(3600);
        } finally {
          IO.println("runs");
          sleep(3600);
        }
        """);
    session.assertGives("$n ==> 3\n", "shop.Stock.count()");
    session.assertGives("$n ==> false\n", "Thread.interrupted()");
  }

  @Test
  void interrupt_whileAnInputIsCompiled_keepsItFromRunning() {
    loop.beginInput();
    loop.interrupt();
    session.evaluate("shop.Stock.apples = 0");
    loop.endInput();
    assertThat(session.err()).isEqualTo("KeyboardInterrupt\n");
    session.assertGives("$n ==> 3\n", "shop.Stock.count()");
  }

  @Test
  void interrupts_ofWhatNothingEnds_leaveItAlone() throws Exception {
    interruptAtOutput(3);
    session.assertFails("KeyboardInterrupt\n", "{ IO.println(\"runs\"); shop.Stock.LINE.join(); }");
    assertThat(output.err())
        .isEqualTo("the input goes on in the program, and is not waited for any more\n");
    program.process().getOutputStream().write('\n');
    program.process().getOutputStream().flush();
    session.assertGives("$n ==> \"typed\"\n", "shop.Stock.LINE.join()");
  }

  // ---- a loop that is held up -------------------------------------------------------------------

  /// A program that there is not, whose loop begins with an input after so many questions.
  private static AttachedLoop heldUp(int questions, long secondsEach) throws Exception {
    var now = new AtomicLong();
    var asked = new AtomicInteger();
    var answers =
        new Answers() {
          @Override
          public String ask(String question, Map<String, String> values) {
            now.addAndGet(TimeUnit.SECONDS.toNanos(secondsEach));
            return switch (question) {
              case "repl-invoke", "repl-result" ->
                  asked.getAndIncrement() < questions
                      ? "{\"running\":true,\"begun\":false,\"heldUpFor\":0}"
                      : "{\"text\":\"v1\"}";
              default -> "{\"text\":\"\"}";
            };
          }

          @Override
          public void close() {}
        };
    JsonObject about = new JsonObject();
    about.addProperty("pid", 4711);
    about.addProperty("loop", "loop-1");
    return new AttachedLoop(answers, about, ClassPath.of(""), now::get);
  }

  @Test
  void loop_thatIsHeldUp_isTold_once() throws Exception {
    try (AttachedLoop other = heldUp(5, 1)) {
      assertThat(other.run("X.y")).isEqualTo("v1");
    }
    assertThat(output.err())
        .isEqualTo(
            "still waiting: something holds up the event loop, which 'jasyncio ps 4711' names; Ctrl-C"
                + " cancels what waits, twice breaks off the input, three times leaves it alone\n");
  }

  @Test
  void loop_thatBeginsSoon_isNotToldOf() throws Exception {
    try (AttachedLoop other = heldUp(5, 0)) {
      assertThat(other.run("X.y")).isEqualTo("v1");
    }
    assertThat(output.err()).isEmpty();
  }

  // ---- the class path ---------------------------------------------------------------------------

  @Test
  void path_ofAProgram_whatCanBeReadOfIt() throws Exception {
    Path modules = Files.createDirectories(directory.resolve("root/app/modules"));
    Files.createFile(modules.resolve("a.jar"));
    Files.createFile(modules.resolve("readme.txt"));
    Files.createDirectories(modules.resolve("exploded"));
    Files.createFile(modules.resolve("exploded/module-info.class"));
    Path classes = Files.createDirectories(directory.resolve("root/app/classes"));
    JsonObject about =
        JsonParser.parseString(
                "{\"classPath\":[\"/app/classes\",\"/app/none.jar\"],\"modulePath\":[\"/app/modules\"]}")
            .getAsJsonObject();
    ProgramPath path = ProgramPath.of(directory.resolve("root"), about);
    assertThat(path.missing()).containsExactly("/app/none.jar");
    assertThat(path.entries())
        .containsExactlyInAnyOrder(classes, modules.resolve("a.jar"), modules.resolve("exploded"));
    ClassPath own = ClassPath.of(directory.toString());
    assertThat(path.and(own).entries())
        .startsWith(classes)
        .endsWith(own.library().getLast())
        .contains(directory);
  }

  // ---- the command ------------------------------------------------------------------------------

  private record Result(int status, String out, String err) {}

  private static Result repl(String input, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "repl";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    InputStream before = System.in;
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    System.setIn(new ByteArrayInputStream(input.getBytes(UTF_8)));
    try (Output captured = Output.capture()) {
      int status = Main.execute(all);
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("jasyncio-repl")) {
          assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
        }
      }
      return new Result(status, captured.out(), captured.err());
    } catch (Throwable e) {
      throw new AssertionError(e);
    } finally {
      System.setIn(before);
      Thread.currentThread().setContextClassLoader(loader);
    }
  }

  private static void assertRefused(String sentence, String... arguments) {
    assertThat(repl("1\n", arguments))
        .isEqualTo(new Result(ExitStatus.FAILED, "", "jasyncio repl: " + sentence + "\n"));
  }

  @Test
  void program_thatDoesNotAllowIt_isLeftAlone() throws Exception {
    try (RunningProgram other =
        RunningProgram.of(Stock.class, "one", "-Djasyncio.insight=control")) {
      assertRefused(
          "the program does not allow to run code in it from outside: it must be started with"
              + " -Djasyncio.insight=repl",
          other.pid());
    }
  }

  @Test
  void loops_several_oneIsChosen() throws Exception {
    Path socket = directory.resolve("insight");
    try (RunningProgram other =
        RunningProgram.of(Stock.class, "two", "-Djasyncio.insight=repl,socket:" + socket)) {
      assertRefused(
          "several event loops run in the program; --loop takes one of loop-1, loop-2",
          socket.toString());
      assertRefused(
          "no event loop x runs in the program, but loop-1, loop-2", "--loop=x", socket.toString());
      Result result = repl("shop.Stock.count()\n/ps\n", "--loop=loop-2", socket.toString());
      assertThat(result.err()).isEmpty();
      assertThat(result.out())
          .startsWith("$1 ==> 3\n")
          .contains("loop-1: 1 task,", "loop-2: 1 task,", "waiting")
          .doesNotContain("prompt");
    }
  }

  @Test
  void session_endsByCommand_andTheProgramGoesOn() throws Exception {
    try (RunningProgram other = RunningProgram.of(Stock.class, "one", ALLOWED)) {
      assertThat(repl("IO.print(1)\n/exit 4\n2\n", other.pid())).isEqualTo(new Result(4, "1", ""));
      assertThat(repl("throw new SystemExit(3)\n1\n", other.pid()))
          .isEqualTo(new Result(3, "", ""));
      assertThat(repl("shop.Stock.apples\n", other.pid()))
          .isEqualTo(new Result(ExitStatus.OK, "$1 ==> 3\n", ""));
    }
  }

  @Test
  void visitor_whoLeavesWhileAnInputComputes_hasItBrokenOff() throws Exception {
    var begun = new CountDownLatch(1);
    System.setOut(
        new PrintStream(new ByteArrayOutputStream(), true, UTF_8) {
          @Override
          public void print(String text) {
            if (text.contains("runs")) {
              begun.countDown();
            }
          }
        });
    try (RunningProgram other = RunningProgram.of(Stock.class, "one", ALLOWED);
        Visit visit = Visit.to("test", other.pid())) {
      JsonObject about = Visit.parse("test", visit.ask("repl-open", Map.of()));
      var left = new AttachedLoop(visit, about, ClassPath.of(""), System::nanoTime);
      var none = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
      try (var prompt =
          new ReplEngine(
              left.execution(ReplSession.LIMIT),
              ClassPath.of(""),
              none,
              none,
              new Colours(false))) {
        Thread input =
            Thread.ofPlatform()
                .start(() -> prompt.evaluate("{ IO.println(\"runs\"); while (true) {} }"));
        begun.await();
        visit.close();
        input.join();
      }
      assertThat(repl("1 + 1\n", other.pid()))
          .isEqualTo(new Result(ExitStatus.OK, "$1 ==> 2\n", ""));
    }
  }

  @Test
  void program_thatEnds_isTold() throws Exception {
    try (RunningProgram other = RunningProgram.of(Stock.class, "one", ALLOWED)) {
      assertThat(repl("1\nRuntime.getRuntime().halt(0)\n2\n", other.pid()))
          .isEqualTo(
              new Result(
                  ExitStatus.FAILED,
                  "$1 ==> 1\n",
                  "jasyncio repl: process " + other.pid() + " has ended\n"));
    }
  }

  @Test
  void loop_thatEnds_isTold() throws Exception {
    try (RunningProgram other = RunningProgram.of(Stock.class, "one", ALLOWED)) {
      Result result = repl("{ shop.Stock.end(); sleep(3600); }\n2\n", other.pid());
      assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .endsWith(
              "jasyncio repl: the event loop loop-1 of process " + other.pid() + " has ended\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--loop=x, , --loop is one of a running program: it needs a PID",
    "--debug, 1, '--debug, --fibers and --blocking are for a loop of its own, not with a PID'",
    "--fibers=portable, 1, '--debug, --fibers and --blocking are for a loop of its own, not with a"
        + " PID'",
    "-cp=., a.java, unexpected argument a.java; did you mean 'jasyncio run a.java'?",
    "-cp=., x, 'PID is the number of a process, or the path of a socket, not x'",
  })
  void arguments_thatMakeNoSense_saidWhy(String option, String pid, String sentence) {
    Result result = pid == null ? repl("", option) : repl("", option, pid);
    assertThat(result)
        .isEqualTo(
            new Result(
                ExitStatus.USAGE,
                "",
                "jasyncio repl: " + sentence + "\nTry 'jasyncio repl --help'.\n"));
  }
}
