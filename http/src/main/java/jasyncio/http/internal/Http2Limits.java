package jasyncio.http.internal;

/// What the other side of an HTTP/2 connection may do.
///
/// @param heads how long heads may be
/// @param streams how many may be open at the same time
/// @param streamWindow how many bytes of a body may come that nobody has asked for
/// @param readingWindow how many of a body that is read
/// @param connectionWindow how many of all bodies together
public record Http2Limits(
    HttpLimits heads, int streams, int streamWindow, int readingWindow, int connectionWindow) {

  /// All headers of a head, as HTTP/2 counts them: 32 bytes more for each. This much is taken in;
  /// what is too long for the limits above is found out then.
  int listSize() {
    return heads.requestLine() + heads.headerBytes() + 32 * (heads.headerCount() + PSEUDO_HEADERS);
  }

  private static final int PSEUDO_HEADERS = 4;
}
