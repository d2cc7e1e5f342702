package jasyncio.cli;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of every command that runs a program's code.
final class LoopOptions {
  @Option(
      names = "--debug",
      order = 1,
      description =
          "Turn on asyncio's debug mode: slow callbacks and blocking calls are reported, and wrong"
              + " use is found earlier.")
  private boolean debug;

  @Option(
      names = "--fibers",
      order = 2,
      paramLabel = "KIND",
      completionCandidates = Choices.OfFibers.class,
      description =
          "How tasks are suspended: 'scheduled' (fast), 'portable' (public JDK API only) or 'auto',"
              + " which takes the best there is (default).")
  private @Nullable String fibers;

  @Option(
      names = "--blocking",
      order = 3,
      paramLabel = "POLICY",
      completionCandidates = Choices.OfBlocking.class,
      description =
          "What happens when a task blocks its thread: 'block' the loop (default), 'switch' to"
              + " other tasks, or 'forbid' it.")
  private @Nullable String blocking;

  @Option(
      names = {"-cp", "--class-path"},
      order = 4,
      paramLabel = "PATH",
      description = "Jars and directories that the program needs; 'lib/*' means all jars in lib.")
  private String classPath = "";

  @Mixin HelpOption help = new HelpOption();

  LoopOptions() {}

  /// How the event loops are to work.
  ///
  /// @param command whose options they are, for messages
  /// @throws CommandException if an option has a value that it does not take, or they do not fit
  RunRequest.Settings settings(String command) throws CommandException {
    RunRequest.Settings settings =
        new RunRequest.Settings(
            debug,
            checked(command, "--fibers", fibers, RunRequest.Settings.FIBERS),
            checked(command, "--blocking", blocking, RunRequest.Settings.BLOCKING));
    if (!settings.fit()) {
      throw UsageMistake.in(
          command,
          "--blocking="
              + blocking
              + " needs scheduled fibers, and --fibers asks for portable ones");
    }
    return settings;
  }

  /// Further jars and directories, separated as usual.
  String classPath() {
    return classPath;
  }

  /// A value in lower case, which the user may have written in any.
  private static @Nullable String checked(
      String command, String option, @Nullable String given, List<String> allowed)
      throws CommandException {
    String value = given == null ? null : given.toLowerCase(Locale.ROOT);
    if (value != null && !allowed.contains(value)) {
      throw UsageMistake.in(
          command,
          option
              + " is one of "
              + String.join(", ", allowed)
              + "; not "
              + (value.isEmpty() ? "nothing" : given));
    }
    return value;
  }
}
