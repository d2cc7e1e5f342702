package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the client as its users do: from the command line, in a process of its own.
class RateLimitedClientTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("RateLimitedClient.java")), classes);
  }

  @Test
  void questions_areAnsweredOrGivenUp_withinTheRate() throws Exception {
    Run run = Programs.run(Programs.javaCommand(classes, "RateLimitedClient"));
    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals(
        List.of(
            "{TimeoutException=2, answered=48}",
            "within the rate",
            "10 asked again",
            "the API was asked 60 times"),
        run.out());
  }
}
