package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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

  /// Two questions are never answered. On a busy machine the time of others may run out, too.
  @Test
  void questions_areAnsweredOrGivenUp_withinTheRate() throws Exception {
    Run run = Programs.run(Programs.javaCommand(classes, "RateLimitedClient"));
    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals(4, run.out().size(), run::toString);
    List<Integer> outcomes =
        numbers(run.out().getFirst(), "\\{TimeoutException=(\\d+), answered=(\\d+)\\}");
    assertEquals("within the rate", run.out().get(1));
    int again = numbers(run.out().get(2), "(\\d+) asked again").getFirst();
    int asked = numbers(run.out().get(3), "the API was asked (\\d+) times").getFirst();
    int late = outcomes.getFirst() - 2;
    assertTrue(late >= 0, run::toString);
    assertEquals(48 - late, outcomes.getLast(), run::toString);
    assertTrue(again <= 10 && again >= 10 - late, run::toString);
    assertTrue(asked <= 50 + again && asked >= 50 + again - 2 * late, run::toString);
  }

  private static List<Integer> numbers(String line, String pattern) {
    var matcher = Pattern.compile(pattern).matcher(line);
    assertTrue(matcher.matches(), line);
    return IntStream.rangeClosed(1, matcher.groupCount())
        .mapToObj(group -> Integer.valueOf(matcher.group(group)))
        .toList();
  }
}
