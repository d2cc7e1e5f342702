package jasyncio.testing;

import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An object of JSON, in a line.
final class JsonLine {
  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

  JsonLine(String event) {
    with("event", event);
  }

  /// @param value a text, a number, a truth value, nothing, or a collection or map of such
  JsonLine with(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  @Override
  public String toString() {
    return text(fields);
  }

  private static String text(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    return switch (value) {
      case Number n -> n.toString();
      case Boolean b -> b.toString();
      case Collection<?> all ->
          all.stream().map(JsonLine::text).collect(Collectors.joining(",", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> quoted(String.valueOf(e.getKey())) + ":" + text(e.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      default -> quoted(value.toString());
    };
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) { // which need not come in pairs
        quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
