package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a handler answers; immutable: its methods give another response.
///
/// ```java fragment
/// Response.text("hi");
/// Response.json(201, note).header("Location", "/notes/7");
/// Response.empty(204);
/// Response.stream(out -> out.write("piece by piece")).type("text/plain");
/// ```
///
/// Length, encoding of the transfer, and date are added when it is sent. A request with method HEAD
/// is sent the head alone.
public final class Response {
  private static final Headers TEXT = Headers.of("Content-Type", "text/plain; charset=utf-8");
  private static final Headers HTML = Headers.of("Content-Type", "text/html; charset=utf-8");
  private static final Headers JSON = Headers.of("Content-Type", "application/json");
  private static final Headers BYTES = Headers.of("Content-Type", "application/octet-stream");
  private static final byte[] NOTHING = {};

  private final int status;
  private final Headers headers;
  private final byte @Nullable [] bytes; // or a body that is written
  private final @Nullable StreamingBody body;
  private final long length; // of that; -1: unknown
  private final boolean closes;
  private final boolean substitute; // for a file: takes no headers that are of that

  private Response(
      int status,
      Headers headers,
      byte @Nullable [] bytes,
      @Nullable StreamingBody body,
      long length,
      boolean closes,
      boolean substitute) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
    this.body = body;
    this.length = length;
    this.closes = closes;
    this.substitute = substitute;
  }

  private static Response whole(int status, Headers headers, byte[] bytes) {
    checkStatus(status);
    return new Response(status, headers, bytes, null, bytes.length, false, false);
  }

  private static void checkStatus(int status) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("a response has a status from 200 to 599, not " + status);
    }
  }

  /// {@return text, as UTF-8, with status 200}
  ///
  /// @param text the text
  public static Response text(String text) {
    return whole(200, TEXT, text.getBytes(UTF_8));
  }

  /// {@return text, as UTF-8}
  ///
  /// @param status the status
  /// @param text the text
  public static Response text(int status, String text) {
    return whole(status, TEXT, text.getBytes(UTF_8));
  }

  /// {@return a page, as UTF-8, with status 200}
  ///
  /// @param page the page
  public static Response html(String page) {
    return whole(200, HTML, page.getBytes(UTF_8));
  }

  /// {@return an object as JSON, with status 200}
  ///
  /// @param value the object
  /// @throws IllegalStateException if nothing makes JSON: see [JsonCodec]
  /// @throws IllegalArgumentException if no JSON can be made of it
  public static Response json(Object value) {
    return json(200, value);
  }

  /// {@return an object as JSON}
  ///
  /// @param status the status
  /// @param value the object
  /// @throws IllegalStateException if nothing makes JSON: see [JsonCodec]
  /// @throws IllegalArgumentException if no JSON can be made of it
  public static Response json(int status, Object value) {
    try {
      return whole(status, JSON, JsonCodec.installed().write(value));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "no JSON can be made of a " + value.getClass().getName() + ": " + e.getMessage(), e);
    }
  }

  /// {@return bytes, as `application/octet-stream`, with status 200}
  ///
  /// @param bytes the bytes, which must not change any more
  public static Response bytes(byte[] bytes) {
    return whole(200, BYTES, bytes);
  }

  /// {@return bytes of some type}
  ///
  /// @param status the status
  /// @param type the type, such as `image/png`
  /// @param bytes the bytes, which must not change any more
  public static Response of(int status, String type, byte[] bytes) {
    return whole(status, Headers.of("Content-Type", type), bytes);
  }

  /// Answers with a file, wherever it is: with the type that its name's end stands for, in parts if
  /// the client asks for some (`Range`), and not again if it has it (`ETag`, `Last-Modified`), as
  /// [StaticFiles] does. Suspends while it is looked for. It is read as it is sent.
  ///
  /// The path is the program's own, and symbolic links are followed: names that clients send are
  /// for [StaticFiles], which nothing leads out of.
  ///
  /// ```java fragment
  /// router.get("/report", rq -> Response.file(rq, Path.of("report.pdf"))
  ///     .header("Content-Disposition", "attachment; filename=\"report.pdf\""));
  /// ```
  ///
  /// Where the path leads is not looked at: one that is made of what the client has sent may lead
  /// out of any folder. [StaticFiles] lets none out of its own.
  ///
  /// Headers that the handler sets and that are of the file, such as `Content-Disposition`,
  /// `Repr-Digest` and `Cache-Control`, are left out where a problem is answered instead.
  ///
  /// @param request what is answered
  /// @param file the file
  /// @return the file, a part of it, or 304; 404 if there is none, or it is a folder
  /// @throws IOException if it cannot be read
  public static Response file(Request request, Path file) throws IOException {
    return StaticFiles.file(request, 200, file);
  }

  /// Answers with a file, as the other form does, and with a status of one's own, such as a page
  /// for what is not there. Suspends while it is looked for.
  ///
  /// With another status than 200 the file is always sent as a whole: parts and conditions
  /// (`Range`, `If-None-Match`) are of what the client asked for, and this is something else.
  ///
  /// ```java fragment
  /// router.get("/{rest…}", rq -> Response.file(rq, 404, Path.of("not-there.html")));
  /// ```
  ///
  /// Python: `FileResponse(path, status_code=404)` of Starlette.
  ///
  /// @param request what is answered
  /// @param status the status
  /// @param file the file
  /// @return the file; a problem with status 404 if there is none, or it is a folder
  /// @throws IOException if it cannot be read
  public static Response file(Request request, int status, Path file) throws IOException {
    checkStatus(status);
    return StaticFiles.file(request, status, file);
  }

  /// {@return a response without a body}
  ///
  /// @param status the status, such as 204
  public static Response empty(int status) {
    return whole(status, Headers.none(), NOTHING);
  }

  /// {@return a response that sends the client elsewhere, with status 303: by GET}
  ///
  /// @param location where to
  public static Response redirect(String location) {
    return redirect(303, location);
  }

  /// {@return a response that sends the client elsewhere}
  ///
  /// @param status 301, 302, 303, 307 or 308
  /// @param location where to
  /// @throws IllegalArgumentException if the status is another
  public static Response redirect(int status, String location) {
    switch (status) {
      case 301, 302, 303, 307, 308 -> {}
      default ->
          throw new IllegalArgumentException(
              "a redirection has the status 301, 302, 303, 307 or 308, not " + status);
    }
    return empty(status).header("Location", location);
  }

  /// {@return a response whose body is written piece by piece, as `application/octet-stream`, with
  /// status 200; see [#type] and [#status]}
  ///
  /// @param body what writes it
  public static Response stream(StreamingBody body) {
    return new Response(200, BYTES, null, Objects.requireNonNull(body, "body"), -1, false, false);
  }

  /// {@return as [#stream(StreamingBody)], with a known length}
  ///
  /// @param length how many bytes it will write
  /// @param body what writes it; if it writes more or fewer, the connection is ended
  /// @throws IllegalArgumentException if the length is negative
  public static Response stream(long length, StreamingBody body) {
    if (length < 0) {
      throw new IllegalArgumentException("the length of a body is 0 or more, not " + length);
    }
    return new Response(
        200, BYTES, null, Objects.requireNonNull(body, "body"), length, false, false);
  }

  /// {@return this response with another status}
  ///
  /// @param status the status
  public Response status(int status) {
    checkStatus(status);
    return new Response(status, headers, bytes, body, length, closes, substitute);
  }

  /// {@return this response with another type of its body}
  ///
  /// @param type the type, such as `text/css; charset=utf-8`
  public Response type(String type) {
    return header("Content-Type", type);
  }

  /// {@return this response with one value for a header, instead of those that it had}
  ///
  /// @param name the header's name; of `Connection` only the value `close` can be set, which ends
  ///   the connection after this response
  /// @param value the header's value
  /// @throws IllegalArgumentException as [Headers#of(String...)], and for what belongs to the
  ///   framing: `Content-Length`, for which there is [#stream(long, StreamingBody)], and
  ///   `Transfer-Encoding`
  public Response header(String name, String value) {
    if (isClose(name, value)) {
      return close();
    }
    var more = headers.with(name, value); // or it throws
    return isIgnored(name) ? this : with(more);
  }

  /// {@return this response with one header more}
  ///
  /// @param name the header's name
  /// @param value the header's value
  /// @throws IllegalArgumentException as [#header]
  public Response addHeader(String name, String value) {
    if (isClose(name, value)) {
      return close();
    }
    var more = headers.and(name, value); // or it throws
    return isIgnored(name) ? this : with(more);
  }

  /// {@return this response with these headers, in place of those that it has of the same names} A
  /// name may be there several times.
  ///
  /// @param more the headers
  /// @throws IllegalArgumentException as [#header]
  public Response headers(Headers more) {
    var kept = headers;
    for (int i = 0; i < more.size(); i++) {
      kept = isIgnored(more.name(i)) ? kept : kept.without(more.name(i));
    }
    var response = with(kept);
    for (int i = 0; i < more.size(); i++) {
      response = response.addHeader(more.name(i), more.value(i));
    }
    return response;
  }

  /// Whether that is the one header that is none, but says that the connection ends.
  static boolean isClose(String name, String value) {
    if (name.equalsIgnoreCase("Content-Length")) {
      throw new IllegalArgumentException(
          "the length of a response is that of its body; see Response.stream(length, body)");
    } else if (name.equalsIgnoreCase("Transfer-Encoding")) {
      throw new IllegalArgumentException("how a response is transferred is not set by headers");
    } else if (name.equalsIgnoreCase("Connection")) {
      if (value.equalsIgnoreCase("close")) {
        return true;
      }
      throw new IllegalArgumentException(
          "the only Connection that a response can set is close, not " + Tokens.visible(value));
    }
    return false;
  }

  private boolean isIgnored(String name) {
    return substitute && BodyHeaders.concerns(name);
  }

  /// This response with what another has of headers that it has not, unless they are of a body.
  Response withMissing(Headers others) {
    var response = this;
    for (int i = 0; i < others.size(); i++) {
      var name = others.name(i);
      if (!headers.contains(name) && !BodyHeaders.concerns(name)) {
        response = response.addHeader(name, others.value(i));
      }
    }
    return response;
  }

  /// This response, which stands for content that was wanted: what the handler still says of that
  /// does not go for this.
  Response asSubstitute() {
    return new Response(status, headers, bytes, body, length, closes, true);
  }

  /// This response, of which its handler says no more.
  Response finished() {
    return substitute ? new Response(status, headers, bytes, body, length, closes, false) : this;
  }

  private Response with(Headers newHeaders) {
    return new Response(status, newHeaders, bytes, body, length, closes, substitute);
  }

  /// A response after which the connection speaks another protocol.
  static Response upgrade(Headers headers, Upgrade upgrade) {
    return new Response(101, headers, null, upgrade, -1, false, false);
  }

  /// This response with headers that are of the framing, too.
  Response unchecked(Headers newHeaders) {
    return with(newHeaders);
  }

  /// This response as the last on its connection.
  Response close() {
    return new Response(status, headers, bytes, body, length, true, substitute);
  }

  /// {@return this response with a cookie}
  ///
  /// @param cookie the cookie
  public Response cookie(Cookie cookie) {
    return addHeader("Set-Cookie", cookie.toHeader());
  }

  /// {@return this response with another body, for middleware that changes bodies}
  ///
  /// @param newBody what writes it
  public Response body(StreamingBody newBody) {
    return new Response(
        status, headers, null, Objects.requireNonNull(newBody, "newBody"), -1, closes, false);
  }

  /// {@return this response with another body, for middleware that changes bodies}
  ///
  /// @param newBytes the bytes, which must not change any more
  public Response body(byte[] newBytes) {
    return new Response(status, headers, newBytes, null, newBytes.length, closes, false);
  }

  /// {@return the status}
  public int status() {
    return status;
  }

  /// {@return the headers, without those that are added when it is sent}
  public Headers headers() {
    return headers;
  }

  /// {@return the body, or `null` if it is written piece by piece: see [#streamingBody()]}
  public byte @Nullable [] bytes() {
    return bytes;
  }

  /// {@return what writes the body, or `null` if it is there as a whole: see [#bytes()]}
  public @Nullable StreamingBody streamingBody() {
    return body;
  }

  /// {@return how long the body is, in bytes; -1 if that shows at its end}
  public long length() {
    return length;
  }

  boolean closes() {
    return closes;
  }

  /// {@return such as `<Response 200 text/plain; charset=utf-8, 13 bytes>`}
  @Override
  public String toString() {
    var type = headers.get("Content-Type");
    return "<Response "
        + status
        + (type == null ? "" : " " + type)
        + (length < 0 ? "" : ", " + length + " bytes")
        + ">";
  }
}
