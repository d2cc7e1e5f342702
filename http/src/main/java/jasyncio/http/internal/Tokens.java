package jasyncio.http.internal;

import java.util.HexFormat;

/// The characters that may stand where in a message: RFC 9110, sections 5.5 and 5.6.2.
public final class Tokens {
  private static final int MOST_PORT = 65_535;
  private static final boolean[] TOKEN = new boolean[128];

  static {
    for (char c = '0'; c <= 'z'; c++) {
      TOKEN[c] = Character.isLetterOrDigit(c);
    }
    "!#$%&'*+-.^_`|~".chars().forEach(c -> TOKEN[c] = true);
  }

  private Tokens() {}

  public static boolean isTokenCharacter(int c) {
    return c >= 0 && c < TOKEN.length && TOKEN[c];
  }

  public static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isTokenCharacter(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  public static void checkName(String name) {
    if (!isToken(name)) {
      throw new IllegalArgumentException(
          "the name of a header consists of letters, digits and !#$%&'*+-.^_`|~, which '"
              + visible(name)
              + "' does not");
    }
  }

  public static void checkValue(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 127 || c > 255) {
        throw new IllegalArgumentException(
            "the value of header %s must not contain %s; encode it"
                .formatted(name, c > 255 ? "'" + c + "'" : "the control character " + (int) c));
      }
    }
  }

  public static String visible(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /// Whether a list with commas has a word, without regard to case and to what follows `;`.
  public static boolean hasWord(String list, String word) {
    for (int from = 0; from <= list.length(); ) {
      int comma = list.indexOf(',', from);
      int end = comma < 0 ? list.length() : comma;
      if (isWord(list, from, end, word)) {
        return true;
      }
      from = end + 1;
    }
    return false;
  }

  private static boolean isWord(String list, int from, int end, String word) {
    int start = skipBlanks(list, from, end);
    int rest = start + word.length();
    if (rest > end || !list.regionMatches(true, start, word, 0, word.length())) {
      return false;
    }
    rest = skipBlanks(list, rest, end);
    return rest == end || list.charAt(rest) == ';';
  }

  private static int skipBlanks(String list, int from, int end) {
    int i = from;
    while (i < end && (list.charAt(i) == ' ' || list.charAt(i) == '\t')) {
      i++;
    }
    return i;
  }

  /// A name, or an address in brackets, and perhaps a colon and a port, which may be empty.
  static boolean isHostAndPort(String host) {
    boolean brackets = host.startsWith("[");
    int end = brackets ? host.indexOf(']') + 1 : host.indexOf(':');
    if (end == 0 || (brackets && !isAddress(host, 1, end - 1))) {
      return false;
    }
    int i = brackets ? end : 0;
    for (; i != end && i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '[' || c == ']' || (c == '%' && !isEscape(host, i))) {
        return false;
      }
    }
    return i == host.length() || (host.charAt(i) == ':' && isPort(host, i + 1));
  }

  /// What may stand in brackets: nearly an address of IPv6.
  private static boolean isAddress(String text, int from, int end) {
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      if (!HexFormat.isHexDigit(c) && c != ':' && c != '.') {
        return false;
      }
    }
    return from < end;
  }

  private static boolean isEscape(String text, int at) {
    return at + 2 < text.length()
        && HexFormat.isHexDigit(text.charAt(at + 1))
        && HexFormat.isHexDigit(text.charAt(at + 2));
  }

  private static boolean isPort(String text, int from) {
    int port = 0;
    for (int i = from; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      port = Math.min(port * 10 + digit, MOST_PORT + 1);
    }
    return from == text.length() || (port > 0 && port <= MOST_PORT);
  }
}
