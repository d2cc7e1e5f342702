package jasyncio.http.internal;

import io.netty.handler.codec.http2.Http2Headers;
import jasyncio.http.Headers;
import jasyncio.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a block of headers says, once Netty has taken it apart: RFC 9113, section 8.
///
/// Netty has looked at names, at the order of pseudo-headers, and for what belongs to connections.
/// Here is the rest: what a request needs, and what two programs might read differently.
final class Http2Heads {
  private static final int FIELD = 4; // bytes of HTTP/1.1 around a name and a value

  /// Why a head breaks the rules: its stream is reset, or its connection ended.
  @SuppressWarnings("serial") // never serialized
  static final class Malformed extends Exception {
    Malformed(String why) {
      super(why, null, false, false);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }

  private Http2Heads() {}

  // ---- requests ---------------------------------------------------------------------------------

  /// The head of a request.
  ///
  /// @throws Refusal if this server does not take it
  /// @throws Malformed if nobody would
  static RequestHead request(int stream, Http2Headers fields, boolean ended, HttpLimits limits)
      throws Refusal, Malformed {
    @Nullable String method = null;
    @Nullable String scheme = null;
    @Nullable String path = null;
    @Nullable String authority = null;
    @Nullable String host = null;
    @Nullable StringBuilder cookies = null;
    int cookiesAt = -1;
    int bytes = 0;
    int count = 0;
    var rest = new ArrayList<String>(2 * fields.size() + 2);
    for (var field : fields) {
      var name = field.getKey().toString();
      var value = field.getValue().toString();
      switch (name) {
        case ":method" -> method = once(name, method, value);
        case ":scheme" -> scheme = once(name, scheme, value);
        case ":path" -> path = once(name, path, value);
        case ":authority" -> authority = once(name, authority, value);
        case ":protocol", ":status" -> throw new Malformed("a request has no " + name);
        default -> {
          bytes += name.length() + value.length() + FIELD;
          count++;
          if (name.equals("host")) {
            host = once(name, host, value);
          } else if (name.equals("cookie")) { // which clients may send in crumbs
            if (cookies == null) {
              cookies = new StringBuilder(value);
              cookiesAt = rest.size() + 1;
              rest.add(name);
              rest.add(value);
            } else {
              cookies.append("; ").append(value);
            }
          } else {
            rest.add(name);
            rest.add(value);
          }
        }
      }
    }
    if (cookies != null) {
      rest.set(cookiesAt, cookies.toString());
    }
    checkSizes(path, bytes, count, limits);
    if (method == null || !Tokens.isToken(method)) {
      throw new Malformed("the method is missing, or none");
    }
    var server = authorityOf(authority, host);
    rest.addFirst(server);
    rest.addFirst("host");
    var headers = headersOf(rest);
    if (method.equals("CONNECT")) {
      if (scheme != null || path != null) {
        throw new Malformed("CONNECT has neither scheme nor path");
      }
      throw new Refusal(501, "This server is no proxy.");
    }
    if (scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new Malformed("the scheme is missing, or neither http nor https");
    }
    return new RequestHead(
        stream,
        HttpVersion.HTTP_2,
        method,
        targetOf(method, path),
        server,
        headers,
        lengthOf(headers, ended),
        true,
        Http1Codec.expectsContinue(headers) && !ended);
  }

  private static String once(String name, @Nullable String before, String value) throws Malformed {
    if (before != null) {
      throw new Malformed("there is more than one " + name);
    }
    return value;
  }

  private static void checkSizes(@Nullable String path, int bytes, int count, HttpLimits limits)
      throws Refusal {
    if (path != null && path.length() > limits.requestLine()) {
      throw new Refusal(414, "The target is longer than " + limits.requestLine() + " bytes.");
    }
    if (bytes > limits.headerBytes()) {
      throw new Refusal(431, "The headers are longer than " + limits.headerBytes() + " bytes.");
    }
    if (count > limits.headerCount()) {
      throw new Refusal(431, "There are more than " + limits.headerCount() + " headers.");
    }
  }

  private static String authorityOf(@Nullable String authority, @Nullable String host)
      throws Malformed {
    if (authority != null && host != null && !authority.equalsIgnoreCase(host)) {
      throw new Malformed("the host is another than the authority");
    }
    var server = authority != null ? authority : host;
    if (server == null || server.isEmpty()) {
      throw new Malformed("the authority is missing");
    }
    for (int i = 0; i < server.length(); i++) {
      char c = server.charAt(i);
      if (c <= ' ' || c >= 127 || "/?#@\\,\"<>^`{|}".indexOf(c) >= 0) {
        throw new Malformed("the authority is no host");
      }
    }
    if (!Tokens.isHostAndPort(server)) {
      throw new Malformed("the authority is not a host, and perhaps a colon and a port");
    }
    return server;
  }

  private static String targetOf(String method, @Nullable String path) throws Malformed {
    if (path == null) {
      throw new Malformed("the path is missing");
    } else if (path.equals("*") && method.equals("OPTIONS")) {
      return path;
    } else if (!path.startsWith("/")) {
      throw new Malformed("the path does not begin with a slash");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= ' ' || c >= 127 || c == '#') {
        throw new Malformed("the path does not consist of visible ASCII characters");
      }
    }
    return path;
  }

  /// How long the body is to be, or -1.
  private static long lengthOf(Headers headers, boolean ended) throws Malformed {
    var lengths = headers.all("content-length");
    if (lengths.isEmpty()) {
      return ended ? 0 : -1;
    }
    long length = numberOf(lengths);
    if (ended && length > 0) {
      throw new Malformed("there is a content-length and no body");
    }
    return length;
  }

  private static long numberOf(List<String> lengths) throws Malformed {
    var text = lengths.getFirst();
    if (lengths.size() > 1
        || text.isEmpty()
        || text.length() > 18
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new Malformed("content-length is no number, or more than one");
    }
    return Long.parseLong(text);
  }

  // ---- responses --------------------------------------------------------------------------------

  /// The head of a response.
  ///
  /// @param method what it answers
  /// @throws Malformed if it breaks the rules
  static ResponseHead response(String method, Http2Headers fields, boolean ended, HttpLimits limits)
      throws Malformed {
    int status = -1;
    int bytes = 0;
    var rest = new ArrayList<String>(2 * fields.size());
    for (var field : fields) {
      var name = field.getKey().toString();
      var value = field.getValue().toString();
      if (name.equals(":status")) {
        if (status >= 0 || value.length() != 3 || !isStatus(value)) {
          throw new Malformed("its status is not one number of three digits");
        }
        status = Integer.parseInt(value);
      } else if (name.startsWith(":")) {
        throw new Malformed("a response has no " + name);
      } else {
        bytes += name.length() + value.length() + FIELD;
        rest.add(name);
        rest.add(value);
      }
    }
    if (status < 0) {
      throw new Malformed("it has no status");
    } else if (bytes > limits.headerBytes()) {
      throw new Malformed("its head is longer than " + limits.headerBytes() + " bytes");
    }
    var headers = headersOf(rest);
    boolean bodiless = !Bodies.ofResponse(method, status);
    var lengths = headers.all("content-length");
    long length = bodiless || lengths.isEmpty() ? -1 : numberOf(lengths);
    if (ended && length > 0) {
      throw new Malformed("there is a content-length and no body");
    }
    return new ResponseHead(
        HttpVersion.HTTP_2, status, headers, bodiless || ended ? 0 : length, true);
  }

  private static boolean isStatus(String text) {
    return text.charAt(0) != '0' && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  // ---- both -------------------------------------------------------------------------------------

  /// What comes behind a body.
  ///
  /// @throws Refusal if it is too much
  /// @throws Malformed if it breaks the rules
  static Headers trailers(Http2Headers fields, HttpLimits limits) throws Refusal, Malformed {
    int bytes = 0;
    var rest = new ArrayList<String>(2 * fields.size());
    for (var field : fields) {
      var name = field.getKey().toString();
      var value = field.getValue().toString();
      if (name.startsWith(":")) {
        throw new Malformed("trailers have no " + name);
      }
      bytes += name.length() + value.length() + FIELD;
      rest.add(name);
      rest.add(value);
    }
    checkSizes(null, bytes, fields.size(), limits);
    return headersOf(rest);
  }

  private static Headers headersOf(List<String> fields) throws Malformed {
    for (int i = 1; i < fields.size(); i += 2) {
      var value = fields.get(i);
      if (!value.equals(value.strip())) {
        throw new Malformed("a header begins or ends with a blank");
      }
    }
    try {
      return Headers.of(fields.toArray(new String[0]));
    } catch (IllegalArgumentException e) {
      throw new Malformed(String.valueOf(e.getMessage()));
    }
  }
}
