package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Bodies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What a [TestClient] was answered.
public final class TestResponse {
  private final int status;
  private final Headers headers;
  private final byte[] bytes;
  private final Headers trailers;
  private final @Nullable Throwable failure; // of the handler

  private TestResponse(
      int status, Headers headers, byte[] bytes, Headers trailers, @Nullable Throwable failure) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
    this.trailers = trailers;
    this.failure = failure;
  }

  static TestResponse receive(String method, Response response, Collected collected)
      throws Exception {
    var bytes = response.bytes();
    var trailers = Headers.none();
    boolean upgrades = response.streamingBody() instanceof Upgrade; // which says what to use
    if (!upgrades && !Bodies.ofResponse(method, response.status())) {
      bytes = new byte[0];
    } else if (bytes == null) {
      var out = new BodyWriter(collected);
      var body = response.streamingBody();
      if (body != null) {
        body.writeTo(out);
      }
      bytes = collected.bytes.toByteArray();
      trailers = out.trailers();
    }
    return new TestResponse(response.status(), response.headers(), bytes, trailers, null);
  }

  /// This response, with what the handler has thrown to get it, if that is why.
  TestResponse becauseOf(@Nullable Throwable newFailure) {
    return newFailure == null
        ? this
        : new TestResponse(status, headers, bytes, trailers, newFailure);
  }

  /// The body of a response.
  static final class Collected implements BodyWriter.Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean begun;

    /// Whether a client would have seen something of the response.
    boolean hasBegun() {
      return begun;
    }

    /// How many bytes have come.
    int length() {
      return bytes.size();
    }

    @Override
    public void write(ByteBuffer data) {
      begun = true;
      var piece = new byte[data.remaining()];
      data.get(piece);
      bytes.writeBytes(piece);
    }

    @Override
    public void flush() {
      begun = true;
    }
  }

  /// {@return the status}
  public int status() {
    return status;
  }

  /// {@return the headers that the handler and its middleware set}
  public Headers headers() {
    return headers;
  }

  /// {@return the first value of a header, or `null` if there is none}
  ///
  /// @param name its name
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /// {@return the body}
  public byte[] bytes() {
    return bytes;
  }

  /// {@return the body, read as UTF-8}
  public String text() {
    return new String(bytes, UTF_8);
  }

  /// {@return the body, read as JSON} As [ClientResponse#json(Class)] has it, a problem becomes
  /// nothing but a `Map`, a tree, or a type that has a `detail`.
  ///
  /// @param <T> the class
  /// @param type what to make of it, such as a record
  /// @throws AssertionError if the status is 400 or more, and the body is a problem where the class
  ///   is not made for these, or cannot be read; with the body, and with the cause of [#expect]
  /// @throws IOException if it is no JSON, or none of that class
  public <T> T json(Class<T> type) throws IOException {
    return type.cast(read(type));
  }

  /// {@return the body, read as JSON, as an object of a type with arguments}
  ///
  /// @param <T> the type
  /// @param type what to make of it
  /// @throws AssertionError as [#json(Class)]
  /// @throws IOException if it is no JSON, or none of that type
  public <T> T json(JsonType<T> type) throws IOException {
    return type.cast(read(type.type()));
  }

  private Object read(Type type) throws IOException {
    var refusal = JsonResponse.refusal(status, headers, type);
    if (!refusal.isEmpty()) {
      throw failed("status " + status + " was answered" + refusal, failure);
    }
    try {
      return JsonResponse.read("the response", bytes, type);
    } catch (HttpException e) {
      if (status < 400) {
        throw e;
      }
      throw failed(
          "status " + status + " was answered" + JsonResponse.notOf(type),
          failure == null ? e : failure);
    }
  }

  private AssertionError failed(String what, @Nullable Throwable cause) {
    return new AssertionError(what + ": " + text(), cause);
  }

  /// {@return what came behind the body}
  public Headers trailers() {
    return trailers;
  }

  /// Checks the status.
  ///
  /// @param expected what it should be
  /// @return this
  /// @throws AssertionError if it is another; with the body, and with what the handler has thrown
  ///   as its cause, if that is answered by 500 or 503
  public TestResponse expect(int expected) {
    if (status != expected) {
      throw failed("expected status " + expected + " and got " + status, failure);
    }
    return this;
  }

  /// {@return status, headers and body}
  @Override
  public String toString() {
    return status + "\n" + headers + "\n" + text();
  }
}
