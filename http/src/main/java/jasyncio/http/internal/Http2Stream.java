package jasyncio.http.internal;

import io.netty.handler.codec.http2.Http2Error;
import jasyncio.http.Headers;
import org.jspecify.annotations.Nullable;

/// A request and its response, on a connection of many. Made by a codec, which alone touches what
/// is in it.
public final class Http2Stream {
  /// What is told of a stream. Must not call [Http2Codec#receive].
  public interface Events {
    /// A part of the body has come.
    ///
    /// @param data the part, which belongs to the receiver
    void data(byte[] data);

    /// The body has ended.
    ///
    /// @param trailers what came behind it
    void ended(Headers trailers);

    /// The trailers cannot be taken.
    ///
    /// @param refusal what is wrong
    void refused(Refusal refusal);

    /// The stream has ended before its time: the other side says so, or has broken a rule.
    ///
    /// @param code why, as in RFC 9113
    void reset(long code);

    /// The stream has ended before its time, as the other side has broken a rule.
    ///
    /// @param error which, as in RFC 9113
    /// @param why what is wrong, to go on a sentence such as "the response cannot be read:"
    default void broken(Http2Error error, String why) {
      reset(error.code());
    }

    /// The other side takes more of it.
    void windowOpened();

    /// A response with a status below 200 has come: another one follows.
    ///
    /// @param head the head
    default void informational(ResponseHead head) {}

    /// The head of the response has come.
    ///
    /// @param head the head
    /// @param ended whether that was all: there is no body
    default void response(ResponseHead head, boolean ended) {}
  }

  final int id;
  @Nullable Events events;
  boolean localEnded; // this side has sent its last frame
  boolean remoteEnded; // the other one
  boolean closed; // both, or it was reset

  // what may be sent
  int sendWindow;

  // what may be received
  int receiveWindow; // what the other side may still send
  int mostReceived; // what that is at most
  int unreturned; // bytes that have come, and for which it was not told to send others
  int held; // of these, what nobody reads for now: the connection is not told, either
  boolean paused; // it is not told for now
  long left = -1; // of the body, as its head says; -1: it does not
  boolean headRead; // what comes is the body
  int informational; // responses before it
  String method = "GET"; // that is asked by, in a client

  Http2Stream(int id, int sendWindow, int receiveWindow) {
    this.id = id;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.mostReceived = receiveWindow;
  }

  /// {@return its number}
  public int id() {
    return id;
  }

  /// {@return whether nothing more is sent, nor received}
  public boolean isClosed() {
    return closed;
  }

  /// {@return what is told of it, or `null` as long as there is nothing}
  public @Nullable Events owner() {
    return events;
  }

  @Override
  public String toString() {
    return "<stream " + id + ">";
  }
}
