package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Scenario;
import jasyncio.process.ProcessOptions;
import jasyncio.process.SubprocessProtocol;
import jasyncio.process.Subprocesses;
import jasyncio.testing.CancelEverywhere.Way;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait for a child, cancelled everywhere. Each run starts one, so not every way is tried.
@Tag("slow")
class CancelProcessTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  static List<Scenario> scenarios() {
    return Stream.of(
            scenario(
                "Subprocesses.createSubprocessExec Process.communicate Process.close",
                "what is said comes back",
                run -> {
                  run.victim(() -> {
                    try (var cat =
                        Subprocesses.createSubprocessExec(ProcessOptions.piped(), "cat")) {
                      run.got(new String(cat.communicate("hello", UTF_8).stdout(), UTF_8));
                    }
                  });
                  run.atEnd(() -> assertThat(run.got()).isSubsetOf("hello"));
                }),
            scenario(
                "Process.waitFor",
                "two wait for a child that another one ends",
                run -> {
                  var child = Subprocesses.createSubprocessExec(ProcessOptions.piped(), "cat");
                  run.inLine(2, 0, () -> run.got(child.waitFor()));
                  run.other(() -> {
                    sleep(0);
                    child.stdin().close();
                  });
                  run.atEnd(() -> {
                    child.waitFor();
                    child.close();
                    assertThat(run.got()).containsOnly(0);
                  });
                }),
            scenario(
                "Subprocesses.createSubprocessShell",
                "a child that ends at once",
                run -> {
                  run.victim(() -> {
                    try (var child = Subprocesses.createSubprocessShell("exit 3")) {
                      run.got(child.waitFor());
                    }
                  });
                }),
            scenario(
                "Subprocesses.subprocessExec Subprocesses.subprocessShell",
                "with protocols",
                run -> {
                  run.victim(() -> {
                    for (boolean shell : List.of(false, true)) {
                      try (var _ =
                          shell
                              ? Subprocesses.subprocessShell(
                                      Silent::new, ProcessOptions.defaults(), "exit 0")
                                  .transport()
                              : Subprocesses.subprocessExec(
                                      Silent::new, ProcessOptions.defaults(), "true")
                                  .transport()) {
                        sleep(0);
                      }
                    }
                  });
                }))
        .map(s -> s.asExternal().without(Way.TWICE, Way.AGAIN, Way.TIME_OUT))
        .toList();
  }

  private static final class Silent implements SubprocessProtocol {}
}
