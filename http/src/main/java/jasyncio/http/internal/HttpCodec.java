package jasyncio.http.internal;

import jasyncio.http.Headers;
import java.nio.ByteBuffer;

/// The framing of one connection of a server: bytes become events, responses become bytes.
///
/// The one place that knows a version of HTTP. It does not wait, knows no task, and has no timer. A
/// response is written either by [#response], or by [#head], any number of [#data], and [#end].
/// What is written is kept until [#flush], or until there is much of it.
public interface HttpCodec {
  /// Takes bytes that have come, and tells of what is in them.
  ///
  /// @param data the bytes, which are not kept
  void receive(ByteBuffer data);

  /// {@return whether the head of a request has begun, and is not there as a whole}
  boolean inHead();

  /// {@return whether more of a request would be lost if the connection were closed now}
  boolean expectsMore();

  /// Has the next response say that it is the last on this connection.
  void closeAfterNext();

  /// {@return whether the connection has to be closed after the response that was begun last}
  boolean isLast();

  /// Asks the client for the body of its request.
  ///
  /// @param request the request
  void continueNow(RequestHead request);

  /// Writes a whole response.
  ///
  /// @param request what it answers
  /// @param status the status
  /// @param headers the headers, without those of framing
  /// @param body the body; left out where the request or the status wants none
  void response(RequestHead request, int status, Headers headers, byte[] body);

  /// Begins a response.
  ///
  /// @param request what it answers
  /// @param status the status
  /// @param headers the headers, without those of framing
  /// @param length how many bytes will follow, or -1 if that is not known
  void head(RequestHead request, int status, Headers headers, long length);

  /// {@return whether the response that was begun may have a body}
  boolean hasBody();

  /// {@return whether the end of the connection is all that ends the body of that response}
  boolean endsWithConnection();

  /// Goes on with a response.
  ///
  /// @param request what it answers
  /// @param data a part of the body, which is not kept
  void data(RequestHead request, ByteBuffer data);

  /// Ends a response.
  ///
  /// @param request what it answers
  /// @param trailers what comes behind the body; dropped where the framing has no place for it
  void end(RequestHead request, Headers trailers);

  /// Hands on what was written.
  void flush();

  /// {@return whether something was written that has not been handed on}
  boolean hasUnflushed();

  /// Lets go of everything.
  void close();
}
