package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `jasyncio report` of files that Flight Recorder has written.
class RecordingReaderTest {
  @TempDir Path directory;

  /// As the library tells of a turn.
  @Name("jasyncio.Turn")
  @StackTrace(false)
  static class Turn extends Event {
    String loop;
    long number;
    long wokenBy;

    @Timespan(Timespan.NANOSECONDS)
    long queued;

    String who;
    int task;
    String coroutine;
    boolean first;
    boolean last;

    @Timespan(Timespan.NANOSECONDS)
    long waited;

    String waitedFor;
    String waitKind;
  }

  /// As the library tells of a turn that is cut off.
  @Name("jasyncio.CutTurn")
  @StackTrace(false)
  static class CutTurn extends Event {
    String loop = "loop-1";
    String who = "stuck";
    int task = 9;
    String coroutine = "Main.stuck";

    @Timespan(Timespan.NANOSECONDS)
    long lasted = 5_000_000_000L;

    @Timespan(Timespan.NANOSECONDS)
    long before;

    @Timespan(Timespan.NANOSECONDS)
    long ago;

    boolean begunBefore = true;
    boolean goesOn = true;
    boolean last;
    String doing = "it computes";
    String seenAt = "at Main.stuck(Main.java:3)";
  }

  /// As the library tells that from now on turns are recorded.
  @Name("jasyncio.TurnsBegin")
  @StackTrace(false)
  static class TurnsBegin extends Event {
    String loop = "loop-1";
  }

  /// As another version might.
  @Name("jasyncio.Turn")
  static class OtherTurn extends Event {
    String loop;
  }

  /// As the library tells of a slow step.
  @Name("jasyncio.Step")
  @StackTrace(false)
  static class Step extends Event {
    String loop;
    String who;
    String seenAt;
  }

  private static void tellTurn(
      long number, long wokenBy, String who, int task, boolean first, boolean last) {
    var turn = new Turn();
    turn.loop = "loop-1";
    turn.number = number;
    turn.wokenBy = wokenBy;
    turn.who = who;
    turn.task = task;
    turn.coroutine = task == 0 ? null : "Main." + who;
    turn.first = first;
    turn.last = last;
    turn.waited = first || task == 0 ? 0 : 1;
    turn.waitedFor = first || task == 0 ? null : "its sleep to end in 3.14 s";
    turn.waitKind = first ? null : "TIMER";
    turn.begin();
    if (number == 3) {
      var step = new Step();
      step.loop = "loop-1";
      step.who = who;
      step.seenAt = "Main.parse(Main.java:7)\n    Main.main(Main.java:2)\n";
      step.begin();
      System.gc();
      step.commit();
    }
    turn.commit();
  }

  private Path record(Runnable telling) throws IOException {
    Path file = directory.resolve("test.jfr");
    try (var recording = new Recording()) {
      recording.setSettings(
          Map.of(
              "jasyncio.Turn#enabled", "true",
              "jasyncio.Step#enabled", "true",
              "jdk.GCPhasePause#enabled", "true"));
      recording.start();
      telling.run();
      recording.stop();
      recording.dump(file);
    }
    return file;
  }

  private Path record() throws IOException {
    return record(() -> {
      tellTurn(1, 0, "main", 1, true, false);
      tellTurn(2, 0, "call\u001b[31mback", 0, false, false);
      tellTurn(3, 2, "main", 1, false, true);
      tellTurn(5, 3, "other", 2, true, false);
    });
  }

  @Test
  void recording_ofALoopThatWasHeldUpAllTheTime_saysSo() throws Throwable {
    Result result = report(record(() -> new CutTurn().commit()).toString());
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .contains("test.jfr: 5.0 s from ", ", 1 turn, ")
        .contains(
            "\nloop-1 was held up all the time that was recorded of it, 5.0 s, by task stuck #9 (Main.stuck):"
                + " it computes, at Main.stuck(Main.java:3).\n")
        .contains("\n1. 5.0 s  stuck #9 (Main.stuck), from 0.000 s\n");
  }

  @Test
  void recording_thatBeginsLongAfterItWasAskedFor_isMeasuredFromThere() throws Throwable {
    Path file = directory.resolve("late.jfr");
    try (var recording = new Recording()) {
      recording.setName("jasyncio record");
      recording.setMaxSize(7_000_000);
      recording.setSettings(
          Map.of("jdk.ActiveRecording#enabled", "true", "jasyncio.Turn#enabled", "true"));
      recording.start();
      new TurnsBegin().commit();
      tellTurn(1, 0, "main", 1, true, true);
      recording.stop();
      recording.dump(file);
    }
    var recorded = RecordingReader.read("jasyncio report", file, _ -> {}).recorded();
    var begin =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("jasyncio.TurnsBegin"))
            .findFirst()
            .orElseThrow();
    assertThat(Instant.EPOCH.plusNanos(recorded.start())).isEqualTo(begin.getStartTime());
  }

  @Test
  void recording_ofLoopsThatHadNothingToDo_saysSo() throws Throwable {
    Path file = directory.resolve("idle.jfr");
    try (var recording = new Recording()) {
      recording.setName("jasyncio record");
      recording.setMaxSize(7_000_000);
      recording.setSettings(Map.of("jdk.ActiveRecording#enabled", "true"));
      recording.start();
      recording.stop();
      recording.dump(file);
    }
    assertThat(report(file.toString()).err())
        .contains("idle.jfr has no turns: in the ")
        .contains("the program's loops had nothing to do, or none ran");
  }

  /// The program began half a minute before the first chunk that was kept, as the file says.
  @Test
  void recording_ofWhichOnlyTheEndIsKept_isSaid() throws Throwable {
    Path file = directory.resolve("kept.jfr");
    try (var recording = new Recording()) {
      recording.setName("jasyncio record");
      recording.setMaxSize(7_000_000);
      recording.setSettings(
          Map.of("jasyncio.Turn#enabled", "true", "jdk.ActiveRecording#enabled", "true"));
      recording.start();
      tellTurn(1, 0, "main", 1, true, true);
      recording.stop();
      recording.dump(file);
    }
    assertThat(report(file.toString()).out()).doesNotContain("--max-size");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    int start = 32; // of a chunk: where its head says when it began
    for (int at = 0; at < bytes.capacity(); at += (int) bytes.getLong(at + 8)) {
      bytes.putLong(at + start, bytes.getLong(at + start) + 30_000_000_000L);
    }
    Files.write(file, bytes.array());
    assertThat(report(file.toString()).out())
        .containsPattern(
            "\nIt holds the last [^\n]+ of 3[\\d.]+ s: --max-size 7 \\(MB\\) was reached; for all of it,"
                + " record with about --max-size \\d+, or for a shorter time\\.\n");
    JsonObject json =
        JsonParser.parseString(report("--json", file.toString()).out()).getAsJsonObject();
    assertThat(json.get("recordedSeconds").getAsDouble()).isGreaterThan(29);
    assertThat(json.get("keptSeconds").getAsDouble()).isLessThan(29);
  }

  @Test
  void span_ofWhatIsNoRecording_isNothing() throws Throwable {
    Path text = Files.writeString(directory.resolve("text"), "x".repeat(100), UTF_8);
    assertThat(RecordedSpan.of(text).nanos()).isZero();
    assertThat(RecordedSpan.of(directory.resolve("missing")).nanos()).isZero();
  }

  private record Result(int status, String out, String err) {}

  private static Result report(String... arguments) throws Throwable {
    String[] all = new String[arguments.length + 1];
    all[0] = "report";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    try (Output output = Output.capture()) {
      int status = Main.execute(all);
      return new Result(status, output.out(), output.err());
    }
  }

  @Test
  void recording_turnsStepsAndPauses() throws Throwable {
    Result result = report("--top", "1", record().toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .startsWith("test.jfr: ")
        .contains(", 4 turns, ")
        .contains("GC pause")
        .contains("\nOf loop-1, 1 turn between the first and the last one is missing: ")
        .contains("\nloop-1: 4 turns, ")
        .contains("\n1. ", "  main #1 (Main.main), from ")
        .contains("\n   the garbage collector stopped it for ")
        .contains("\n   woken by: a timer → call [31mback\n")
        .contains("\n     Main.parse(Main.java:7)\n     Main.main(Main.java:2)\n")
        .contains("\n   waited for: its sleep to end ")
        .contains("\nand 1 task that was only partly recorded; --task NAME shows them")
        .doesNotContain("\u001b", "3.14");
  }

  @Test
  void json_isOneLine() throws Throwable {
    Result result = report("--json", "--top", "1", record().toString());
    assertThat(result.out()).hasLineCount(1);
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("turns").getAsInt()).isEqualTo(4);
    assertThat(json.getAsJsonArray("steps")).hasSize(1);
    JsonObject step = json.getAsJsonArray("steps").get(0).getAsJsonObject();
    assertThat(step.get("name").getAsString()).isEqualTo("main");
    assertThat(step.get("pausedSeconds").getAsDouble()).isPositive();
    JsonObject task = json.getAsJsonArray("tasks").get(0).getAsJsonObject();
    double sum = 0;
    for (var part : task.getAsJsonArray("path")) {
      sum += part.getAsJsonObject().get("seconds").getAsDouble();
    }
    assertThat(sum).isCloseTo(task.get("seconds").getAsDouble(), within(1e-9));
    assertThat(json.get("partlyRecorded").getAsInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"other", "#2", "o*r", "?ther"})
  void task_asked_onlyThatOne(String task) throws Throwable {
    Result result = report("--task", task, record().toString());
    assertThat(result.out())
        .contains("other #2 (Main.other)", "; only partly recorded: not to its end")
        .doesNotContain("main #1", "partly recorded; --task");
  }

  @Test
  void task_thatHadNoStep_isNotSaidNotToBe() throws Throwable {
    String file = record().toString();
    Result result = report("--task", "thing*", file);
    assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(result.err())
        .isEqualTo(
            "jasyncio report: "
                + file
                + " has no step of a task 'thing*': if there is one, it had none while this was"
                + " recorded; 'jasyncio where' says for what it waits\n");
    assertThat(report("--task", "#abc", file).err())
        .endsWith("; after # stands the number of a task, such as #7\n")
        .hasLineCount(1);
  }

  @Test
  void html_isWritten() throws Throwable {
    Path page = directory.resolve("page.html");
    Result result = report("--html", page.toString(), record().toString());
    assertThat(result.out()).isEqualTo("the report is in " + page + "\n");
    assertThat(page).content().startsWith("<!doctype html>").endsWith("</html>\n");
    result = report("--html", directory.resolve("none/page.html").toString(), record().toString());
    assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(result.err())
        .isEqualTo("jasyncio report: there is no directory " + directory.resolve("none") + "\n");
  }

  @Test
  void html_thatIsThere_isNotReplacedUnasked() throws Throwable {
    Path page = Files.writeString(directory.resolve("page.html"), "precious");
    String file = record().toString();
    Result result = report("--html", page.toString(), file);
    assertThat(result)
        .isEqualTo(
            new Result(
                ExitStatus.FAILED,
                "",
                "jasyncio report: " + page + " is there already; --force replaces it\n"));
    assertThat(page).hasContent("precious");
    assertThat(report("--html", page.toString(), "--force", file).status()).isZero();
    assertThat(page).content().startsWith("<!doctype html>");
    assertThat(report("--html", directory.toString(), file).err())
        .isEqualTo("jasyncio report: " + directory + " is a directory; --html names a file\n");
  }

  @Test
  void file_thatIsCut_whatIsWrongIsSaid() throws Throwable {
    byte[] whole = Files.readAllBytes(record());
    for (int length : new int[] {4, 50, whole.length / 2, whole.length - 100}) {
      Path file = Files.write(directory.resolve("cut.jfr"), Arrays.copyOf(whole, length));
      Result result = report(file.toString());
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .startsWith(
              "jasyncio report: " + file + " is damaged, or was not ended, and there is nothing")
          .hasLineCount(1);
      assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
    }
  }

  @Test
  void file_whoseSecondPartIsCut_firstIsReported() throws Throwable {
    byte[] whole = Files.readAllBytes(record());
    byte[] both = Arrays.copyOf(whole, whole.length + 200);
    System.arraycopy(whole, 0, both, whole.length, 200);
    Result result = report(Files.write(directory.resolve("cut.jfr"), both).toString());
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .contains("The file is damaged, or was not ended; what follows is of its first part (")
        .contains("main #1 (Main.main)");
  }

  @Test
  void file_withMoreTurnsThanThereIsMemoryFor_isSaid() throws Throwable {
    int turns = 20_000;
    Path file =
        record(() -> {
          for (int i = 1; i <= turns; i++) {
            tellTurn(i, 0, "main", 1, i == 1, i == turns);
          }
        });
    assertThat(RecordingReader.read("test", file, _ -> {}, 10 << 20).turns()).isEqualTo(turns);
    assertThatThrownBy(() -> RecordingReader.read("test", file, _ -> {}, 1 << 20))
        .isInstanceOf(CommandException.class)
        .hasMessageMatching(
            "test: .*test.jfr has more turns than fit into 1 MB of memory; give more by"
                + " JASYNCIO_JAVA_OPTIONS=-Xmx\\d+m, or record less: 'jasyncio record' has --seconds"
                + " and --max-size");
  }

  @Test
  void file_withoutTurns_isSaid() throws Throwable {
    Path file = record(() -> {});
    assertThat(report(file.toString()).err())
        .isEqualTo(
            "jasyncio report: "
                + file
                + " has no turns of event loops; was it made by 'jasyncio record', or with"
                + " -XX:StartFlightRecording:+jasyncio.Turn#enabled=true?\n");
  }

  @Test
  void file_ofAnotherVersion_isSaid() throws Throwable {
    Path file = record(() -> new OtherTurn().commit());
    assertThat(report(file.toString()).err())
        .isEqualTo(
            "jasyncio report: "
                + file
                + " is of another version of jasyncio; take that to read it\n");
  }

  @Test
  void file_thatIsNone_isSaid() throws Throwable {
    Path empty = Files.createFile(directory.resolve("empty.jfr"));
    Path text = Files.writeString(directory.resolve("text.jfr"), "hello", UTF_8);
    String missing = directory.resolve("missing.jfr").toString();
    assertThat(report(missing).err())
        .isEqualTo("jasyncio report: there is no file " + missing + "\n");
    assertThat(report(directory.toString()).err())
        .isEqualTo(
            "jasyncio report: " + directory + " is a directory; give the file of a recording\n");
    assertThat(report(empty.toString()).err())
        .isEqualTo(
            "jasyncio report: "
                + empty
                + " is empty: was the recording ended, or dumped? jcmd PID JFR.dump does it\n");
    assertThat(report(text.toString()).err())
        .isEqualTo(
            "jasyncio report: "
                + text
                + " is no recording of Flight Recorder; most have names that end with .jfr\n");
  }

  @Test
  void commandLine_withMistakes_oneSentence() throws Throwable {
    String end = "\nTry 'jasyncio report --help'.\n";
    assertThat(report().err())
        .isEqualTo("jasyncio report: which recording? Give the name of a .jfr file" + end);
    assertThat(report("--top", "0", "x.jfr").err())
        .isEqualTo("jasyncio report: --top is 1 to 1000, not 0" + end);
    assertThat(report("--html", "x.jfr", "x.jfr").err())
        .isEqualTo(
            "jasyncio report: --html takes the name of the page, which is not the recording's"
                + end);
    assertThat(report("x.jfr", "y.jfr").status()).isEqualTo(ExitStatus.USAGE);
    Result help = report("--help");
    assertThat(help.out()).startsWith("Usage: jasyncio report [OPTION]... FILE.jfr\n");
    assertThat(help.out().lines().mapToInt(String::length).max().orElseThrow())
        .isLessThanOrEqualTo(80);
  }
}
