package jasyncio.cli;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/// Tells the line editor when an input is whole, and which word is to be completed.
final class SnippetParser implements Parser {
  private final CompletableFuture<ReplEngine> engine;

  SnippetParser(CompletableFuture<ReplEngine> engine) {
    this.engine = engine;
  }

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE
        && !Repl.isCommand(line)
        && engine.join().isIncomplete(line)) {
      throw new EOFError(-1, cursor, "more is to come");
    }
    return new Line(line, cursor, wordStart(line, cursor));
  }

  private static int wordStart(String line, int cursor) {
    int start = cursor;
    while (start > 0 && Character.isJavaIdentifierPart(line.charAt(start - 1))) {
      start--;
    }
    boolean isCommand = start == 1 && line.charAt(0) == '/';
    return isCommand ? 0 : start;
  }

  /// A line that is one word as far as completion is concerned.
  private record Line(String line, int cursor, int start) implements CompletingParsedLine {
    @Override
    public String word() {
      return line.substring(start, cursor);
    }

    @Override
    public int wordCursor() {
      return cursor - start;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(word());
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return wordCursor();
    }

    @Override
    public int rawWordLength() {
      return word().length();
    }
  }
}
