package jasyncio.http;

import java.io.IOException;
import java.lang.reflect.Type;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// What an [HttpClient] was answered, as a whole; immutable. Nothing here suspends.
public final class ClientResponse {
  private static final int SHOWN = 200; // characters of a body in a message

  private final String method;
  private final URI url;
  private final HttpVersion version;
  private final int status;
  private final Headers headers;
  private final byte[] bytes;
  private final Headers trailers;

  ClientResponse(
      String method,
      URI url,
      HttpVersion version,
      int status,
      Headers headers,
      byte[] bytes,
      Headers trailers) {
    this.version = version;
    this.method = method;
    this.url = url;
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
    this.trailers = trailers;
  }

  /// {@return where it comes from: the address of the request, or the last one that it was
  /// redirected to}
  public URI url() {
    return url;
  }

  /// {@return the version of HTTP that it came by}
  public HttpVersion version() {
    return version;
  }

  /// {@return the status}
  public int status() {
    return status;
  }

  /// {@return whether the status is from 200 to 299}
  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /// Checks the status. Python: `raise_for_status`.
  ///
  /// @return this
  /// @throws StatusException unless the status is from 200 to 299
  public ClientResponse requireSuccess() throws StatusException {
    if (isSuccess()) {
      return this;
    }
    throw failure();
  }

  /// That the status is no success.
  StatusException failure() {
    return failed("", null);
  }

  private StatusException failed(String why, @Nullable Throwable cause) {
    var shown = text();
    var end = shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown;
    var error =
        new StatusException(
            method
                + " "
                + url
                + " was answered "
                + status
                + why
                + (end.isEmpty() ? "" : ": " + end),
            this);
    if (cause != null) { // else a test may have one to say
      error.initCause(cause);
    }
    return error;
  }

  /// {@return the headers, as they were sent: also those of a compression that is undone in the
  /// body}
  public Headers headers() {
    return headers;
  }

  /// {@return the first value of a header, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /// {@return the body, decompressed}
  public byte[] bytes() {
    return bytes;
  }

  /// {@return the body as text, in the character set that `Content-Type` names, if it names one
  /// that is known, or UTF-8}
  public String text() {
    return new String(bytes, StreamedResponse.charset(headers));
  }

  /// {@return the body, read as JSON} Members that a record does not have are left out, and those
  /// that are not there are `null`, as Jackson 3 has it.
  ///
  /// So a problem, `application/problem+json` with a status from 400 on, would become a record of
  /// nulls where another answer was expected; therefore it becomes nothing but a `Map`, an
  /// `Object`, a tree such as Jackson's `JsonNode`, or a type that has a `detail`, as problems
  /// have:
  ///
  /// ```java fragment
  /// record Problem(String title, int status, String detail) {}
  /// ```
  ///
  /// Other errors in JSON are read whatever their status is. Python: `httpx.Response.json`, which
  /// gives a dictionary, where one sees what is missing.
  ///
  /// @param <T> the class
  /// @param type what to make of it, such as a record
  /// @throws StatusException if it is a problem, and the class is not made for these; or as below,
  ///   if the status is no success
  /// @throws IOException if it is no JSON, or none of that class
  /// @throws IllegalStateException if nothing reads JSON: see [JsonCodec]
  public <T> T json(Class<T> type) throws IOException {
    return type.cast(json((Type) type));
  }

  /// {@return the body, read as JSON, as an object of a type that is no class, such as a list of
  /// records}
  ///
  /// @param type the type
  /// @throws StatusException as [#json(Class)]
  /// @throws IOException if it is no JSON, or none of that type
  /// @throws IllegalStateException if nothing reads JSON: see [JsonCodec]
  public Object json(Type type) throws IOException {
    var refusal = JsonResponse.refusal(status, headers, type);
    if (!refusal.isEmpty()) {
      throw failed(refusal, null);
    }
    try {
      return JsonResponse.read("the response of " + url, bytes, type);
    } catch (HttpException e) {
      throw isSuccess() ? e : failed(JsonResponse.notOf(type), e);
    }
  }

  /// {@return the body, read as JSON, as an object of a type with arguments}
  ///
  /// ```java fragment
  /// var notes = response.json(new JsonType<List<Note>>() {});
  /// ```
  ///
  /// @param <T> the type
  /// @param type what to make of it
  /// @throws StatusException as [#json(Class)]
  /// @throws IOException if it is no JSON, or none of that type
  /// @throws IllegalStateException if nothing reads JSON: see [JsonCodec]
  public <T> T json(JsonType<T> type) throws IOException {
    return type.cast(json(type.type()));
  }

  /// {@return what came behind the body}
  public Headers trailers() {
    return trailers;
  }

  /// {@return such as `<ClientResponse 200 of http://example.org/, 1256 bytes>`}
  @Override
  public String toString() {
    return "<ClientResponse " + status + " of " + url + ", " + bytes.length + " bytes>";
  }
}
