package jasyncio.bench.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The harness of `benchmarks/compare` is in Python, and so are the tests of what it computes.
class HarnessTest {
  private static final String RECENT = "import resource, sys; sys.exit(sys.version_info < (3, 9))";

  private record Ended(int status, String output) {}

  private static Ended python(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("python3", "-B"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }

  private static boolean hasPython() throws Exception {
    try {
      return python("-c", RECENT).status() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void testsInPython_pass() throws Exception {
    if (!hasPython()) {
      System.out.println(
          "python3, 3.9 or newer, not found: tests of benchmarks/compare are skipped");
    }
    assumeTrue(hasPython(), "needs python3, 3.9 or newer");
    var tests = python("-m", "unittest", "discover", "-s", "peers/harness/tests", "-t", "peers");
    assertThat(tests.output()).containsPattern("Ran [1-9][0-9]* tests").endsWith("OK\n");
    assertThat(tests.status()).isZero();
  }
}
