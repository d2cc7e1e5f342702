package jasyncio.bench.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/// What all servers answer.
final class Contents {
  static final String HELLO = "Hello, World!";
  static final byte[] HELLO_BYTES = HELLO.getBytes(US_ASCII);
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static volatile String date = "";
  private static volatile long dateSecond;

  private Contents() {}

  /// What is answered as JSON: 200 bytes of it. As in `jasyncio.bench.http.Note`.
  ///
  /// @param id its number
  /// @param title a title
  /// @param text what it says
  /// @param tags words
  /// @param weight some number
  /// @param done a flag
  record Note(int id, String title, String text, List<String> tags, double weight, boolean done) {}

  /// The bytes of a note that is made and written for each request.
  static byte[] json() {
    return MAPPER.writeValueAsBytes(
        new Note(
            47110,
            "The title of the note",
            "It says something of middling length, as notes often do, and has 200 bytes as a"
                + " whole.",
            List.of("first", "second", "third"),
            12.5,
            true));
  }

  /// The value of the header Date, made once a second.
  static String date() {
    long second = System.currentTimeMillis() / 1000;
    if (second != dateSecond) {
      date = DATE.format(Instant.ofEpochSecond(second));
      dateSecond = second;
    }
    return date;
  }

  /// The file of 64 KiB.
  static Path file() {
    return folder().resolve("64k.bin");
  }

  /// Where that file is.
  static Path folder() {
    return of("BENCH_FILES");
  }

  /// Where `cert.pem` and `key.pem` are.
  static Path tls() {
    return of("BENCH_TLS_DIR");
  }

  private static Path of(String variable) {
    return Path.of(Objects.requireNonNull(System.getenv(variable), variable));
  }
}
