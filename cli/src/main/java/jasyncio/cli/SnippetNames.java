package jasyncio.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis;

/// Gives what JShell made of an input its names back: `f(#3:1)` is line 1 of input 3, in the method
/// `f`, where JShell's class is called `REPL.$JShell$14`.
final class SnippetNames {
  private static final Pattern FRAME =
      Pattern.compile(
          "REPL\\.(\\$JShell\\$\\w+)([\\w$.<>]*)\\.([\\w$<>]+)\\(\\$JShell\\$\\w+\\.java:(\\d+)\\)");

  /// Also as the descriptions of tasks have it.
  private static final Pattern CLASS = Pattern.compile("(?:REPL)?[$.]+JShell[$.]\\w+[$.]");

  private static final Pattern LAMBDA = Pattern.compile("lambda\\$(.+)\\$\\d+");

  private final Map<String, Place> places = new HashMap<>();

  private record Place(Snippet snippet, SourceCodeAnalysis.SnippetWrapper wrapper) {
    /// The line of the input that became this line of the class.
    int line(int wrapped) {
      String text = wrapper.wrapped();
      int start = 0;
      for (int line = 1; line < wrapped && start >= 0; line++) {
        start = text.indexOf('\n', start) + 1;
      }
      int end = text.indexOf('\n', start);
      int position = -1;
      for (int i = start; position < 0 && i < (end < 0 ? text.length() : end); i++) {
        position = wrapper.wrappedToSourcePosition(i);
      }
      String before =
          snippet.source().substring(0, Math.clamp(position, 0, snippet.source().length()));
      return 1 + (int) before.chars().filter(c -> c == '\n').count();
    }
  }

  SnippetNames(JShell shell) {
    shell
        .snippets()
        .forEach(snippet -> {
          var wrapper = shell.sourceCodeAnalysis().wrapper(snippet);
          places.put(wrapper.fullClassName(), new Place(snippet, wrapper));
        });
  }

  /// A text such as a stack trace, with the names that the user knows.
  String restore(String text) {
    String frames = FRAME.matcher(text).replaceAll(match -> Matcher.quoteReplacement(frame(match)));
    return CLASS.matcher(frames).replaceAll("");
  }

  private String frame(MatchResult match) {
    Place place = places.get("REPL." + match.group(1));
    String type = match.group(2).replaceFirst("^[$.]", "");
    String method = LAMBDA.matcher(match.group(3)).replaceFirst("$1");
    String where = method.startsWith("do_it$") ? "" : method;
    int line = Integer.parseInt(match.group(4));
    return (type.isEmpty() || where.isEmpty() ? type + where : type + "." + where)
        + (place == null ? "" : "(#" + place.snippet.id() + ":" + place.line(line) + ")");
  }
}
