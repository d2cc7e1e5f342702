package jasyncio.http.internal;

/// What the codec of an HTTP/2 connection tells of it, apart from its streams. Must not call
/// [Http2Codec#receive].
public interface Http2Events {
  /// The connection takes more, after it had taken nothing of any stream.
  void windowOpened();

  /// A ping was answered.
  void pingAnswered();

  /// The other side has said what it takes.
  default void settingsChanged() {}

  /// The other side takes no new streams.
  ///
  /// @param lastStream the last that it has taken; it has not looked at later ones
  /// @param code why, as in RFC 9113
  default void goneAway(int lastStream, long code) {}

  /// A stream is over: nothing more is sent, nor received.
  ///
  /// @param stream the stream
  void closed(Http2Stream stream);

  /// The connection cannot go on: the other side was told so, and nothing more will be told.
  ///
  /// @param why what is wrong, to go on a sentence such as "the response cannot be read:"
  void failed(String why);
}
