package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The `jasyncio` script as a user meets it: a process with a working directory and an environment.
@Timeout(value = 6000, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScriptIT {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path SCRIPT = ROOT.resolve("jasyncio");
  private static final Path JDK_SEARCH = Path.of(".mvn/jdk.sh");

  /// What the script calls, apart from Maven and the JDK.
  private static final List<String> TOOLS =
      List.of(
          "cat",
          "env",
          "find",
          "grep",
          "head",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail");

  @TempDir Path dir;

  private record Result(int status, String out, String err) {}

  /// The first run of the script after a build takes longer and says why.
  @BeforeAll
  static void makeStartUpCaches(@TempDir Path dir) throws Exception {
    ProcessBuilder first = new ProcessBuilder(SCRIPT.toString(), "--version");
    first.redirectErrorStream(true).redirectOutput(dir.resolve("output").toFile());
    first.environment().put("JAVA_HOME", System.getProperty("java.home"));
    first.environment().put("JASYNCIO_BUILD", "never");
    assertThat(first.directory(dir.toFile()).start().waitFor()).isZero();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private ProcessBuilder command(Path script, String... args) {
    List<String> words = new ArrayList<>(List.of(script.toString()));
    words.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(words).directory(dir.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("XDG_CACHE_HOME", dir.resolve("cache").toString());
    builder.environment().put("JASYNCIO_BUILD", "never");
    builder.environment().put("JASYNCIO_JAVA_OPTIONS", "-Djasyncio.stall=0"); // it may be busy here
    builder.environment().remove("JASYNCIO_DEBUG");
    return builder;
  }

  private Result start(ProcessBuilder builder) throws Exception {
    return start(builder, "");
  }

  private Result start(ProcessBuilder builder, String input) throws Exception {
    Path err = dir.resolve("stderr");
    Process process = builder.redirectError(err.toFile()).start();
    try (var in = process.outputWriter(UTF_8)) {
      in.write(input);
    }
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Result(process.waitFor(), out, Files.readString(err));
  }

  private Result jasyncio(String... args) throws Exception {
    return start(command(SCRIPT, args));
  }

  // ---- running ----------------------------------------------------------------------------------

  @Test
  void run_compactSource_compiledOnceAndRunTwice() throws Exception {
    write(
        "hello.java",
        """
        import static jasyncio.Asyncio.*;

        void main() {
          run(() -> {
            sleep(0.001);
            IO.println("hello");
          });
        }
        """);
    Result first = jasyncio("run", "hello.java");
    assertThat(first).isEqualTo(new Result(0, "hello\n", ""));
    try (Stream<Path> programs = Files.list(dir.resolve("cache/jasyncio/programs"))) {
      assertThat(programs).hasSize(1);
    }
    assertThat(jasyncio("run", "hello.java")).isEqualTo(first);
  }

  @Test
  void run_arguments_untouched() throws Exception {
    write(
        "args.java",
        "void main(String[] args) { for (var a : args) IO.println(\"[\" + a + \"]\"); }");
    Result result = jasyncio("run", "args.java", "a b", "", "--debug", "--", "@x", "*", "--help");
    assertThat(result.out()).isEqualTo("[a b]\n[]\n[--debug]\n[--]\n[@x]\n[*]\n[--help]\n");
  }

  @Test
  void run_standardInput_belongsToTheProgram() throws Exception {
    write("echo.java", "void main() { IO.println(\"got \" + IO.readln()); }");
    assertThat(start(command(SCRIPT, "run", "echo.java"), "line\n").out()).isEqualTo("got line\n");
  }

  @Test
  void run_withoutStandardStreams_getsEmptyOnes() throws Exception {
    Path result = dir.resolve("result");
    write(
        "closed.java",
        """
        import java.nio.file.*;

        void main(String[] args) throws Exception {
          int first = System.in.read();
          System.in.close();
          System.out.println("lost");
          System.out.close();
          Class.forName("javax.script.ScriptEngineManager"); // the JVM still has its files
          Files.writeString(Path.of(args[0]), "read " + first);
        }
        """);
    ProcessBuilder closed = command(SCRIPT, "run", "closed.java", result.toString());
    closed.command().addAll(0, List.of("sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"));
    assertThat(start(closed)).isEqualTo(new Result(0, "", ""));
    assertThat(result).hasContent("read -1");
  }

  @Test
  void run_dash_programFromStandardInput() throws Exception {
    Result result = start(command(SCRIPT, "run", "-"), "void main() { IO.println(7); }");
    assertThat(result.out()).isEqualTo("7\n");
  }

  @Test
  void run_libraries_areFetchedOnce() throws Exception {
    write(
        "library.java",
        """
        //DEPS org.jspecify:jspecify:1.0.1
        void main() { IO.println(org.jspecify.annotations.Nullable.class.getSimpleName()); }
        """);
    Result first = jasyncio("run", "library.java");
    assertThat(first.out()).isEqualTo("Nullable\n");
    assertThat(first.err()).contains("jasyncio: fetching org.jspecify:jspecify:1.0.1");
    assertThat(jasyncio("run", "library.java")).isEqualTo(new Result(0, "Nullable\n", ""));
  }

  @Test
  void run_options_reachTheLibrary() throws Exception {
    write(
        "show.java",
        """
        void main() {
          for (var name : List.of("debug", "fibers", "blocking")) {
            IO.println(System.getProperty("jasyncio." + name));
          }
          IO.println(Thread.currentThread().getName());
        }
        """);
    assertThat(
            jasyncio("run", "--debug", "--fibers=portable", "--blocking=block", "show.java").out())
        .isEqualTo("true\nportable\nblock\nmain\n");
    assertThat(jasyncio("run", "--fibers=auto", "show.java").out())
        .isEqualTo("null\nnull\nnull\nmain\n");
  }

  @Test
  void run_javaOptions_reachTheJvm() throws Exception {
    write("show.java", "void main() { IO.println(System.getProperty(\"x\")); }");
    ProcessBuilder builder = command(SCRIPT, "run", "show.java");
    builder.environment().put("JASYNCIO_JAVA_OPTIONS", "-Dx=1 -XX:+UseZGC");
    assertThat(start(builder)).isEqualTo(new Result(0, "1\n", ""));
  }

  @Test
  void run_throughLinkInOtherDirectory_findsItsHome() throws Exception {
    write("hello.java", "void main() { IO.println(1); }");
    Path link = Files.createSymbolicLink(dir.resolve("linked"), SCRIPT);
    assertThat(start(command(link, "run", "hello.java")).out()).isEqualTo("1\n");
    Files.delete(link);
  }

  @Test
  void repl_piped_answersAndEnds() throws Exception {
    ProcessBuilder repl = command(SCRIPT, "repl", "--blocking=switch");
    Result result =
        start(
            repl,
            """
            var greeting = createTask(() -> sleep(0.001, "hello"))
            await(greeting)
            nothing
            System.getProperty("jasyncio.blocking")
            /exit 3
            """);
    assertThat(result.out().lines().skip(1))
        .containsExactly("$1 ==> \"hello\"", "$2 ==> \"switch\"");
    assertThat(result.err())
        .isEqualTo(
            """
            error: cannot find symbol
              nothing
              ^^^^^^^
              symbol:   variable nothing
            """);
    assertThat(result.status()).isEqualTo(3);
  }

  // ---- exit statuses ----------------------------------------------------------------------------

  @Test
  void exit_chosenByTheProgram_passedOn() throws Exception {
    write("exit.java", "void main() { System.exit(42); }");
    write(
        "raise.java",
        """
        import static jasyncio.Asyncio.*;

        void main() {
          run(() -> {
            throw new jasyncio.SystemExit(7);
          });
        }
        """);
    assertThat(jasyncio("run", "exit.java")).isEqualTo(new Result(42, "", ""));
    assertThat(jasyncio("run", "raise.java")).isEqualTo(new Result(7, "", ""));
  }

  @Test
  void exit_uncaughtException_1WithTrace() throws Exception {
    write("boom.java", "void main() { throw new IllegalStateException(\"boom\"); }");
    assertThat(jasyncio("run", "boom.java"))
        .isEqualTo(
            new Result(
                1,
                "",
                """
                Exception in thread "main" java.lang.IllegalStateException: boom
                \tat boom.main(boom.java:1)
                """));
  }

  @Test
  void exit_uncaughtGroupOfATasksErrors_1WithATreeAndTheLibraryFolded() throws Exception {
    write(
        "boom.java",
        """
        import static jasyncio.Asyncio.*;

        void main() {
          run(() -> taskGroup(tg -> tg.createTask(() -> fail())));
        }

        void fail() {
          throw new IllegalStateException("boom");
        }
        """);
    ProcessBuilder builder = command(SCRIPT, "run", "boom.java");
    builder.environment().put("JASYNCIO_JAVA_OPTIONS", "-Dstderr.encoding=UTF-8");
    Result result = start(builder);
    assertThat(result.status()).isEqualTo(1);
    assertThat(
            result
                .err()
                .replaceAll("… \\d+ library frames at \\S+", "… folded")
                .replaceAll("main\\$\\d", "main"))
        .isEqualTo(
            """
            Exception in thread "main" jasyncio.ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
            \tat … folded
            \tat boom.lambda$main(boom.java:4)
            \tat … folded
            \tat … awaited at boom.main(boom.java:4)
              +-+---------------- 1 ----------------
                | java.lang.IllegalStateException: boom
                | \tat boom.fail(boom.java:8)
                | \tat boom.lambda$main(boom.java:4)
                | \tat … folded
                +------------------------------------
            """);
  }

  @Test
  void exit_compileError_1WithReport() throws Exception {
    write("bad.java", "void main() {\n  retrun;\n}\n");
    assertThat(jasyncio("run", "bad.java"))
        .isEqualTo(
            new Result(
                1,
                "",
                """
                bad.java:2: error: not a statement
                  retrun;
                  ^
                1 error
                """));
  }

  @Test
  void exit_nothingToRun_2() throws Exception {
    assertThat(jasyncio("run", "none.java"))
        .isEqualTo(new Result(2, "", "jasyncio: no such file: none.java\n"));
    assertThat(jasyncio("run").status()).isEqualTo(2);
    assertThat(jasyncio("rum").status()).isEqualTo(2);
  }

  @Test
  void exit_controlC_130AfterCleanUp() throws Exception {
    assumeFalse(
        ignoresInterrupts(), "this JVM was started to ignore Ctrl-C, and so are its children");
    write(
        "wait.java",
        """
        import static jasyncio.Asyncio.*;

        void main() {
          run(() -> {
            try {
              IO.println("waiting");
              sleep(3600);
            } finally {
              IO.println("cleaned up");
            }
          });
        }
        """);
    Path err = dir.resolve("stderr");
    Process process = command(SCRIPT, "run", "wait.java").redirectError(err.toFile()).start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("waiting");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(out.readLine()).isEqualTo("cleaned up");
      assertThat(process.waitFor()).isEqualTo(130);
      assertThat(Files.readString(err)).isEqualTo("Interrupted\n");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void exit_controlCWhileThePipeIsSilent_130() throws Exception {
    assumeFalse(
        ignoresInterrupts(), "this JVM was started to ignore Ctrl-C, and so are its children");
    Process process = command(SCRIPT, "repl").start();
    try (BufferedReader out = process.inputReader(UTF_8);
        Writer in = process.outputWriter(UTF_8)) {
      in.write("1 + 1\n");
      in.flush();
      assertThat(out.readLine()).isEqualTo("$1 ==> 2");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor()).isEqualTo(130);
    } finally {
      process.destroyForcibly();
    }
  }

  // ---- HTTP -------------------------------------------------------------------------------------

  @Test
  void run_program_findsHttpAndJson() throws Exception {
    write(
        "Notes.java",
        """
        import static jasyncio.Asyncio.*;

        import com.fasterxml.jackson.annotation.JsonProperty;
        import jasyncio.http.*;

        record Note(@JsonProperty("number") int id, String text) {}

        void main() throws Exception {
          run(() -> {
            var app = new Router().post("/notes", rq -> Response.json(rq.json(Note.class)));
            try (var client = HttpClient.of(app)) {
              IO.println(client.post("http://x/notes").json(new Note(7, "milk")).send().text());
            }
          });
        }
        """);
    assertThat(jasyncio("run", "Notes.java"))
        .isEqualTo(new Result(0, "{\"number\":7,\"text\":\"milk\"}\n", ""));
  }

  @Test
  void serve_folder_untilControlC() throws Exception {
    assumeFalse(
        ignoresInterrupts(), "this JVM was started to ignore Ctrl-C, and so are its children");
    write("a.txt", "0123456789");
    Path err = dir.resolve("stderr");
    Process process = command(SCRIPT, "serve", "--port", "0").redirectError(err.toFile()).start();
    try (BufferedReader out = process.inputReader(UTF_8);
        HttpClient client = HttpClient.newHttpClient()) {
      String line = out.readLine();
      assertThat(line)
          .matches("serving " + dir.toRealPath() + " on http://127.0.0.1:\\d+/; Ctrl-C ends it");
      URI address = URI.create(line.replaceAll(".* on (.*);.*", "$1"));
      var list = HttpRequest.newBuilder(address).build();
      assertThat(client.send(list, BodyHandlers.ofString()).body()).contains("./a.txt");
      var file = HttpRequest.newBuilder(address.resolve("a.txt")).header("Range", "bytes=7-");
      var answer = client.send(file.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(206);
      assertThat(answer.body()).isEqualTo("789");
      assertThat(out.readLine()).contains("127.0.0.1 \"GET /\" 200 ");
      assertThat(out.readLine()).contains("127.0.0.1 \"GET /a.txt\" 206 3 bytes ");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor()).isZero();
      assertThat(Files.readString(err)).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.split("\t", -1)[1], 16) & 2) != 0);
  }

  // ---- finding the JDK, building ----------------------------------------------------------------

  /// A copy of the project with little source, built or not.
  private Path project(boolean built) throws IOException {
    Path home = Files.createDirectories(dir.resolve("my project"));
    Path script = Files.copy(SCRIPT, home.resolve("jasyncio"), StandardCopyOption.COPY_ATTRIBUTES);
    for (Path needed : List.of(JDK_SEARCH, Path.of("cli/src/main/aot/WarmUp.java"))) {
      Files.createDirectories(home.resolve(needed).getParent());
      Files.copy(ROOT.resolve(needed), home.resolve(needed));
    }
    if (built) {
      Path target = Files.createDirectories(home.resolve("cli/target/lib")).getParent();
      Files.copy(ROOT.resolve("cli/target/jasyncio-cli.jar"), target.resolve("jasyncio-cli.jar"));
      try (Stream<Path> jars = Files.list(ROOT.resolve("cli/target/lib"))) {
        for (Path jar : (Iterable<Path>) jars::iterator) {
          Files.copy(jar, target.resolve("lib").resolve(jar.getFileName()));
        }
      }
    }
    return script;
  }

  /// Caches that the script does not make anew, which would take long.
  private static void writeStartUpCaches(Path script, String content) throws IOException {
    for (String name : List.of("run-", "compile-")) {
      Path cache = script.resolveSibling("cli/target/" + name + Runtime.version() + ".aot");
      Files.writeString(cache, content);
      Files.setLastModifiedTime(cache, FileTime.from(Instant.now().plusSeconds(60)));
    }
  }

  /// A directory with the system's tools, but neither Java nor Maven.
  private Path bareTools() throws IOException {
    Path bin = Files.createDirectories(dir.resolve("bin"));
    for (String tool : TOOLS) {
      String place = Files.isExecutable(Path.of("/bin", tool)) ? "/bin/" : "/usr/bin/";
      writeTool(bin, tool, "exec " + place + tool + " \"$@\"");
    }
    return bin;
  }

  private void writeTool(Path bin, String name, String text) throws IOException {
    Path tool = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + text);
    assertThat(tool.toFile().setExecutable(true)).isTrue();
  }

  private ProcessBuilder inProject(Path script, Path bin, String... args) {
    ProcessBuilder builder = command(script, args);
    builder.environment().putAll(Map.of("PATH", bin.toString(), "HOME", dir.toString()));
    builder.environment().remove("JASYNCIO_BUILD");
    return builder;
  }

  /// Has the JDK looked for where `JAVA_HOME` and the path lead, and nowhere else.
  private static void hideUsualPlaces(Path script) throws IOException {
    Path search = script.resolveSibling(JDK_SEARCH);
    String text = Files.readString(search);
    Files.writeString(search, text.replaceAll("/usr/lib|/Library|/usr/libexec", "/nowhere"));
  }

  @Test
  void mvnw_jdkOnThePath_isMavens() throws Exception {
    Path script = project(false);
    hideUsualPlaces(script);
    Path mvnw =
        Files.copy(
            ROOT.resolve("mvnw"),
            script.resolveSibling("mvnw"),
            StandardCopyOption.COPY_ATTRIBUTES);
    Path bin = bareTools();
    writeTool(bin, "mvn", "echo \"$JAVA_HOME: $*\"");
    String home = System.getProperty("java.home");
    ProcessBuilder builder = new ProcessBuilder("bash", mvnw.toString(), "-q", "verify");
    builder.environment().put("HOME", dir.toString());
    builder.environment().put("JAVA_HOME", "/nowhere");
    builder.environment().put("PATH", bin + ":" + home + "/bin");
    assertThat(start(builder)).isEqualTo(new Result(0, home + ": -q verify\n", ""));
    builder.environment().put("PATH", bin.toString());
    assertThat(start(builder).err()).startsWith("mvnw: needs JDK 25 or newer and finds none;");
  }

  @Test
  void start_noJdk_oneSentence() throws Exception {
    Path script = project(true);
    hideUsualPlaces(script);
    for (Path bin : List.of(bareTools(), Path.of("/nowhere"))) {
      ProcessBuilder builder = inProject(script, bin, "--version");
      builder.environment().put("JAVA_HOME", "/nowhere");
      assertThat(start(builder))
          .isEqualTo(
              new Result(
                  1,
                  "",
                  "jasyncio: needs JDK 25 or newer and finds none;"
                      + " install one, or set JAVA_HOME to where it is\n"));
    }
  }

  @Test
  void start_oldJdkFirst_passedOver() throws Exception {
    Path old = Files.createDirectories(dir.resolve("jdk-17/bin")).getParent();
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    writeTool(old.resolve("bin"), "java", "echo old java; exit 9");
    writeTool(old.resolve("bin"), "javac", "");
    Path script = project(true);
    writeStartUpCaches(script, "");
    ProcessBuilder builder = inProject(script, bareTools(), "--version");
    builder
        .environment()
        .merge("PATH", ":" + System.getProperty("java.home") + "/bin", String::concat);
    builder.environment().put("JAVA_HOME", old.toString());
    assertThat(start(builder).out()).contains("JDK " + Runtime.version());
  }

  @Test
  void start_notBuiltAndNoMaven_oneSentence() throws Exception {
    assertThat(start(inProject(project(false), bareTools(), "--version")))
        .isEqualTo(
            new Result(
                1, "", "jasyncio: must be built first, but Maven (mvn) is not on the PATH\n"));
  }

  @Test
  void start_notBuiltAndForbidden_oneSentence() throws Exception {
    assertThat(start(command(project(false), "--version")))
        .isEqualTo(
            new Result(
                1, "", "jasyncio: is not built, and JASYNCIO_BUILD=never forbids to build it\n"));
  }

  @Test
  void start_notBuilt_buildsFirst() throws Exception {
    Path script = project(false);
    Path bin = bareTools();
    writeTool(
        bin,
        "mvn",
        """
        echo "[INFO] BUILD of $*, by $JAVA_HOME"
        /bin/cp -r '%s/cli/target/jasyncio-cli.jar' '%s/cli/target/lib' '%s/cli/target/'
        """
            .formatted(ROOT, ROOT, script.getParent()));
    Result result = start(inProject(script, bin, "--version"));
    assertThat(result.out()).startsWith("jasyncio ");
    assertThat(result.err())
        .isEqualTo("jasyncio: building for the first time\njasyncio: preparing a fast start\n");
    assertThat(start(inProject(script, bin, "--version")).err()).isEmpty();
    try (Stream<Path> files = Files.list(script.resolveSibling("cli/target"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".aot")))
          .hasSize(2)
          .allSatisfy(cache -> assertThat(cache).isNotEmptyFile());
    }
  }

  @Test
  void start_buildFails_errorsShown() throws Exception {
    Path script = project(false);
    Path bin = bareTools();
    writeTool(bin, "mvn", "echo '[INFO] fine'; echo '[ERROR] Task.java:[3,1] wrong'; exit 1");
    Result result = start(inProject(script, bin, "--version"));
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            """
            jasyncio: building for the first time
            Task.java:[3,1] wrong
            jasyncio: the build failed; its log is %s
            """
                .formatted(script.resolveSibling("cli/target/jasyncio.log").toRealPath()));
    assertThat(script.resolveSibling("cli/target/jasyncio.lock")).doesNotExist();
  }

  @Test
  void start_damagedStartUpCaches_silentlyIgnored() throws Exception {
    Path script = project(true);
    writeStartUpCaches(script, "junk");
    write("hello.java", "void main() { IO.println(1); }");
    for (int i = 0; i < 2; i++) {
      assertThat(start(command(script, "run", "hello.java"))).isEqualTo(new Result(0, "1\n", ""));
    }
  }
}
