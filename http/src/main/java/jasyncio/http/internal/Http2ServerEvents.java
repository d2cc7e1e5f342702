package jasyncio.http.internal;

/// What the codec of a server's HTTP/2 connection tells of.
public interface Http2ServerEvents extends Http2Events {
  /// {@return whether there is room for another request: else it is refused, as if it had never
  /// come}
  boolean hasRoom();

  /// A request has come.
  ///
  /// @param stream its stream
  /// @param head the head
  /// @param ended whether that was all: there is no body
  /// @return what is told of it
  Http2Stream.Events request(Http2Stream stream, RequestHead head, boolean ended);

  /// A request has come that cannot be taken.
  ///
  /// @param stream its stream
  /// @param refusal what is wrong
  /// @return what is told of it
  Http2Stream.Events refused(Http2Stream stream, Refusal refusal);
}
