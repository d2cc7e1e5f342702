package jasyncio.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A program does not change with the Jackson that it happens to have.
class JacksonCodecsTest {
  private final JacksonCodec three = new JacksonCodec();
  private final Jackson2Codec two = new Jackson2Codec();

  private enum Mood {
    GLAD;

    @Override
    public String toString() {
      return "glad";
    }
  }

  record Note(
      @Nullable String text,
      int stars,
      double share,
      @Nullable Mood mood,
      @Nullable List<Note> answers) {}

  record Nothing() {}

  private interface Reading {
    Object read() throws IOException;
  }

  private static String outcome(Reading reading) {
    try {
      return String.valueOf(reading.read());
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\":\"a\",\"stars\":1,\"answers\":[{\"text\":\"b\"}]}",
        "{\"text\":\"a\",\"unknown\":{\"x\":[1,2]}}",
        "{}",
        "null",
        "{\"stars\":\"7\"}",
        "{\"stars\":\"\"}",
        "{\"share\":\"\"}",
        "{\"mood\":\"glad\"}",
        "{\"mood\":\"GLAD\"}",
        "{\"stars\":1.5}",
        "{\"stars\":99999999999}",
        "{\"text\":5}",
        "{\"text\":{}}",
        "{\"answers\":[{\"stars\":[]}]}",
        "{\"answers\":{}}",
        "[]",
        "\"\"",
        "{\"text\":\"a\"} {}",
        "{\"text\":\"a\"} x",
        "{\"text\":\"a\"",
        "{text:1}",
      })
  void read_bothMakeTheSameOfIt(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    assertThat(outcome(() -> two.read(bytes, Note.class)))
        .isEqualTo(outcome(() -> three.read(bytes, Note.class)));
  }

  @Test
  void read_membersThatTheRecordDoesNotHave_areLeftOut() throws IOException {
    byte[] json = "{\"text\":\"a\",\"more\":1}".getBytes(StandardCharsets.UTF_8);
    assertThat(two.read(json, Note.class)).isEqualTo(new Note("a", 0, 0, null, null));
  }

  @Test
  @SuppressWarnings("JavaUtilDate") // which needs no further module of Jackson 2
  void write_bothMakeTheSameOfIt() throws IOException {
    for (var value :
        List.of(
            new Note("ä", 1, 0.5, Mood.GLAD, List.of()),
            new Nothing(),
            Map.of(Mood.GLAD, 1),
            List.of(1.5, true, "\u2028"))) {
      assertThat(utf8(two.write(value))).isEqualTo(utf8(three.write(value)));
    }
    var date = Map.of("when", new Date(0)); // Z here, and +00:00 there
    assertThat(utf8(two.write(date))).startsWith("{\"when\":\"1970-01-01T00:00:00.000");
    assertThat(utf8(three.write(date))).startsWith("{\"when\":\"1970-01-01T00:00:00.000");
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
