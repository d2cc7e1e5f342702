package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.ResponseHead;
import jasyncio.net.StreamReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A response whose body is read as it comes; made by [ClientRequest#open()].
///
/// ```java fragment
/// try (var response = client.get(url).open()) {
///   response.body().forEachLine(line -> IO.println(line));
/// }
/// ```
///
/// The connection is free for the next request as soon as all of the body has come. What is left
/// when the response is closed is received and dropped if it is little, and else the connection is
/// closed.
public final class StreamedResponse implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  private final ClientRequest request;
  private final URI url;
  private final ResponseHead head;
  private final ClientExchange exchange;
  private boolean whole; // it was read as that

  StreamedResponse(ClientRequest request, URI url, ResponseHead head, ClientExchange exchange) {
    this.request = request;
    this.url = url;
    this.head = head;
    this.exchange = exchange;
  }

  /// {@return where it comes from: the address of the request, or the last one that it was
  /// redirected to}
  public URI url() {
    return url;
  }

  /// {@return the version of HTTP that it came by}
  public HttpVersion version() {
    return head.version();
  }

  /// {@return the status}
  public int status() {
    return head.status();
  }

  /// {@return whether the status is from 200 to 299}
  public boolean isSuccess() {
    return status() >= 200 && status() < 300;
  }

  /// {@return the headers, as they were sent: also those of a compression that is undone in the
  /// body}
  public Headers headers() {
    return head.headers();
  }

  /// {@return the first value of a header, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String header(String name) {
    return head.headers().get(name);
  }

  /// {@return how many bytes the body has as it is sent, or -1 if that shows at its end}
  public long length() {
    return head.length();
  }

  /// {@return the body, decompressed, as a stream; the same at every call} Does not suspend;
  /// reading does. No more is taken from the server than is read, but for what a buffer holds.
  ///
  /// A body that breaks off, or exceeds a time limit, throws where it is read: an [HttpException]
  /// that says so.
  public StreamReader body() {
    return exchange.reader();
  }

  /// Reads the rest of the body. Suspends until it has come.
  ///
  /// **Cancellation** ends the waiting; what has come by then is lost.
  ///
  /// @return the bytes
  /// @throws HttpException if it is longer than [ClientRequest#maxBody], breaks off, or exceeds a
  ///   time limit
  /// @throws IOException if the connection breaks
  /// @throws IllegalStateException if it was read as a whole already
  public byte[] bytes() throws IOException {
    if (whole) {
      throw new IllegalStateException(
          "the body of "
              + url
              + " has been read already; keep what bytes() or text() gave, or use send()");
    }
    var bytes = rest();
    whole = true;
    return bytes;
  }

  private byte[] rest() throws IOException {
    long limit = request.maxBody();
    if (exchange.isLongerThan(limit)) {
      throw tooLong(limit);
    }
    var reader = body();
    var first = reader.read(BLOCK);
    if (first.length == 0 || reader.atEof()) {
      return checked(first, limit);
    }
    var all = new ByteArrayOutputStream(2 * first.length);
    for (var block = first; block.length > 0; block = reader.read(BLOCK)) {
      all.writeBytes(block);
      if (all.size() > limit) {
        throw tooLong(limit);
      }
    }
    return all.toByteArray();
  }

  private byte[] checked(byte[] bytes, long limit) throws HttpException {
    if (bytes.length > limit) {
      throw tooLong(limit);
    }
    return bytes;
  }

  private HttpException tooLong(long limit) {
    return new HttpException(
        "the body of "
            + url
            + " is longer than "
            + limit
            + " bytes; raise maxBody, or read it by open()");
  }

  /// Reads the rest of the body as text, as [#bytes()]: in the character set that `Content-Type`
  /// names, if it names one that is known, or UTF-8.
  ///
  /// @return the text
  /// @throws IOException as [#bytes()]
  public String text() throws IOException {
    return new String(bytes(), charset(headers()));
  }

  static Charset charset(Headers headers) {
    var type = headers.get("Content-Type");
    int at = type == null ? -1 : type.toLowerCase(Locale.ROOT).indexOf("charset=");
    if (type == null || at < 0) {
      return UTF_8;
    }
    var name = type.substring(at + "charset=".length()).split("[;\\s]", 2)[0].replace("\"", "");
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      return UTF_8;
    }
  }

  /// {@return what came behind the body; nothing before its end}
  public Headers trailers() {
    return exchange.trailers();
  }

  /// Reads the rest, as a response as a whole.
  ClientResponse readAll() throws IOException {
    var bytes = bytes();
    return new ClientResponse(
        request.method(), url, version(), status(), headers(), bytes, exchange.trailers());
  }

  /// Lets go of the response, and of a body of the request that is still being written. Idempotent.
  /// Does not suspend: a little rest of the body is received meanwhile.
  @Override
  public void close() {
    exchange.close();
  }

  /// Ends the connection, whatever is left.
  void abort() {
    exchange.abort();
  }

  /// {@return such as `<StreamedResponse 200 of http://example.org/>`}
  @Override
  public String toString() {
    return "<StreamedResponse " + status() + " of " + url + ">";
  }
}
