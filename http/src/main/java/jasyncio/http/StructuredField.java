package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Tokens;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads and writes structured fields, RFC 9651: what new headers are made of, such as `Priority`.
///
/// A field is an [Item], a list or a dictionary of [Member]s; its definition says which.
///
/// In a handler [Request#headerItem], [Request#headerList] and [Request#headerDictionary] read
/// them, and what is malformed is answered 400. Patterns take them apart, with a default at the
/// end:
///
/// ```java fragment
/// // Priority: u=1, i
/// var priority = rq.headerDictionary("Priority");
/// long urgency = priority.get("u") instanceof Item(Whole(var u), _) ? u : 3;
/// boolean incremental = priority.get("i") instanceof Item(Flag(var i), _) && i;
/// ```
///
/// The methods of this class are for other places, such as the headers of a response. They throw an
/// [IllegalArgumentException] for what is malformed; many standards have it count as missing.
/// Nothing here suspends. From any thread; all that is returned is immutable. Python has no
/// counterpart in its library; packages such as `http-sf` do the same.
public final class StructuredField {
  private static final long LARGEST = 999_999_999_999_999L;

  private StructuredField() {}

  // ---- what there is ----------------------------------------------------------------------------

  /// What stands in a list or a dictionary: an [Item], or an [InnerList] of them.
  public sealed interface Member {
    /// {@return what is said about it, by name, in order}
    Map<String, Value> parameters();
  }

  /// A value with parameters.
  ///
  /// @param value the value
  /// @param parameters what is said about it, by name, in order
  public record Item(Value value, Map<String, Value> parameters) implements Member {
    /// A value with parameters.
    ///
    /// @throws IllegalArgumentException if the name of a parameter has characters that it must not
    public Item {
      parameters = checked(parameters);
    }

    /// A value without parameters.
    ///
    /// @param value the value
    public Item(Value value) {
      this(value, Map.of());
    }
  }

  /// A list within a list or dictionary.
  ///
  /// @param items what is in it
  /// @param parameters what is said about it, by name, in order
  public record InnerList(List<Item> items, Map<String, Value> parameters) implements Member {
    /// A list with parameters.
    ///
    /// @throws IllegalArgumentException if the name of a parameter has characters that it must not
    public InnerList {
      items = List.copyOf(items);
      parameters = checked(parameters);
    }
  }

  /// What an item or a parameter is.
  public sealed interface Value {}

  /// An integer, as `42`.
  ///
  /// @param value at most 15 digits
  public record Whole(long value) implements Value {
    /// An integer.
    ///
    /// @throws IllegalArgumentException if it has more than 15 digits
    public Whole {
      checkRange(value);
    }
  }

  /// A number with a fraction, as `4.5`.
  ///
  /// @param value three digits behind the point, and at most twelve before
  public record Decimal(BigDecimal value) implements Value {
    /// A number, which is rounded to three digits behind the point, half to even.
    ///
    /// @throws IllegalArgumentException if more than twelve digits are before the point
    public Decimal {
      value = value.setScale(3, RoundingMode.HALF_EVEN);
      if (value.precision() - value.scale() > 12) {
        throw new IllegalArgumentException(
            "a decimal has at most twelve digits before the point, which " + value + " has not");
      }
    }
  }

  /// Text, as `"hello"`.
  ///
  /// @param value printable ASCII
  public record Text(String value) implements Value {
    /// Text.
    ///
    /// @throws IllegalArgumentException if it is not printable ASCII; [DisplayText] has no such
    ///   limit
    public Text {
      if (!value.chars().allMatch(c -> c >= ' ' && c < 127)) {
        throw new IllegalArgumentException(
            "a string consists of printable ASCII characters: take DisplayText for others");
      }
    }
  }

  /// A word, as `gzip`.
  ///
  /// @param value a letter or `*`, and then letters, digits and ``!#$%&'*+-.^_`|~:/``
  public record Token(String value) implements Value {
    /// A word.
    ///
    /// @throws IllegalArgumentException if it has characters that it must not
    public Token {
      if (value.isEmpty()
          || !isTokenStart(value.charAt(0))
          || !value.chars().allMatch(StructuredField::isTokenCharacter)) {
        throw new IllegalArgumentException("'" + Tokens.visible(value) + "' is no token");
      }
    }
  }

  /// Bytes, as `:aGVsbG8=:`.
  ///
  /// @param value the bytes
  // All that an array would spoil is written by hand.
  @SuppressWarnings("ArrayRecordComponent")
  public record Binary(byte[] value) implements Value {
    /// Bytes, which are copied.
    public Binary {
      value = value.clone();
    }

    /// {@return a copy of the bytes}
    @Override
    public byte[] value() {
      return value.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Binary binary && Arrays.equals(value, binary.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "Binary[value=" + Base64.getEncoder().encodeToString(value) + "]";
    }
  }

  /// Yes or no, as `?1`.
  ///
  /// @param value which
  public record Flag(boolean value) implements Value {}

  /// A point in time, as `@1659578233`.
  ///
  /// @param value to the second
  public record Date(Instant value) implements Value {
    /// A point in time.
    ///
    /// @throws IllegalArgumentException if it has a fraction of a second, or is 30 million years
    ///   away
    public Date {
      if (value.getNano() != 0) {
        throw new IllegalArgumentException("a date has whole seconds: truncate " + value);
      }
      checkRange(value.getEpochSecond());
    }
  }

  /// Text with any characters, as `%"f%c3%bc%c3%bc"`.
  ///
  /// @param value the text
  public record DisplayText(String value) implements Value {
    /// Text.
    ///
    /// @throws IllegalArgumentException if it has half a surrogate pair
    public DisplayText {
      if (!UTF_8.newEncoder().canEncode(value)) {
        throw new IllegalArgumentException("half of a surrogate pair is no character");
      }
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  /// Reads a field that is one item.
  ///
  /// @param lines the values of all headers of that name, as [Headers#all] gives them
  /// @return the item
  /// @throws IllegalArgumentException if they are none, or anything else
  public static Item parseItem(List<String> lines) {
    return parser(lines).item();
  }

  /// Reads a field that is a list.
  ///
  /// @param lines the values of all headers of that name, as [Headers#all] gives them
  /// @return what is in the list; empty if there is no such header
  /// @throws IllegalArgumentException if they are anything else
  public static List<Member> parseList(List<String> lines) {
    return Collections.unmodifiableList(parser(lines).list());
  }

  /// Reads a field that is a dictionary. Of two members with the same name the last one counts.
  ///
  /// @param lines the values of all headers of that name, as [Headers#all] gives them
  /// @return what is in it by name, in order; empty if there is no such header
  /// @throws IllegalArgumentException if they are anything else
  public static Map<String, Member> parseDictionary(List<String> lines) {
    return Collections.unmodifiableMap(parser(lines).dictionary());
  }

  private static StructuredFieldParser parser(List<String> lines) {
    return new StructuredFieldParser(String.join(", ", lines));
  }

  // ---- writing ----------------------------------------------------------------------------------

  /// Writes an item or an inner list.
  ///
  /// @param member what is written
  /// @return the value of the header
  public static String write(Member member) {
    var out = new StringBuilder();
    write(out, member);
    return out.toString();
  }

  /// Writes a list.
  ///
  /// @param list what is in it
  /// @return the value of the header; one that is empty is to be left out
  public static String write(List<? extends Member> list) {
    var out = new StringBuilder();
    for (var member : list) {
      write(out.append(out.isEmpty() ? "" : ", "), member);
    }
    return out.toString();
  }

  /// Writes a dictionary.
  ///
  /// @param dictionary what is in it by name; a [LinkedHashMap] keeps its order
  /// @return the value of the header; one that is empty is to be left out
  /// @throws IllegalArgumentException if a name has characters that it must not
  public static String write(Map<String, ? extends Member> dictionary) {
    var out = new StringBuilder();
    dictionary.forEach((key, member) -> {
      checkKey(key);
      out.append(out.isEmpty() ? "" : ", ").append(key);
      if (member instanceof Item item && item.value().equals(new Flag(true))) {
        writeParameters(out, item.parameters());
      } else {
        write(out.append('='), member);
      }
    });
    return out.toString();
  }

  private static void write(StringBuilder out, Member member) {
    switch (member) {
      case Item item -> write(out, item.value());
      case InnerList list -> {
        out.append('(');
        for (int i = 0; i < list.items().size(); i++) {
          write(out.append(i == 0 ? "" : " "), list.items().get(i));
        }
        out.append(')');
      }
    }
    writeParameters(out, member.parameters());
  }

  private static void writeParameters(StringBuilder out, Map<String, Value> parameters) {
    parameters.forEach((key, value) -> {
      out.append(';').append(key);
      if (!value.equals(new Flag(true))) {
        write(out.append('='), value);
      }
    });
  }

  private static void write(StringBuilder out, Value value) {
    switch (value) {
      case Whole whole -> out.append(whole.value());
      case Decimal decimal -> {
        var plain = decimal.value().stripTrailingZeros();
        out.append(plain.setScale(Math.max(1, plain.scale())).toPlainString());
      }
      case Text text ->
          out.append('"')
              .append(text.value().replace("\\", "\\\\").replace("\"", "\\\""))
              .append('"');
      case Token token -> out.append(token.value());
      case Binary binary ->
          out.append(':').append(Base64.getEncoder().encodeToString(binary.value)).append(':');
      case Flag flag -> out.append(flag.value() ? "?1" : "?0");
      case Date date -> out.append('@').append(date.value().getEpochSecond());
      case DisplayText text -> {
        out.append("%\"");
        for (byte b : text.value().getBytes(UTF_8)) {
          if (b < ' ' || b == 127 || b == '%' || b == '"') {
            out.append("%%%02x".formatted(b & 0xff));
          } else {
            out.append((char) b);
          }
        }
        out.append('"');
      }
    }
  }

  // ---- characters -------------------------------------------------------------------------------

  static boolean isTokenStart(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
  }

  static boolean isTokenCharacter(int c) {
    return Tokens.isTokenCharacter(c) || c == ':' || c == '/';
  }

  static boolean isKeyStart(int c) {
    return (c >= 'a' && c <= 'z') || c == '*';
  }

  static boolean isKeyCharacter(int c) {
    return isKeyStart(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  }

  private static void checkKey(String key) {
    if (key.isEmpty()
        || !isKeyStart(key.charAt(0))
        || !key.chars().allMatch(StructuredField::isKeyCharacter)) {
      throw new IllegalArgumentException(
          "a name begins with a small letter or *, and goes on with those, digits, _, - and .; '"
              + Tokens.visible(key)
              + "' does not");
    }
  }

  private static Map<String, Value> checked(Map<String, Value> parameters) {
    parameters.keySet().forEach(StructuredField::checkKey);
    return Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  private static void checkRange(long value) {
    if (value < -LARGEST || value > LARGEST) {
      throw new IllegalArgumentException("an integer has at most 15 digits, and not " + value);
    }
  }
}
