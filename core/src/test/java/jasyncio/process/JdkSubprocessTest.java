package jasyncio.process;

import static jasyncio.Asyncio.run;
import static jasyncio.process.Subprocesses.createSubprocessExec;
import static jasyncio.process.Subprocesses.createSubprocessShell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.internal.process.Launcher;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Children started by the JDK's means, as where native access is not allowed.
class JdkSubprocessTest extends SubprocessContract {

  @BeforeEach
  void useTheJdk() {
    Subprocesses.launcher = Launcher.jdk();
  }

  /// In a plain C locale the JDK has ASCII alone: see SystemTextTest.
  @Override
  String odd(String text) {
    boolean ascii = "ANSI_X3.4-1968".equals(System.getProperty("sun.jnu.encoding"));
    return ascii ? "" : text;
  }

  @Test
  void signal_ofSomebodyElse_looksLikeAnExitCode() throws Exception {
    run(() -> assertThat(createSubprocessShell("kill -9 $$").waitFor()).isEqualTo(137));
  }

  @Test
  void socket_needsNativeAccess() throws Exception {
    run(() -> {
      try (var socket = SocketChannel.open()) {
        var options = ProcessOptions.defaults().stdout(Stdio.channel(socket));
        assertThatThrownBy(() -> createSubprocessExec(options, "true"))
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("--enable-native-access=");
      }
    });
  }

  @Test
  void newSession_needsNativeAccess() {
    run(() ->
        assertThatThrownBy(
                () -> createSubprocessExec(ProcessOptions.defaults().startNewSession(true), "true"))
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("--enable-native-access="));
  }
}
