package jasyncio.cli;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

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
              _arguments%s \\
    %s
    %s
              ;;\
    """
        .formatted(name, stop(name), options(spec, indent), arguments(spec, indent));
  }

  /// What is behind the program that is to run is for that.
  private static String stop(String command) {
    return command.equals("run") ? " -A '-*'" : "";
  }

  private static String arguments(CommandSpec spec, String indent) {
    var arguments =
        spec.positionalParameters().stream()
            .map(argument -> {
              String label = argument.paramLabel().replace(":", "\\:");
              boolean many = argument.index().max() > argument.index().min();
              String place = many ? "*" : String.valueOf(argument.index().min() + 1);
              return indent + quote(place + ":" + label + ":" + values(argument));
            })
            .collect(Collectors.joining(" \\\n"));
    return arguments.isEmpty() ? indent + quote("*:argument:_files") : arguments;
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
  private static String values(ArgSpec argument) {
    Iterable<String> choices = argument.completionCandidates();
    return choices == null ? "_files" : "(" + String.join(" ", choices) + ")";
  }

  private static String bracketed(String text) {
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
