package jasyncio.http;

/// What writes the body of a response, piece by piece, in the task of its handler.
///
/// ```java fragment
/// Response.stream(out -> {
///   for (var row : rows) {
///     out.write(row + "\n"); // waits while the client is slow
///   }
/// });
/// ```
@FunctionalInterface
public interface StreamingBody {
  /// Writes the body; when it returns the body is complete. Called once. May suspend.
  ///
  /// The head of the response goes out with what is written first, at [BodyWriter#flush()], or half
  /// a second after this was called.
  ///
  /// @param out where to write
  /// @throws Exception before the head was sent what is answered instead, as if the handler had
  ///   thrown it. Later what ends the connection in the middle of the response, so that the client
  ///   does not take the part for the whole; what was written goes out before, and it is reported
  ///   to the loop's exception handler
  void writeTo(BodyWriter out) throws Exception;
}
