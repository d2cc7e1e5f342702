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

/// Runs the database program on the database it brings along.
class DatabaseTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("Database.java")), classes);
  }

  private static Run run(String... args) throws Exception {
    return Programs.run(Programs.javaCommand(classes, "Database", args));
  }

  @Test
  void transfers_keepTheMoney_alone_andAllAtOnce() throws Exception {
    Run run = run("--transfers", "60", "--pool", "6");

    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertEquals("connected to H2", run.out().getFirst());
    assertTrue(
        run.out().get(1).matches("one at a time: 60 transfers in \\d+\\.\\d\\d s"), run::toString);
    assertTrue(
        run.out().get(2).matches("all at once: +60 transfers in \\d+\\.\\d\\d s"), run::toString);
    assertTrue(run.out().get(3).matches("speed-up: \\d+\\.\\d times"), run::toString);
    assertEquals("money in all accounts: 20000, as before", run.out().get(4));
  }

  @Test
  void unknownDatabase_isAnError() throws Exception {
    Run run = run("--url", "jdbc:nosuch:thing");

    assertEquals(1, run.exit(), run::toString);
    assertTrue(
        run.err().stream().anyMatch(line -> line.contains("No suitable driver")), run::toString);
  }

  @Test
  void wrongArguments_printUsage() throws Exception {
    assertEquals(2, run("--speed").exit());
    assertEquals(2, run("--pool").exit());
    assertEquals("Usage: Database.java [options]", run("--help").out().getFirst());
  }
}
