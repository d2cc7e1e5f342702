package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Action;
import jasyncio.EventLoop;
import jasyncio.http.internal.Paths;
import jasyncio.http.internal.RequestHead;
import jasyncio.net.StreamReader;
import jasyncio.sync.Event;
import java.io.IOException;
import java.lang.reflect.Type;
import java.net.SocketAddress;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a client asks for.
///
/// The body is read on demand: [#bytes()], [#text()], [#json], [#form()] wait for all of it,
/// [#body()] gives it as it comes, and no more is taken from the client than is read. A body that
/// nobody reads is dropped. For the handler and its tasks; not to be kept beyond the response.
public final class Request {
  private static final String[] NO_VALUES = {};

  /// What a request is part of.
  interface Exchange {
    Event shuttingDown();

    EventLoop loop();

    @Nullable SocketAddress remoteAddress();

    boolean isSecure();

    /// Whether the system can send a file on it.
    default boolean canSendFiles() {
      return false;
    }

    /// An error of the program was reported, of which the client is told nothing.
    default void failed(Throwable e) {}

    /// Where files are kept that were sent, if they are.
    default @Nullable OpenFiles openFiles() {
      return null;
    }
  }

  /// What became of a request.
  ///
  /// @param status the status that was sent; if none was, 499 or 444: see [AccessLog.Entry]
  /// @param bytes how many bytes of body were sent
  /// @param complete whether all of the response was handed to the network
  record Outcome(int status, long bytes, boolean complete) {}

  /// How a proxy has seen the client; `null` is what it does not say.
  private record Seen(
      @Nullable SocketAddress remote, @Nullable Boolean secure, @Nullable String host) {}

  private final RequestHead head;
  private final @Nullable RequestBody body; // null: there is none
  private final Exchange exchange;
  private boolean streamed; // the body, by body(),
  private boolean multipart; // or by multipart()
  private @Nullable String path; // decoded
  private @Nullable Parameters query;
  private List<String> names = List.of(); // of the parts of the path that the route names
  private String[] values = NO_VALUES;
  private int routed; // how much of the path led here
  private @Nullable Seen seen; // what trusted proxies say
  private Headers own = Headers.none(); // of its response, whatever that is
  private @Nullable List<Action<?>> after;
  private @Nullable List<Consumer<? super Outcome>> watchers;

  Request(RequestHead head, @Nullable RequestBody body, Exchange exchange) {
    this.head = head;
    this.body = body;
    this.exchange = exchange;
  }

  // ---- the head ---------------------------------------------------------------------------------

  /// {@return the method, such as `GET`}
  public String method() {
    return head.method();
  }

  /// {@return the target as it was sent, with the query: `/notes/a%20b?full=1`}
  public String target() {
    return head.target();
  }

  /// {@return the path, decoded and without the query: `/notes/a b`}
  ///
  /// A slash that was sent as `%2F` cannot be told from others here; a [Router] can.
  ///
  /// @throws HttpProblem 400 if it cannot be decoded
  public String path() {
    if (path == null) {
      path = decode(rawPath());
    }
    return path;
  }

  /// {@return a part of the path that the [Router]'s pattern names, decoded}
  ///
  /// @param name the name, `id` of `/notes/{id}`
  /// @throws IllegalArgumentException if the pattern has no such name
  public String path(String name) {
    int i = names.lastIndexOf(name);
    if (i < 0) {
      throw new IllegalArgumentException(
          "the route of this request names no part of its path '"
              + name
              + "'; it names "
              + (names.isEmpty() ? "none" : names));
    }
    return values[i];
  }

  static String decode(String text) {
    try {
      return Paths.decode(text);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.of(400, String.valueOf(e.getMessage()));
    }
  }

  /// {@return the parameters of the query}
  ///
  /// @throws HttpProblem 400 if they cannot be decoded
  public Parameters query() {
    if (query == null) {
      int mark = target().indexOf('?');
      query = Parameters.parse(mark < 0 ? "" : target().substring(mark + 1));
    }
    return query;
  }

  /// {@return the first value of a parameter of the query, or `null` if there is none}
  ///
  /// @param name its name
  /// @throws HttpProblem 400 if the query cannot be decoded
  public @Nullable String query(String name) {
    return query().get(name);
  }

  /// {@return the version of HTTP that it came by}
  public HttpVersion version() {
    return head.version();
  }

  /// {@return the headers}
  public Headers headers() {
    return head.headers();
  }

  /// {@return the first value of a header, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String header(String name) {
    return head.headers().get(name);
  }

  /// Reads a header that is one item of a structured field (RFC 9651).
  ///
  /// ```java fragment
  /// boolean wants = rq.headerItem("Want-Summary") instanceof Item(Flag(var yes), _) && yes;
  /// ```
  ///
  /// @param name the header's name
  /// @return the item, or `null` if there is no such header
  /// @throws HttpProblem 400 if it is malformed
  public StructuredField.@Nullable Item headerItem(String name) {
    return headers().contains(name) ? structured(name, StructuredField::parseItem) : null;
  }

  /// Reads a header that is a list of a structured field.
  ///
  /// @param name the header's name
  /// @return what is in the list; empty if there is no such header
  /// @throws HttpProblem 400 if it is malformed
  public List<StructuredField.Member> headerList(String name) {
    return structured(name, StructuredField::parseList);
  }

  /// Reads a header that is a dictionary of a structured field. A member that is not there, or is
  /// of another kind, does not match, so that a default goes at the end:
  ///
  /// ```java fragment
  /// long urgency =
  ///     rq.headerDictionary("Priority").get("u") instanceof Item(Whole(var u), _) ? u : 3;
  /// ```
  ///
  /// @param name the header's name
  /// @return what is in it by name, in order; empty if there is no such header
  /// @throws HttpProblem 400 if it is malformed
  public Map<String, StructuredField.Member> headerDictionary(String name) {
    return structured(name, StructuredField::parseDictionary);
  }

  private <T> T structured(String name, Function<List<String>, T> parse) {
    try {
      return parse.apply(headers().all(name));
    } catch (IllegalArgumentException e) {
      throw HttpProblem.of(400, "The header " + name + " cannot be read: " + e.getMessage() + ".")
          .causedBy(e);
    }
  }

  /// {@return the host, and perhaps port, that the request is for, as the client says; empty if an
  /// HTTP/1.0 client says nothing}
  public String host() {
    return (seen != null && seen.host() != null) ? seen.host() : head.authority();
  }

  /// {@return the value of a cookie, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String cookie(String name) {
    return cookies().get(name);
  }

  /// {@return the cookies by name; of several with one name the first}
  public Map<String, String> cookies() {
    var cookies = new LinkedHashMap<String, String>();
    for (var header : headers().all("Cookie")) {
      for (var pair : header.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          var value = pair.substring(equals + 1).strip();
          if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            value = value.substring(1, value.length() - 1);
          }
          cookies.putIfAbsent(pair.substring(0, equals).strip(), value);
        }
      }
    }
    return cookies;
  }

  /// {@return the address of the client: of the other side of the connection, unless a proxy that
  /// is trusted has told another one, see [Forwarded] and [HttpOptions#proxyProtocol]; `null` in
  /// tests, and if such a proxy does not tell}
  public @Nullable SocketAddress remoteAddress() {
    return seen == null ? exchange.remoteAddress() : seen.remote();
  }

  /// {@return whether it came over TLS; as a proxy says, if one is trusted}
  public boolean isSecure() {
    return (seen != null && seen.secure() != null) ? seen.secure() : exchange.isSecure();
  }

  /// A trusted proxy has told of the client; `null` is what it does not say.
  void forwarded(@Nullable SocketAddress remote, @Nullable Boolean secure, @Nullable String host) {
    seen = new Seen(remote, secure, host);
  }

  // ---- the body ---------------------------------------------------------------------------------

  /// Sets how long the body may be, for this request. Without effect on what was read before.
  ///
  /// ```java fragment
  /// router.post("/pictures", rq -> store(rq.bodyLimit(50_000_000).body()));
  /// ```
  ///
  /// @param bytes how long; [HttpOptions#maxBody()] by default
  /// @return this
  /// @throws IllegalArgumentException if that is negative
  public Request bodyLimit(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("the limit of a body is 0 or more, not " + bytes);
    }
    if (body != null) {
      body.limit(bytes);
    }
    return this;
  }

  /// {@return the body as a stream; the same at every call} A client that waits to be asked for it
  /// (`Expect: 100-continue`) is asked. Does not suspend; reading does. What is read too late for
  /// the body's limit, or its least rate, throws an [HttpProblem]. After [#bytes()] it is all of
  /// the body once more.
  ///
  /// @throws HttpProblem 413 if the body is longer than the limit
  /// @throws IOException if the client has gone, or waits to be asked, and it is too late for that,
  ///   as the response has begun
  /// @throws IllegalStateException if [#multipart()] reads it
  public StreamReader body() throws IOException {
    if (multipart) {
      throw alreadyRead();
    }
    return stream();
  }

  private IllegalStateException alreadyRead() {
    return new IllegalStateException(
        "the body has been read already, or is being read, by "
            + (multipart ? "multipart()" : "body()")
            + "; it comes once");
  }

  private StreamReader stream() throws IOException {
    streamed = true;
    if (body == null) {
      var empty = new StreamReader(1, exchange.loop());
      empty.feedEof();
      return empty;
    }
    return body.reader();
  }

  /// Reads all of the body. Suspends until it has come.
  ///
  /// **Cancellation** ends the waiting; nothing is lost.
  ///
  /// @return the body; the same at every call
  /// @throws HttpProblem 413 if it is longer than the limit, 408 if it comes too slowly
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if [#body()] or [#multipart()] reads it
  public byte[] bytes() throws IOException {
    return body == null ? new byte[0] : body.readAll();
  }

  /// Reads all of the body, as [#bytes()], with another limit.
  ///
  /// @param limit how long it may be, in bytes
  /// @return the body
  /// @throws HttpProblem 413 if it is longer, 408 if it comes too slowly
  /// @throws IOException if the client has gone
  public byte[] bytes(int limit) throws IOException {
    return bodyLimit(limit).bytes();
  }

  /// Reads all of the body, as [#bytes()], as text: in the character set that `Content-Type` names,
  /// or UTF-8.
  ///
  /// @return the text
  /// @throws HttpProblem as [#bytes()], and 415 if there is no such character set
  /// @throws IOException if the client has gone
  public String text() throws IOException {
    var charset = charset();
    return new String(bytes(), charset);
  }

  private Charset charset() {
    var type = header("Content-Type");
    int at = type == null ? -1 : type.toLowerCase(Locale.ROOT).indexOf("charset=");
    if (type == null || at < 0) {
      return UTF_8;
    }
    var name = type.substring(at + "charset=".length()).split("[;\\s]", 2)[0].replace("\"", "");
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw HttpProblem.of(415, "The character set of the body is not known; use UTF-8.");
    }
  }

  /// Reads all of the body, as [#bytes()], as the fields of a form.
  ///
  /// @return the fields
  /// @throws HttpProblem as [#bytes()]; 415 if it is no `application/x-www-form-urlencoded`, and
  ///   400 if it cannot be decoded
  /// @throws IOException if the client has gone
  public Parameters form() throws IOException {
    if (!mediaType().equals("application/x-www-form-urlencoded")) {
      throw HttpProblem.of(
          415, "The body of this request has to be application/x-www-form-urlencoded.");
    }
    return Parameters.parse(text());
  }

  /// Begins to read the body as a form with files. Does not suspend; going on to its parts does.
  ///
  /// @return the form's parts, as they come
  /// @throws HttpProblem 415 if it is no `multipart/form-data`, 413 if it is too long
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if the body is read already, by this method or [#body()]
  public Multipart multipart() throws IOException {
    var boundary = Multipart.boundaryOf(this);
    if (streamed) {
      throw alreadyRead();
    }
    multipart = true;
    return new Multipart(stream(), boundary);
  }

  /// Reads all of the body, as [#bytes()], as JSON.
  ///
  /// @param <T> the class
  /// @param type what to make of it, such as a record
  /// @return the object
  /// @throws HttpProblem as [#bytes()]; 415 if the body does not call itself JSON, and 400 if it is
  ///   none, or none of that class
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if nothing reads JSON: see [JsonCodec]
  public <T> T json(Class<T> type) throws IOException {
    return type.cast(json((Type) type));
  }

  /// Reads all of the body, as [#json(Class)], as an object of a type that is no class, such as a
  /// list of records.
  ///
  /// @param type the type
  /// @return the object
  /// @throws HttpProblem as [#json(Class)]
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if nothing reads JSON: see [JsonCodec]
  public Object json(Type type) throws IOException {
    var media = mediaType();
    if (!media.equals("application/json") && !media.endsWith("+json")) {
      throw HttpProblem.of(
          415, "The body of this request has to be JSON: Content-Type: application/json.");
    }
    return parsed(bytes(), type);
  }

  private static Object parsed(byte[] json, Type type) {
    if (json.length == 0) {
      throw HttpProblem.of(400, "The body is empty; JSON is expected.");
    }
    Object value;
    try {
      value = JsonCodec.installed().read(json, type);
    } catch (IOException e) {
      throw HttpProblem.of(400, "The body is not the JSON that is expected: " + e.getMessage())
          .causedBy(e);
    }
    if (value == null) { // which JSON has, and records do not
      throw HttpProblem.of(400, "The body is not the JSON that is expected: it is null.");
    }
    return value;
  }

  /// Reads all of the body, as [#json(Class)], as an object of a type with arguments.
  ///
  /// ```java fragment
  /// var notes = rq.json(new JsonType<List<Note>>() {});
  /// ```
  ///
  /// @param <T> the type
  /// @param type what to make of it
  /// @return the object
  /// @throws HttpProblem as [#json(Class)]
  /// @throws IOException if the client has gone
  /// @throws IllegalStateException if nothing reads JSON: see [JsonCodec]
  public <T> T json(JsonType<T> type) throws IOException {
    return type.cast(json(type.type()));
  }

  private String mediaType() {
    var type = header("Content-Type");
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /// {@return what came behind the body; nothing before the body was read}
  public Headers trailers() {
    return body == null ? Headers.none() : body.trailers();
  }

  // ---- around the handler -----------------------------------------------------------------------

  /// {@return what is set when the server begins to shut down: for handlers and bodies that go on
  /// for long, and can end in a better way than by their cancellation, which comes after
  /// [HttpOptions#grace()]}
  public Event shuttingDown() {
    return exchange.shuttingDown();
  }

  /// Sets a header of the response, whatever that is going to be: also the 500 for an exception
  /// that no middleware catches, or the 503 of a shutdown. For middleware; a response that has a
  /// header of that name by itself keeps its own.
  ///
  /// ```java fragment
  /// app.with((rq, next) -> next.handle(rq.responseHeader("X-Request-Id", newId())));
  /// ```
  ///
  /// @param name the header's name
  /// @param value the header's value
  /// @return this
  /// @throws IllegalArgumentException as [Response#header]
  public Request responseHeader(String name, String value) {
    var _ = Response.isClose(name, value); // or it throws
    own = own.with(name, value);
    return this;
  }

  /// A response with the headers that every response to this request has.
  Response withOwnHeaders(Response response) {
    var complete = response;
    for (int i = 0; i < own.size(); i++) {
      if (!response.headers().contains(own.name(i))) {
        complete = complete.header(own.name(i), own.value(i));
      }
    }
    return complete;
  }

  /// Has something run once the response was sent, in a task of its own: the client does not wait
  /// for it, and the connection goes on. What it throws is reported to the loop's exception
  /// handler. A shutdown waits for it like for a handler. What it needs of the body is read before
  /// the response: afterwards a body that has not come as a whole is dropped, and reading it throws
  /// an [IOException].
  ///
  /// @param action what to run
  public void afterResponse(Action<?> action) {
    if (after == null) {
      after = new ArrayList<>(1);
    }
    after.add(action);
  }

  List<Action<?>> after() {
    return after == null ? List.of() : after;
  }

  /// Has something told when the response was sent, or is not going to be.
  void whenAnswered(Consumer<? super Outcome> watcher) {
    if (watchers == null) {
      watchers = new ArrayList<>(1);
    }
    watchers.add(watcher);
  }

  void answered(int status, long bytes, boolean complete) {
    if (watchers != null) {
      var outcome = new Outcome(status, bytes, complete);
      for (var watcher : watchers) {
        try {
          watcher.accept(outcome);
        } catch (RuntimeException e) {
          Answers.report("Unhandled exception in what watches ", this, e, exchange.loop());
        }
      }
      watchers = null;
    }
  }

  EventLoop loop() {
    return exchange.loop();
  }

  void failed(Throwable e) {
    exchange.failed(e);
  }

  boolean canSendFiles() {
    return exchange.canSendFiles();
  }

  @Nullable OpenFiles openFiles() {
    return exchange.openFiles();
  }

  RequestHead head() {
    return head;
  }

  @Nullable RequestBody requestBody() {
    return body;
  }

  // ---- for routers ------------------------------------------------------------------------------

  /// The path as it was sent.
  private String rawPath() {
    var target = head.target();
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  /// What of the path, as it was sent, no router has looked at yet.
  String unrouted() {
    var raw = rawPath();
    return routed == 0 ? raw : routed == raw.length() ? "/" : raw.substring(routed);
  }

  int routed() {
    return routed;
  }

  void routed(int length) {
    routed = length;
  }

  void parts(List<String> newNames, String[] newValues) {
    names = newNames;
    values = newValues;
  }

  /// {@return such as `<Request GET /notes?full=1>`}
  @Override
  public String toString() {
    return "<Request " + head.method() + " " + head.target() + ">";
  }
}
