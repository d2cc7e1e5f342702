package jasyncio.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The parameters of a query or of a form, in their order; immutable. A name may come more than
/// once.
public final class Parameters {
  private static final Parameters NONE = new Parameters(Map.of());
  private static final int MOST = 1000; // more would be an attack on the map

  private final Map<String, List<String>> values;

  private Parameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /// Parameters out of text such as `a=1&b=2`, as queries and forms have it: `+` is a blank, `%20`
  /// too, and characters are UTF-8.
  ///
  /// @param text the text
  /// @return the parameters
  /// @throws HttpProblem 400 if a percent sign is not followed by two hexadecimal digits, or if
  ///   there are more than 1000 parameters
  public static Parameters parse(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    var values = new LinkedHashMap<String, List<String>>();
    int count = 0;
    for (var pair : text.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      if (++count > MOST) {
        throw HttpProblem.of(400, "There are more than " + MOST + " parameters.");
      }
      int equals = pair.indexOf('=');
      var name = decode(equals < 0 ? pair : pair.substring(0, equals));
      var value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    }
    values.replaceAll((_, list) -> List.copyOf(list));
    return new Parameters(values);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.of(
          400,
          "A percent sign is followed by two hexadecimal digits, and one in '"
              + text
              + "' is not.");
    }
  }

  /// {@return the first value of a parameter, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String get(String name) {
    var all = values.get(name);
    return all == null ? null : all.getFirst();
  }

  /// {@return the first value of a parameter, or another text if there is none}
  ///
  /// @param name its name
  /// @param otherwise the other text
  public String get(String name, String otherwise) {
    var value = get(name);
    return value == null ? otherwise : value;
  }

  /// {@return the first value of a parameter}
  ///
  /// @param name its name
  /// @throws HttpProblem 400 if there is none
  public String require(String name) {
    var value = get(name);
    if (value == null) {
      throw HttpProblem.of(400, "The parameter '" + name + "' is missing.");
    }
    return value;
  }

  /// {@return all values of a parameter, perhaps none}
  ///
  /// @param name its name
  public List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /// {@return the names, in the order in which they came first}
  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /// {@return whether there are none}
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /// {@return the values by name}
  @Override
  public String toString() {
    return values.toString();
  }
}
