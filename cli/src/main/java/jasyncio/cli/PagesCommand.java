package jasyncio.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Writes what a distribution has beside the program: completions for two shells, and man pages.
///
/// For the build alone; help does not mention it.
@Command(name = "pages", hidden = true)
final class PagesCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio";

  private static final String WITHOUT_EQUALS_SIGNS =
      """
        local -a words=()
        local i current
        for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
          if [[ ${COMP_WORDS[i]} != '=' ]]; then
            words+=("${COMP_WORDS[i]}")
          elif ((i == COMP_CWORD)); then
            words+=('')
          fi
          if ((i == COMP_CWORD)); then
            current=$((${#words[@]} - 1))
          fi
        done

      """;

  /// What is generated takes any word for a command that has the name of one: a task's or a
  /// project's, too. And what is behind the program that is to run is for that.
  private static final String FIRST_IS_THE_COMMAND =
      """
        local command='' program=''
        for ((i = 1; i < current; i++)); do
          if [[ -n $command ]]; then
            [[ " COMMANDS " == *" ${words[i]} "* ]] && words[i]='_'
            if [[ $command == run && ${words[i]} != -?* && " TAKES_A_VALUE " != *" ${words[i - 1]} "* ]]; then
              program=${words[i]}
            fi
          elif [[ ${words[i]} != -* ]]; then
            command=${words[i]}
          fi
        done
        if [[ -n $program ]]; then
          return 0
        fi
        local -a COMP_WORDS=("${words[@]}")
        local COMP_CWORD=$current

      """;

  @Parameters(index = "0", paramLabel = "VERSION")
  private String version = "";

  @Parameters(index = "1", paramLabel = "FOLDER")
  private String folder = "";

  private PagesCommand() {}

  @Override
  public int execute() throws IOException {
    CommandLine commandLine = visibleCommands();
    Path share = Path.of(folder);
    write(share.resolve("bash-completion/completions", NAME), bash(commandLine));
    write(share.resolve("zsh/site-functions", "_" + NAME), ZshCompletion.of(commandLine));
    Path man = share.resolve("man/man1");
    write(man.resolve(NAME + ".1"), ManPage.of(commandLine, version));
    for (CommandLine command : commandLine.getSubcommands().values()) {
      String page = NAME + "-" + command.getCommandName() + ".1";
      write(man.resolve(page), ManPage.of(command, version));
    }
    return ExitStatus.OK;
  }

  /// Where the generated text has nothing to offer it forbids names of files, too, which most
  /// arguments are; and it does not know that bash makes three words of `--name=value`.
  private static String bash(CommandLine commandLine) {
    String begin = "function _complete_" + NAME + "() {\n";
    String command =
        FIRST_IS_THE_COMMAND
            .replace("COMMANDS", String.join(" ", commandLine.getSubcommands().keySet()))
            .replace("TAKES_A_VALUE", String.join(" ", optionsOfRunWithAValue(commandLine)));
    return AutoComplete.bash(NAME, commandLine)
        .replaceAll("(?m)^.*compopt \\+o default\\n", "")
        .replace(begin, begin + WITHOUT_EQUALS_SIGNS + command);
  }

  private static List<String> optionsOfRunWithAValue(CommandLine commandLine) {
    return commandLine.getSubcommands().entrySet().stream()
        .filter(command -> command.getKey().equals("run"))
        .flatMap(command -> command.getValue().getCommandSpec().options().stream())
        .filter(option -> option.arity().max() > 0)
        .flatMap(option -> Stream.of(option.names()))
        .toList();
  }

  /// The command line as help shows it.
  static CommandLine visibleCommands() {
    CommandLine commandLine = JasyncioCommand.newCommandLine();
    for (CommandLine command : commandLine.getSubcommands().values().toArray(CommandLine[]::new)) {
      if (command.getCommandSpec().usageMessage().hidden()) {
        commandLine.getCommandSpec().removeSubcommand(command.getCommandName());
      }
    }
    return commandLine;
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
