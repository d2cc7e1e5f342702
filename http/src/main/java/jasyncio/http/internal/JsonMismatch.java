package jasyncio.http.internal;

import java.io.IOException;
import java.util.List;

/// What is told to whoever has sent JSON that does not fit: where, by the names and places of the
/// JSON itself. What a library says about it names classes of the program, which are nobody's
/// business.
final class JsonMismatch {
  private static final int LONGEST = 100; // characters of a path

  private JsonMismatch() {}

  /// The JSON is none.
  static IOException syntax(int line, int column, Throwable cause) {
    return new IOException("it is no JSON" + at(line, column), cause);
  }

  /// It may be JSON, but the library takes no such number, text or nesting.
  static IOException excess(Throwable cause) {
    return new IOException("a number or text in it is too long, or it is nested too deeply", cause);
  }

  /// It is not of the type that is expected.
  ///
  /// @param path names and, as `[3]`, places in arrays that lead to what does not fit
  static IOException type(List<String> path, int line, int column, Throwable cause) {
    var text = String.join(".", path).replace(".[", "[");
    if (text.length() > LONGEST) {
      text = text.substring(0, LONGEST) + "…";
    }
    return new IOException(
        (text.isEmpty() ? "its outermost value" : "'" + text + "'")
            + " does not fit"
            + at(line, column),
        cause);
  }

  private static String at(int line, int column) {
    return line > 0 ? ", at line " + line + ", column " + column : "";
  }
}
