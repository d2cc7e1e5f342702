package jasyncio.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// As much of JSON as the driver and the stored output need: objects, arrays and strings.
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /// Reads one value.
  static Object parse(String text) {
    var json = new Json(text);
    var value = json.value();
    if (json.skipBlanks() != '\0') {
      throw json.wrong("the end");
    }
    return value;
  }

  private Object value() {
    return switch (skipBlanks()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> throw wrong("an object, an array or a string");
    };
  }

  private Map<String, Object> object() {
    var object = new LinkedHashMap<String, Object>();
    at++;
    while (skipBlanks() != '}') {
      var key = string();
      expect(':');
      object.put(key, value());
      if (skipBlanks() == ',') {
        at++;
      }
    }
    at++;
    return object;
  }

  private List<Object> array() {
    var array = new ArrayList<>();
    at++;
    while (skipBlanks() != ']') {
      array.add(value());
      if (skipBlanks() == ',') {
        at++;
      }
    }
    at++;
    return array;
  }

  private String string() {
    expect('"');
    var string = new StringBuilder();
    while (text.charAt(at) != '"') {
      string.append(text.charAt(at) == '\\' ? escaped() : text.charAt(at++));
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char kind = text.charAt(at + 1);
    at += 2;
    return switch (kind) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> kind;
    };
  }

  private char skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void expect(char c) {
    if (skipBlanks() != c) {
      throw wrong("'" + c + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(
        "not JSON: expected " + expected + " at character " + at + " of " + text);
  }

  /// Writes a string.
  static String quote(String string) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c < ' ' || c > '~' ? String.format("\\u%04x", (int) c) : c);
      }
    }
    return quoted.append('"').toString();
  }
}
