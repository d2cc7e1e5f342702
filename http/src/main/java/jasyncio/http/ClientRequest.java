package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Tokens;
import jasyncio.net.StreamReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A request of an [HttpClient]; immutable: its methods give another one. It is sent by [#send()],
/// which reads all of the response, or by [#open()], which gives the body as it comes.
///
/// ```java fragment
/// var item = client.post("https://example.org/items").json(new Item("tea")).timeout(5).send();
/// ```
public final class ClientRequest {
  private final HttpClient client;
  private final String method;
  private URI url;
  private Headers headers = Headers.none();
  private byte @Nullable [] bytes;
  private @Nullable StreamingBody stream;
  private long length; // of the body
  private @Nullable Duration timeout;
  private @Nullable Duration readTimeout;
  private boolean ownReadTimeout;
  private int maxRedirects;
  private long maxBody;
  private boolean expectContinue;

  ClientRequest(HttpClient client, String method, URI url) {
    if (!Tokens.isToken(method) || method.equals("CONNECT")) {
      throw new IllegalArgumentException(
          "a method is a word such as GET, other than CONNECT, and not '"
              + Tokens.visible(method)
              + "'");
    }
    var options = client.options();
    this.client = client;
    this.method = method;
    this.url = url;
    this.timeout = options.timeout();
    this.readTimeout = options.readTimeout();
    this.maxRedirects = options.maxRedirects();
    this.maxBody = options.maxBody();
  }

  private ClientRequest(ClientRequest other) {
    client = other.client;
    method = other.method;
    url = other.url;
    headers = other.headers;
    bytes = other.bytes;
    stream = other.stream;
    length = other.length;
    timeout = other.timeout;
    readTimeout = other.readTimeout;
    ownReadTimeout = other.ownReadTimeout;
    maxRedirects = other.maxRedirects;
    maxBody = other.maxBody;
    expectContinue = other.expectContinue;
  }

  private ClientRequest with(Consumer<ClientRequest> change) {
    var changed = new ClientRequest(this);
    change.accept(changed);
    return changed;
  }

  // ---- the head ---------------------------------------------------------------------------------

  /// {@return this request with one parameter more in its query}
  ///
  /// @param name its name; encoded here, as the value is
  /// @param value its value
  public ClientRequest query(String name, Object value) {
    return with(r -> r.url = Urls.query(r.url, name, value.toString()));
  }

  /// {@return this request with one value for a header, instead of those that it had}
  ///
  /// @param name the header's name
  /// @param value the header's value
  /// @throws IllegalArgumentException as [Headers#of(String...)], and for what belongs to the
  ///   framing: `Content-Length`, `Transfer-Encoding`, `Connection`, `Upgrade`, `TE` and `Expect`
  public ClientRequest header(String name, String value) {
    checkHeader(name);
    return with(r -> r.headers = r.headers.with(name, value));
  }

  /// {@return this request with one header more}
  ///
  /// @param name the header's name
  /// @param value the header's value
  /// @throws IllegalArgumentException as [#header]
  public ClientRequest addHeader(String name, String value) {
    checkHeader(name);
    return with(r -> r.headers = r.headers.and(name, value));
  }

  /// {@return this request with these headers, in place of those that it has of the same names} A
  /// name may be there several times.
  ///
  /// @param more the headers
  /// @throws IllegalArgumentException as [#header]
  public ClientRequest headers(Headers more) {
    var changed = headers;
    for (int i = 0; i < more.size(); i++) {
      checkHeader(more.name(i));
      changed = changed.without(more.name(i));
    }
    for (int i = 0; i < more.size(); i++) {
      changed = changed.and(more.name(i), more.value(i));
    }
    var all = changed;
    return with(r -> r.headers = all);
  }

  static void checkHeader(String name) {
    switch (name.toLowerCase(Locale.ROOT)) {
      case "content-length" ->
          throw new IllegalArgumentException(
              "the length of a request is that of its body; see body(type, length, body)");
      case "transfer-encoding", "connection", "upgrade", "te", "keep-alive" ->
          throw new IllegalArgumentException(
              "how a request is transferred is not set by headers, as by " + name);
      case "expect" -> throw new IllegalArgumentException("use expectContinue()");
      default -> {}
    }
  }

  /// {@return this request with a user and a password, as `Authorization: Basic`}
  ///
  /// @param user the user, without a colon
  /// @param password the password
  /// @throws IllegalArgumentException if the user has a colon
  public ClientRequest basicAuth(String user, String password) {
    return header("Authorization", ClientProxy.basic(user, password));
  }

  /// {@return this request with a token, as `Authorization: Bearer`}
  ///
  /// @param token the token
  public ClientRequest bearer(String token) {
    return header("Authorization", "Bearer " + token);
  }

  // ---- the body ---------------------------------------------------------------------------------

  /// {@return this request with a body}
  ///
  /// @param type its type
  /// @param content the body, which must not change any more
  public ClientRequest body(String type, byte[] content) {
    Objects.requireNonNull(content, "content");
    return header("Content-Type", type)
        .with(r -> {
          r.bytes = content;
          r.stream = null;
          r.length = content.length;
        });
  }

  /// {@return this request with a body that is written piece by piece, in a task of its own, while
  /// the response may come already} It is written once: such a request is not repeated, and a
  /// redirection that wants the body again is an error.
  ///
  /// @param type its type
  /// @param content what writes it
  public ClientRequest body(String type, StreamingBody content) {
    return body(type, content, -1);
  }

  /// {@return as [#body(String, StreamingBody)], with a known length}
  ///
  /// @param type its type
  /// @param contentLength how many bytes it will write; more or fewer are an error
  /// @param content what writes it
  /// @throws IllegalArgumentException if the length is negative
  public ClientRequest body(String type, long contentLength, StreamingBody content) {
    if (contentLength < 0) {
      throw new IllegalArgumentException("the length of a body is 0 or more, not " + contentLength);
    }
    return body(type, content, contentLength);
  }

  /// {@return as [#body(String, StreamingBody)], with everything that a reader gives}
  ///
  /// @param type its type
  /// @param content the reader; no more is read than the server takes
  public ClientRequest body(String type, StreamReader content) {
    Objects.requireNonNull(content, "content");
    return body(type, out -> out.writeAll(content));
  }

  private ClientRequest body(String type, StreamingBody content, long contentLength) {
    Objects.requireNonNull(content, "content");
    return header("Content-Type", type)
        .with(r -> {
          r.bytes = null;
          r.stream = content;
          r.length = contentLength;
        });
  }

  /// {@return this request with text as its body, as UTF-8}
  ///
  /// @param text the text
  public ClientRequest text(String text) {
    return body("text/plain; charset=utf-8", text.getBytes(UTF_8));
  }

  /// {@return this request with an object as JSON as its body}
  ///
  /// @param value the object
  /// @throws IllegalStateException if nothing makes JSON: see [JsonCodec]
  /// @throws IllegalArgumentException if no JSON can be made of it
  public ClientRequest json(Object value) {
    try {
      return body("application/json", JsonCodec.installed().write(value));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "no JSON can be made of a " + value.getClass().getName() + ": " + e.getMessage(), e);
    }
  }

  /// {@return this request with the fields of a form as its body}
  ///
  /// @param namesAndValues name, value, name, value, …
  /// @throws IllegalArgumentException if the last name has no value
  public ClientRequest form(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("the fields of a form come in pairs of name and value");
    }
    var text = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      text.append(i == 0 ? "" : "&")
          .append(URLEncoder.encode(namesAndValues[i], UTF_8))
          .append('=')
          .append(URLEncoder.encode(namesAndValues[i + 1], UTF_8));
    }
    return body("application/x-www-form-urlencoded", text.toString().getBytes(UTF_8));
  }

  /// {@return this request with a form with files as its body} If any of its parts is a file or
  /// written piece by piece, such a body is written once, as that of [#body(String,
  /// StreamingBody)].
  ///
  /// @param form the form
  public ClientRequest multipart(MultipartForm form) {
    var content = form.bytes();
    return content == null
        ? body(form.type(), form::writeTo, form.length())
        : body(form.type(), content);
  }

  /// {@return this request, asking the server whether it wants the body before that is sent
  /// (`Expect: 100-continue`)} If there is no answer for a second, it is sent.
  public ClientRequest expectContinue() {
    return with(r -> r.expectContinue = true);
  }

  // ---- limits -----------------------------------------------------------------------------------

  /// {@return this request with a time limit for all of it: the wait for a connection, connecting,
  /// redirections, and the response up to the end of its body}
  ///
  /// @param seconds the limit, in seconds
  /// @throws IllegalArgumentException unless it is positive
  public ClientRequest timeout(double seconds) {
    if (!(seconds > 0)) {
      throw new IllegalArgumentException("timeout must be positive, got " + seconds);
    }
    return timeout(Duration.ofNanos((long) Math.min(seconds * 1e9, Long.MAX_VALUE)));
  }

  /// {@return as [#timeout(double)]}
  ///
  /// @param limit the limit, or `null` for none
  /// @throws IllegalArgumentException unless it is positive
  public ClientRequest timeout(@Nullable Duration limit) {
    Checks.positive("timeout", limit);
    return with(r -> r.timeout = limit);
  }

  /// {@return this request with another limit for silence, see [ClientOptions#readTimeout]}
  ///
  /// @param limit the limit, or `null` for none
  /// @throws IllegalArgumentException unless it is positive
  public ClientRequest readTimeout(@Nullable Duration limit) {
    Checks.positive("readTimeout", limit);
    return with(r -> {
      r.readTimeout = limit;
      r.ownReadTimeout = true;
    });
  }

  /// {@return this request with another limit of redirections, see [ClientOptions#maxRedirects]}
  ///
  /// @param count how many are followed; 0 for none
  /// @throws IllegalArgumentException if it is negative
  public ClientRequest maxRedirects(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("maxRedirects must not be negative, got " + count);
    }
    return with(r -> r.maxRedirects = count);
  }

  /// {@return this request with another limit of a body that is read as a whole, see
  /// [ClientOptions#maxBody]}
  ///
  /// @param limit how long it may be, in bytes, decompressed
  /// @throws IllegalArgumentException if it is negative, or 2 GiB or more
  public ClientRequest maxBody(long limit) {
    ClientOptions.checkBody(limit);
    return with(r -> r.maxBody = limit);
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends the request, and reads all of the response. Suspends until it is there; the connection
  /// is free again then.
  ///
  /// **Cancellation** ends it; the connection is closed unless all of the response has come.
  ///
  /// @return the response, whatever its status
  /// @throws HttpTimeoutException if a time limit is exceeded
  /// @throws HttpException if the response cannot be read, is too long, or redirects too often
  /// @throws IOException if the server cannot be connected to, or the connection breaks
  public ClientResponse send() throws IOException {
    return client.send(this);
  }

  /// Sends the request, and waits for the head of the response. Suspends until that is there.
  ///
  /// **Cancellation** ends it; the connection is closed.
  ///
  /// @return the response, whose body can be read as it comes; to be closed
  /// @throws HttpTimeoutException if a time limit is exceeded
  /// @throws HttpException if the response cannot be read, or redirects too often
  /// @throws IOException if the server cannot be connected to, or the connection breaks
  public StreamedResponse open() throws IOException {
    return client.open(this);
  }

  /// Sends the request for a stream of events (`text/event-stream`). Does not suspend: that happens
  /// when the first event is asked for.
  ///
  /// @return the events; to be closed
  public EventSource events() {
    return new EventSource(this);
  }

  // ---- asking -----------------------------------------------------------------------------------

  /// {@return the method}
  public String method() {
    return method;
  }

  /// {@return the address}
  public URI url() {
    return url;
  }

  /// {@return the headers that were set}
  public Headers headers() {
    return headers;
  }

  byte @Nullable [] bytes() {
    return bytes;
  }

  @Nullable StreamingBody stream() {
    return stream;
  }

  long length() {
    return length;
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  @Nullable Duration readTimeout() {
    return readTimeout;
  }

  boolean isOfClosedClient() {
    return client.isClosed();
  }

  boolean hasOwnReadTimeout() {
    return ownReadTimeout;
  }

  int maxRedirects() {
    return maxRedirects;
  }

  long maxBody() {
    return maxBody;
  }

  boolean expectsContinue() {
    return expectContinue;
  }

  /// {@return such as `<ClientRequest GET http://example.org/>`}
  @Override
  public String toString() {
    return "<ClientRequest " + method + " " + url + ">";
  }
}
