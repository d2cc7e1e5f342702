package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Visits to JVMs that run, with nothing prepared.
@Tag("slow")
class VisitTest {
  @TempDir Path directory;

  private static final String TRY = "Try 'jasyncio ps --help'.\n";

  private record Result(int status, String out, String err) {}

  /// Visits a program whose loop will answer, though perhaps not soon on a busy machine.
  private static Result patiently(String command, String... arguments) throws Throwable {
    var all = new ArrayList<>(List.of(command, "--patience=600"));
    all.addAll(List.of(arguments));
    return jasyncio(all.toArray(String[]::new));
  }

  private static Result jasyncio(String... arguments) throws Throwable {
    try (Output output = Output.capture()) {
      int status = Main.execute(arguments);
      return new Result(status, output.out(), output.err());
    }
  }

  @Test
  void ps_pstree_where_ofAProgramThatWaits() throws Throwable {
    try (RunningProgram program = RunningProgram.of("tasks")) {
      Result ps = patiently("ps", program.pid());
      assertThat(ps.status()).isZero();
      assertThat(ps.out().lines().map(line -> line.replaceAll(" +", " ")))
          .anyMatch(line -> line.startsWith("loop-1: 104 tasks, 0 ready, 101 timers"))
          .anyMatch(line ->
              line.matches(
                  "second [\\d.]+ m?s waiting Lock 'db', held by first both"
                      + " VisitedProgram.query"))
          .anyMatch(line ->
              line.matches("Task-\\d+ and 99 like it \\S+ \\S+ waiting its sleep to end .*"))
          .noneMatch(line -> line.contains(" at "));
      assertThat(patiently("ps", "--waiting-on", "lock", "--stack", program.pid()).out())
          .startsWith("loop-1: 1 of 104 tasks")
          .contains("VisitedProgram.query(VisitedProgram.java:");
      assertThat(patiently("ps", "--name", "no*", program.pid()).out()).hasLineCount(1);
      assertThat(patiently("ps", "--limit", "1", program.pid()).out())
          .contains(" and 99 like it ", "and 4 more; --limit shows them");
      var json = JsonParser.parseString(patiently("ps", "--json", program.pid()).out());
      assertThat(json.getAsJsonObject().get("pid").getAsString()).isEqualTo(program.pid());

      Result tree = patiently("pstree", program.pid());
      assertThat(tree.status()).isZero();
      assertThat(tree.out())
          .contains(
              "\nboth (VisitedProgram.<lambda>): waits for gather(...), 2 of 2 not done\n├── first ",
              "\n└── second (VisitedProgram.query): waits for Lock 'db', held by first\n",
              " and 99 like it ");

      assertThat(patiently("where", program.pid(), "both").out())
          .startsWith("both (VisitedProgram.<lambda>): waits for gather(...)")
          .contains("\n    at ");
      assertThat(patiently("where", program.pid(), "nobody"))
          .isEqualTo(
              new Result(
                  ExitStatus.FAILED,
                  "",
                  "jasyncio where: there is no task 'nobody' in process " + program.pid() + "\n"));
    }
  }

  @Test
  void pstree_circle_firstAndStatus1() throws Throwable {
    try (RunningProgram program = RunningProgram.of("circle")) {
      Result tree = patiently("pstree", program.pid());
      assertThat(tree.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(tree.out())
          .contains(
              """
              these wait for each other:
                A (VisitedProgram.nested): waits for Lock 'b', held by B
                B (VisitedProgram.nested): waits for Lock 'a', held by A
              """);
    }
  }

  @Test
  void loop_thatIsHeldUp_isShownWithWhoHoldsItUp() throws Throwable {
    try (RunningProgram program = RunningProgram.of("block")) {
      for (String command : List.of("ps", "pstree")) {
        Result result = jasyncio(command, program.pid());
        assertThat(result.out())
            .startsWith("loop-1: has not answered for 0.25 s, as it is held up\nTask 'Task-1': ")
            .contains("VisitedProgram.awaitEnd");
        assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(result.err())
            .isEqualTo(
                "jasyncio " + command + ": loop-1 has not answered; --patience waits longer\n");
      }
      Result where = jasyncio("where", program.pid(), "Task-1");
      assertThat(where.status()).as("it is known where it is").isEqualTo(ExitStatus.OK);
      assertThat(where.out()).contains("VisitedProgram.awaitEnd");
      assertThat(where.err()).isEmpty();
      assertThat(jasyncio("where", program.pid(), "first").err())
          .endsWith(
              "it is not known where 'first' is, as not every loop has answered; --patience waits"
                  + " longer\n");
    }
  }

  @Test
  void ps_measures_andTakesTheOldOnly() throws Throwable {
    try (RunningProgram program = RunningProgram.of("tasks")) {
      Result measured = patiently("ps", "--measure=0.1", "--name=first", program.pid());
      assertThat(measured.status()).isZero();
      assertThat(measured.out().lines().map(line -> line.replaceAll(" +", " ")))
          .contains("TASK AGE ON LOOP LONGEST STATE WAITS FOR AWAITED BY COROUTINE");
      assertThat(patiently("ps", "--older=1000", program.pid()).out())
          .startsWith("loop-1: 0 of 104 tasks");
    }
  }

  @Test
  void top_printsSoManyFrames() throws Throwable {
    try (RunningProgram program = RunningProgram.of("tasks")) {
      Result top = patiently("top", "--count=2", "--interval=0.1", program.pid());
      assertThat(top.status()).isZero();
      assertThat(top.out().lines().filter(line -> line.startsWith("loop-1  busy "))).hasSize(2);
      assertThat(top.out())
          .contains("MOST WAITED FOR", "Lock 'db', held by first", "OLDEST THAT NOBODY AWAITS");
      Result json = patiently("top", "--count=1", "--interval=0.1", "--json", program.pid());
      assertThat(
              JsonParser.parseString(json.out())
                  .getAsJsonObject()
                  .getAsJsonArray("loops")
                  .get(0)
                  .getAsJsonObject()
                  .get("seconds")
                  .getAsDouble())
          .isGreaterThanOrEqualTo(0.1);
    }
  }

  @Test
  void top_ofAJvmThatDoesNotKnowItsCollector_leavesThatOut() throws Throwable {
    String[] arguments = {"top", "--count=1", "--interval=0.1", "--loop=loop-1"};
    try (RunningProgram program = RunningProgram.of("tasks")) {
      assertThat(patiently(arguments[0], with(arguments, program.pid())).out())
          .containsPattern("  in steps .* waiting .* collector ");
    }
    try (RunningProgram program =
        RunningProgram.of(
            "tasks", "--limit-modules=java.base,jdk.unsupported", "-Djasyncio.insight=socket")) {
      assertThat(patiently(arguments[0], with(arguments, program.pid())).out())
          .containsPattern("  in steps .* waiting ")
          .doesNotContain("collector");
    }
  }

  private static String[] with(String[] command, String pid) {
    return Stream.concat(Stream.of(command).skip(1), Stream.of(pid)).toArray(String[]::new);
  }

  @Test
  void change_isMadeOnlyWhereItIsAllowed() throws Throwable {
    try (RunningProgram program = RunningProgram.of("tasks")) {
      String sentence =
          "the program does not allow to be changed from outside: it must be started with"
              + " -Djasyncio.insight=control\n";
      assertRefused(ExitStatus.FAILED, sentence, "cancel", program.pid(), "first");
      assertRefused(ExitStatus.FAILED, sentence, "debug", program.pid(), "on");
    }
    try (RunningProgram program = RunningProgram.of("tasks", "-Djasyncio.insight=control")) {
      assertThat(patiently("debug", program.pid(), "on"))
          .isEqualTo(new Result(ExitStatus.OK, "debug mode is on for loop-1\n", ""));
      assertThat(patiently("cancel", program.pid(), "first"))
          .isEqualTo(new Result(ExitStatus.OK, "asked to end: first\n", ""));
      assertThat(patiently("where", program.pid(), "first").status()).isEqualTo(ExitStatus.FAILED);
      assertRefused(
          ExitStatus.FAILED,
          "there is no task 'first' in process " + program.pid() + "\n",
          "cancel",
          "--patience=600",
          program.pid(),
          "first");
    }
  }

  @Test
  void change_ofALoopThatIsHeldUp_isSaidNotToBeMade() throws Throwable {
    try (RunningProgram program = RunningProgram.of("block", "-Djasyncio.insight=control")) {
      Result debug = jasyncio("debug", "--patience=0.05", program.pid(), "on");
      assertThat(debug.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(debug.out()).isEmpty();
      assertThat(debug.err())
          .startsWith("loop-1: has not answered for 0.05 s")
          .endsWith(
              "jasyncio debug: it was not switched for every loop; --patience waits longer\n");
      Result where = jasyncio("where", "--patience=0.05", program.pid(), "first");
      assertThat(where.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(where.err())
          .startsWith("loop-1: has not answered for 0.05 s")
          .endsWith(
              "jasyncio where: it is not known where 'first' is, as not every loop has answered;"
                  + " --patience waits longer\n");
      assertThat(jasyncio("pstree", "--patience=0.05", program.pid()).status())
          .isEqualTo(ExitStatus.FAILED);
      Result cancel = jasyncio("cancel", "--patience=0.05", program.pid(), "first");
      assertThat(cancel.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(cancel.err())
          .endsWith(
              "jasyncio cancel: none was cancelled, as not every loop has answered; --patience waits"
                  + " longer\n");
    }
  }

  @Test
  void visitors_sixteenAtATime() throws Throwable {
    Path path = directory.resolve("insight");
    try (RunningProgram program = RunningProgram.of("tasks", "-Djasyncio.insight=socket:" + path)) {
      var visits = new ArrayList<Visit>();
      for (int i = 0; i < 16; i++) {
        visits.add(Visit.to("test", path.toString()));
        visits.getLast().ask("where", Map.of("name", "nobody")); // it is in
      }
      assertRefused(
          ExitStatus.FAILED,
          "there are 16 visitors already; one of them must leave first\n",
          "ps",
          path.toString());
      assertThat(program.process().isAlive()).isTrue();
      for (Visit visit : visits) {
        visit.close();
      }
    }
  }

  @Test
  void file_thatIsNoSocket_isLeftAlone() throws Throwable {
    Path path = Files.writeString(directory.resolve("precious"), "data");
    try (RunningProgram program =
        RunningProgram.of("nothing", "-Djasyncio.insight=socket:" + path)) {
      assertThat(program.process().isAlive()).isTrue();
      assertThat(path).content().isEqualTo("data");
    }
  }

  @Test
  void socket_thatTheProgramOpens_isForThoseWhoCannotAttach() throws Throwable {
    try (RunningProgram program =
        RunningProgram.of("tasks", "-XX:+DisableAttachMechanism", "-Djasyncio.insight=socket")) {
      assertThat(patiently("ps", program.pid()).out()).startsWith("loop-1: 104 tasks");
    }
    Path path = directory.resolve("insight");
    try (RunningProgram program = RunningProgram.of("tasks", "-Djasyncio.insight=socket:" + path)) {
      assertThat(patiently("ps", path.toString()).out()).startsWith("loop-1: 104 tasks");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
    assertRefused( // it was killed, and has left its socket
        ExitStatus.FAILED,
        "nobody listens at " + path + " (Connection refused)\n",
        "ps",
        "" + path);
    try (RunningProgram program = RunningProgram.of("tasks", "-Djasyncio.insight=socket:" + path)) {
      assertThat(patiently("ps", path.toString()).out())
          .as("takes the place of what was left")
          .startsWith("loop-1: 104 tasks");
      assertThat(program.process().isAlive()).isTrue();
    }
  }

  @Test
  void record_ofAProgram_hasItsTurns_andLeavesNothingBehind() throws Throwable {
    Path file = directory.resolve("program.jfr");
    try (RunningProgram program = RunningProgram.of("echo", "-Djava.io.tmpdir=" + directory)) {
      try (Visit visit = Visit.to("test", program.pid())) {
        ProgramRecording recording =
            ProgramRecording.start("test", program.pid(), visit, "none", 10_000_000);
        visit.ask("where", Map.of("name", "nobody", "patience", "600000")); // it has begun by now
        program.echo("one");
        program.echo("two");
        program.echo("three"); // so that the turns before are over
        assertThat(recording.size()).isNotNegative();
        recording.fetch(file);
      }
      List<RecordedEvent> turns =
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().equals("jasyncio.Turn"))
              .filter(event -> event.getString("who").equals("echo"))
              .toList();
      assertThat(turns).hasSizeGreaterThanOrEqualTo(2);
      assertThat(turns).allMatch(event -> event.getString("waitKind").equals("THREAD"));
      program.echo("four");
      assertThat(patiently("ps", program.pid()).out()).startsWith("loop-1: 105 tasks");
    }
    assertThat(directory).isDirectoryNotContaining("glob:**jasyncio-record-*");
  }

  @Test
  void record_ofAProgramThatEnds_isWhatItHasLeft() throws Throwable {
    Path file = directory.resolve("program.jfr");
    try (RunningProgram program = RunningProgram.of("echo", "-Djava.io.tmpdir=" + directory);
        Visit visit = Visit.to("test", program.pid())) {
      ProgramRecording recording =
          ProgramRecording.start("test", program.pid(), visit, "none", 10_000_000);
      program.process().getOutputStream().close();
      program.process().onExit().join();
      assertThatThrownBy(recording::size)
          .isInstanceOf(ProgramRecording.Gone.class)
          .hasMessage("process " + program.pid() + " has ended");
      assertThat(recording.takeWhatIsLeft(file)).isTrue();
      assertThat(RecordingFile.readAllEvents(file)).isNotEmpty();
      assertThat(recording.takeWhatIsLeft(file)).isFalse();
    }
  }

  @Test
  void record_writesAFile_whichItDoesNotReplaceUnasked() throws Throwable {
    Path file = directory.resolve("a.jfr");
    try (RunningProgram program = RunningProgram.of("tasks")) {
      String[] arguments = {
        "record", "--seconds=0.1", "--settings=none", "--output=" + file, program.pid()
      };
      Result first = jasyncio(arguments);
      assertThat(first.err()).isEmpty();
      assertThat(first.out()).startsWith("recorded ").endsWith(" MB); see jasyncio report\n");
      assertThat(RecordingFile.readAllEvents(file)).isNotNull();
      assertRefused(
          ExitStatus.FAILED, file + " is there already; --force replaces it\n", arguments);
      Files.writeString(file, "old");
      arguments[2] = "--force";
      assertThat(jasyncio(arguments).status()).isZero();
      assertThat(Files.size(file)).isGreaterThan(3);
      assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }
  }

  @Test
  void record_thatMakesNoSense_saidWhy() throws Throwable {
    String tryHelp = "Try 'jasyncio record --help'.\n";
    assertRefused(
        ExitStatus.USAGE,
        "--seconds is more than 0, and at most a day; not 0.0\n" + tryHelp,
        "record",
        "--seconds=0",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "--max-size is 1 to 100000, not 0\n" + tryHelp,
        "record",
        "--max-size=0",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "--settings is default, profile or none; not all\n" + tryHelp,
        "record",
        "--settings=all",
        "1");
    assertRefused(ExitStatus.FAILED, "there is no process 999999999\n", "record", "999999999");
  }

  @Test
  void web_ofAProgram_servesWhatItDoes_andEndsWithIt() throws Throwable {
    PrintStream console = System.out;
    try (RunningProgram program = RunningProgram.of("circle");
        var client = HttpClient.newHttpClient();
        var printed = new PipedInputStream();
        var out = new PrintStream(new PipedOutputStream(printed), true, UTF_8)) {
      System.setOut(out);
      var lines = new BufferedReader(new InputStreamReader(printed, UTF_8));
      var command =
          new FutureTask<>(() -> {
            try (out) { // so that nobody waits for a line of one that has failed
              return web("--patience=600", program.pid());
            }
          });
      Thread.ofPlatform().name("web").start(command);
      String line = lines.readLine();
      if (line == null) {
        command.get(); // says why
      }
      assertThat(line)
          .matches("http://127.0.0.1:\\d+/#[\\w-]{32} shows process " + program.pid() + "; .*");
      String[] address = line.split(" ", 2)[0].split("#", 2);
      assertThat(get(client, address, "")).contains("<title>jasyncio</title>");
      assertThat(get(client, address, "api/ps?name=first")).contains("\"matching\":1");
      assertThat(get(client, address, "api/tree")).contains("held by A");
      String port = URI.create(address[0]).getPort() + "";
      assertThat(command.isDone()).isFalse();

      Result taken = jasyncio("web", "--port", port, program.pid());
      assertThat(taken)
          .isEqualTo(
              new Result(
                  ExitStatus.FAILED,
                  "",
                  "jasyncio web: port "
                      + port
                      + " is taken, or not for us; without --port a free one is taken\n"));
      program.process().destroyForcibly();
      assertThat(lines.readLine()).isEqualTo("process " + program.pid() + " has ended");
      assertThat(command.get()).isZero();
    } finally {
      System.setOut(console);
    }
  }

  @Test
  void web_watch_measuresAProgram() throws Throwable {
    try (RunningProgram program = RunningProgram.of("circle");
        var watch =
            new ProgramWatch(
                "circle",
                600_000,
                () -> Visit.to("jasyncio web", program.pid()),
                System::nanoTime)) {
      for (int i = 0; i < 3; i++) {
        watch.now(0, 10);
        watch.tick();
      }
      JsonObject now = JsonParser.parseString(watch.now(0, 10)).getAsJsonObject();
      assertThat(now.has("problem")).isFalse();
      JsonObject loop = now.getAsJsonArray("loops").get(0).getAsJsonObject();
      assertThat(loop.get("name").getAsString()).isEqualTo("loop-1");
      assertThat(loop.getAsJsonObject("statistics").get("tasks").getAsInt()).isEqualTo(106);
      assertThat(loop.getAsJsonArray("points")).hasSize(3);
      JsonObject point = loop.getAsJsonArray("points").get(2).getAsJsonObject();
      assertThat(point.get("seconds").getAsDouble()).isPositive();
      assertThat(point.keySet()).contains("steps", "busy");
      assertThat(loop.getAsJsonArray("waits").toString()).contains("held by A");
      assertThat(loop.getAsJsonArray("waitedFor").get(0).getAsJsonObject().keySet())
          .contains("what", "tasks");
      assertThat(loop.getAsJsonArray("unawaited").toString()).contains("VisitedProgram.<lambda>");
    }
  }

  private static int web(String... arguments) throws Exception {
    try {
      return Main.execute(
          Stream.concat(Stream.of("web"), Stream.of(arguments)).toArray(String[]::new));
    } catch (Throwable e) {
      throw new Exception(e);
    }
  }

  private static String get(HttpClient client, String[] address, String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(address[0] + path))
            .header("Authorization", "Bearer " + address[1])
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void web_ofASocket_endsWithTheProgram() throws Throwable {
    Path path = directory.resolve("insight");
    try (RunningProgram program = RunningProgram.of("tasks", "-Djasyncio.insight=socket:" + path);
        var watch =
            new ProgramWatch(
                "", 600_000, () -> Visit.to("jasyncio web", "" + path), System::nanoTime)) {
      watch.now(0, 10);
      watch.tick();
      assertThat(watch.now(0, 10)).contains("\"pid\":" + program.pid(), "loop-1");
      assertThat(watch.gone()).isNotDone();
      program.process().destroyForcibly().onExit().join();
      watch.tick();
      watch.tick();
      assertThat(watch.gone()).isDone();
    }
  }

  @Test
  void web_thatMakesNoSense_saidWhy() throws Throwable {
    assertThat(jasyncio("web", "--port=70000", "1").err())
        .isEqualTo("jasyncio web: --port is 0 to 65535, not 70000\nTry 'jasyncio web --help'.\n");
    assertThat(jasyncio("web", "999999999").err())
        .isEqualTo("jasyncio web: there is no process 999999999\n");
  }

  @ParameterizedTest
  @CsvSource({
    "com.example.Main --password=x, com.example.Main",
    "/opt/app/service.jar, service.jar",
    "/opt/j/cli/target/jasyncio-cli.jar run --debug examples/Crawler.java 8, Crawler.java",
    "/opt/j/cli/target/jasyncio-cli.jar repl, jasyncio",
    "'', ''",
  })
  void web_nameOfAProgram_withoutItsArguments(String commandLine, String name) {
    assertThat(WebCommand.program(commandLine)).isEqualTo(name);
  }

  /// To attach takes most of the time. So nine of ten go in by a door that the program opens: all
  /// else is the same. `benchmarks/visits` attaches 200 times.
  @Test // CPython and others: monitors that slow down, or hang, what they look at
  void visits_200InARow_ofALoopUnderLoad_leaveNothingBehind() throws Throwable {
    try (RunningProgram program = RunningProgram.of(LoadedProgram.class, "")) {
      for (int i = 0; i < 10; i++) { // with which come classes, and threads of the JVM that stay
        visitThoroughly(program.pid());
        visitThoroughly(program.ask("door"));
      }
      Map<String, String> before = stateWithoutVisitors(program);
      for (int i = 0; i < 200; i++) {
        visitThoroughly(i % 10 == 0 ? program.pid() : program.ask("door"));
      }
      Map<String, String> after = stateWithoutVisitors(program);
      assertThat(after)
          .containsEntry("broken", "nothing")
          .containsEntry("insight", "0")
          .containsEntry("tasks", before.get("tasks"));
      for (String each : List.of("threads", "files", "sockets")) { // a few are RMI's, for a minute
        assertThat(number(after, each)).as(each).isLessThan(number(before, each) + 20);
      }
      assertThat(number(after, "classes")).isLessThan(number(before, "classes") + 150);
      for (String each : List.of("steps", "consumed")) {
        assertThat(number(after, each)).as(each).isGreaterThan(number(before, each));
      }
    }
  }

  /// A visit that asks for everything.
  private static void visitThoroughly(String target) throws Exception {
    Map<String, String> some = Map.of("name", "worker-1*", "patience", "600000");
    try (Visit visit = Visit.to("test", target)) {
      for (String question : List.of("measure", "ps", "pstree", "where", "measure")) {
        JsonObject answer = Visit.parse("test", visit.ask(question, some));
        assertThat(answer.getAsJsonArray("loops").get(0).getAsJsonObject().has("statistics"))
            .isTrue();
      }
    }
  }

  private static Map<String, String> stateWithoutVisitors(RunningProgram program)
      throws IOException {
    Map<String, String> state;
    do {
      state = new LinkedHashMap<>();
      for (String word : program.ask("state").split(" ", 9)) {
        String[] parts = word.split("=", 2);
        state.put(parts[0], parts[1]);
      }
    } while (!state.get("insight").equals("0")); // they leave soon; else the test takes too long
    return state;
  }

  private static long number(Map<String, String> state, String name) {
    return Long.parseLong(state.get(name));
  }

  @Test
  void process_thatCannotBeVisited_saidWhy() throws Throwable {
    try (RunningProgram program = RunningProgram.of("nothing")) {
      assertThat(jasyncio("ps", program.pid()).out())
          .isEqualTo("no event loop runs in process " + program.pid() + "\n");
    }
    assertRefused(ExitStatus.FAILED, "there is no process 999999999\n", "ps", "999999999");
    assertRefused(
        ExitStatus.USAGE,
        "PID is the number of a process, or the path of a socket, not x\n" + TRY,
        "ps",
        "x");
    assertRefused(
        ExitStatus.USAGE,
        "which program? Give the process id of a JVM; jps lists them\n" + TRY,
        "ps");
    assertRefused(
        ExitStatus.USAGE, "--limit is 0 or more, not -1\n" + TRY, "ps", "--limit=-1", "1");
    assertRefused(
        ExitStatus.USAGE,
        "--state is one of new, running, ready, waiting, blocked; not odd\n" + TRY,
        "ps",
        "--state=odd",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "--older takes seconds, 0 to 1000000, not -1.0\n" + TRY,
        "ps",
        "--older=-1",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "--measure is more than 0, and at most an hour; not 0.0\n" + TRY,
        "ps",
        "--measure=0",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "--count is 1 or more, not 0\n" + TRY.replace("ps", "top"),
        "top",
        "--count=0",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "--interval is more than 0, and at most an hour; not -1.0\n" + TRY.replace("ps", "top"),
        "top",
        "--interval=-1",
        "1");
    assertRefused(
        ExitStatus.USAGE,
        "debug mode is on or off, not maybe\n" + TRY.replace("ps", "debug"),
        "debug",
        "1",
        "maybe");
    assertRefused(
        ExitStatus.USAGE,
        "--patience is more than 0, and at most a day; not -1.0\n" + TRY,
        "ps",
        "--patience=-1",
        "1");
  }

  private static void assertRefused(int status, String sentence, String... arguments)
      throws Throwable {
    assertThat(jasyncio(arguments))
        .isEqualTo(new Result(status, "", "jasyncio " + arguments[0] + ": " + sentence));
  }
}
