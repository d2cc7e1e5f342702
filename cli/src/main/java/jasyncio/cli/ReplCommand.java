package jasyncio.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jasyncio repl`, as picocli sees it.
@Command(
    name = "repl",
    customSynopsis = "jasyncio repl [OPTION]... [PID]",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Try things out: Java, line by line, with await at the top level.",
      "",
      "Every input is a coroutine on an event loop that keeps running: a task that",
      "one input has made goes on while the next one is typed. asyncio's functions",
      "and classes, and those of java.base, are imported. Without a terminal, inputs",
      "are read from standard input, and only what they give is printed.",
      "",
      "With PID, inputs run in that program, on its event loop, and see its classes;",
      "it must have been started with -Djasyncio.insight=repl.",
    },
    parameterListHeading = "%nArguments:%n",
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
      "  1      There is no such program, it does not allow it, or has ended.",
      "  2      The command line makes no sense; the message says why.",
      "  130    It was interrupted with Ctrl-C, without a terminal.",
      "",
      "Examples:",
      "  jasyncio repl",
      "  jasyncio repl -cp 'lib/*'",
      "  jasyncio repl 4711",
      "  echo 'await(gather(() -> 1, () -> 2))' | jasyncio repl",
    })
final class ReplCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio repl";

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PID",
      description =
          "The process id of a JVM of this user (jps lists them), or the path of the socket that it"
              + " has opened.")
  private @Nullable String pid;

  @Mixin private LoopOptions options = new LoopOptions();

  @Option(
      names = "--loop",
      order = 5,
      paramLabel = "NAME",
      description = "With PID: which of the program's event loops, if there are several.")
  private @Nullable String loop;

  @Option(
      names = "--limit",
      order = 6,
      paramLabel = "N",
      defaultValue = "5000",
      description = "Show so many characters of a value (default: 5000); 0 means all of it.")
  private int limit;

  private ReplCommand() {}

  @Override
  public int execute() throws Throwable {
    RunRequest.Settings settings = options.settings(NAME);
    if (limit < 0) {
      throw UsageMistake.in(NAME, "--limit is 0 or more, not " + limit);
    }
    ClassPath classPath = ClassPath.of(options.classPath());
    if (pid != null) {
      return attach(pid, settings, classPath);
    } else if (loop != null) {
      throw UsageMistake.in(NAME, "--loop is one of a running program: it needs a PID");
    }
    settings.apply();
    var classes = new SnippetClasses(classPath);
    return Repl.start(
        classPath, shown(), endsByInterrupt -> new ReplLoop(classes, endsByInterrupt));
  }

  /// After how many characters a value is cut.
  private int shown() {
    return limit == 0 ? Integer.MAX_VALUE : limit;
  }

  private int attach(String target, RunRequest.Settings settings, ClassPath own)
      throws CommandException, IOException {
    if (target.endsWith(".java")) {
      throw UsageMistake.in(
          NAME, "unexpected argument " + target + "; did you mean 'jasyncio run " + target + "'?");
    } else if (settings.debug() || settings.fibers() != null || settings.blocking() != null) {
      throw UsageMistake.in(
          NAME, "--debug, --fibers and --blocking are for a loop of its own, not with a PID");
    }
    try (Visit visit = Visit.to(NAME, target)) {
      var values = new HashMap<String, @Nullable String>();
      values.put("loop", loop);
      JsonObject about = Visit.parse(NAME, open(visit, values));
      ProgramPath path = ProgramPath.of(Sockets.rootOf(target), about);
      if (!path.missing().isEmpty()) {
        System.err.println(
            NAME
                + ": classes of the program cannot be used that are in what cannot be read here, but"
                + " --class-path says where they are: "
                + Visit.plain(String.join(", ", path.missing())));
      }
      ClassPath classPath = path.and(own);
      return Repl.start(
          classPath, shown(), _ -> new AttachedLoop(visit, about, classPath, System::nanoTime));
    }
  }

  private static String open(Visit visit, Map<String, @Nullable String> values)
      throws CommandException {
    try {
      return visit.ask("repl-open", values);
    } catch (IOException e) {
      throw CommandException.failure(NAME, String.valueOf(e.getMessage()));
    }
  }
}
