package jasyncio.http;

import jasyncio.http.internal.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The header fields of a message, in their order; immutable. Names are compared without regard to
/// case, and may come more than once.
///
/// Names are tokens and values have no line breaks nor other control characters, so that nobody can
/// smuggle a second header into one. Characters are those of ISO 8859-1.
public final class Headers {
  private static final Headers NONE = new Headers(new String[0]);

  private final String[] fields; // name, value, name, value, …

  private Headers(String[] fields) {
    this.fields = fields;
  }

  /// {@return no headers}
  public static Headers none() {
    return NONE;
  }

  /// Headers out of names and values.
  ///
  /// @param namesAndValues name, value, name, value, …
  /// @return the headers
  /// @throws IllegalArgumentException if a name is not a token, a value has a control character, or
  ///   the last name has no value
  public static Headers of(String... namesAndValues) {
    if (namesAndValues.length == 0) {
      return NONE;
    }
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "headers come in pairs of name and value; the last of these is alone: "
              + Arrays.toString(namesAndValues));
    }
    var fields = namesAndValues.clone();
    for (int i = 0; i < fields.length; i += 2) {
      Tokens.checkName(fields[i]);
      Tokens.checkValue(fields[i], fields[i + 1]);
    }
    return new Headers(fields);
  }

  /// {@return the first value of a header, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String get(String name) {
    int i = find(name, 0);
    return i < 0 ? null : fields[i + 1];
  }

  /// {@return all values of a header, perhaps none; each as it was sent, with its commas}
  ///
  /// @param name its name
  public List<String> all(String name) {
    int i = find(name, 0);
    if (i < 0) {
      return List.of();
    }
    var values = new ArrayList<String>(1);
    for (; i >= 0; i = find(name, i + 2)) {
      values.add(fields[i + 1]);
    }
    return List.copyOf(values);
  }

  /// {@return whether there is such a header}
  ///
  /// @param name its name
  public boolean contains(String name) {
    return find(name, 0) >= 0;
  }

  /// {@return whether a header's list of values, with commas between, has a word}
  ///
  /// @param name the header's name
  /// @param word the word, compared without regard to case
  public boolean containsWord(String name, String word) {
    for (int i = find(name, 0); i >= 0; i = find(name, i + 2)) {
      if (Tokens.hasWord(fields[i + 1], word)) {
        return true;
      }
    }
    return false;
  }

  private int find(String name, int from) {
    int length = name.length();
    for (int i = from; i < fields.length; i += 2) {
      var field = fields[i];
      if (field.length() == length && field.equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  /// {@return these headers with one more}
  ///
  /// @param name its name
  /// @param value its value
  /// @throws IllegalArgumentException as [#of(String...)]
  public Headers and(String name, String value) {
    Tokens.checkName(name);
    Tokens.checkValue(name, value);
    var more = Arrays.copyOf(fields, fields.length + 2);
    more[fields.length] = name;
    more[fields.length + 1] = value;
    return new Headers(more);
  }

  /// {@return these headers with one value for a name, instead of those that it had}
  ///
  /// @param name the name
  /// @param value the value
  /// @throws IllegalArgumentException as [#of(String...)]
  public Headers with(String name, String value) {
    return without(name).and(name, value);
  }

  /// {@return these headers without those of a name}
  ///
  /// @param name the name
  public Headers without(String name) {
    if (!contains(name)) {
      return this;
    }
    var rest = new ArrayList<String>(fields.length);
    for (int i = 0; i < fields.length; i += 2) {
      if (!fields[i].equalsIgnoreCase(name)) {
        rest.add(fields[i]);
        rest.add(fields[i + 1]);
      }
    }
    return rest.isEmpty() ? NONE : new Headers(rest.toArray(new String[0]));
  }

  /// {@return how many there are, each value counted}
  public int size() {
    return fields.length / 2;
  }

  /// {@return whether there are none}
  public boolean isEmpty() {
    return fields.length == 0;
  }

  /// {@return the name of a header}
  ///
  /// @param index which one, from 0 on
  public String name(int index) {
    return fields[2 * index];
  }

  /// {@return the value of a header}
  ///
  /// @param index which one, from 0 on
  public String value(int index) {
    return fields[2 * index + 1];
  }

  /// Calls `action` for each name and value, in their order.
  ///
  /// @param action what to call
  public void forEach(BiConsumer<? super String, ? super String> action) {
    for (int i = 0; i < fields.length; i += 2) {
      action.accept(fields[i], fields[i + 1]);
    }
  }

  /// {@return the values by name, as the names were first written; not connected to these headers}
  public Map<String, List<String>> toMap() {
    var map = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < fields.length; i += 2) {
      map.putIfAbsent(fields[find(fields[i], 0)], all(fields[i]));
    }
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Headers headers && Arrays.equals(fields, headers.fields);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(fields);
  }

  /// {@return the headers, one a line}
  @Override
  public String toString() {
    var text = new StringBuilder();
    forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    return text.toString();
  }
}
