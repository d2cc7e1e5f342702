package jasyncio.process;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.run;
import static jasyncio.process.Subprocesses.createSubprocessExec;
import static jasyncio.process.Subprocesses.createSubprocessShell;
import static jasyncio.process.Subprocesses.subprocessExec;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Logs;
import jasyncio.RunOptions;
import jasyncio.internal.process.Launcher;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Children started by `posix_spawn`.
class PosixSubprocessTest extends SubprocessContract {

  @BeforeEach
  void launcherIsThere() {
    assertThat(Launcher.best().getClass().getSimpleName()).isEqualTo("PosixLauncher");
  }

  @Test
  void signal_ofSomebodyElse_isTheCode() throws Exception {
    run(() -> {
      assertThat(createSubprocessShell("kill -9 $$").waitFor()).isEqualTo(-9);
      assertThat(createSubprocessShell("kill -SEGV $$").waitFor()).isEqualTo(-11);
    });
  }

  @Test
  void child_getsNoDescriptorsOfOurs_andNoSignalsBlocked() throws IOException {
    try (var _ = ServerSocketChannel.open()) {
      run(() -> {
        assertThat(outputOf("ls /proc/self/fd | tr '\\n' ' '")).isEqualTo("0 1 2 3 ");
        assertThat(outputOf("grep SigBlk /proc/self/status")).matches("SigBlk:\\s*0+\n");
      });
    }
  }

  @Test
  void newSession_isTheChildsOwn() throws Exception {
    run(() -> {
      var ids = "read pid comm state ppid pgrp session rest < /proc/$$/stat; echo $pgrp $session";
      var session = createSubprocessShell(OUTPUT.startNewSession(true), ids);
      assertThat(session.communicate().stdout(UTF_8))
          .isEqualTo(session.pid() + " " + session.pid() + "\n");
      var group = createSubprocessShell(OUTPUT.processGroup(0), ids);
      assertThat(group.communicate().stdout(UTF_8)).startsWith(group.pid() + " ");
    });
  }

  @Test
  void script_withoutInterpreter_isToldByTheCall() throws IOException {
    var plain = Files.writeString(folder.resolve("plain"), "just text\n");
    var lost = Files.writeString(folder.resolve("lost"), "#!/no/such/interpreter\n");
    assertThat(plain.toFile().setExecutable(true)).isTrue();
    assertThat(lost.toFile().setExecutable(true)).isTrue();
    run(() -> {
      assertThatThrownBy(() -> createSubprocessExec(plain.toString()))
          .isInstanceOf(FileSystemException.class)
          .hasMessage(plain + ": it is no program; a script begins with a line like #!/bin/sh");
      assertThatThrownBy(() -> createSubprocessExec(lost.toString()))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("the interpreter in its first line");
    });
  }

  static class Wrong implements SubprocessProtocol {
    public void connectionLost(Exception reason) {}
  }

  @Test
  void protocol_thatTakesOver_isLookedAtInDebugMode() throws Exception {
    try (var logs = Logs.capture()) {
      run(
          () -> {
            var connection =
                subprocessExec(() -> new Recorder(), ProcessOptions.defaults(), "true");
            connection.transport().setProtocol(new Wrong());
            connection.transport().setProtocol(connection.protocol());
            await(connection.protocol().lost);
          },
          RunOptions.defaults().debug(true));
      assertThat(logs.lines())
          .filteredOn(line -> line.contains("which is never called"))
          .hasSize(1);
    }
  }

  @Test
  void argumentZero_isTheNameAsGiven() throws Exception {
    run(() ->
        assertThat(createSubprocessExec(OUTPUT, "sh", "-c", "echo $0").communicate().stdout(UTF_8))
            .isEqualTo("sh\n"));
  }

  @Test
  void outputOfAGrandchild_arrivesAfterTheEnd() throws Exception {
    run(() -> {
      var process = createSubprocessShell(PIPED, "(read go; echo late) <&0 & exit 0");
      // the shell gives a background job /dev/null unless told otherwise; here it reads an end
      assertThat(process.waitFor()).isZero();
      assertThat(process.stdout().read()).asString(UTF_8).isEqualTo("late\n");
    });
  }
}
