package jasyncio.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Goes through what the launcher does most, so that the JVM can record it in a start-up cache.
///
/// For the `jasyncio` script alone; help does not mention it.
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements JasyncioCommand.Subcommand {
  @Parameters(paramLabel = "FILE.java")
  private String program = "";

  private WarmUpCommand() {}

  @Override
  public int execute() throws Throwable {
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    System.setOut(nowhere);
    System.setErr(nowhere);
    try {
      for (List<String> args :
          List.of(
              List.of("--help"),
              List.of("--version"),
              List.of("run", "--help"),
              List.of("run", "--degub", program),
              List.of("run", program))) {
        Main.execute(args.toArray(String[]::new));
      }
      return ExitStatus.OK;
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
