package jasyncio.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The manual page of a command, in the language of `man`, from what its help is made of.
final class ManPage {
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  static String of(CommandLine command, String version) {
    var writer = new ManPage();
    writer.write(command, version);
    return writer.page.toString();
  }

  private void write(CommandLine command, String version) {
    var spec = command.getCommandSpec();
    var usage = spec.usageMessage();
    String name = spec.qualifiedName("-");
    List<String> description = Stream.of(usage.description()).map(String::formatted).toList();
    String brief =
        usage.header().length > 0 ? usage.header()[0].formatted() : description.getFirst();
    // no date: the same sources make the same page
    line(".TH " + name.toUpperCase(Locale.ROOT) + " 1 \"\" \"jasyncio " + version + "\"");
    section("NAME");
    line(escape(name) + " \\- " + escape(brief.replaceFirst("\\.$", "")));
    section("SYNOPSIS");
    String[] synopses = usage.customSynopsis();
    for (String synopsis : synopses.length > 0 ? synopses : new String[] {spec.qualifiedName()}) {
      line(".B " + escape(synopsis));
    }
    section("DESCRIPTION");
    description.forEach(this::prose);
    arguments("ARGUMENTS", spec.positionalParameters());
    arguments("OPTIONS", spec.options());
    commands(command);
    footer(usage.footer());
    section("SEE ALSO");
    line(escape(seeAlso(command)));
  }

  private void arguments(String title, List<? extends ArgSpec> all) {
    List<? extends ArgSpec> shown = all.stream().filter(arg -> !arg.hidden()).toList();
    if (shown.isEmpty()) {
      return;
    }
    section(title);
    for (ArgSpec arg : shown) {
      line(".TP");
      line(".B " + escape(label(arg)));
      for (String text : arg.description()) {
        prose(text.formatted());
      }
    }
  }

  private static String label(ArgSpec arg) {
    return switch (arg) {
      case OptionSpec option when option.arity().max() == 0 -> String.join(", ", option.names());
      case OptionSpec option -> String.join(", ", option.names()) + "=" + option.paramLabel();
      case PositionalParamSpec positional -> positional.paramLabel();
      default -> arg.paramLabel();
    };
  }

  private void commands(CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      return;
    }
    section("COMMANDS");
    command
        .getSubcommands()
        .forEach((name, subcommand) -> {
          line(".TP");
          line(".B " + escape(name));
          prose(firstSentence(subcommand));
        });
  }

  /// The line by which a list of commands shows one.
  static String firstSentence(CommandLine command) {
    var usage = command.getCommandSpec().usageMessage();
    String[] shown = usage.header().length > 0 ? usage.header() : usage.description();
    return shown[0].formatted();
  }

  /// In help, a line that ends with a colon is a title, and what is indented stands below it.
  private void footer(String... lines) {
    boolean listing = false;
    for (String raw : lines) {
      String text = raw.formatted();
      if (text.startsWith("  ")) {
        line(escape(text.substring(2)));
      } else if (text.endsWith(":")) {
        if (listing) {
          line(".fi");
        }
        section(text.substring(0, text.length() - 1).toUpperCase(Locale.ROOT));
        line(".nf");
        listing = true;
      }
    }
    if (listing) {
      line(".fi");
    }
  }

  private static String seeAlso(CommandLine command) {
    return command.getParent() != null
        ? "jasyncio(1)"
        : String.join(
            ", ",
            command.getSubcommands().keySet().stream()
                .map(name -> "jasyncio-" + name + "(1)")
                .toList());
  }

  private void section(String title) {
    line(".SH " + title);
  }

  /// An empty line separates paragraphs.
  private void prose(String text) {
    line(text.isBlank() ? ".PP" : escape(text.strip()));
  }

  /// What would be a hyphen is a minus, and what would be a request is text.
  private static String escape(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
