package jasyncio.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What an exchange of a client is sent on, and what it comes from: in HTTP/1.1 a whole connection,
/// in HTTP/2 one stream of a connection.
///
/// An exchange that is over must not disturb the next: methods that may be called late say who
/// calls.
interface ClientStream {
  /// Begins a request.
  ///
  /// @param length how many bytes will follow, or -1 if that is not known
  void head(String method, String target, Headers headers, long length);

  /// Writes all of a body, if that can be done at once. Whether it was.
  boolean dataAtOnce(ByteBuffer data);

  /// Writes a part of a body. Suspends while the server does not take it.
  void data(ClientExchange which, ByteBuffer data) throws IOException;

  /// Ends a request. Suspends if something of the body is left, as its writer was cancelled.
  void endBody(Headers trailers) throws IOException;

  /// Hands on what was written.
  void flush();

  /// Hands on what was written, and waits while the server does not take it. Suspends.
  void drain(ClientExchange which) throws IOException;

  /// The exchange is over before its end.
  void giveUp(ClientExchange which);

  /// Only a little rest is still received, for a short time.
  void drainUntil(double when);

  /// Nothing more is to come for now.
  void pauseReading(ClientExchange which);

  /// More may come.
  void resumeReading(ClientExchange which);

  /// Wakes who waits to write more of an exchange that is over.
  void wakeWriters();
}
