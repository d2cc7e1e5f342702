package jasyncio.cli;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/// Colours words of the language, texts and comments in a line that is being typed.
final class JavaHighlighter implements Highlighter {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<comment>//.*|/\\*(?s:.*?)(?:\\*/|\\z))"
              + "|(?<text>\"\"\"(?s:.*?)(?:\"\"\"|\\z)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)"
              + "|(?<number>\\b\\d[\\w.]*)"
              + "|(?<word>\\w+)");

  /// Words that mean something in their places only, but are hardly ever names.
  private static final Set<String> CONTEXTUAL =
      Set.of("module", "permits", "record", "sealed", "var", "when", "yield");

  private final Colours colours;

  JavaHighlighter(Colours colours) {
    this.colours = colours;
  }

  @Override
  public AttributedString highlight(LineReader reader, String buffer) {
    if (!colours.on()) {
      return new AttributedString(buffer);
    }
    var text = new AttributedStringBuilder();
    var token = TOKEN.matcher(buffer);
    int done = 0;
    while (token.find()) {
      text.append(buffer, done, token.start()).styled(style(token), token.group());
      done = token.end();
    }
    return text.append(buffer, done, buffer.length()).toAttributedString();
  }

  private static AttributedStyle style(Matcher token) {
    if (token.group("comment") != null) {
      return AttributedStyle.DEFAULT.faint();
    } else if (token.group("text") != null) {
      return AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
    } else if (token.group("number") != null) {
      return AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);
    } else if (isKeyword(token.group("word"))) {
      return AttributedStyle.DEFAULT.foreground(AttributedStyle.BLUE).bold();
    }
    return AttributedStyle.DEFAULT;
  }

  private static boolean isKeyword(@Nullable String word) {
    return word != null && (SourceVersion.isKeyword(word) || CONTEXTUAL.contains(word));
  }
}
