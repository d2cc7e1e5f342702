package jasyncio.http.internal;

/// Which messages have a body, in every version of HTTP: RFC 9110, section 6.4.1.
public final class Bodies {
  private Bodies() {}

  /// {@return whether a response has a body, which may be empty}
  ///
  /// @param method what it answers
  /// @param status its status
  public static boolean ofResponse(String method, int status) {
    return ofResponse(status) && !method.equals("HEAD");
  }

  /// Whether responses of a status have a body, unless they are to `HEAD`.
  static boolean ofResponse(int status) {
    return status >= 200 && status != 204 && status != 304;
  }

  /// Whether a request without a body says so, as others of its method have one.
  static boolean areExpectedOf(String method) {
    return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
  }
}
