package jasyncio.cli;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The completion of the command line in zsh, from what its help is made of: commands and options
/// with a line about each, and files where there is no other word to say.
final class ZshCompletion {
  private ZshCompletion() {}

  static String of(CommandLine commandLine) {
    String commands =
        commandLine.getSubcommands().entrySet().stream()
            .map(entry ->
                "    " + quote(entry.getKey() + ":" + ManPage.firstSentence(entry.getValue())))
            .collect(Collectors.joining("\n"));
    String options = options(commandLine.getCommandSpec(), "    ");
    String cases =
        commandLine.getSubcommands().entrySet().stream()
            .map(entry -> arm(entry.getKey(), entry.getValue().getCommandSpec()))
            .collect(Collectors.joining("\n"));
    return """
    #compdef jasyncio

    _jasyncio() {
      local curcontext=$curcontext state
      local -a line commands
      commands=(
    %s
      )
      _arguments -C \\
    %s
        '1:command:->command' \\
        '*::argument:->argument'
      case $state in
        command) _describe command commands ;;
        argument)
          case $line[1] in
    %s
            *) _files ;;
          esac
          ;;
      esac
    }

    _jasyncio "$@"
    """
        .formatted(commands, options, cases);
  }

  private static String arm(String name, CommandSpec spec) {
    String indent = " ".repeat(12);
    return """
            %s)
              _arguments \\
    %s
                %s
              ;;\
    """
        .formatted(name, options(spec, indent), quote("*:" + argument(spec) + ":_files"));
  }

  private static String argument(CommandSpec spec) {
    return spec.positionalParameters().stream()
        .findFirst()
        .map(PositionalParamSpec::paramLabel)
        .orElse("argument")
        .replace(":", "\\:");
  }

  private static String options(CommandSpec spec, String indent) {
    return spec.options().stream()
        .filter(option -> !option.hidden())
        .flatMap(option -> Stream.of(option.names()).map(name -> option(option, name)))
        .map(argument -> indent + argument + " \\")
        .collect(Collectors.joining("\n"));
  }

  private static String option(OptionSpec option, String name) {
    boolean takesValue = option.arity().max() > 0;
    String form = takesValue && name.startsWith("--") ? name + "=" : name;
    String about = option.description().length > 0 ? option.description()[0].formatted() : "";
    String value =
        takesValue ? ":" + option.paramLabel().replace(":", "\\:") + ":" + values(option) : "";
    String others = "(" + String.join(" ", option.names()) + ")";
    return quote(others + form + "[" + bracketed(about) + "]" + value);
  }

  /// The words that it takes, or names of files.
  private static String values(OptionSpec option) {
    Iterable<String> choices = option.completionCandidates();
    return choices == null ? "_files" : "(" + String.join(" ", choices) + ")";
  }

  private static String bracketed(String text) {
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
