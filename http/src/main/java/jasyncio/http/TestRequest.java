package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;

/// A request of a [TestClient]; immutable: its methods give another one.
public final class TestRequest {
  private final TestClient client;
  private final String method;
  private final String target;
  private final boolean secure;
  private final Headers headers;
  private final byte[] body;

  TestRequest(
      TestClient client,
      String method,
      String target,
      boolean secure,
      Headers headers,
      byte[] body) {
    this.client = client;
    this.method = method;
    this.target = target;
    this.secure = secure;
    this.headers = headers;
    this.body = body;
  }

  /// {@return this request with one parameter more in its query}
  ///
  /// @param name its name; encoded here, as the value is
  /// @param value its value
  public TestRequest query(String name, Object value) {
    var longer = Urls.query(target, name, value.toString());
    return new TestRequest(client, method, longer, secure, headers, body);
  }

  /// {@return this request with one value for a header, instead of those that it had}
  ///
  /// @param name the header's name
  /// @param value the header's value
  public TestRequest header(String name, String value) {
    return new TestRequest(client, method, target, secure, headers.with(name, value), body);
  }

  /// {@return this request with one header more, beside those that it has of the same name}
  ///
  /// @param name the header's name
  /// @param value the header's value
  public TestRequest addHeader(String name, String value) {
    return new TestRequest(client, method, target, secure, headers.and(name, value), body);
  }

  /// {@return this request with these headers, in place of those that it has of the same names}
  ///
  /// @param more the headers
  public TestRequest headers(Headers more) {
    var changed = headers;
    for (int i = 0; i < more.size(); i++) {
      changed = changed.without(more.name(i));
    }
    for (int i = 0; i < more.size(); i++) {
      changed = changed.and(more.name(i), more.value(i));
    }
    return new TestRequest(client, method, target, secure, changed, body);
  }

  /// {@return this request with a body}
  ///
  /// @param type its type
  /// @param bytes the body
  public TestRequest body(String type, byte[] bytes) {
    return new TestRequest(
        client, method, target, secure, headers.with("Content-Type", type), bytes);
  }

  /// {@return this request with text as its body}
  ///
  /// @param text the text
  public TestRequest text(String text) {
    return body("text/plain; charset=utf-8", text.getBytes(UTF_8));
  }

  /// {@return this request with an object as JSON as its body}
  ///
  /// @param value the object
  /// @throws IOException if no JSON can be made of it
  public TestRequest json(Object value) throws IOException {
    return body("application/json", JsonCodec.installed().write(value));
  }

  /// {@return this request with the fields of a form as its body}
  ///
  /// @param namesAndValues name, value, name, value, …
  /// @throws IllegalArgumentException if the last name has no value
  public TestRequest form(String... namesAndValues) {
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

  /// Has the handler answer, in this task. Suspends while it does, and until all of the body was
  /// written. What the handler throws becomes a response.
  ///
  /// **Cancellation** cancels the handler, as that of a client that leaves does.
  ///
  /// @return the response
  /// @throws HttpException if the body of the response throws when a part of it has been sent: it
  ///   breaks off; what it has thrown is the cause
  /// @throws IllegalStateException if the response is a WebSocket: see [TestClient#webSocket]
  /// @throws Exception never otherwise
  public TestResponse send() throws Exception {
    return client.send(method, target, secure, headers, body);
  }
}
