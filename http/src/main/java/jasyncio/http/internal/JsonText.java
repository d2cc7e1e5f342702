package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

/// One JSON object, written member by member: for problems, which need no library.
public final class JsonText {
  private final StringBuilder text = new StringBuilder("{");

  /// An object without members.
  public JsonText() {}

  /// Adds a member.
  ///
  /// @param name its name
  /// @param value a number, a boolean, or anything as text
  /// @return this
  public JsonText member(String name, Object value) {
    if (text.length() > 1) {
      text.append(',');
    }
    quote(name);
    text.append(':');
    if (value instanceof Boolean || isNumber(value)) {
      text.append(value);
    } else {
      quote(String.valueOf(value));
    }
    return this;
  }

  private static boolean isNumber(Object value) {
    return value instanceof Number number && Double.isFinite(number.doubleValue());
  }

  private void quote(String plain) {
    text.append('"');
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        default -> {
          if (c < ' ' || (c >= 0xD800 && c <= 0xDFFF && !isPaired(plain, i)) || c == '\u2028') {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean isPaired(String plain, int i) {
    return Character.isHighSurrogate(plain.charAt(i))
        ? i + 1 < plain.length() && Character.isLowSurrogate(plain.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(plain.charAt(i - 1));
  }

  /// {@return the object}
  public byte[] toBytes() {
    return (text + "}").getBytes(UTF_8);
  }
}
