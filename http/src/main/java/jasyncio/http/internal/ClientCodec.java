package jasyncio.http.internal;

import jasyncio.http.Headers;
import java.nio.ByteBuffer;

/// The framing of one connection of a client: requests become bytes, bytes become events.
///
/// The one place that knows a version of HTTP. It does not wait, knows no task, and has no timer. A
/// request is written by [#head], any number of [#data], and [#end]; what is written is kept until
/// [#flush], or until there is much of it.
public interface ClientCodec {
  /// Begins a request, and expects its response.
  ///
  /// @param method the method
  /// @param target the target
  /// @param headers the headers, without those of framing
  /// @param length how many bytes will follow, or -1 if that is not known
  void head(String method, String target, Headers headers, long length);

  /// Goes on with a request.
  ///
  /// @param data a part of the body, which is not kept
  void data(ByteBuffer data);

  /// Ends a request.
  ///
  /// @param trailers what comes behind the body; dropped where the framing has no place for it
  void end(Headers trailers);

  /// Hands on what was written.
  void flush();

  /// {@return whether something was written that has not been handed on}
  boolean hasUnflushed();

  /// Takes bytes that have come, and tells of what is in them.
  ///
  /// @param data the bytes, which are not kept
  void receive(ByteBuffer data);

  /// The server sends no more.
  void endOfInput();

  /// {@return whether something has come behind the end of the response}
  boolean hasLeftover();

  /// Lets go of everything.
  void close();
}
