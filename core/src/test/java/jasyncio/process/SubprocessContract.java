package jasyncio.process;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.toThread;
import static jasyncio.process.Stdio.DEVNULL;
import static jasyncio.process.Stdio.PIPE;
import static jasyncio.process.Stdio.STDOUT;
import static jasyncio.process.Subprocesses.createSubprocessExec;
import static jasyncio.process.Subprocesses.createSubprocessShell;
import static jasyncio.process.Subprocesses.subprocessExec;
import static jasyncio.process.Subprocesses.subprocessShell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.Logs;
import jasyncio.Task;
import jasyncio.net.Transport;
import jasyncio.net.WriteTransport;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What holds whichever way children are started and their pipes are made. Real processes.
@Timeout(600)
@EnabledOnOs(OS.LINUX)
abstract class SubprocessContract {
  static final ProcessOptions PIPED = ProcessOptions.piped();
  static final ProcessOptions OUTPUT = ProcessOptions.defaults().stdout(PIPE);

  @TempDir Path folder;

  /// Every test leaves the machine as it found it.
  @AfterEach
  void nothingIsLeft() {
    Subprocesses.launcher = null;
    ChildStreams.channels = true;
    Children.awaitNone();
  }

  static String outputOf(String command) throws IOException {
    return createSubprocessShell(OUTPUT, command).communicate().stdout(UTF_8);
  }

  // ---- output, input, codes ---------------------------------------------------------------------

  @Test
  void program_givesItsOutputAndItsCode() throws Exception {
    run(() -> {
      var process = createSubprocessExec(PIPED, "sh", "-c", "echo out; echo err >&2; exit 3");
      assertThat(process.pid()).isPositive();
      var output = process.communicate();
      assertThat(output.stdout(UTF_8)).isEqualTo("out\n");
      assertThat(output.stderr(UTF_8)).isEqualTo("err\n");
      assertThat(process.returncode()).isEqualTo(3);
      assertThat(process.waitFor()).isEqualTo(3);
    });
  }

  /// What is handed to children beside ASCII, as far as that is possible in this locale.
  String odd(String text) {
    return text;
  }

  @Test
  void arguments_arriveAsTheyAre() throws Exception {
    run(() -> {
      var process =
          createSubprocessExec(
              OUTPUT, "printf", "%s|", "a b", "", "$HOME", "'\"\\", odd("grün€𝄞"));
      assertThat(process.communicate().stdout(UTF_8))
          .isEqualTo("a b||$HOME|'\"\\|" + odd("grün€𝄞") + "|");
    });
  }

  @Test
  void streams_thatAreNoPipes_areRefusedWithAdvice() throws Exception {
    run(() -> {
      var process = createSubprocessExec("true");
      assertThatIllegalStateException()
          .isThrownBy(process::stdin)
          .withMessage(
              "stdin of this process is no pipe; start it with ProcessOptions.stdin(PIPE)");
      assertThatIllegalStateException()
          .isThrownBy(process::stdout)
          .withMessageContaining("ProcessOptions.stdout(PIPE)");
      assertThatIllegalStateException()
          .isThrownBy(process::stderr)
          .withMessageContaining("ProcessOptions.stderr(PIPE)");
      assertThatNullPointerException()
          .isThrownBy(() -> process.communicate((byte[]) null))
          .withMessageContaining("communicate() is the form that sends nothing");
      var output = process.communicate();
      assertThat(output.stdout()).isNull();
      assertThat(output.stderr()).isNull();
      assertThat(process.returncode()).isZero();
      assertThatThrownBy(() -> output.stdout(UTF_8)).hasMessageContaining("stdout is no pipe");
    });
  }

  @Test
  void dialogue_lineByLine() throws Exception {
    run(() -> {
      try (var process = createSubprocessExec(PIPED, "cat")) {
        for (var line : List.of("one", "two", "three")) {
          process.stdin().write(line + "\n");
          process.stdin().drain();
          assertThat(process.stdout().readLine()).isEqualTo(line);
        }
        process.stdin().close();
        process.stdin().waitClosed();
        assertThat(process.stdout().read()).isEmpty();
        assertThat(process.waitFor()).isZero();
      }
    });
  }

  @Test
  void communicate_movesMuchInBothDirections() throws Exception {
    var data = new byte[64 << 20];
    new Random(1).nextBytes(data);
    run(() -> {
      var output = createSubprocessExec(PIPED, "cat").communicate(data);
      assertThat(Arrays.equals(output.stdout(), data)).isTrue();
      assertThat(output.stderr()).isEmpty();
    });
  }

  @Test
  void communicate_withAChildThatReadsNothing_isNoError() throws Exception {
    run(() -> {
      var process = createSubprocessExec(PIPED, "sh", "-c", "exec 0<&-; echo done");
      assertThat(process.communicate(new byte[4 << 20]).stdout(UTF_8)).isEqualTo("done\n");
      assertThat(process.returncode()).isZero();
    });
  }

  @Test
  void communicate_withInputForNoPipe_isAMistake() throws Exception {
    run(() -> {
      var process = createSubprocessExec("true");
      assertThatThrownBy(() -> process.communicate(new byte[1]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("stdin is no pipe");
      process.waitFor();
    });
  }

  @Test
  void communicate_takesAndGivesText() throws Exception {
    run(() -> {
      var output = createSubprocessExec(PIPED, "sort").communicate("b\na\n", UTF_8);
      assertThat(output.stdout(UTF_8)).isEqualTo("a\nb\n");
      assertThat(output.stderr(UTF_8)).isEmpty();
    });
  }

  @Test
  void drain_waitsForAChildThatReadsSlowly_andFailsWhenItIsGone() throws Exception {
    run(() -> {
      var process = createSubprocessExec(ProcessOptions.defaults().stdin(PIPE), "sleep", "100");
      process.stdin().write(new byte[1 << 20]);
      assertThatThrownBy(() -> timeout(0.05, () -> process.stdin().drain()))
          .isInstanceOf(TimeoutException.class);
      var draining = createTask(() -> catchThrowable(() -> process.stdin().drain()));
      sleep(0);
      process.kill();
      assertThat(await(draining)).isInstanceOf(SocketException.class);
      assertThat(process.waitFor()).isEqualTo(-9);
      assertThatThrownBy(() -> process.stdin().waitClosed()).isInstanceOf(SocketException.class);
    });
  }

  @Test
  void reader_thatIsSlow_makesTheChildWait() throws Exception {
    run(() -> {
      var connection =
          subprocessExec(() -> new PausingProtocol(), PIPED, "head", "-c", "8388608", "/dev/zero");
      var protocol = connection.protocol();
      await(protocol.paused);
      sleep(0.05);
      long when = protocol.received;
      sleep(0.05);
      assertThat(protocol.received).isEqualTo(when).isLessThan(1 << 20);
      assertThat(connection.transport().getReturncode()).isNull();
      assertThat(connection.transport().getPipeTransport(1).isReading()).isFalse();
      connection.transport().getPipeTransport(1).resumeReading();
      await(protocol.lost);
      assertThat(protocol.received).isEqualTo(8 << 20);
      assertThat(connection.transport().getReturncode()).isZero();
    });
  }

  private static final class PausingProtocol implements SubprocessProtocol {
    final jasyncio.Future<Boolean> paused = Asyncio.getRunningLoop().createFuture();
    final jasyncio.Future<Boolean> lost = Asyncio.getRunningLoop().createFuture();
    @Nullable SubprocessTransport transport;
    long received;

    @Override
    public void connectionMade(SubprocessTransport newTransport) {
      transport = newTransport;
    }

    @Override
    public void pipeDataReceived(int fd, byte[] data) {
      received += data.length;
      if (!paused.done()) {
        transport.getPipeTransport(1).pauseReading();
        paused.setResult(true);
      }
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      lost.setResult(true);
    }
  }

  // ---- signals and codes ------------------------------------------------------------------------

  @Test
  void signals_endTheProcess_andAreItsCode() throws Exception {
    run(() -> {
      var sent =
          List.<Map.Entry<java.util.function.Consumer<Process>, Integer>>of(
              Map.entry(Process::kill, -9),
              Map.entry(Process::terminate, -15),
              Map.entry(p -> p.sendSignal("USR1"), -10),
              Map.entry(p -> p.sendSignal("SIGUSR2"), -12),
              Map.entry(p -> p.sendSignal(14), -14));
      for (var signal : sent) {
        var process = createSubprocessExec("sleep", "100");
        signal.getKey().accept(process);
        assertThat(process.waitFor()).isEqualTo(signal.getValue());
        assertThat(process.returncode()).isEqualTo(signal.getValue());
      }
    });
  }

  @Test
  void signals_canBeCaughtByTheChild() throws Exception {
    run(() -> {
      var process =
          createSubprocessShell(
              OUTPUT, "trap 'echo caught; exit 5' USR1; echo ready; while :; do sleep 0.01; done");
      assertThat(process.stdout().readLine()).isEqualTo("ready");
      process.sendSignal("USR1");
      assertThat(process.stdout().readLine()).isEqualTo("caught");
      assertThat(process.waitFor()).isEqualTo(5);
    });
  }

  @Test
  void exitCode_thatLooksLikeASignal_isAnExitCode() throws Exception {
    run(() -> {
      assertThat(createSubprocessShell("exit 137").waitFor()).isEqualTo(137);
      assertThat(createSubprocessShell("exit 143").waitFor()).isEqualTo(143);
      assertThat(createSubprocessShell("exit 255").waitFor()).isEqualTo(255);
    });
  }

  @Test
  void signalZero_isNotTakenForWhatEndedIt() throws Exception {
    run(() -> {
      var process = createSubprocessShell(ProcessOptions.defaults().stdin(PIPE), "cat; exit 128");
      process.sendSignal(0);
      process.stdin().close();
      assertThat(process.waitFor()).isEqualTo(128);
    });
  }

  @Test
  void signals_toAProcessThatHasEnded_areAMistake() throws Exception {
    run(() -> {
      var process = createSubprocessExec("true");
      process.waitFor();
      for (Runnable signal :
          List.<Runnable>of(process::kill, process::terminate, () -> process.sendSignal("USR1"))) {
        assertThatThrownBy(signal::run)
            .isInstanceOf(ProcessLookupException.class)
            .hasMessage(
                "process "
                    + process.pid()
                    + " has ended with return code 0; signals can only be sent to one that runs");
      }
    });
  }

  @Test
  void signals_thatDoNotExist_areAMistake() throws Exception {
    run(() -> {
      try (var process = createSubprocessExec("sleep", "100")) {
        assertThatThrownBy(() -> process.sendSignal("NOPE"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("'NOPE' is not a signal of this system; give a name such as USR1 or TERM");
        assertThatThrownBy(() -> process.sendSignal(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> process.sendSignal(4711))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> process.sendSignal(-1))
            .isInstanceOf(IllegalArgumentException.class);
        process.sendSignal(0); // asks whether it is there
        assertThat(process.returncode()).isNull();
      }
    });
  }

  // ---- programs, directories, environments ------------------------------------------------------

  @Test
  void missingProgram_isToldByTheCall() {
    run(() -> {
      assertThatThrownBy(() -> createSubprocessExec("no-such-program-here"))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageStartingWith(
              "no-such-program-here: there is no such program in the folders of PATH, ");
      assertThatThrownBy(() -> createSubprocessExec("./nope"))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessage("./nope: there is no such program");
      assertThatThrownBy(() -> createSubprocessExec("")).isInstanceOf(NoSuchFileException.class);
    });
  }

  @Test
  void program_thatMayNotBeExecuted_isToldByTheCall() throws IOException {
    var file = Files.writeString(folder.resolve("plain"), "text");
    run(() -> {
      assertThatThrownBy(() -> createSubprocessExec(file.toString()))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessage(file + ": it is not a program that may be executed");
      assertThatThrownBy(() -> createSubprocessExec(folder.toString()))
          .isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() ->
              createSubprocessExec(
                  ProcessOptions.defaults().env(Map.of("PATH", folder.toString())), "plain"))
          .isInstanceOf(AccessDeniedException.class);
    });
  }

  @Test
  void failures_leaveNoPipesOpen() {
    run(() -> {
      var before = OpenSockets.now();
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> createSubprocessExec(PIPED, "no-such-program-here"))
            .isInstanceOf(NoSuchFileException.class);
      }
      assertThat(OpenSockets.leftSince(before)).isEmpty();
    });
  }

  @Test
  void directory_isTheChildsOwn_andProgramsAreRelativeToIt() throws IOException {
    var script = Files.writeString(folder.resolve("here"), "#!/bin/sh\npwd\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    run(() -> {
      var options = OUTPUT.cwd(folder);
      var real = folder.toRealPath() + "\n";
      assertThat(createSubprocessExec(options, "pwd").communicate().stdout(UTF_8)).isEqualTo(real);
      assertThat(createSubprocessExec(options, "./here").communicate().stdout(UTF_8))
          .isEqualTo(real);
      assertThatThrownBy(() -> createSubprocessExec(OUTPUT.cwd(folder.resolve("nowhere")), "pwd"))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageEndingWith("nowhere: there is no such working directory");
      assertThatThrownBy(() -> createSubprocessExec(OUTPUT.cwd(script), "pwd"))
          .isInstanceOf(NotDirectoryException.class);
    });
  }

  @Test
  void environment_isInherited_orReplaced() throws Exception {
    run(() -> {
      assertThat(outputOf("echo \"$PATH\"")).isEqualTo(System.getenv("PATH") + "\n");
      var env = new HashMap<>(Map.of("PATH", System.getenv("PATH"), "A", odd("grün"), "EMPTY", ""));
      var options = OUTPUT.env(env);
      env.clear(); // it was copied
      var process = createSubprocessExec(options, "sh", "-c", "echo \"$A|${EMPTY-unset}|$HOME\"");
      assertThat(process.communicate().stdout(UTF_8)).isEqualTo(odd("grün") + "||\n");
    });
  }

  @Test
  void program_isLookedForInTheChildsPath() throws IOException {
    var script = Files.writeString(folder.resolve("special"), "#!/bin/sh\necho special\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    run(() -> {
      var options = OUTPUT.env(Map.of("PATH", "/nowhere:" + folder));
      assertThat(createSubprocessExec(options, "special").communicate().stdout(UTF_8))
          .isEqualTo("special\n");
      assertThatThrownBy(() -> createSubprocessExec(options, "sort"))
          .isInstanceOf(NoSuchFileException.class);
    });
  }

  @Test
  void nullCharacters_areAMistake() {
    run(() -> {
      assertThatThrownBy(() -> createSubprocessExec("echo", "a\0b"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("an argument of echo has a null character");
      assertThatThrownBy(() -> createSubprocessShell("echo a\0b"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ProcessOptions.defaults().env(Map.of("A", "b\0")))
          .isInstanceOf(IllegalArgumentException.class);
    });
  }

  // ---- other streams ----------------------------------------------------------------------------

  @Test
  void stderr_goesWhereStdoutGoes() throws Exception {
    run(() -> {
      var process =
          createSubprocessShell(OUTPUT.stderr(STDOUT), "echo 1; echo 2 >&2; echo 3; echo 4 >&2");
      assertThatIllegalStateException().isThrownBy(process::stderr);
      var output = process.communicate();
      assertThat(output.stdout(UTF_8)).isEqualTo("1\n2\n3\n4\n");
      assertThat(output.stderr()).isNull();
    });
  }

  @Test
  void devnull_isEmpty_andSwallowsAll() throws Exception {
    run(() -> {
      var options = ProcessOptions.defaults().stdin(DEVNULL).stdout(PIPE).stderr(DEVNULL);
      var process = createSubprocessShell(options, "cat; echo gone >&2; echo rest");
      assertThat(process.communicate().stdout(UTF_8)).isEqualTo("rest\n");
    });
  }

  @Test
  void files_areReadAndWrittenAndAppendedTo() throws IOException {
    var input = Files.writeString(folder.resolve("input"), "from a file\n");
    var output = Files.writeString(folder.resolve("output"), "something much longer than that\n");
    run(() -> {
      var copy = ProcessOptions.defaults().stdin(Stdio.file(input));
      createSubprocessExec(copy.stdout(Stdio.file(output)), "cat").waitFor();
      assertThat(output).hasContent("from a file\n");
      createSubprocessExec(copy.stdout(Stdio.append(output)), "cat").waitFor();
      assertThat(output).hasContent("from a file\nfrom a file\n");
      assertThatThrownBy(() ->
              createSubprocessExec(
                  ProcessOptions.defaults().stdin(Stdio.file(folder.resolve("none"))), "cat"))
          .isInstanceOf(IOException.class);
    });
  }

  @Test
  void channel_connectsTwoChildren() throws Exception {
    run(() -> {
      var pipe = java.nio.channels.Pipe.open();
      var producer =
          createSubprocessExec(
              ProcessOptions.defaults().stdout(Stdio.channel(pipe.sink())), "echo", "through");
      pipe.sink().close();
      var consumer =
          createSubprocessExec(OUTPUT.stdin(Stdio.channel(pipe.source())), "tr", "a-z", "A-Z");
      pipe.source().close();
      assertThat(consumer.communicate().stdout(UTF_8)).isEqualTo("THROUGH\n");
      assertThat(producer.waitFor()).isZero();
    });
  }

  @Test
  void options_thatMakeNoSense_areMistakes() {
    assertThatThrownBy(() -> ProcessOptions.defaults().stdout(STDOUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("STDOUT is for stderr only, not for stdout");
    assertThatThrownBy(() -> ProcessOptions.defaults().stdin(STDOUT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProcessOptions.defaults().limit(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProcessOptions.defaults().processGroup(-2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProcessOptions.defaults().env(Map.of("A=B", "")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> createSubprocessExec("true"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no running event loop");
  }

  @Test
  void limit_isThatOfTheReaders() throws Exception {
    run(() -> {
      var process = createSubprocessShell(OUTPUT.limit(10), "echo 12345678901234567890");
      assertThatThrownBy(() -> process.stdout().readline())
          .isInstanceOf(jasyncio.net.LimitOverrunException.class);
      process.waitFor();
    });
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Test
  void waitFor_endsWithTheProcess_alsoIfAGrandchildHasThePipe() throws Exception {
    run(() -> {
      var process = createSubprocessShell(OUTPUT, "sleep 1000 & echo $!; exit 7");
      long grandchild = Long.parseLong(process.stdout().readLine().strip());
      assertThat(timeout(30, process::waitFor)).isEqualTo(7);
      assertThat(ProcessHandle.of(grandchild)).isPresent();
      ProcessHandle.of(grandchild).ifPresent(ProcessHandle::destroyForcibly);
      assertThat(process.stdout().read()).isEmpty();
    });
  }

  @Test
  void waitFor_ofSeveralTasks() throws Exception {
    run(() -> {
      var process = createSubprocessExec(ProcessOptions.defaults().stdin(PIPE), "cat");
      var waiting = new ArrayList<Awaitable<Integer, ?>>();
      for (int i = 0; i < 5; i++) {
        waiting.add(process::waitFor);
      }
      var all = gather(waiting);
      var impatient = createTask(process::waitFor);
      sleep(0);
      impatient.cancel();
      assertThatThrownBy(() -> await(impatient)).isInstanceOf(CancelledError.class);
      assertThat(process.returncode()).isNull(); // cancellation leaves it alone
      process.stdin().close();
      assertThat(await(all)).containsExactly(0, 0, 0, 0, 0);
    });
  }

  @Test
  void tryStatement_killsTheProcess_whenTheTaskIsCancelled() {
    run(() -> {
      var pid = new ArrayList<Long>();
      var task =
          createTask(() -> {
            try (var process = createSubprocessExec(PIPED, "sleep", "100")) {
              pid.add(process.pid());
              process.communicate();
            }
          });
      while (pid.isEmpty()) {
        sleep(0.001);
      }
      task.cancel();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
      assertThat(Children.exists(pid.getFirst())).isFalse();
    });
  }

  @Test
  void close_ofAProcessThatHasEnded_doesNothing() throws Exception {
    run(() -> {
      try (var process = createSubprocessExec("true")) {
        process.waitFor();
        process.close();
      }
    });
  }

  @Test
  void create_thatIsCancelled_killsTheProcess() {
    run(() -> {
      for (int steps = 1; steps < 6; steps++) {
        var task = createTask(() -> createSubprocessExec(PIPED, "sleep", "100"));
        for (int i = 0; i < steps && !task.done(); i++) {
          sleep(0);
        }
        if (task.cancel()) {
          assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
          assertThat(Children.ofThisProcess()).isEmpty();
        } else {
          await(task).close();
        }
      }
    });
  }

  @Test
  void hundredProcesses_atOnce() {
    run(() -> {
      var all = new ArrayList<Awaitable<String, ?>>();
      for (int i = 0; i < 100; i++) {
        var text = "number " + i;
        all.add(() -> {
          try (var process = createSubprocessExec(PIPED, "cat")) {
            return process.communicate(text, UTF_8).stdout(UTF_8);
          }
        });
      }
      var outputs = await(gather(all));
      for (int i = 0; i < 100; i++) {
        assertThat(outputs.get(i)).isEqualTo("number " + i);
      }
    });
  }

  @Test
  void manyProcesses_leaveNothingOpen() throws Exception {
    run(() -> {
      createSubprocessExec(PIPED, "true").communicate(); // opens what the loop keeps
      var before = OpenSockets.now();
      for (int i = 0; i < 30; i++) {
        try (var process = createSubprocessExec(PIPED, "cat")) {
          if (i % 3 == 0) {
            process.communicate("text", UTF_8);
          } else if (i % 3 == 1) {
            process.kill();
          }
        }
      }
      sleep(0);
      sleep(0);
      assertThat(toThread(() -> OpenSockets.leftSince(before))).isEmpty(); // the loop goes on
    });
  }

  @Test
  void loop_thatIsClosed_killsWhatStillRuns() throws Exception {
    long[] pids = new long[2];
    try (var logs = Logs.capture()) {
      run(() -> {
        pids[0] = createSubprocessExec(PIPED, "sleep", "100").pid();
        pids[1] = createSubprocessExec("sleep", "100").pid();
      });
      assertThat(logs.lines())
          .hasSize(2)
          .allMatch(line -> line.matches("WARNING the event loop is closed while <.* running.*"));
    }
    assertThat(Children.exists(pids[0])).isFalse();
    assertThat(Children.exists(pids[1])).isFalse();
  }

  @Test
  void loops_ofSeveralThreads_haveTheirOwnChildren() throws InterruptedException {
    var threads = new ArrayList<Thread>();
    var results = java.util.Collections.synchronizedList(new ArrayList<String>());
    for (int i = 0; i < 4; i++) {
      var text = "loop " + i;
      threads.add(
          Thread.ofPlatform()
              .start(() ->
                  run(
                      coroutine(() -> {
                        for (int round = 0; round < 5; round++) {
                          var output = createSubprocessExec(PIPED, "cat").communicate(text, UTF_8);
                          results.add(output.stdout(UTF_8));
                        }
                      }))));
    }
    for (var thread : threads) {
      thread.join();
    }
    assertThat(results).hasSize(20).containsOnly("loop 0", "loop 1", "loop 2", "loop 3");
  }

  // ---- protocols --------------------------------------------------------------------------------

  /// Does in one of its callbacks what belongs elsewhere.
  private static final class Meddler implements SubprocessProtocol {
    private final String where;
    private final Consumer<SubprocessTransport> what;
    private final Future<String> over = getRunningLoop().createFuture();
    private final List<String> events = new ArrayList<>();
    private @Nullable SubprocessTransport transport;

    Meddler(String where, Consumer<SubprocessTransport> what) {
      this.where = where;
      this.what = what;
    }

    private void note(String event) {
      events.add(event);
      if (event.equals(where)) {
        what.accept(transport);
      }
    }

    @Override
    public void connectionMade(SubprocessTransport newTransport) {
      transport = newTransport;
      note("made");
    }

    @Override
    public void pipeDataReceived(int fd, byte[] data) {
      note("data");
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable Throwable exception) {
      if (fd == 1) {
        note("pipe lost");
      }
    }

    @Override
    public void processExited() {
      note("exited");
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      over.setResult("lost");
      note("lost");
    }
  }

  @Test
  void callbacks_thatCloseAndKillAndThrow_changeNothingOfTheEnd() throws Exception {
    var deeds = new LinkedHashMap<String, Consumer<SubprocessTransport>>();
    deeds.put("close", SubprocessTransport::close);
    deeds.put("kill", SubprocessTransport::kill);
    deeds.put("close stdout", transport -> transport.getPipeTransport(1).abort());
    deeds.put(
        "throw",
        transport -> {
          throw new IllegalStateException("thrown");
        });
    run(() -> {
      getRunningLoop().setExceptionHandler((loop, error) -> {});
      for (var where : List.of("made", "data", "pipe lost", "exited", "lost")) {
        for (var deed : deeds.entrySet()) {
          var connection =
              subprocessShell(
                  () -> new Meddler(where, deed.getValue()), OUTPUT, "echo out; exit 3");
          var protocol = connection.protocol();
          assertThat(timeout(30, () -> await(protocol.over))).isEqualTo("lost");
          assertThat(protocol.events.getFirst()).isEqualTo("made");
          assertThat(protocol.events).containsOnlyOnce("exited", "lost", "pipe lost");
          assertThat(connection.transport().getReturncode()).isIn(3, -9, -13, 141); // see JdkChild
          connection.transport().close();
        }
      }
    });
  }

  @Test
  void waitersThatLeave_doNotKeepTheOthersFromHearing() throws Exception {
    run(() -> {
      var process = createSubprocessExec(ProcessOptions.defaults().stdin(PIPE), "cat");
      var waiters = new ArrayList<Task<Integer>>();
      for (int i = 0; i < 1000; i++) {
        waiters.add(createTask(process::waitFor));
      }
      sleep(0);
      for (int i = 999; i > 0; i -= 2) {
        waiters.get(i).cancel();
      }
      process.stdin().close();
      for (int i = 0; i < 1000; i += 2) {
        assertThat(await(waiters.get(i))).isZero();
      }
      for (int i = 1; i < 1000; i += 2) {
        assertThat(waiters.get(i).cancelled()).isTrue();
      }
    });
  }

  static final class Recorder implements SubprocessProtocol {
    final List<String> events = new ArrayList<>();
    final StringBuilder output = new StringBuilder();
    final jasyncio.Future<Boolean> lost = Asyncio.getRunningLoop().createFuture();
    @Nullable SubprocessTransport transport;

    @Override
    public void connectionMade(SubprocessTransport newTransport) {
      transport = newTransport;
      events.add("made");
    }

    @Override
    public void pipeDataReceived(int fd, byte[] data) {
      events.add("data " + fd);
      output.append(new String(data, UTF_8));
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable Throwable exception) {
      events.add("pipe lost " + fd);
    }

    @Override
    public void processExited() {
      events.add("exited " + transport.getReturncode());
    }

    @Override
    public void pauseWriting() {
      events.add("paused");
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      events.add("lost " + exception);
      lost.setResult(true);
    }
  }

  @Test
  void protocol_isToldInOrder() throws Exception {
    run(() -> {
      var connection = subprocessShell(() -> new Recorder(), PIPED, "echo out; exit 4");
      var protocol = connection.protocol();
      assertThat(protocol.transport).isSameAs(connection.transport());
      await(protocol.lost);
      assertThat(protocol.events)
          .startsWith("made")
          .endsWith("lost null")
          .containsOnlyOnce("pipe lost 0", "pipe lost 1", "pipe lost 2", "exited 4")
          .containsSubsequence("made", "data 1", "pipe lost 1", "lost null");
      assertThat(protocol.output).hasToString("out\n");
      assertThat(connection.transport().isClosing()).isFalse(); // as in asyncio
    });
  }

  @Test
  void transport_tellsWhatItIs_andCloseKills() throws Exception {
    run(() -> {
      var connection = subprocessExec(() -> new Recorder(), PIPED.stderr(DEVNULL), "cat");
      var transport = connection.transport();
      assertThat(transport.getPid()).isPositive();
      assertThat(transport.getExtraInfo(SubprocessTransport.SUBPROCESS).pid())
          .isEqualTo(transport.getPid());
      assertThat(transport.getProtocol()).isSameAs(connection.protocol());
      assertThat(transport.getPipeTransport(0)).isInstanceOf(WriteTransport.class);
      assertThat(transport.getPipeTransport(1)).isInstanceOf(Transport.class);
      assertThat(transport.getPipeTransport(2)).isNull();
      assertThat(transport.getPipeTransport(3)).isNull();
      assertThat(transport)
          .asString()
          .startsWith("<SubprocessTransport pid=" + transport.getPid() + " running stdin=<");
      transport.getPipeTransport(0).write("text".getBytes(UTF_8));
      while (connection.protocol().output.isEmpty()) {
        sleep(0.001);
      }
      transport.close();
      transport.close();
      await(connection.protocol().lost);
      assertThat(transport.getReturncode()).isEqualTo(-9);
      assertThat(transport.getExtraInfo(SubprocessTransport.SUBPROCESS)).isNull();
      assertThat(transport).asString().contains(" closed ").contains("returncode=-9");
      assertThat(connection.protocol().events).endsWith("lost null");
    });
  }

  @Test
  void protocol_thatTakesOver_isToldThatWritingIsPaused() throws Exception {
    run(() -> {
      var connection = subprocessExec(() -> new Recorder(), PIPED, "sleep", "100");
      var transport = connection.transport();
      var early = new Recorder();
      transport.setProtocol(early);
      assertThat(transport.getProtocol()).isSameAs(early);
      assertThat(early.events).isEmpty();
      while (early.events.isEmpty()) {
        transport.getPipeTransport(0).write(new byte[128 * 1024]);
        sleep(0);
      }
      assertThat(early.events).containsExactly("paused");
      var late = new Recorder();
      transport.setProtocol(late);
      transport.setProtocol(late);
      assertThat(late.events).containsExactly("paused");
      var errors = new ArrayList<String>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error.message()));
      transport.setProtocol(
          new SubprocessProtocol() {
            @Override
            public void pauseWriting() {
              throw new IllegalStateException("thrown");
            }
          });
      assertThat(errors).containsExactly("protocol.pauseWriting() failed");
      transport.setProtocol(late);
      transport.close();
      await(late.lost);
    });
  }

  @Test
  void protocol_thatIsNone_isRefused() throws Exception {
    run(() -> {
      var connection = subprocessExec(() -> new Recorder(), ProcessOptions.defaults(), "true");
      assertThatThrownBy(
              () -> connection.transport().setProtocol(new jasyncio.net.BaseProtocol() {}))
          .isInstanceOf(IllegalArgumentException.class);
      await(connection.protocol().lost);
      assertThatThrownBy(() -> Subprocesses.<Recorder>subprocessExec(() -> null, PIPED, "true"))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("the factory gave no protocol");
    });
  }

  @Test
  void protocol_whoseFactoryFails_startsNothing() {
    run(() ->
        assertThatThrownBy(() ->
                Subprocesses.<Recorder>subprocessExec(
                    () -> {
                      throw new UncheckedIOException(new IOException("no"));
                    },
                    PIPED,
                    "sleep",
                    "100"))
            .isInstanceOf(UncheckedIOException.class));
    assertThat(Children.ofThisProcess()).isEmpty();
  }
}
