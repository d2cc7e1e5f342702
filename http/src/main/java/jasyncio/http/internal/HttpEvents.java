package jasyncio.http.internal;

import jasyncio.http.Headers;

/// What a codec tells of. Must not call [HttpCodec#receive].
public interface HttpEvents {
  /// The head of a request has come.
  ///
  /// @param head the head
  /// @param ended whether that was all: there is no body
  void request(RequestHead head, boolean ended);

  /// A part of the body has come.
  ///
  /// @param stream the request's
  /// @param data the part, which belongs to the receiver
  void data(int stream, byte[] data);

  /// The body has ended.
  ///
  /// @param stream the request's
  /// @param trailers what came behind it
  void end(int stream, Headers trailers);

  /// What has come is not what it should be. Nothing more will be told.
  ///
  /// @param refusal what is wrong
  void refused(Refusal refusal);
}
