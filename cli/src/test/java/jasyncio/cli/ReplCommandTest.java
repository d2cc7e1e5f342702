package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Filter;
import java.util.logging.Logger;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `jasyncio repl` with its inputs from a pipe.
@Tag("slow") // JShell takes a while to start
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplCommandTest {
  @TempDir Path dir;

  private record Result(int status, String out, String err) {}

  private static Result repl(String input, String... options) throws Throwable {
    String[] args = new String[options.length + 1];
    args[0] = "repl";
    System.arraycopy(options, 0, args, 1, options.length);
    var failures = new ConcurrentLinkedQueue<Throwable>();
    UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
    InputStream before = System.in;
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> failures.add(e));
    System.setIn(new ByteArrayInputStream(input.getBytes(UTF_8)));
    try (Output output = Output.capture()) {
      int status = Main.execute(args);
      assertThat(conversationEnds()).isTrue();
      assertThat(failures).isEmpty();
      return new Result(status, output.out(), output.err());
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(handler);
      System.setIn(before);
      Thread.currentThread().setContextClassLoader(loader);
    }
  }

  /// Whether the thread that reads has ended, after the loop has; and the one that starts the
  /// engine, which a short session does not wait for.
  private static boolean conversationEnds() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("jasyncio-repl") && !thread.join(Duration.ofSeconds(60))) {
        return false;
      }
    }
    return true;
  }

  @Test
  void piped_inputs_resultsWithoutPrompts() throws Throwable {
    assertThat(
            repl(
                """
                await(gather(() -> 1, () -> 2))
                int twice(int x) {
                  return 2 * x;
                }
                foo(1)
                IO.println(twice(3))
                """))
        .isEqualTo(
            new Result(
                0,
                "$1 ==> [1, 2]\ncreated method twice(int)\n6\n",
                """
                error: cannot find symbol
                  foo(1)
                  ^^^
                  symbol:   method foo(int)
                """));
  }

  @Test
  void piped_endInTheMiddle_anError() throws Throwable {
    Result result = repl("int f() {");
    assertThat(result.err()).startsWith("error: reached end of file while parsing\n");
    assertThat(result.status()).isZero();
  }

  @Test
  void ps_withOptions_showsSomeTasks() throws Throwable {
    Result result =
        repl(
            """
            createTask(() -> sleep(3600), "db one");
            createTask(() -> await(getRunningLoop().createFuture()), "other");
            sleep(0)
            /ps --name 'db *'
            /ps --state waiting --waiting-on 'A FUTURE'
            /ps --older 1e5
            /ps --nmae x
            /ps --state lost
            """);
    assertThat(result.out())
        .containsPattern(
            "1 task of <[^\n]*\ndb one [^\n]*(\n    at [^\n]*)*\n1 task of <[^\n]*\nother ")
        .contains("\n0 tasks of <");
    assertThat(result.err())
        .isEqualTo(
            """
            /ps: unknown --nmae; it takes --name, --state, --waiting-on, --older and --limit
            /ps: --state is one of new, running, ready, waiting, blocked; not lost
            """);
  }

  @Test
  void end_tasks_areCancelled() throws Throwable {
    assertThat(
            repl("""
            createTask(() -> { try { sleep(3600); } finally { IO.println("cleaned up"); } });
            sleep(0)
            """)
                .out())
        .endsWith("\ncleaned up\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                          | 0
          throw new RuntimeException()                | 0
          /exit                                       | 0
          /exit 3                                     | 3
          exit()                                      | 0
          throw new SystemExit(4)                     | 4
          createTask(() -> { throw new SystemExit(5); }); sleep(3600) | 5
          throw new KeyboardInterrupt()               | 130
          """)
  void end_exitStatus(String input, int status) throws Throwable {
    Result result = repl(input + "\nIO.println(\"on\")\n");
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.out().endsWith("on\n")).isEqualTo(status == 0 && !input.contains("exit"));
  }

  @Test
  void limit_ofValues_asGiven() throws Throwable {
    String input = "\"a\".repeat(6000)\n";
    assertThat(repl(input).out()).endsWith("a\"… 1,000 more characters\n");
    assertThat(repl(input, "--limit=2").out()).isEqualTo("$1 ==> \"aa\"… 5,998 more characters\n");
    assertThat(repl(input, "--limit=0").out()).hasSizeGreaterThan(6000).endsWith("a\"\n");
    assertThat(repl("", "--limit=-1").err())
        .isEqualTo("jasyncio repl: --limit is 0 or more, not -1\nTry 'jasyncio repl --help'.\n");
  }

  @Test
  void commands_psHelpAndUnknown() throws Throwable {
    Result result =
        repl(
            """
            /ps
            createTask(() -> sleep(3600), "sleeper");
            sleep(0)
            /ps
            /help
            /foo
            """);
    assertThat(result.out())
        .startsWith("0 tasks of ")
        .contains("\nsleeper (<lambda>): waits for its sleep to end in ")
        .contains("/exit [STATUS]");
    assertThat(result.err()).isEqualTo("there is no command /foo; /help lists them\n");
  }

  @Test
  void commands_badArguments_saidWhatTheyTake() throws Throwable {
    assertThat(repl("/ps x\n/help x\n/exit x\n/exit 0\n").err())
        .isEqualTo(
            """
            /ps: unknown x; it takes --name, --state, --waiting-on, --older and --limit
            /help takes no argument
            /exit takes an exit status, as in /exit 3
            """);
  }

  @Test
  void value_whoseTextIsNull_doesNotEndTheSession() throws Throwable {
    Result result = repl("new Object() { public String toString() { return null; } }\n\"on\"\n");
    assertThat(result.out()).contains(" ==> \"on\"\n");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void task_thatFailed_andIsKept_isToldOfAtTheEnd() throws Throwable {
    var told = new ArrayList<String>();
    var logger = Logger.getLogger("jasyncio");
    Filter before = logger.getFilter();
    logger.setFilter(record -> {
      told.add(record.getMessage());
      return false;
    });
    try {
      repl(
          "var task = createTask(() -> { throw new IllegalStateException(\"boom\"); })\nsleep(0)\n");
    } finally {
      logger.setFilter(before);
    }
    assertThat(told).singleElement().asString().startsWith("Task exception was never retrieved");
  }

  @Test
  void recursion_withoutEnd_isFolded() throws Throwable {
    Result result = repl("int f(int n) { return f(n + 1); }\nf(0)\n");
    assertThat(result.err()).contains("StackOverflowError", "[the same line ").hasLineCount(5);
  }

  @Test
  void classPath_thatIsNotThere_refused() throws Throwable {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> ClassPath.of("no-such.jar"))
        .withMessage("jasyncio: no such jar or directory on the class path: no-such.jar");
  }

  @Test
  void classPath_classes_seen() throws Throwable {
    Path source =
        Files.writeString(
            dir.resolve("Lib.java"),
            "package lib; public class Lib { public static int f() { return 7; } }");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", dir.toString(), source.toString()))
        .isZero();
    assertThat(repl("lib.Lib.f()", "--class-path", dir.toString()).out()).isEqualTo("$1 ==> 7\n");
    assertThat( // where branches meet, what they have in common must be found out
            repl(
                    "(Math.random() < 2 ? new lib.Lib() : new ArrayList<>()).hashCode() != 0.5",
                    "--class-path",
                    dir.toString())
                .out())
        .isEqualTo("$1 ==> true\n");
  }

  @Test
  void launcher_classes_notSeen() throws Throwable {
    assertThat(repl("picocli.CommandLine.class").err())
        .startsWith("error: package picocli does not exist\n");
    assertThat(repl("Class.forName(\"picocli.CommandLine\")").err())
        .startsWith("java.lang.ClassNotFoundException");
  }

  @ParameterizedTest
  @ValueSource(strings = {"repl --help", "help repl"})
  void help_namesEverything(String line) throws Throwable {
    try (Output output = Output.capture()) {
      assertThat(Main.execute(line.split(" ", -1))).isEqualTo(ExitStatus.OK);
      assertThat(output.out())
          .startsWith("Usage: jasyncio repl [OPTION]... [PID]\n")
          .contains("--debug", "--fibers=KIND", "--blocking=POLICY", "--class-path=PATH", "Ctrl-C");
      assertThat(output.out().lines().mapToInt(String::length).max().orElseThrow())
          .isLessThanOrEqualTo(80);
    }
  }

  @Test
  void arguments_none_areTaken() throws Throwable {
    for (List<String> each :
        List.of(
            List.of(
                "1234x",
                "jasyncio repl: PID is the number of a process, or the path of a socket, not 1234x"),
            List.of(
                "a.java",
                "jasyncio repl: unexpected argument a.java; did you mean 'jasyncio run a.java'?"),
            List.of(
                "--fibers=x",
                "jasyncio repl: --fibers is one of auto, scheduled, portable; not x"))) {
      Result result = repl("", each.getFirst());
      assertThat(result.status()).isEqualTo(ExitStatus.USAGE);
      assertThat(result.err().lines()).startsWith(each.get(1));
    }
  }
}
