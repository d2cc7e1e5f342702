package jasyncio.cli;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes names, and the REPL's own commands.
final class SnippetCompleter implements Completer {
  private static final List<String> COMMANDS = List.of("/exit", "/help", "/ps");

  private final CompletableFuture<ReplEngine> engine;

  SnippetCompleter(CompletableFuture<ReplEngine> engine) {
    this.engine = engine;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    int start = line.cursor() - line.wordCursor();
    for (String value : completions(line.line(), line.cursor(), start)) {
      boolean complete = !value.endsWith("(") && !value.endsWith(".");
      candidates.add(
          new Candidate(value, value, null, null, null, null, complete && isCommand(value)));
    }
  }

  private static boolean isCommand(String value) {
    return value.startsWith("/");
  }

  /// What may stand in the place of the text from `start` to `cursor`. Where the kind of value that
  /// is wanted is known, only such, if there are any.
  List<String> completions(String text, int cursor, int start) {
    if (text.startsWith("/") && start == 0) {
      return COMMANDS.stream().filter(c -> c.startsWith(text.substring(0, cursor))).toList();
    }
    int[] anchor = {cursor};
    List<Suggestion> all = engine.join().analysis().completionSuggestions(text, cursor, anchor);
    boolean typed = all.stream().anyMatch(Suggestion::matchesType);
    Stream<String> values =
        all.stream().filter(each -> !typed || each.matchesType()).map(Suggestion::continuation);
    String before = text.substring(Math.min(start, anchor[0]), anchor[0]);
    return List.copyOf(new TreeSet<>(values.map(before::concat).toList()));
  }
}
