package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.StructuredField.Binary;
import jasyncio.http.StructuredField.Date;
import jasyncio.http.StructuredField.Decimal;
import jasyncio.http.StructuredField.DisplayText;
import jasyncio.http.StructuredField.Flag;
import jasyncio.http.StructuredField.InnerList;
import jasyncio.http.StructuredField.Item;
import jasyncio.http.StructuredField.Member;
import jasyncio.http.StructuredField.Text;
import jasyncio.http.StructuredField.Token;
import jasyncio.http.StructuredField.Value;
import jasyncio.http.StructuredField.Whole;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/// Takes the text of one structured field apart: the algorithms of RFC 9651, section 4.2.
final class StructuredFieldParser {
  private final String text;
  private int at;

  StructuredFieldParser(String text) {
    this.text = text;
  }

  // ---- the whole field --------------------------------------------------------------------------

  Item item() {
    skip(' ');
    var item = itemHere();
    skip(' ');
    if (!isAtEnd()) {
      throw bad("the end");
    }
    return item;
  }

  List<Member> list() {
    var list = new ArrayList<Member>();
    skip(' ');
    while (!isAtEnd()) {
      list.add(member());
      endMember();
    }
    return list;
  }

  Map<String, Member> dictionary() {
    var dictionary = new LinkedHashMap<String, Member>();
    skip(' ');
    while (!isAtEnd()) {
      var key = key();
      dictionary.put(key, take('=') ? member() : new Item(new Flag(true), parameters()));
      endMember();
    }
    return dictionary;
  }

  /// What comes behind a member: a comma and another member, or the end.
  private void endMember() {
    skipBlanks();
    if (isAtEnd()) {
      return;
    }
    if (!take(',')) {
      throw bad("a comma");
    }
    skipBlanks();
    if (isAtEnd()) {
      throw bad("a member behind the comma");
    }
  }

  // ---- its parts --------------------------------------------------------------------------------

  private Member member() {
    return peek() == '(' ? innerList() : itemHere();
  }

  private InnerList innerList() {
    var items = new ArrayList<Item>();
    at++;
    while (true) {
      skip(' ');
      if (take(')')) {
        return new InnerList(items, parameters());
      }
      items.add(itemHere());
      if (peek() != ' ' && peek() != ')') {
        throw bad("a blank or a closing parenthesis");
      }
    }
  }

  private Item itemHere() {
    return new Item(value(), parameters());
  }

  private Map<String, Value> parameters() {
    var parameters = new LinkedHashMap<String, Value>();
    while (take(';')) {
      skip(' ');
      parameters.put(key(), take('=') ? value() : new Flag(true));
    }
    return parameters;
  }

  private String key() {
    if (!StructuredField.isKeyStart(peek())) {
      throw bad("a name, which begins with a small letter or *");
    }
    return takeWhile(StructuredField::isKeyCharacter);
  }

  private Value value() {
    int c = peek();
    if (c == '-' || isDigit(c)) {
      return number();
    } else if (StructuredField.isTokenStart(c)) {
      return new Token(takeWhile(StructuredField::isTokenCharacter));
    }
    return switch (c) {
      case '"' -> string();
      case ':' -> binary();
      case '?' -> flag();
      case '@' -> date();
      case '%' -> displayText();
      default -> throw bad("a value");
    };
  }

  private Value number() {
    int start = at;
    take('-');
    int whole = takeWhile(StructuredFieldParser::isDigit).length();
    if (whole == 0) {
      throw bad("a digit");
    } else if (!take('.')) {
      if (whole > 15) {
        throw wrong("an integer of " + whole + " digits, and 15 are the most", start);
      }
      return new Whole(Long.parseLong(text.substring(start, at)));
    }
    int fraction = takeWhile(StructuredFieldParser::isDigit).length();
    if (fraction == 0) {
      throw bad("a digit");
    } else if (whole > 12) {
      throw wrong("a decimal of " + whole + " digits before its point, and 12 are the most", start);
    } else if (fraction > 3) {
      throw wrong(
          "a decimal of " + fraction + " digits behind its point, and 3 are the most", start);
    }
    return new Decimal(new BigDecimal(text.substring(start, at)));
  }

  private Value string() {
    var result = new StringBuilder();
    for (at++; !take('"'); at++) {
      int c = peek();
      if (c == '\\') {
        at++;
        c = peek();
        if (c != '"' && c != '\\') {
          throw bad("a quotation mark or a backslash behind a backslash");
        }
      } else if (c < ' ' || c > 126) {
        throw bad("a printable ASCII character or the end of the string");
      }
      result.append((char) c);
    }
    return new Text(result.toString());
  }

  private Value binary() {
    int start = at++;
    int end = text.indexOf(':', at);
    if (end < 0) {
      throw wrong("bytes without a colon at their end", start);
    }
    var base64 = text.substring(at, end);
    try {
      var bytes = Base64.getDecoder().decode(base64.getBytes(ISO_8859_1));
      at = end + 1;
      return new Binary(bytes);
    } catch (IllegalArgumentException e) {
      throw wrong("bytes that are no Base64", start);
    }
  }

  private Value flag() {
    at++;
    if (take('1')) {
      return new Flag(true);
    } else if (take('0')) {
      return new Flag(false);
    }
    throw bad("0 or 1");
  }

  private Value date() {
    int start = at++;
    if (peek() != '-' && !isDigit(peek())) {
      throw bad("a number of seconds");
    }
    if (number() instanceof Whole whole) {
      return new Date(Instant.ofEpochSecond(whole.value()));
    }
    throw wrong("a date of a fraction of a second", start);
  }

  private Value displayText() {
    int start = at++;
    if (!take('"')) {
      throw bad("a quotation mark");
    }
    var bytes = ByteBuffer.allocate(text.length());
    for (; !take('"'); at++) {
      int c = peek();
      if (c < ' ' || c > 126) {
        throw bad("a printable ASCII character or the end of the string");
      }
      bytes.put(c == '%' ? escaped() : (byte) c);
    }
    try {
      return new DisplayText(UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      throw wrong("a text that is no UTF-8", start);
    }
  }

  /// The byte that two hexadecimal digits say; stays at the last one.
  private byte escaped() {
    int result = 0;
    for (int i = 0; i < 2; i++) {
      at++;
      int c = peek();
      if (!isDigit(c) && (c < 'a' || c > 'f')) {
        throw bad("two hexadecimal digits, in small letters");
      }
      result = 16 * result + Character.digit(c, 16);
    }
    return (byte) result;
  }

  // ---- characters -------------------------------------------------------------------------------

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private boolean isAtEnd() {
    return at == text.length();
  }

  /// The next character, or -1.
  private int peek() {
    return at < text.length() ? text.charAt(at) : -1;
  }

  private boolean take(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private String takeWhile(IntPredicate kind) {
    int start = at;
    while (!isAtEnd() && kind.test(peek())) {
      at++;
    }
    return text.substring(start, at);
  }

  private void skip(char c) {
    while (peek() == c) {
      at++;
    }
  }

  private void skipBlanks() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  /// Something is well-formed, as far as it goes, and cannot be taken.
  private static IllegalArgumentException wrong(String what, int where) {
    return new IllegalArgumentException(
        "a structured field has %s, at character %d".formatted(what, where));
  }

  /// Something else is expected here.
  private IllegalArgumentException bad(String expected) {
    return new IllegalArgumentException(
        "a structured field has %s where %s is expected, at character %d"
            .formatted(isAtEnd() ? "its end" : "'" + (char) peek() + "'", expected, at));
  }
}
