package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the echo server as its users do: from the command line, in a process of its own.
class EchoOnEveryCoreTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("EchoOnEveryCore.java")), classes);
  }

  /// Which loop gets how many, the system decides.
  @Test
  void withoutAPort_allLoopsTogetherServeItsOwnClients() throws Exception {
    Run run = Programs.run(Programs.javaCommand(classes, "EchoOnEveryCore"));
    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertTrue(run.out().size() >= 3, run::toString); // two loops at least
    assertEquals("in all 100 clients and 1000 lines", run.out().getLast());
  }
}
