package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One JSON object, written member by member: for problems, which need no library.
public final class JsonText {
  private final StringBuilder text = new StringBuilder("{");

  /// An object without members.
  public JsonText() {}

  /// Adds a member.
  ///
  /// @param name its name
  /// @param value a number, a boolean, `null`, a map or list of such, or anything as text
  /// @return this
  public JsonText member(String name, @Nullable Object value) {
    if (text.length() > 1) {
      text.append(',');
    }
    quote(name);
    text.append(':');
    value(value);
    return this;
  }

  private void value(@Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case Boolean yes -> text.append(yes);
      case Number number when Double.isFinite(number.doubleValue()) -> text.append(number);
      case Map<?, ?> map -> map(map);
      case Collection<?> list -> list(list);
      default -> quote(value.toString());
    }
  }

  private void map(Map<?, ?> map) {
    var between = "{";
    for (var entry : map.entrySet()) {
      text.append(between);
      quote(String.valueOf(entry.getKey()));
      text.append(':');
      value(entry.getValue());
      between = ",";
    }
    text.append(map.isEmpty() ? "{}" : "}");
  }

  private void list(Collection<?> list) {
    var between = "[";
    for (var each : list) {
      text.append(between);
      value(each);
      between = ",";
    }
    text.append(list.isEmpty() ? "[]" : "]");
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
