package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.process.Stdio.DEVNULL;
import static jasyncio.process.Stdio.INHERIT;
import static jasyncio.process.Stdio.PIPE;
import static jasyncio.process.Stdio.STDOUT;
import static jasyncio.process.Subprocesses.createSubprocessExec;
import static jasyncio.process.Subprocesses.createSubprocessShell;
import static jasyncio.process.Subprocesses.subprocessExec;
import static jasyncio.process.Subprocesses.subprocessShell;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Action;
import jasyncio.Future;
import jasyncio.process.Process;
import jasyncio.process.ProcessLookupException;
import jasyncio.process.ProcessOptions;
import jasyncio.process.ProcessOutput;
import jasyncio.process.SubprocessProtocol;
import jasyncio.process.SubprocessTransport;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Child processes: rules P-1 to P-5.
final class SubprocessesScenarios {
  private static final ProcessOptions NONE = ProcessOptions.defaults();
  private static final ProcessOptions OUTPUT = NONE.stdout(PIPE);

  private SubprocessesScenarios() {}

  /// What is wrong with a process, in words that have nothing to do with the language.
  private static String failure(Throwable e) {
    return switch (e) {
      case ProcessLookupException gone -> "gone";
      case NoSuchFileException missing -> "missing";
      case AccessDeniedException denied -> "denied";
      case NotDirectoryException file -> "not a directory";
      default -> kind(e);
    };
  }

  private static String failing(Action<?> action) {
    try {
      action.run();
      return "works";
    } catch (Exception e) {
      return failure(e);
    }
  }

  /// Output in one line.
  private static String text(byte[] data) {
    return new String(data, UTF_8).replace('\n', '/');
  }

  private static Process piped(String program, String... arguments) throws IOException {
    return createSubprocessExec(ProcessOptions.piped(), program, arguments);
  }

  private static String outputOf(ProcessOptions options, String command) throws IOException {
    return text(createSubprocessShell(options.stdout(PIPE), command).communicate().stdout());
  }

  private static List<String> texts(ProcessOutput output) {
    return List.of(text(output.stdout()), text(output.stderr()));
  }

  // ---- output and codes -------------------------------------------------------------------------

  @Scenario("P-1")
  static void outputAndExitCode() throws Exception {
    run(() -> {
      var process = piped("sh", "-c", "echo out; echo err >&2; exit 3");
      var output = process.communicate();
      print(text(output.stdout()), text(output.stderr()), process.returncode());
    });
  }

  /// Python has `None` where we throw.
  private static @Nullable Object pipe(Supplier<Object> stream) {
    try {
      return stream.get();
    } catch (IllegalStateException e) {
      return null;
    }
  }

  @Scenario("P-1")
  static void streamsThatAreNoPipes() throws Exception {
    run(() -> {
      var process = createSubprocessExec("true");
      print(pipe(process::stdin), pipe(process::stdout), pipe(process::stderr));
      var output = process.communicate();
      print(output.stdout(), output.stderr(), process.returncode());
    });
  }

  @Scenario("P-1")
  static void returnCodeBeforeAndAfterTheEnd() throws Exception {
    run(() -> {
      var process = createSubprocessExec(NONE.stdin(PIPE), "cat");
      print(process.pid() > 0, process.returncode());
      process.stdin().close();
      print(process.waitFor(), process.returncode(), process.waitFor());
    });
  }

  @Scenario("P-1")
  static void signalsAreNegativeReturnCodes() throws Exception {
    run(() -> {
      for (var how : List.of("kill", "terminate", "usr1")) {
        var process = createSubprocessExec("sleep", "100");
        switch (how) {
          case "kill" -> process.kill();
          case "terminate" -> process.terminate();
          default -> process.sendSignal("USR1");
        }
        print(how, process.waitFor());
      }
    });
  }

  @Scenario("P-1")
  static void exitCodesAreNotSignals() throws Exception {
    run(() -> {
      for (int code : new int[] {0, 1, 127, 137, 255}) {
        print(createSubprocessShell("exit " + code).waitFor());
      }
    });
  }

  @Scenario("P-1")
  static void aSignalThatTheChildCatches() throws Exception {
    run(() -> {
      var process =
          createSubprocessShell(
              OUTPUT, "trap 'echo caught; exit 5' USR1; echo ready; while :; do sleep 0.01; done");
      print(text(process.stdout().readline()));
      process.sendSignal("USR1");
      print(text(process.stdout().readline()));
      print(process.waitFor());
    });
  }

  @Scenario("P-1")
  static void severalTasksWait() throws Exception {
    run(() -> {
      var process = createSubprocessExec(NONE.stdin(PIPE), "cat");
      var waiting = gather(process::waitFor, process::waitFor, process::waitFor);
      sleep(0);
      process.stdin().close();
      print(await(waiting));
    });
  }

  @Scenario("P-1")
  static void shellPipeline() throws Exception {
    run(() -> print(outputOf(NONE, "echo a b c | tr ' ' '+' && echo $((1 + 2))")));
  }

  @Scenario("P-1")
  static void argumentsAreTakenAsTheyAre() throws Exception {
    run(() -> {
      var process = createSubprocessExec(OUTPUT, "printf", "%s|", "a b", "", "$HOME", "'\"\\");
      print(process.communicate().stdout(UTF_8));
    });
  }

  @Scenario("P-1")
  static void directoryAndEnvironment() throws Exception {
    run(() -> {
      print(outputOf(NONE.cwd(Path.of("/")), "pwd"));
      print(outputOf(NONE.env(Map.of("A", "1", "B", "two")), "echo $A/$B"));
    });
  }

  // ---- communicate and streams ------------------------------------------------------------------

  @Scenario("P-2")
  static void communicateFeedsAndReads() throws Exception {
    run(() -> print(texts(piped("sort").communicate("b\nc\na\n", UTF_8))));
  }

  @Scenario("P-2")
  static void communicateWithoutInputClosesStdin() throws Exception {
    run(() -> {
      var process = piped("cat");
      print(texts(process.communicate()), process.returncode());
      print(process.stdin().isClosing());
    });
  }

  @Scenario("P-2")
  static void communicateMovesMoreThanPipesHold() throws Exception {
    run(() -> {
      var data = new byte[256 * 16384];
      IntStream.range(0, data.length).forEach(i -> data[i] = (byte) i);
      var output = piped("cat").communicate(data);
      print(output.stdout().length, Arrays.equals(output.stdout(), data), output.stderr().length);
    });
  }

  @Scenario("P-2")
  static void communicateWithAChildThatReadsNothing() throws Exception {
    run(() -> {
      var process = piped("sh", "-c", "exec 0<&-; echo done");
      print(text(process.communicate(new byte[1 << 20]).stdout()), process.returncode());
    });
  }

  @Scenario("P-2")
  static void bothOutputsAreReadAtOnce() throws Exception {
    run(() -> {
      var process =
          piped("sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; echo end");
      var output = process.communicate();
      print(output.stdout().length, output.stderr().length);
    });
  }

  @Scenario("P-2")
  static void errorsIntoTheOutput() throws Exception {
    run(() -> {
      var process = createSubprocessShell(OUTPUT.stderr(STDOUT), "echo 1; echo 2 >&2; echo 3");
      print(pipe(process::stderr));
      var output = process.communicate();
      print(text(output.stdout()), output.stderr());
    });
  }

  @Scenario("P-2")
  static void nothingToReadAndNowhereToWrite() throws Exception {
    run(() -> {
      var process =
          createSubprocessShell(
              OUTPUT.stdin(DEVNULL).stderr(DEVNULL), "cat; echo gone >&2; echo rest");
      print(text(process.communicate().stdout()));
    });
  }

  @Scenario("P-2")
  static void dialogueByLines() throws Exception {
    run(() -> {
      var process = piped("cat");
      for (var word : List.of("one", "two")) {
        process.stdin().write(word + "\n", UTF_8);
        process.stdin().drain();
        print(text(process.stdout().readline()));
      }
      process.stdin().close();
      process.stdin().waitClosed();
      print(process.stdin().isClosing(), text(process.stdout().read()), process.waitFor());
    });
  }

  @Scenario("P-2")
  static void linesAreIterated() throws Exception {
    run(() -> {
      var process = createSubprocessShell(OUTPUT, "seq 3; printf rest");
      for (var line : process.stdout()) {
        print(text(line));
      }
      print(process.stdout().atEof(), process.waitFor());
    });
  }

  @Scenario("P-2")
  static void cancellingAWaitLeavesTheProcess() throws Exception {
    run(() -> {
      var process = createSubprocessExec("sleep", "100");
      var task = createTask(process::waitFor);
      sleep(0);
      task.cancel();
      print(outcome(task), process.returncode());
      process.kill();
      print(process.waitFor());
    });
  }

  @Scenario("P-2")
  static void cancellingCommunicateLeavesTheProcess() throws Exception {
    run(() -> {
      var process = piped("cat");
      var task = createTask(() -> process.communicate());
      sleep(0);
      task.cancel();
      print(outcome(task), process.returncode());
      process.kill();
      print(process.waitFor());
    });
  }

  // ---- the end, and what goes wrong -------------------------------------------------------------

  @Scenario("P-3")
  static void waitDoesNotWaitForPipesOfGrandchildren() throws Exception {
    run(() -> {
      var process = createSubprocessShell(OUTPUT, "sleep 100 & echo $!; exit 7");
      var grandchild = process.stdout().readLine().strip();
      print(process.waitFor());
      createSubprocessExec("kill", grandchild).waitFor();
      var sleeper = createSubprocessExec("sleep", "100");
      sleeper.terminate();
      print(sleeper.waitFor());
    });
  }

  @Scenario("P-4")
  static void signalsToAProcessThatHasEnded() throws Exception {
    run(() -> {
      var process = createSubprocessExec("true");
      process.waitFor();
      print(failing(process::kill));
      print(failing(process::terminate));
      print(failing(() -> process.sendSignal("USR1")));
    });
  }

  @Scenario("P-4")
  static void programsThatAreNotThere() {
    run(() -> {
      print(failing(() -> createSubprocessExec("no-such-program-here")));
      print(failing(() -> createSubprocessExec("./no-such-program")));
      print(failing(() -> createSubprocessExec("/etc/passwd")));
      print(failing(() -> createSubprocessExec("/")));
    });
  }

  @Scenario("P-4")
  static void programsAreLookedForInTheChildsPath() throws Exception {
    run(() -> {
      var options = NONE.env(Map.of("PATH", "/nowhere"));
      print(failing(() -> createSubprocessExec(options, "sort")));
      print(createSubprocessExec(options, "/bin/sh", "-c", "exit 4").waitFor());
    });
  }

  @Scenario("P-4")
  static void directoriesThatAreNotThere() {
    run(() -> {
      print(failing(() -> createSubprocessExec(NONE.cwd(Path.of("/no/such/directory")), "true")));
      print(failing(() -> createSubprocessExec(NONE.cwd(Path.of("/etc/passwd")), "true")));
    });
  }

  @Scenario("P-4")
  static void argumentsThatNoSystemTakes() {
    run(() -> {
      print(failing(() -> createSubprocessExec("echo", "a\0b")));
      print(failing(() -> createSubprocessExec(NONE.env(Map.of("A=B", "")), "echo")));
    });
  }

  @Scenario("P-4")
  static void creationThatIsCancelled() {
    run(() -> {
      var task = createTask(() -> piped("sleep", "100"));
      sleep(0);
      task.cancel();
      print(outcome(task));
    });
  }

  // ---- protocols --------------------------------------------------------------------------------

  private static final class Recorder implements SubprocessProtocol {
    final List<String> events = new ArrayList<>();
    final StringBuilder[] output = {new StringBuilder(), new StringBuilder(), new StringBuilder()};
    final Future<@Nullable Void> lost = getRunningLoop().createFuture();
    SubprocessTransport transport;

    @Override
    public void connectionMade(SubprocessTransport newTransport) {
      transport = newTransport;
      events.add("made");
    }

    @Override
    public void pipeDataReceived(int fd, byte[] data) {
      output[fd].append(text(data));
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable Throwable exception) {
      events.add("pipe " + fd + " lost " + Trace.text(exception));
    }

    @Override
    public void processExited() {
      events.add("exited " + transport.getReturncode());
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      events.add("lost " + Trace.text(exception));
      lost.setResult(null);
    }
  }

  @Scenario("P-5")
  static void protocolIsToldInOrder() throws Exception {
    run(() -> {
      var connection =
          subprocessShell(Recorder::new, ProcessOptions.piped(), "echo out; echo err >&2; exit 4");
      var protocol = connection.protocol();
      await(protocol.lost);
      print(protocol.events.getFirst(), "|", protocol.events.getLast());
      print(protocol.events.stream().sorted().toList());
      print(protocol.output[1].toString(), protocol.output[2].toString());
      print(connection.transport().isClosing(), connection.transport().getReturncode());
    });
  }

  @Scenario("P-5")
  static void protocolKnowsTheConnectionWhenTheCallReturns() throws Exception {
    run(() -> {
      var connection = subprocessExec(Recorder::new, ProcessOptions.piped().stderr(INHERIT), "cat");
      var transport = connection.transport();
      var protocol = connection.protocol();
      print(protocol.events, protocol.transport == transport);
      print(transport.getProtocol() == protocol, transport.getPid() > 0);
      print(IntStream.range(0, 4).mapToObj(fd -> transport.getPipeTransport(fd) == null).toList());
      print(transport.getReturncode(), transport.isClosing());
      transport.getPipeTransport(0).write("text".getBytes(UTF_8));
      transport.getPipeTransport(0).close();
      await(protocol.lost);
      print(protocol.output[1].toString(), transport.getReturncode());
    });
  }

  @Scenario("P-5")
  static void closingTheTransportKills() throws Exception {
    run(() -> {
      var connection = subprocessExec(Recorder::new, ProcessOptions.piped(), "sleep", "100");
      var transport = connection.transport();
      transport.close();
      transport.close();
      print(transport.isClosing(), transport.getReturncode());
      await(connection.protocol().lost);
      print(transport.getReturncode(), connection.protocol().events.stream().sorted().toList());
    });
  }
}
