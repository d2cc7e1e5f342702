package jasyncio.inspect;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON: what is to be read by other programs, and no more than that takes.
final class Json {
  private final StringBuilder text = new StringBuilder();

  private Json() {}

  /// A document of maps with names, collections, texts, numbers, truth values and `null`.
  static String of(@Nullable Object value) {
    var json = new Json();
    json.write(value);
    return json.text.toString();
  }

  private void write(@Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> write(map);
      case Iterable<?> items -> write(items);
      case Number number -> text.append(number);
      case Boolean truth -> text.append(truth);
      default -> quote(value.toString());
    }
  }

  private void write(Map<?, ?> map) {
    String before = "{";
    for (var entry : map.entrySet()) {
      text.append(before);
      quote(entry.getKey().toString());
      text.append(':');
      write(entry.getValue());
      before = ",";
    }
    text.append(map.isEmpty() ? "{}" : "}");
  }

  private void write(Iterable<?> items) {
    text.append('[');
    String before = "";
    for (var item : items) {
      text.append(before);
      write(item);
      before = ",";
    }
    text.append(']');
  }

  private void quote(String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) { // half a character is none
        text.append("\\u").append(Character.forDigit(c >> 12 & 15, 16));
        text.append(Character.forDigit(c >> 8 & 15, 16))
            .append(Character.forDigit(c >> 4 & 15, 16));
        text.append(Character.forDigit(c & 15, 16));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
