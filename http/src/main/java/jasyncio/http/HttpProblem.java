package jasyncio.http;

import jasyncio.http.internal.JsonText;
import jasyncio.http.internal.Statuses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An error as its client is told of it: RFC 9457, `application/problem+json`. Thrown by a handler
/// it becomes the response.
///
/// ```java fragment
/// throw HttpProblem.of(404, "There is no note 7.").with("note", 7);
/// ```
///
/// ```json
/// {"title":"Not Found","status":404,"detail":"There is no note 7.","note":7}
/// ```
public final class HttpProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient int status;
  private final transient String title;
  private final transient @Nullable String detail;
  private final transient @Nullable String type;
  private final transient Map<String, Object> members;
  private final transient Headers headers;

  private HttpProblem(
      int status,
      String title,
      @Nullable String detail,
      @Nullable String type,
      Map<String, Object> members,
      Headers headers,
      @Nullable Throwable cause) {
    super(detail == null ? status + " " + title : status + " " + title + ": " + detail, cause);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.type = type;
    this.members = members;
    this.headers = headers;
  }

  /// {@return a problem of which the client is told the status alone}
  ///
  /// @param status the status, from 400 to 599
  public static HttpProblem of(int status) {
    return make(status, null);
  }

  /// {@return a problem}
  ///
  /// @param status the status, from 400 to 599
  /// @param detail a sentence for the client: what was wrong this time, and what to do
  public static HttpProblem of(int status, String detail) {
    return make(status, detail);
  }

  private static HttpProblem make(int status, @Nullable String detail) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("a problem has a status from 400 to 599, not " + status);
    }
    return new HttpProblem(
        status, Statuses.reason(status), detail, null, Map.of(), Headers.none(), null);
  }

  /// {@return this problem with another title}
  ///
  /// @param title what problems of this type have in common
  public HttpProblem title(String title) {
    return new HttpProblem(status, title, detail, type, members, headers, getCause());
  }

  /// {@return this problem with a type}
  ///
  /// @param type a URI that names it, and may lead to its documentation
  public HttpProblem type(String type) {
    return new HttpProblem(status, title, detail, type, members, headers, getCause());
  }

  /// {@return this problem with one member more}
  ///
  /// ```java fragment
  /// throw HttpProblem.of(422).with("errors", List.of(Map.of("field", "text", "why", "is empty")));
  /// ```
  ///
  /// @param name its name
  /// @param value text, a number, a boolean, a map or a list of such, or anything else as text
  /// @throws IllegalArgumentException if every problem has that member: `type`, `title`, `status`
  ///   and `detail` are said by the methods of that name, and by [#of(int, String)]
  public HttpProblem with(String name, Object value) {
    if (List.of("type", "title", "status", "detail").contains(name)) {
      throw new IllegalArgumentException(
          "with() adds members; say the "
              + name
              + " of a problem by of(status, detail), type() or title()");
    }
    var more = new LinkedHashMap<>(members);
    more.put(name, value);
    return new HttpProblem(status, title, detail, type, more, headers, getCause());
  }

  /// {@return this problem with one value for a header of its response, instead of those that it
  /// had}
  ///
  /// @param name the header's name
  /// @param value the header's value
  public HttpProblem header(String name, String value) {
    return headers(headers.with(name, value));
  }

  /// {@return this problem with one header more in its response, such as a second
  /// `WWW-Authenticate`}
  ///
  /// @param name the header's name
  /// @param value the header's value
  public HttpProblem addHeader(String name, String value) {
    return headers(headers.and(name, value));
  }

  private HttpProblem headers(Headers newHeaders) {
    return new HttpProblem(status, title, detail, type, members, newHeaders, getCause());
  }

  /// {@return this problem with a cause, of which the client is not told}
  ///
  /// @param cause the cause
  public HttpProblem causedBy(Throwable cause) {
    return new HttpProblem(status, title, detail, type, members, headers, cause);
  }

  /// {@return the status}
  public int status() {
    return status;
  }

  /// {@return what the client is told, or `null` for nothing but the status}
  public @Nullable String detail() {
    return detail;
  }

  /// {@return the response that tells of it}
  public Response toResponse() {
    var json = new JsonText();
    if (type != null) {
      json.member("type", type);
    }
    json.member("title", title).member("status", status);
    if (detail != null) {
      json.member("detail", detail);
    }
    members.forEach(json::member);
    return Response.of(status, "application/problem+json", json.toBytes()).headers(headers);
  }
}
