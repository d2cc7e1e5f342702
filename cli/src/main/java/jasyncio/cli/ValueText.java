package jasyncio.cli;

import java.lang.reflect.Array;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A value as a prompt shows it: as JShell does, texts in quotes and arrays with what is in them.
final class ValueText {
  private ValueText() {}

  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> '"' + escaped(text, '"') + '"';
      case Character character -> '\'' + escaped(character.toString(), '\'') + '\'';
      case Object array when array.getClass().isArray() -> ofArray(array);
      default -> String.valueOf(value.toString()); // which may give null
    };
  }

  private static String ofArray(Object array) {
    int length = Array.getLength(array);
    Class<?> type = array.getClass().getComponentType();
    int dimensions = 1;
    for (; type.isArray(); dimensions++) {
      type = type.getComponentType();
    }
    String name = type.getTypeName();
    return name.substring(name.lastIndexOf('.') + 1)
        + "["
        + length
        + "]"
        + "[]".repeat(dimensions - 1)
        + IntStream.range(0, length)
            .mapToObj(i -> of(Array.get(array, i)))
            .collect(Collectors.joining(", ", " { ", " }"));
  }

  private static String escaped(String text, char quote) {
    var escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> escaped.append("\\n");
        case '\t' -> escaped.append("\\t");
        case '\r' -> escaped.append("\\r");
        case '\b' -> escaped.append("\\b");
        case '\f' -> escaped.append("\\f");
        case '\\' -> escaped.append("\\\\");
        default -> {
          if (c == quote) {
            escaped.append('\\').append(c);
          } else if (Character.isISOControl(c)) {
            escaped.append(String.format("\\%03o", (int) c));
          } else {
            escaped.append(c);
          }
        }
      }
    }
    return escaped.toString();
  }
}
