package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.http.Reading.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/// What Jetty's parser makes of bytes, at its strictest.
final class JettyReader {
  static {
    // An assertion there fails instead of the refusal that it is about.
    JettyReader.class.getClassLoader().setPackageAssertionStatus("org.eclipse.jetty.http", false);
  }

  private static final int MOST_HEAD = 64 * 1024;

  private JettyReader() {}

  /// As a server reads them: no further than the first request after which it closes the
  /// connection.
  static Reading ofServer(byte[] input) {
    var events = new RequestEvents();
    return read(
        new HttpParser((HttpParser.RequestHandler) events, MOST_HEAD, HttpCompliance.STRICT),
        events,
        input);
  }

  /// As a client reads them that asks again after each response, by GET.
  static Reading ofClient(byte[] input) {
    var events = new ResponseEvents();
    return read(
        new HttpParser((HttpParser.ResponseHandler) events, MOST_HEAD, HttpCompliance.STRICT),
        events,
        input);
  }

  private static Reading read(HttpParser parser, Events events, byte[] input) {
    parser.setHeaderCacheCaseSensitive(true);
    var bytes = ByteBuffer.wrap(input);
    while (!events.isOver()) {
      int before = bytes.remaining();
      boolean told = parser.parseNext(bytes);
      if (parser.isComplete() && !events.isOver()) {
        parser.reset();
      } else if (!told && bytes.remaining() == before) {
        break;
      }
      if (!bytes.hasRemaining() && !told) {
        break;
      }
    }
    return events.reading();
  }

  /// The events, as messages.
  private abstract static class Events implements HttpParser.HttpHandler {
    private final List<Message> messages = new ArrayList<>();
    final List<String> fields = new ArrayList<>();
    private final List<String> trailers = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private String start = "";
    private int minor;
    private boolean inBody;
    private boolean keepAlive;
    private boolean closed;
    private @Nullable String refusal;

    final void start(String first, @Nullable HttpVersion version) {
      minor = version == HttpVersion.HTTP_1_0 ? 0 : 1;
      start = first + " 1." + minor;
      fields.clear();
      trailers.clear();
      body.setLength(0);
      inBody = false;
    }

    final boolean isOver() {
      return closed || refusal != null;
    }

    final Reading reading() {
      if (inBody) {
        messages.add(message(false));
      }
      return new Reading(List.copyOf(messages), refusal);
    }

    private Message message(boolean ended) {
      return new Message(
          start,
          List.copyOf(fields),
          body.toString(),
          ended ? List.copyOf(trailers) : List.of(),
          ended,
          keepAlive);
    }

    private static void add(List<String> list, HttpField field) {
      list.add(field.getName());
      list.add(field.getValue() == null ? "" : field.getValue());
    }

    /// Whether the connection can go on, as far as the headers say.
    boolean keepsAlive() {
      boolean close = false;
      boolean keep = false;
      for (int i = 0; i < fields.size(); i += 2) {
        if (fields.get(i).equalsIgnoreCase("Connection")) {
          var words =
              Arrays.stream(fields.get(i + 1).toLowerCase(Locale.ROOT).split(",", -1))
                  .map(word -> word.replaceFirst("^[ \t]+", "").replaceFirst("[ \t]*(;.*)?$", ""))
                  .toList();
          close |= words.contains("close");
          keep |= words.contains("keep-alive");
        }
      }
      return !close && (minor > 0 || keep);
    }

    @Override
    public void parsedHeader(HttpField field) {
      add(fields, field);
    }

    @Override
    public void parsedTrailer(HttpField field) {
      add(trailers, field);
    }

    @Override
    public boolean headerComplete() {
      keepAlive = keepsAlive();
      inBody = true;
      return false;
    }

    @Override
    public boolean content(ByteBuffer content) {
      body.append(ISO_8859_1.decode(content));
      return false;
    }

    @Override
    public boolean contentComplete() {
      return false;
    }

    @Override
    public boolean messageComplete() {
      if (inBody) {
        messages.add(message(true));
        inBody = false;
        closed = !keepAlive || start.startsWith("101 ");
      }
      return true;
    }

    @Override
    public void badMessage(HttpException failure) {
      refusal = failure.getCode() + " " + failure.getReason();
    }

    @Override
    public void earlyEOF() {
      refusal = "it is not complete";
    }
  }

  private static final class RequestEvents extends Events implements HttpParser.RequestHandler {
    @Override
    public void startRequest(String method, String uri, HttpVersion version) {
      start(method + " " + LlhttpCase.pathOf(uri), version);
    }
  }

  private static final class ResponseEvents extends Events implements HttpParser.ResponseHandler {
    private int status;

    @Override
    public void startResponse(HttpVersion version, int newStatus, @Nullable String reason) {
      status = newStatus;
      start(String.valueOf(status), version);
    }

    /// Not either behind a body that ends with the connection, or where a body is announced that
    /// there cannot be.
    @Override
    boolean keepsAlive() {
      boolean framed = status == 304 || status < 200;
      for (int i = 0; i < fields.size(); i += 2) {
        var name = fields.get(i);
        boolean length = name.equalsIgnoreCase("Content-Length");
        if (status == 204 && length && !fields.get(i + 1).equals("0")) {
          return false;
        }
        framed |= length || name.equalsIgnoreCase("Transfer-Encoding");
      }
      return (super.keepsAlive() && (framed || status == 204)) || status < 200;
    }
  }
}
