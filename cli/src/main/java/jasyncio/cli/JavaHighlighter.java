package jasyncio.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// Colours words of the language, texts and comments in a line that is being typed.
final class JavaHighlighter implements Highlighter {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<comment>//.*|/\\*(?s:.*?)(?:\\*/|\\z))"
              + "|(?<text>\"\"\"(?s:.*?)(?:\"\"\"|\\z)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)"
              + "|(?<number>\\b\\d[\\w.]*)"
              + "|(?<keyword>\\b(?:abstract|assert|boolean|break|byte|case|catch|char|class|continue"
              + "|default|do|double|else|enum|extends|false|final|finally|float|for|if|implements"
              + "|import|instanceof|int|interface|long|module|new|null|package|permits|private"
              + "|protected|public|record|return|sealed|short|static|super|switch|synchronized|this"
              + "|throw|throws|true|try|var|void|volatile|when|while|yield)\\b)"
              + "|\\w+");

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
    } else if (token.group("keyword") != null) {
      return AttributedStyle.DEFAULT.foreground(AttributedStyle.BLUE).bold();
    }
    return AttributedStyle.DEFAULT;
  }
}
