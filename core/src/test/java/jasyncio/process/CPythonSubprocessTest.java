package jasyncio.process;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.process.Stdio.PIPE;
import static jasyncio.process.Subprocesses.createSubprocessExec;
import static jasyncio.process.Subprocesses.createSubprocessShell;
import static jasyncio.process.Subprocesses.subprocessShell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Awaitable;
import jasyncio.net.WriteTransport;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What CPython's test_subprocess.py asserts and nothing else here does.
@Timeout(600)
@EnabledOnOs(OS.LINUX)
class CPythonSubprocessTest {
  private static final ProcessOptions PIPED = ProcessOptions.piped();
  private static final ProcessOptions OUTPUT = ProcessOptions.defaults().stdout(PIPE);

  @AfterEach
  void nothingIsLeft() {
    Children.awaitNone();
  }

  // CPython: test_subprocess.SubprocessMixin.test_empty_input
  @Test
  void emptyInput_closesTheInput() throws Exception {
    run(() -> {
      var process = createSubprocessExec(PIPED, "wc", "-c");
      assertThat(process.communicate(new byte[0]).stdout(UTF_8).strip()).isEqualTo("0");
      assertThat(process.waitFor()).isZero();
    });
  }

  // CPython: test_subprocess.SubprocessMixin.test_devstdin_input
  @Test
  void devStdin_isTheInput() throws Exception {
    run(() -> {
      var process = createSubprocessShell(PIPED, "wc -c < /dev/stdin");
      assertThat(process.communicate("abc".getBytes(UTF_8)).stdout(UTF_8).strip()).isEqualTo("3");
    });
  }

  // CPython: test_subprocess.SubprocessMixin.test_read_stdout_after_process_exit
  @Test
  void outputCanBeReadAfterTheEnd() throws Exception {
    run(() -> {
      var process =
          createSubprocessShell(OUTPUT, "head -c 60000 /dev/zero; exit 1"); // fits into the pipe
      assertThat(process.waitFor()).isEqualTo(1);
      int total = 0;
      for (byte[] data = process.stdout().read(4096);
          data.length > 0;
          data = process.stdout().read(4096)) {
        total += data.length;
        sleep(0);
      }
      assertThat(total).isEqualTo(60_000);
    });
  }

  // CPython: test_subprocess.SubprocessMixin.test_subprocess_communicate_stdout
  @Test
  void manyOutputs_atOnce() {
    run(() -> {
      var outputs = IntStream.range(0, 10).mapToObj(i -> "foo" + i).toList();
      var calls = new ArrayList<Awaitable<String, ?>>();
      for (var output : outputs) {
        calls.add(
            () -> createSubprocessExec(OUTPUT, "echo", output).communicate().stdout(UTF_8).strip());
      }
      assertThat(await(gather(calls))).isEqualTo(outputs);
    });
  }

  // CPython: test_subprocess.SubprocessMixin.test_subprocess_send_signal_race
  @Test
  void signalAtTheEnd_isNoExitCodeOfItsOwn() throws Exception {
    run(() -> {
      for (int i = 0; i < 10; i++) {
        var process = createSubprocessExec("true");
        for (int k = 0; k < i; k++) {
          sleep(0);
        }
        try {
          process.sendSignal("USR1");
        } catch (ProcessLookupException e) {
          // it has ended already
        }
        assertThat(process.waitFor()).isIn(0, -10);
      }
    });
  }

  // CPython: test_events.SubprocessTestsMixin.test_subprocess_close_client_stream
  @Test
  void closedOutput_isABrokenPipeForTheChild() throws Exception {
    run(() -> {
      var out = getRunningLoop().<String>createFuture();
      var closed = getRunningLoop().<Integer>createFuture();
      var errors = getRunningLoop().<String>createFuture();
      var ended = getRunningLoop().<Throwable>createFuture();
      var child =
          subprocessShell(
              () ->
                  new SubprocessProtocol() {
                    @Override
                    public void pipeDataReceived(int fd, byte[] data) {
                      (fd == 1 ? out : errors).setResult(new String(data, UTF_8));
                    }

                    @Override
                    public void pipeConnectionLost(int fd, Throwable exception) {
                      if (fd == 1) {
                        closed.setResult(fd);
                      }
                    }

                    @Override
                    public void connectionLost(Throwable exception) {
                      ended.setResult(exception);
                    }
                  },
              PIPED,
              "trap '' PIPE; read x; echo OUT:$x; read x; echo $x 2> /dev/null || echo ERR >&2;"
                  + " read x");
      var input = (WriteTransport) child.transport().getPipeTransport(0);
      input.write("test\n".getBytes(UTF_8));
      assertThat(await(out)).isEqualTo("OUT:test\n");
      child.transport().getPipeTransport(1).close();
      await(closed);
      input.write("xxx\n".getBytes(UTF_8));
      assertThat(await(errors)).isEqualTo("ERR\n");
      child.transport().close();
      assertThat(await(ended)).isNull();
    });
  }
}
