package jasyncio.testing.internal.disk;

import java.util.regex.PatternSyntaxException;

/// Turns a glob, as `FileSystem.getPathMatcher` describes them, into a regular expression.
final class Glob {
  private static final String SPECIAL = "\\.^$+{}[]|()*?&-";

  private final String glob;
  private final StringBuilder regex = new StringBuilder();
  private int at;
  private boolean inGroup;

  private Glob(String glob) {
    this.glob = glob;
  }

  static String toRegex(String glob) {
    return new Glob(glob).convert();
  }

  private String convert() {
    while (at < glob.length()) {
      char c = glob.charAt(at++);
      switch (c) {
        case '\\' -> escaped();
        case '*' -> star();
        case '?' -> regex.append("[^/]");
        case '[' -> bracket();
        case '{' -> openGroup();
        case '}' -> regex.append(closesGroup() ? ")" : "\\}");
        case ',' -> regex.append(inGroup ? "|" : ",");
        default -> literal(c);
      }
    }
    if (inGroup) {
      throw error("Missing '}");
    }
    return regex.toString();
  }

  private void literal(char c) {
    if (SPECIAL.indexOf(c) >= 0) {
      regex.append('\\');
    }
    regex.append(c);
  }

  private void escaped() {
    if (at == glob.length()) {
      throw error("No character to escape");
    }
    literal(glob.charAt(at++));
  }

  private void star() {
    if (at < glob.length() && glob.charAt(at) == '*') {
      at++;
      regex.append(".*");
    } else {
      regex.append("[^/]*");
    }
  }

  private void openGroup() {
    if (inGroup) {
      throw error("Cannot nest groups");
    }
    inGroup = true;
    regex.append("(?:");
  }

  private boolean closesGroup() {
    boolean closes = inGroup;
    inGroup = false;
    return closes;
  }

  /// A class of characters; a slash is in none.
  private void bracket() {
    regex.append("[[^/]&&[");
    if (at < glob.length() && glob.charAt(at) == '!') {
      at++;
      regex.append('^');
    }
    char last = 0; // where a range may begin
    for (boolean first = true; ; first = false) {
      if (at == glob.length()) {
        throw error("Missing ']");
      }
      char c = glob.charAt(at++);
      if (c == ']') {
        break;
      } else if (c == '/') {
        throw error("Explicit 'name separator' in class");
      } else if (c == '-' && !first) {
        last = range(last);
      } else {
        literal(c);
        last = c;
      }
    }
    regex.append("]]");
  }

  private char range(char from) {
    char to = at < glob.length() ? glob.charAt(at) : ']';
    if (from == 0) {
      throw error("Invalid range");
    } else if (to != ']' && to < from) {
      at--; // where the JDK says it is
      throw error("Invalid range");
    }
    if (to == ']') {
      regex.append("\\-");
      return 0;
    }
    at++;
    regex.append('-');
    literal(to);
    return 0;
  }

  private PatternSyntaxException error(String what) {
    return new PatternSyntaxException(what, glob, at - 1);
  }
}
