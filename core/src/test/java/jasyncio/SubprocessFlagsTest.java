package jasyncio;

import static jasyncio.Asyncio.run;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.internal.process.Launcher;
import jasyncio.process.ProcessOptions;
import jasyncio.process.Subprocesses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Which way children are started depends on the JVM's flags, and no flag makes it print a warning.
@Timeout(600)
@EnabledOnOs(OS.LINUX)
class SubprocessFlagsTest {

  static final class Program {
    public static void main(String[] args) throws Exception {
      run(() -> {
        System.out.println(Launcher.best().getClass().getSimpleName());
        var process =
            Subprocesses.createSubprocessExec(ProcessOptions.piped(), "sh", "-c", "cat; exit 3");
        var output = process.communicate("text", StandardCharsets.UTF_8);
        System.out.println(output.stdout(StandardCharsets.UTF_8) + " " + process.returncode());
      });
    }
  }

  private static ChildJvm.Result runWith(String... more) {
    var options = new ArrayList<>(Runtimes.jvmOptions());
    options.addAll(List.of(more));
    options.replaceAll(o -> o.equals("-Djasyncio.debug=true") ? "-Djasyncio.debug=false" : o);
    return ChildJvm.run(Program.class, options);
  }

  @Test
  void nativeAccess_isUsedWhereItIsAllowed() {
    var result = runWith("--enable-native-access=ALL-UNNAMED");
    assertThat(result.output().lines()).containsExactly("PosixLauncher", "text 3");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void withoutNativeAccess_itIsTheJdk_andNobodyIsWarned() {
    var result = runWith();
    assertThat(result.output().lines()).containsExactly("JdkLauncher", "text 3");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void property_choosesTheJdk() {
    var result = runWith("--enable-native-access=ALL-UNNAMED", "-Djasyncio.processes=jdk");
    assertThat(result.output().lines()).containsExactly("JdkLauncher", "text 3");
  }
}
