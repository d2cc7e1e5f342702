package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimCommandTest {
  /// Relies on the order of two tasks; all there is to be tried is soon tried.
  private static final String ORDERS =
      """
      //DEPS io.github.jasyncio:jasyncio-testing:9.9.9
      import static jasyncio.Asyncio.*;
      import jasyncio.testing.Explore;
      import java.util.ArrayList;

      class Orders {
        @Explore(level = Explore.Level.CHAOS, strategy = Explore.Strategy.EXHAUSTIVE)
        void firstComesFirst() {
          System.out.println("{} of a test");
          var order = new ArrayList<String>();
          var first = createTask(() -> order.add("first"), "first");
          var second = createTask(() -> order.add("second"), "second");
          await(first);
          await(second);
          if (!order.getFirst().equals("first")) {
            throw new IllegalStateException("out of order");
          }
        }
      }
      """;

  @TempDir Path dir;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  /// What a command has done.
  private record Ended(int status, String out, String err) {}

  private Ended sim(String... args) throws Throwable {
    var line = new ArrayList<>(List.of("sim"));
    line.addAll(List.of(args));
    try (Output output = Output.capture()) {
      int status = Main.execute(line.toArray(String[]::new));
      return new Ended(status, output.out(), output.err());
    }
  }

  private JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  @Test
  void failure_isToldWhole_andKnownTheNextTime_andFixedWhenItIsMended() throws Throwable {
    var file = write("Orders.java", ORDERS);
    var report = dir.resolve("sim.json");

    var first = sim("--jobs=2", "--json=" + report, file.toString());
    assertThat(first.err()).isEmpty();
    assertThat(first.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(first.out())
        .contains(
            "new failure: test Orders.firstComesFirst() failed in run ",
            "java.lang.IllegalStateException: out of order",
            "\n  again:   jasyncio sim --replay j1:",
            " of 1 test in ",
            "2 jobs",
            "these are all runs",
            "\n1 failure: 1 new\n")
        .doesNotContain("{} of a test");
    var all = json(report);
    assertThat(all.get("status").getAsInt()).isEqualTo(1);
    assertThat(all.getAsJsonArray("failures")).hasSize(1);
    var failure = all.getAsJsonArray("failures").get(0).getAsJsonObject();
    assertThat(failure.get("state").getAsString()).isEqualTo("new");
    var replay = failure.get("replay").getAsString();
    assertThat(dir.resolve("sim-corpus/Orders.firstComesFirst.seeds"))
        .content()
        .contains("fails " + replay);

    var second = sim("--jobs=1", file + "#firstComesFirst");
    assertThat(second.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(second.out())
        .startsWith("known: test Orders.firstComesFirst() failed when it was replayed")
        .contains("\n1 failure: 1 known\n");

    var once = sim("--replay", replay, file.toString());
    assertThat(once.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(once.out())
        .startsWith("test Orders.firstComesFirst() failed when it was replayed")
        .contains("task 'second' runs before task 'first'", "\nall events:\n");

    var plain = sim("--replay", "j1:", file.toString());
    assertThat(plain.status()).isEqualTo(ExitStatus.OK);
    assertThat(plain.out()).startsWith("test Orders.firstComesFirst() passes in this run\n");

    write("Orders.java", ORDERS.replace("getFirst().equals(\"first\")", "contains(\"first\")"));
    var mended = sim("--jobs=1", "--json=" + report, file.toString());
    assertThat(mended.status()).isEqualTo(ExitStatus.OK);
    assertThat(mended.out())
        .startsWith("fixed: test Orders.firstComesFirst() passes in a run in which it failed")
        .contains("\nno failures; 1 fixed\n");
    assertThat(json(report).getAsJsonArray("fixed")).hasSize(1);
  }

  @Test
  void interrupt_endsIt_withASummary() throws Throwable {
    var file =
        write("Endless.java", ORDERS.replace("EXHAUSTIVE", "RANDOM").replace("Orders", "Endless"));
    var out = new ByteArrayOutputStream();
    var campaign = new SimCampaign[1];
    var stream =
        new PrintStream(out, true, UTF_8) {
          @Override
          public void println(String line) {
            super.println(line);
            campaign[0].interrupt(); // as by Ctrl-C, as soon as something was found
          }
        };
    var progress = new SimProgress(stream, false, System::nanoTime, 3600);
    try (var target = SimTarget.of(file.toString(), "")) {
      campaign[0] = new SimCampaign(target, dir.resolve("kept"), 3600, 1, stream, progress);
      campaign[0].run();
    }
    assertThat(out.toString(UTF_8)).contains("new failure: test Endless.firstComesFirst()");
    assertThat(campaign[0].summary()).startsWith("\ninterrupted\n").contains("1 failure: 1 new");
    assertThat(campaign[0].status()).isEqualTo(ExitStatus.FAILED);
    assertThat(campaign[0].json().get("interrupted").getAsBoolean()).isTrue();
  }

  @Test
  void test_thatEndsTheJvm_isTold() throws Throwable {
    var file =
        write(
            "Ends.java",
            """
            import jasyncio.testing.Explore;
            class Ends {
              @Explore
              void all() {
                System.exit(3);
              }
            }
            """);
    var ended = sim("--jobs=1", file.toString());
    assertThat(ended.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(ended.out()).contains("a job ended by itself, with status 3: ");
  }

  @Test
  void class_onTheClassPath_isExplored() throws Throwable {
    var file = write("Orders.java", ORDERS);
    try (var target = SimTarget.of(file.toString(), "")) {
      var ended =
          sim(
              "--jobs=1",
              "--corpus=" + dir.resolve("kept"),
              "--class-path=" + target.compiled(),
              "Orders");
      assertThat(ended.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(ended.out()).contains("jasyncio sim --replay j1:").contains(" Orders#firstComes");
      assertThat(dir.resolve("kept")).isNotEmptyDirectory();
    }
  }

  // ---- mistakes ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sim                           | jasyncio sim: which test? Give a class, or the name of a .java file, with @Explore methods
          sim --minutes x A.java        | jasyncio sim: --minutes takes a number, not x
          sim --minutes 0 A.java        | jasyncio sim: --minutes is more than 0, and at most a week; not 0.0
          sim --jobs 0 A.java           | jasyncio sim: --jobs is 1 to 1000, not 0
          sim --mintues 1 A.java        | jasyncio sim: unknown option --mintues; did you mean --minutes?
          sim nope.java                 | jasyncio: no such file: nope.java
          sim nope/nope                 | jasyncio sim: nope/nope is neither the name of a class nor of a .java file
          sim A.java#                   | jasyncio sim: which method? Nothing is behind the # of A.java#
          sim --json no/dir/x A.java    | jasyncio sim: there is no directory
          sim --class-path nope A       | jasyncio: no such jar or directory on the class path: nope
          """)
  void mistake_inTheCommandLine_isToldInOneSentence(String line, String message) throws Throwable {
    try (Output output = Output.capture()) {
      int status = Main.execute(line.split(" ", -1));
      assertThat(output.err()).startsWith(message);
      assertThat(output.out()).isEmpty();
      assertThat(status).isNotEqualTo(ExitStatus.OK);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Orders.java#nope              | jasyncio sim: Orders.java has no @Explore method named nope
          Nothing.java                  | jasyncio sim: Nothing.java has no @Explore method
          no.such.Test                  | jasyncio sim: there is no class no.such.Test on the class path
          """)
  void mistake_inTheTest_isToldInOneSentence(String test, String message) throws Throwable {
    write("Orders.java", ORDERS);
    write("Nothing.java", "class Nothing {}");
    boolean isFile = test.contains(".java");
    var ended = sim("--jobs=2", isFile ? dir + "/" + test : test);
    assertThat(ended.err().replace(dir + "/", "")).isEqualTo(message + "\n");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.status()).isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void run_thatIsNone_isToldOf() throws Throwable {
    var file = write("Orders.java", ORDERS);
    var ended = sim("--replay=nonsense", file.toString());
    assertThat(ended.err())
        .isEqualTo("jasyncio sim: 'nonsense' is no run to replay: it must begin with j1:\n");
    assertThat(ended.status()).isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void file_thatDoesNotCompile_isTheCompilersMatter() throws Throwable {
    var file = write("Broken.java", "class Broken { int x = \"\"; }");
    var ended = sim(file.toString());
    assertThat(ended.err()).contains("Broken.java:1: error: incompatible types");
    assertThat(ended.status()).isEqualTo(ExitStatus.FAILED);
  }

  @Test
  void help_saysAll() throws Throwable {
    var help = sim("--help");
    assertThat(help.status()).isEqualTo(ExitStatus.OK);
    assertThat(help.out())
        .startsWith("Usage: jasyncio sim [OPTION]... TESTCLASS|FILE.java[#METHOD]\n")
        .contains(
            "--minutes=MINUTES",
            "--jobs=N",
            "--corpus=DIR",
            "--replay=CODE",
            "--json=FILE",
            "--class-path=PATH",
            "Exit status:",
            "Examples:");
    assertThat(help.out().lines().mapToInt(String::length).max().orElseThrow())
        .isLessThanOrEqualTo(80);
  }
}
