package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The cases of the HTTP working group, and what they do not have.
class StructuredFieldTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "structured-fields");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  static List<Path> files() throws IOException {
    try (var files = Files.walk(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  // ---- cases ------------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("files")
  void cases_areReadAndWritten(Path file) {
    var faults = new ArrayList<String>();
    for (var each : JSON.readTree(file)) {
      var fault = fault(each);
      if (fault != null) {
        faults.add(each.get("name").asString() + ": " + fault);
      }
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void cases_areAllThere() throws IOException {
    int count = 0;
    int failing = 0;
    for (var file : files()) {
      for (var each : JSON.readTree(file)) {
        count++;
        failing += each.path("must_fail").asBoolean(false) ? 1 : 0;
      }
    }
    assertThat(files()).hasSize(23);
    assertThat(count).isEqualTo(2124);
    assertThat(failing).isEqualTo(1403);
  }

  private static @Nullable String fault(JsonNode each) {
    var type = each.get("header_type").asString();
    boolean mustFail = each.path("must_fail").asBoolean(false);
    Object field;
    String written;
    try {
      field = each.has("raw") ? parse(type, strings(each.get("raw"))) : expected(type, each);
      written = write(field);
    } catch (IllegalArgumentException e) {
      return mustFail || each.path("can_fail").asBoolean(false) ? null : "fails: " + e.getMessage();
    }
    if (mustFail) {
      return "does not fail: " + field;
    } else if (!field.equals(expected(type, each))) {
      return "is " + field;
    }
    var canonical = strings(each.has("canonical") ? each.get("canonical") : each.get("raw"));
    return written.equals(String.join(", ", canonical)) ? null : "is written as " + written;
  }

  private static Object parse(String type, List<String> lines) {
    return switch (type) {
      case "item" -> StructuredField.parseItem(lines);
      case "list" -> StructuredField.parseList(lines);
      case "dictionary" -> StructuredField.parseDictionary(lines);
      default -> throw new IllegalStateException(type);
    };
  }

  @SuppressWarnings("unchecked")
  private static String write(Object field) {
    return switch (field) {
      case Item item -> StructuredField.write(item);
      case List<?> list -> StructuredField.write((List<Member>) list);
      case Map<?, ?> map -> StructuredField.write((Map<String, Member>) map);
      default -> throw new IllegalStateException(field.toString());
    };
  }

  private static List<String> strings(JsonNode array) {
    var result = new ArrayList<String>();
    array.forEach(each -> result.add(each.asString()));
    return result;
  }

  // ---- their JSON -------------------------------------------------------------------------------

  private static Object expected(String type, JsonNode each) {
    var expected = each.get("expected");
    return switch (type) {
      case "item" -> item(expected);
      case "list" -> {
        var list = new ArrayList<Member>();
        expected.forEach(member -> list.add(member(member)));
        yield list;
      }
      default -> {
        var map = new LinkedHashMap<String, Member>();
        expected.forEach(pair -> map.put(pair.get(0).asString(), member(pair.get(1))));
        yield map;
      }
    };
  }

  private static Member member(JsonNode pair) {
    if (!pair.get(0).isArray()) {
      return item(pair);
    }
    var items = new ArrayList<Item>();
    pair.get(0).forEach(each -> items.add(item(each)));
    return new InnerList(items, parameters(pair.get(1)));
  }

  private static Item item(JsonNode pair) {
    return new Item(value(pair.get(0)), parameters(pair.get(1)));
  }

  private static Map<String, Value> parameters(JsonNode pairs) {
    var result = new LinkedHashMap<String, Value>();
    pairs.forEach(pair -> result.put(pair.get(0).asString(), value(pair.get(1))));
    return result;
  }

  private static Value value(JsonNode node) {
    if (node.isBoolean()) {
      return new Flag(node.asBoolean());
    } else if (node.isIntegralNumber()) {
      return new Whole(node.asLong());
    } else if (node.isNumber()) {
      return new Decimal(node.decimalValue());
    } else if (node.isString()) {
      return new Text(node.asString());
    }
    var value = node.get("value");
    return switch (node.get("__type").asString()) {
      case "token" -> new Token(value.asString());
      case "binary" -> new Binary(base32(value.asString()));
      case "date" -> new Date(Instant.ofEpochSecond(value.asLong()));
      case "displaystring" -> new DisplayText(value.asString());
      default -> throw new IllegalStateException(node.toString());
    };
  }

  private static byte[] base32(String text) {
    var digits = text.replace("=", "");
    var result = new byte[digits.length() * 5 / 8];
    int bits = 0;
    int buffer = 0;
    int n = 0;
    for (int i = 0; i < digits.length(); i++) {
      int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digits.charAt(i));
      buffer = ((buffer << 5) | value) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        result[n++] = (byte) (buffer >> bits);
      }
    }
    return result;
  }

  // ---- what they do not have --------------------------------------------------------------------

  @Test
  void priority_isReadFromHeaders() {
    var headers = Headers.of("priority", "u=1", "Priority", "i");
    var priority = StructuredField.parseDictionary(headers.all("Priority"));
    assertThat(priority)
        .containsExactly(
            Map.entry("u", new Item(new Whole(1))), Map.entry("i", new Item(new Flag(true))));
    assertThat(StructuredField.write(priority)).isEqualTo("u=1, i");
  }

  private static String read(Request rq) {
    long urgency =
        rq.headerDictionary("Priority").get("u") instanceof Item(Whole(var u), _) ? u : 3;
    boolean first = rq.headerItem("First") instanceof Item(Flag(var yes), _) && yes;
    return urgency + " " + first + " " + rq.headerList("List").size();
  }

  @AsyncTest
  void headersOfARequest_areRead_withDefaults_andRefusedIfMalformed() throws Exception {
    Handler handler = rq -> Response.text(read(rq));
    var rq = handler.test().get("/");
    assertThat(rq.send().text()).isEqualTo("3 false 0");
    assertThat(
            rq.headers(Headers.of("Priority", "i", "Priority", "u=1"))
                .header("First", "?1;x=2")
                .header("List", "a, (b c)")
                .send()
                .text())
        .isEqualTo("1 true 2");
    assertThat(rq.header("Priority", "u=high").send().text()).startsWith("3 "); // of another kind
    assertThat(rq.header("Priority", "u=;").send().expect(400).text())
        .contains(
            "\"The header Priority cannot be read: a structured field has ';' where a value is"
                + " expected, at character 2.\"");
    for (var name : List.of("First", "List")) {
      assertThat(rq.header(name, "(").send().expect(400).text()).contains("The header " + name);
    }
    rq.header("First", "").send().expect(400);
  }

  /// What the RFC wants to be possible, in sections 3.1 to 3.3.
  @Test
  void sizesThatMustBePossible_are() {
    var items = new ArrayList<Member>();
    var members = new LinkedHashMap<String, Member>();
    var parameters = new LinkedHashMap<String, Value>();
    for (int i = 0; i < 1024; i++) {
      items.add(new Item(new Whole(i)));
      members.put("a" + i, new Item(new Token("a" + i)));
      if (i < 256) {
        parameters.put("a" + i, new Flag(i % 2 == 0));
      }
    }
    assertThat(StructuredField.parseList(List.of(StructuredField.write(items)))).isEqualTo(items);
    assertThat(StructuredField.parseDictionary(List.of(StructuredField.write(members))))
        .isEqualTo(members);
    var inner = new ArrayList<Item>();
    items.subList(0, 256).forEach(item -> inner.add((Item) item));
    var nested = List.<Member>of(new InnerList(inner, parameters));
    assertThat(StructuredField.parseList(List.of(StructuredField.write(nested)))).isEqualTo(nested);
    var key = new LinkedHashMap<String, Member>(Map.of("a".repeat(64), new Item(new Flag(true))));
    assertThat(StructuredField.parseDictionary(List.of(StructuredField.write(key)))).isEqualTo(key);
    for (var value :
        List.of(
            new Text("\"".repeat(1024)),
            new Token("a".repeat(512)),
            new Binary(new byte[16 * 1024]))) {
      var item = new Item(value, parameters);
      assertThat(StructuredField.parseItem(List.of(StructuredField.write(item)))).isEqualTo(item);
    }
  }

  @Test
  void missingHeader_isAnEmptyListOrDictionary_andNoItem() {
    assertThat(StructuredField.parseList(List.of())).isEmpty();
    assertThat(StructuredField.parseDictionary(List.of())).isEmpty();
    assertThatThrownBy(() -> StructuredField.parseItem(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fieldThatIsWrong_saysWhereAndWhy() {
    assertThatThrownBy(() -> StructuredField.parseList(List.of("a, (b c")))
        .hasMessage(
            "a structured field has its end where a blank or a closing parenthesis is expected, at character 7");
    assertThatThrownBy(() -> StructuredField.parseItem(List.of("\"\u00e9\"")))
        .hasMessageContaining("has '\u00e9' where a printable ASCII character");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '!',
      textBlock =
          """
          a;b=1234567890123456 | an integer of 16 digits, and 15 are the most, at character 4
          -1234567890123456    | an integer of 16 digits, and 15 are the most, at character 0
          1234567890123.5      | a decimal of 13 digits before its point, and 12 are the most, at character 0
          1.2345               | a decimal of 4 digits behind its point, and 3 are the most, at character 0
          1.                   | its end where a digit is expected, at character 2
          @1234567890123456    | an integer of 16 digits, and 15 are the most, at character 1
          @1.5                 | a date of a fraction of a second, at character 0
          :AA                  | bytes without a colon at their end, at character 0
          :A*:                 | bytes that are no Base64, at character 0
          %"%ff"               | a text that is no UTF-8, at character 0
          """)
  void valueThatCannotBeTaken_isSaidToBe_whatIsWrongWithIt(String text, String why) {
    assertThatThrownBy(() -> StructuredField.parseItem(List.of(text)))
        .hasMessage("a structured field has " + why);
  }

  @Test
  void valuesThatCannotBeWritten_areRefusedWhenMade() {
    assertThatThrownBy(() -> new Text("\u00e9")).hasMessageContaining("DisplayText");
    assertThatThrownBy(() -> new Token("")).hasMessageContaining("no token");
    assertThatThrownBy(() -> new DisplayText("\ud800")).hasMessageContaining("surrogate");
    assertThatThrownBy(() -> new Date(Instant.ofEpochMilli(1))).hasMessageContaining("whole");
    assertThatThrownBy(() -> new Decimal(new BigDecimal("999999999999.9995")))
        .hasMessageContaining("twelve");
    assertThatThrownBy(() -> new Item(new Flag(true), Map.of("A", new Flag(true))))
        .hasMessageContaining("small letter");
    assertThatThrownBy(() -> StructuredField.write(Map.of("", new Item(new Flag(true)))))
        .hasMessageContaining("small letter");
  }

  @ParameterizedTest
  @CsvSource({"1.0005, 1.0", "1.0015, 1.002", "-0.0005, 0.0", "12.50, 12.5", "100, 100.0"})
  void decimal_isRoundedHalfToEven(String value, String written) {
    assertThat(StructuredField.write(new Item(new Decimal(new BigDecimal(value)))))
        .isEqualTo(written);
  }

  @Test
  void bytes_areCopied_andCompared() {
    var bytes = "hello".getBytes(StandardCharsets.US_ASCII);
    var binary = new Binary(bytes);
    bytes[0] = 0;
    binary.value()[1] = 0;
    assertThat(StructuredField.write(new Item(binary))).isEqualTo(":aGVsbG8=:");
    assertThat(binary).isEqualTo(new Binary("hello".getBytes(StandardCharsets.US_ASCII)));
    assertThat(binary).hasSameHashCodeAs(new Binary("hello".getBytes(StandardCharsets.US_ASCII)));
    assertThat(binary).hasToString("Binary[value=aGVsbG8=]");
  }
}
