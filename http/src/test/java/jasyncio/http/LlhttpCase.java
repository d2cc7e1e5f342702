package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.Reading.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One of llhttp's cases: bytes, and what its parser makes of them.
///
/// Requests there have seldom a `Host`, without which we read nothing. So each that says none gets
/// one here. Where llhttp stops since another protocol may follow, the bytes end.
///
/// @param name the file, and the heading in it
/// @param type `request` or `response`, with the leniency that it needs, if any
/// @param skipsBody whether the message is read as one without a body
/// @param input the bytes
/// @param expected what llhttp makes of them
@SuppressWarnings("ArrayRecordComponent") // cases are not compared
record LlhttpCase(String name, String type, boolean skipsBody, byte[] input, Reading expected) {
  private static final Path FOLDER = Path.of("..", "..", "shared", "http", "llhttp");
  private static final Pattern META = Pattern.compile("<!-- meta=\\{ ?\"type\": ?\"([^\"]+)\".*");
  private static final Pattern EVENT =
      Pattern.compile("off=(\\d+) (?:len=(\\d+) )?([^=\\[]+)(?:\\[(\\w+)\\])?(.*)");
  private static final Pattern HEAD =
      Pattern.compile("(?:method=\\d+|status=(\\d+)) v=(\\d+)/(\\d+) flags=([0-9a-f]+) .*");
  private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?]*)(.*)");

  /// All cases; none if they are not there: they are no part of the project, but lie beside it.
  static List<LlhttpCase> all() {
    if (!Files.isDirectory(FOLDER)) {
      return List.of();
    }
    try (var files = Files.walk(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".md") && !file.endsWith("README.md"))
          .sorted()
          .flatMap(LlhttpCase::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isStrict() {
    return !type.contains("lenient");
  }

  boolean isRequest() {
    return type.startsWith("request");
  }

  /// Whether the connection ends behind the bytes.
  boolean isFinished() {
    return type.endsWith("-finish");
  }

  @Override
  public String toString() {
    return name;
  }

  /// The path and query of a target, which may have scheme and host before.
  static String pathOf(String url) {
    var absolute = ABSOLUTE.matcher(url);
    if (!absolute.matches()) {
      return url;
    }
    var path = absolute.group(2);
    return path.startsWith("/") ? path : "/" + path;
  }

  // ---- the files --------------------------------------------------------------------------------

  private static Stream<LlhttpCase> read(Path file) {
    var cases = new ArrayList<LlhttpCase>();
    var seen = new HashMap<String, Integer>();
    var heading = "";
    var meta = "";
    var blocks = new ArrayList<String>();
    StringBuilder block = null;
    for (var line : readLines(file)) {
      if (block != null) {
        if (line.equals("```")) {
          blocks.add(block.toString());
          block = null;
        } else {
          block.append(line).append('\n');
        }
        if (blocks.size() == 2) {
          var name = FOLDER.relativize(file).toString().replace('\\', '/') + ": " + heading;
          int number = seen.merge(name, 1, Integer::sum);
          cases.add(of(number == 1 ? name : name + " (" + number + ")", meta, blocks));
          blocks.clear();
        }
      } else if (line.startsWith("```")) {
        block = new StringBuilder();
      } else if (line.startsWith("#")) {
        heading = line.replaceFirst("#+ *", "");
      } else if (line.startsWith("<!-- meta=")) {
        meta = line;
      }
    }
    return cases.stream();
  }

  private static List<String> readLines(Path file) {
    try {
      return Files.readString(file, UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LlhttpCase of(String name, String meta, List<String> blocks) {
    var matcher = META.matcher(meta);
    if (!matcher.matches()) {
      throw new IllegalStateException(name + " has " + meta);
    }
    var type = matcher.group(1);
    var input = bytesOf(blocks.get(0));
    var log = new Log(input, type.startsWith("request"));
    blocks.get(1).lines().forEach(log::add);
    return new LlhttpCase(name, type, meta.contains("skipBody"), log.input(), log.reading());
  }

  /// Lines end with both, but where they say `\`; and some characters are written as escapes.
  private static byte[] bytesOf(String block) {
    var text =
        block
            .substring(0, block.length() - 1)
            .replace("\\\n", "")
            .replace("\n", "\r\n")
            .replace("\\r", "\r")
            .replace("\\n", "\n")
            .replace("\\t", "\t")
            .replace("\\f", "\f");
    text = unescape(text, "\\\\x([0-9a-fA-F]+)", 16);
    text = unescape(text, "\\\\([0-7]{1,3})", 8);
    return text.getBytes(UTF_8);
  }

  private static String unescape(String text, String pattern, int radix) {
    return Pattern.compile(pattern)
        .matcher(text)
        .replaceAll(m ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), radix))));
  }

  // ---- what llhttp tells ------------------------------------------------------------------------

  /// The events of one case, put together.
  private static final class Log {
    private static final int KEEP_ALIVE = 0x1;
    private static final int CLOSE = 0x2;
    private static final int CHUNKED = 0x8;
    private static final int LENGTH = 0x20;

    private final byte[] bytes;
    private final boolean ofRequests;
    private final List<Message> messages = new ArrayList<>();
    private final Map<String, StringBuilder> spans = new HashMap<>();
    private final List<String> fields = new ArrayList<>();
    private final List<String> trailers = new ArrayList<>();
    private final List<String> hosts = new ArrayList<>(); // by message, where one is missing
    private final List<Integer> places = new ArrayList<>();
    private String start = "";
    private boolean inBody;
    private boolean keepAlive;
    private int firstLineEnd = -1;
    private int cut;
    private String refusal = "";
    private boolean refused;

    Log(byte[] bytes, boolean ofRequests) {
      this.bytes = bytes;
      this.ofRequests = ofRequests;
      this.cut = bytes.length;
    }

    void add(String line) {
      if (line.startsWith("off=NULL finish=")) {
        refused = line.endsWith("2"); // in the middle of something
        refusal = "it is not complete";
        finish(line.endsWith("1"));
        return;
      }
      var event = EVENT.matcher(line);
      if (!event.matches()) {
        throw new IllegalStateException("what is " + line);
      }
      int offset = Integer.parseInt(event.group(1));
      switch (event.group(3).strip()) {
        case "message begin" -> begin();
        case "span" -> {
          int length = Integer.parseInt(event.group(2));
          spans
              .computeIfAbsent(event.group(4), n -> new StringBuilder())
              .append(new String(bytes, offset, length, ISO_8859_1));
        }
        case "version complete" -> firstLineEnd = offset;
        case "header_value complete" -> {
          var list = inBody ? trailers : fields;
          list.add(take("header_field"));
          list.add(take("header_value").strip());
        }
        case "headers complete method", "headers complete status" ->
            headComplete(line.substring(line.indexOf("complete") + "complete ".length()));
        case "message complete" -> finish(true);
        case "error code" -> error(line, offset);
        default -> {}
      }
    }

    private void begin() {
      finish(false);
      spans.clear();
      fields.clear();
      trailers.clear();
      start = "";
      firstLineEnd = -1;
      inBody = false;
    }

    private String take(String span) {
      var text = spans.remove(span);
      return text == null ? "" : text.toString();
    }

    private void headComplete(String head) {
      var matcher = HEAD.matcher(head);
      if (!matcher.matches()) {
        throw new IllegalStateException("what is " + head);
      }
      int minor = Math.min(Integer.parseInt(matcher.group(3)), 1);
      int flags = Integer.parseInt(matcher.group(4), 16);
      keepAlive = minor > 0 ? (flags & CLOSE) == 0 : (flags & (KEEP_ALIVE | CLOSE)) == KEEP_ALIVE;
      var version = " " + matcher.group(2) + "." + minor;
      addHost();
      if (ofRequests) {
        start = take("method") + " " + pathOf(take("url")) + version;
      } else {
        int status = Integer.parseInt(matcher.group(1));
        start = status + version;
        boolean bodiless = status < 200 || status == 204 || status == 304;
        keepAlive &= bodiless || (flags & (CHUNKED | LENGTH)) != 0;
      }
      inBody = true;
    }

    private void addHost() {
      if (!ofRequests
          || firstLineEnd < 0
          || firstLineEnd + 1 >= bytes.length
          || bytes[firstLineEnd] != '\r'
          || bytes[firstLineEnd + 1] != '\n'
          || fields.stream().anyMatch("host"::equalsIgnoreCase)) {
        return;
      }
      var absolute = ABSOLUTE.matcher(spans.getOrDefault("url", new StringBuilder()));
      var host = absolute.matches() ? absolute.group(1) : "x";
      hosts.add("Host: " + host + "\r\n");
      places.add(firstLineEnd + 2);
      fields.addAll(0, List.of("Host", host));
      firstLineEnd = -1;
    }

    private void finish(boolean ended) {
      if (inBody) {
        messages.add(
            new Message(
                start,
                List.copyOf(fields),
                take("body"),
                ended ? List.copyOf(trailers) : List.of(),
                ended,
                keepAlive));
        inBody = false;
      } else {
        addHost();
      }
    }

    private void error(String line, int offset) {
      int code = Integer.parseInt(line.replaceFirst(".*error code=(\\d+) .*", "$1"));
      if (code == 22) { // another protocol may follow
        cut = offset;
      } else if (code != 5) { // data behind the last message, which nobody reads
        refused = true;
        refusal = line.toLowerCase(Locale.ROOT);
      }
    }

    byte[] input() {
      finish(false);
      var text = new StringBuilder(new String(bytes, 0, cut, ISO_8859_1));
      for (int i = places.size() - 1; i >= 0; i--) {
        text.insert(places.get(i), hosts.get(i));
      }
      return text.toString().getBytes(ISO_8859_1);
    }

    Reading reading() {
      return new Reading(List.copyOf(messages), refused ? refusal : null);
    }
  }
}
