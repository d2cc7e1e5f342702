package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the file counter as its users do: from the command line, in a process of its own.
class FileStatsTest {
  @TempDir static Path classes;
  @TempDir Path folder;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("FileStats.java")), classes);
  }

  private static Run count(String... paths) throws IOException, InterruptedException {
    return Programs.run(Programs.javaCommand(classes, "FileStats", paths));
  }

  private static List<String> table(Run run) {
    return run.out().stream()
        .map(line -> line.strip().replaceAll(" +", " ").replaceAll(" in \\d+\\.\\d\\d s$", ""))
        .filter(line -> !line.isEmpty())
        .toList();
  }

  @Test
  void withoutArguments_countsItsOwnFiles() throws Exception {
    Run run = count();

    assertEquals(0, run.exit(), run::toString);
    assertEquals(List.of(), run.err());
    List<String> table = table(run);
    assertEquals(14, table.size(), run::toString);
    assertEquals("lines words bytes file", table.getFirst());
    assertEquals("1000 7000 34890 text-01.txt", table.get(1));
    assertEquals("12000 84000 432890 text-12.txt", table.get(12));
    assertEquals("78000 546000 2797680 12 of 12 files", table.getLast());
  }

  @Test
  void filesAndFolders_areCounted_andWhatIsMissingIsTold() throws Exception {
    var deep = Files.createDirectories(folder.resolve("b/deep"));
    Files.writeString(deep.resolve("one"), "two words\nand\tthree\r\n\n");
    Files.writeString(deep.resolve("two"), "no newline");
    Files.writeString(folder.resolve("b/empty"), "");
    var alone = Files.writeString(folder.resolve("alone"), "x\n".repeat(100_000));
    Run run = count(alone.toString(), folder.resolve("b").toString(), "no-such-file");

    assertEquals(1, run.exit(), run::toString);
    assertEquals(
        List.of(
            "lines words bytes file",
            "100000 100000 200000 alone",
            "3 4 22 one",
            "1 2 10 two",
            "0 0 0 empty",
            "0 0 0 no-such-file (NoSuchFileException)",
            "100004 100006 200032 5 of 5 files"),
        table(run));
    assertTrue(run.out().getLast().endsWith(" s"), run::toString);
  }
}
