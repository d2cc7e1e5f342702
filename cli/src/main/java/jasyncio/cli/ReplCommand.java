package jasyncio.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jasyncio repl`, as picocli sees it.
@Command(
    name = "repl",
    customSynopsis = "jasyncio repl [OPTION]...",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Try things out: Java, line by line, with await at the top level.",
      "",
      "Every input is a coroutine on an event loop that keeps running: a task that",
      "one input has made goes on while the next one is typed. asyncio's functions",
      "and classes, and those of java.base, are imported.",
      "Without a terminal, inputs are read from standard input, and only what they",
      "give is printed.",
    },
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Keys:",
      "  Tab       Completes names.",
      "  Ctrl-C    Cancels what runs; a second time, breaks it off.",
      "  Ctrl-D    Ends.",
      "",
      "Exit status:",
      "  0      It ended, whether or not inputs failed; or what an input gave to",
      "         System.exit or SystemExit, or /exit was given.",
      "  2      The command line makes no sense; the message says why.",
      "  130    It was interrupted with Ctrl-C, without a terminal.",
      "",
      "Examples:",
      "  jasyncio repl",
      "  jasyncio repl -cp 'lib/*'",
      "  echo 'await(gather(() -> 1, () -> 2))' | jasyncio repl",
    })
final class ReplCommand implements JasyncioCommand.Subcommand {
  @Mixin private LoopOptions options = new LoopOptions();

  private ReplCommand() {}

  @Override
  public int execute() throws Throwable {
    RunRequest.Settings settings = options.settings("jasyncio repl");
    ClassPath classPath = ClassPath.of(options.classPath());
    settings.apply();
    return Repl.start(classPath);
  }
}
