package jasyncio.http.internal;

import jasyncio.http.Headers;

/// What the codec of a client tells of. Must not call [ClientCodec#receive].
public interface ClientEvents {
  /// A response with a status below 200 has come: another one follows, unless it is 101.
  ///
  /// @param head the head
  void informational(ResponseHead head);

  /// The head of the response has come.
  ///
  /// @param head the head
  /// @param ended whether that was all: there is no body
  void response(ResponseHead head, boolean ended);

  /// A part of the body has come.
  ///
  /// @param data the part, which belongs to the receiver
  void data(byte[] data);

  /// The body has ended.
  ///
  /// @param trailers what came behind it
  void end(Headers trailers);

  /// What has come is not what it should be. Nothing more will be told.
  ///
  /// @param why what is wrong, to go on a sentence such as "the response cannot be read:"
  void unreadable(String why);
}
