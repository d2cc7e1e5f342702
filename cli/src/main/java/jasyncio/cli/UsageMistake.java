package jasyncio.cli;

import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says in a sentence what is wrong with a command line, and what was probably meant.
final class UsageMistake {
  private UsageMistake() {}

  /// Puts a mistake that picocli found into words.
  static CommandException explain(ParameterException mistake) {
    String command = mistake.getCommandLine().getCommandSpec().qualifiedName();
    return switch (mistake) {
      case UnmatchedArgumentException unmatched -> in(command, unknown(unmatched));
      case MissingParameterException missing -> in(command, missingOrUnknown(missing));
      case ParameterException _
          when mistake.getArgSpec() instanceof OptionSpec option && mistake.getValue() != null ->
          in(
              command,
              option.longestName()
                  + (option.arity().max() == 0
                      ? " takes no value"
                      : " takes a number, not " + mistake.getValue()));
      default -> in(command, String.valueOf(mistake.getMessage()));
    };
  }

  /// A mistake in the arguments of `command`.
  static CommandException in(String command, String sentence) {
    return CommandException.usage(command, sentence + "\nTry '" + command + " --help'.");
  }

  private static String unknown(UnmatchedArgumentException mistake) {
    String argument = mistake.getUnmatched().getFirst();
    if (argument.startsWith("-D") || argument.startsWith("-X")) {
      return "unknown option " + argument + "; what is for the JVM goes into JASYNCIO_JAVA_OPTIONS";
    }
    String kind =
        mistake.isUnknownOption()
            ? "unknown option "
            : mistake.getCommandLine().getParent() == null
                ? "unknown command "
                : "unexpected argument ";
    List<String> suggestions =
        argument.endsWith(".java")
            ? List.of("'jasyncio run " + argument + "'")
            : mistake.getSuggestions();
    return suggestions.isEmpty()
        ? kind + argument
        : kind + argument + "; did you mean " + String.join(" or ", suggestions) + "?";
  }

  /// Whoever mistypes an option has not forgotten the argument that picocli took it for.
  private static String missingOrUnknown(MissingParameterException mistake) {
    List<String> unmatched = mistake.getCommandLine().getUnmatchedArguments();
    return unmatched.isEmpty()
        ? missing(mistake)
        : unknown(new UnmatchedArgumentException(mistake.getCommandLine(), unmatched));
  }

  private static String missing(MissingParameterException mistake) {
    return switch (mistake.getMissing().getFirst().paramLabel()) {
      case "PID" -> "which program? Give the process id of a JVM; jps lists them";
      case "TASK" -> "which task? Give its name, or #N for its number";
      case "on|off" -> "on or off?";
      case "FILE.jfr" -> "which recording? Give the name of a .jfr file";
      case "PROJECT" -> "which name? Give the project one, such as price-watch";
      case "FILE.java" -> "which program? Give the name of a .java file, behind the options";
      case "TEST" -> "which test? Give a class, or the name of a .java file, with @Explore methods";
      case String label ->
          mistake.getMissing().getFirst() instanceof OptionSpec option
              ? option.longestName() + " needs a value"
              : label + " is missing";
    };
  }
}
