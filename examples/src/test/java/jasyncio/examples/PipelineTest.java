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

/// Runs the pipeline as its users do: from the command line, in a process of its own.
class PipelineTest {
  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("Pipeline.java")), classes);
  }

  private static Run pipeline(String... args) throws Exception {
    return Programs.run(Programs.javaCommand(classes, "Pipeline", args));
  }

  @Test
  void everyOrder_becomesAnInvoice_andNobodyRunsAhead() throws Exception {
    Run run = pipeline();
    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    assertTrue(run.out().get(0).matches("reader +60 items, +\\d+\\.\\d\\d s of back-pressure"));
    assertTrue(run.out().get(1).matches("pricing +60 items, +\\d+\\.\\d\\d s of back-pressure"));
    assertTrue(run.out().get(2).matches("at most 5 orders and [1-5] invoices waited"));
    assertEquals("60 invoices, 2368.10 in all", run.out().get(3));
    assertTrue(waited(run.out().getFirst()) > 0, run::toString);
  }

  private static double waited(String stage) {
    return Double.parseDouble(stage.replaceAll(".*, +(\\S+) s of .*", "$1"));
  }

  @Test
  void buffers_areAsLargeAsAskedFor() throws Exception {
    Run run = pipeline("--orders", "10", "--workers", "1", "--buffer", "1");
    assertEquals(0, run.exit(), run::toString);
    assertEquals("at most 1 orders and 1 invoices waited", run.out().get(2));
    assertTrue(run.out().get(3).startsWith("10 invoices"), run::toString);
  }

  @Test
  void badOption_showsTheUsage() throws Exception {
    for (String[] args : new String[][] {{"--speed", "1"}, {"--orders"}, {"--orders", "-1"}}) {
      Run run = pipeline(args);
      assertEquals(2, run.exit(), run::toString);
      assertTrue(run.err().getFirst().startsWith("Usage: Pipeline.java"), run::toString);
    }
  }
}
