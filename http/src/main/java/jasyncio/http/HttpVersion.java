package jasyncio.http;

/// A version of HTTP.
public enum HttpVersion {
  /// What old clients speak.
  HTTP_1_0("HTTP/1.0"),
  /// One request after the other.
  HTTP_1_1("HTTP/1.1"),
  /// Many requests at the same time.
  HTTP_2("HTTP/2");

  private final String text;

  HttpVersion(String text) {
    this.text = text;
  }

  /// {@return the version as the RFCs write it, such as `HTTP/1.1`}
  @Override
  public String toString() {
    return text;
  }
}
