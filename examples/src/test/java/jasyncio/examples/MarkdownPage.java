package jasyncio.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A Markdown file: its fenced blocks, links and headings. Knows as much Markdown as our pages use.
///
/// @param path the file
/// @param blocks its fenced blocks, in order
/// @param prose its lines, those inside of fenced blocks left out
record MarkdownPage(Path path, List<Block> blocks, List<Line> prose) {
  private static final Pattern FENCE = Pattern.compile("(\\s*)(```+|~~~+)\\s*(.*)");
  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^()\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("(`+)(.+?)\\1");

  /// A line and its number, from 1.
  record Line(int number, String text) {}

  /// A fenced block.
  ///
  /// @param line the number of its opening fence
  /// @param info the words after the fence, such as `java fragment`
  /// @param text what it holds
  /// @param heading how many headings came before it
  /// @param before the line before it that is not blank, `""` if there is none
  record Block(int line, List<String> info, String text, int heading, String before) {
    boolean is(String language) {
      return !info.isEmpty() && info.getFirst().equals(language);
    }

    boolean has(String word) {
      return info.contains(word);
    }
  }

  static MarkdownPage read(Path path) throws IOException {
    return parse(path, Files.readAllLines(path));
  }

  static MarkdownPage parse(Path path, List<String> lines) {
    var blocks = new ArrayList<Block>();
    var prose = new ArrayList<Line>();
    int headings = 0;
    String before = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      Matcher fence = FENCE.matcher(line);
      if (!fence.matches()) {
        prose.add(new Line(i + 1, line));
        headings += HEADING.matcher(line).matches() ? 1 : 0;
        before = line.isBlank() ? before : line;
        continue;
      }
      int start = i;
      var text = new StringBuilder();
      String indent = fence.group(1);
      while (++i < lines.size() && !lines.get(i).strip().equals(fence.group(2))) {
        String inside = lines.get(i);
        text.append(inside.startsWith(indent) ? inside.substring(indent.length()) : inside);
        text.append('\n');
      }
      if (i == lines.size()) {
        throw new AssertionError(path + ":" + (start + 1) + ": this block has no end");
      }
      String info = fence.group(3).strip();
      List<String> words = info.isEmpty() ? List.of() : List.of(info.split("\\s+", -1));
      blocks.add(new Block(start + 1, words, text.toString(), headings, before));
      before = "";
    }
    return new MarkdownPage(path, blocks, prose);
  }

  /// The targets of its links, with the lines they stand on.
  List<Line> links() {
    var links = new ArrayList<Line>();
    for (Line line : prose) {
      Matcher link = LINK.matcher(CODE.matcher(line.text()).replaceAll("code"));
      while (link.find()) {
        links.add(new Line(line.number(), link.group(1)));
      }
    }
    return links;
  }

  /// The anchors of its headings, as GitHub makes them.
  Set<String> anchors() {
    var anchors = new TreeSet<String>();
    for (Line line : prose) {
      Matcher heading = HEADING.matcher(line.text());
      if (heading.matches()) {
        String text = heading.group(1).replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1");
        anchors.add(
            text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
      }
    }
    return anchors;
  }

  /// The rows of its tables, each a list of cells; without the heads.
  List<List<String>> rows() {
    var rows = new ArrayList<List<String>>();
    boolean inBody = false;
    for (Line line : prose) {
      String text = line.text().strip();
      if (!text.startsWith("|")) {
        inBody = false;
      } else if (text.matches("[|:\\s-]+")) {
        inBody = true;
      } else if (inBody) {
        String cells = text.replaceAll("^\\||\\|$", "").replace("\\|", "\u0000");
        rows.add(
            List.of(cells.split("\\|", -1)).stream()
                .map(cell -> cell.replace('\u0000', '|').strip())
                .toList());
      }
    }
    return rows;
  }

  /// The code spans of a piece of text.
  static List<String> codeSpans(String text) {
    return CODE.matcher(text).results().map(span -> span.group(2)).toList();
  }
}
