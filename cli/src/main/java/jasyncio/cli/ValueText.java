package jasyncio.cli;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A value as a prompt shows it: as JShell does, texts in quotes and arrays with what is in them.
/// Of a large one it shows the beginning, and says how much more there is.
final class ValueText {
  private final int limit; // characters, from which on it is cut

  private ValueText(int limit) {
    this.limit = limit;
  }

  /// The text.
  ///
  /// @param limit after so many characters it is cut
  static String of(@Nullable Object value, int limit) {
    return new ValueText(limit).text(value);
  }

  private String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> cut(text, true);
      case Character character -> '\'' + escaped(character.toString(), '\'') + '\'';
      case Object array when array.getClass().isArray() -> ofArray(array);
      case Collection<?> all when isOfTheJdk(all) ->
          joined("[", all.iterator(), all.size(), "]", each -> plain(each, all));
      case Map<?, ?> all when isOfTheJdk(all) ->
          joined(
              "{",
              all.entrySet().iterator(),
              all.size(),
              "}",
              each -> plain(each.getKey(), all) + "=" + plain(each.getValue(), all));
      default -> cut(String.valueOf(value.toString()), false); // which may give null
    };
  }

  /// Whether it is known of what its text consists, and no lock is needed to look.
  private static boolean isOfTheJdk(Object value) {
    try {
      String owner = value.getClass().getMethod("toString").getDeclaringClass().getName();
      return owner.startsWith("java.util.") && !owner.contains("Synchronized");
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  /// What is in a collection, as its own text has it.
  private static String plain(@Nullable Object each, Object all) {
    if (each == all) {
      return all instanceof Map ? "(this Map)" : "(this Collection)";
    }
    return String.valueOf(each);
  }

  private <E extends @Nullable Object> String joined(
      String start, Iterator<E> all, int size, String end, Function<E, String> each) {
    var text = new StringBuilder(start);
    for (int shown = 0; all.hasNext(); shown++) {
      if (shown > 0 && text.length() >= limit) {
        return text.append(", … ").append(number(Math.max(1, size - shown))).append(" more") + end;
      }
      text.append(shown == 0 ? "" : ", ").append(cut(each.apply(all.next()), false));
    }
    return text + end;
  }

  private String ofArray(Object array) {
    int length = Array.getLength(array);
    Class<?> type = array.getClass().getComponentType();
    int dimensions = 1;
    for (; type.isArray(); dimensions++) {
      type = type.getComponentType();
    }
    String name = type.getTypeName();
    String start =
        name.substring(name.lastIndexOf('.') + 1)
            + "["
            + length
            + "]"
            + "[]".repeat(dimensions - 1);
    Iterator<@Nullable Object> all =
        IntStream.range(0, length).<@Nullable Object>mapToObj(i -> Array.get(array, i)).iterator();
    return joined(start + " { ", all, length, " }", this::text);
  }

  private String cut(String text, boolean quoted) {
    int end = Math.min(text.length(), limit);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    String start = text.substring(0, end);
    return (quoted ? '"' + escaped(start, '"') + '"' : start)
        + (end == text.length() ? "" : "… " + number(text.length() - end) + " more characters");
  }

  private static String number(int number) {
    return String.format(Locale.ROOT, "%,d", number);
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
