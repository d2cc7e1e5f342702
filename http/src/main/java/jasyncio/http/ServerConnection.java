package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import jasyncio.sync.Event;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A client of a server: what is the same in every version of HTTP.
abstract class ServerConnection implements Protocol, Request.Exchange, TimeLimits.Watched {
  /* Overview
   *   open -> finishing   finish(), after the last response, or when nothing more is expected: no request is taken any more
   *   finishing -> lost   what was written is sent. If the client may still be sending, its end is waited for, and what comes
   *                       is dropped: the answer to that would be a reset, which may overtake the response
   *   any -> lost         connectionLost()
   */
  private static final int MOST_LINGERING = 1024 * 1024; // bytes

  final HttpServer server;
  final EventLoop loop;
  final HttpOptions options;
  final TimeLimits limits;
  private final boolean tooMany; // connections: this one is told so
  private final @Nullable ProxyHeader proxied; // what a proxy says about it
  private @Nullable Transport transport;
  private boolean finishing;
  private boolean lingering;
  private long dropped; // bytes, while lingering
  private boolean lost;
  private boolean aborted; // by this side
  private boolean writingPaused;
  private @Nullable WaitList draining;
  private long written; // bytes, but for files

  ServerConnection(HttpServer server, boolean tooMany, @Nullable ProxyHeader proxied) {
    this.server = server;
    this.loop = server.getLoop();
    this.options = server.options();
    this.tooMany = tooMany;
    this.proxied = proxied;
    this.limits = new TimeLimits(loop, options, this);
  }

  final Transport transport() {
    return Objects.requireNonNull(transport);
  }

  final boolean isTooMany() {
    return tooMany;
  }

  final @Nullable ProxyHeader proxied() {
    return proxied;
  }

  final boolean isFinishing() {
    return finishing;
  }

  /// Whether it is another protocol's now, which looks after its own limits.
  boolean isUpgraded() {
    return false;
  }

  final boolean isLost() {
    return lost;
  }

  /// Whether nothing gets to the client any more, as far as is known.
  boolean isGone() {
    return lost || (transport != null && transport.isClosing());
  }

  /// Whether it is this side that has ended the connection, in whatever state it was.
  final boolean isAborted() {
    return aborted;
  }

  final boolean isShuttingDown() {
    return server.isShuttingDown();
  }

  static IOException gone() {
    return new ClientGoneException("the client has gone");
  }

  /// What the server answers.
  final Response answer(Request request) {
    server.requests++;
    return tooMany ? busy() : Answers.answer(server.handler(), request, loop);
  }

  private static Response busy() {
    return HttpProblem.of(503, "There are too many connections; try again later.")
        .header("Retry-After", "10")
        .toResponse()
        .close();
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
    server.connected(this);
  }

  @Override
  public final void dataReceived(byte[] data) {
    dataReceived(ByteBuffer.wrap(data));
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    if (!finishing) {
      received(data);
      return;
    }
    dropped += data.remaining();
    data.position(data.limit());
    if (lingering && dropped > MOST_LINGERING) {
      abort();
    }
  }

  abstract void received(ByteBuffer data);

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    lost = true;
    finishing = true;
    limits.stop();
    wakeDraining();
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Ends the connection once what was written is sent.
  ///
  /// @param sending whether the client may still be sending
  final void finish(boolean sending) {
    if (finishing) {
      return;
    }
    finishing = true;
    limits.awaitNothing();
    var to = transport();
    if (sending && to.canWriteEof()) {
      lingering = true;
      to.writeEof();
      to.resumeReading();
      limits.awaitEnd();
    } else {
      to.close();
    }
    if (to.getWriteBufferSize() > 0) {
      limits.awaitTaking();
    }
  }

  /// The server takes no more requests.
  abstract void shutDown();

  /// Cancels what answers.
  abstract void cancel(String reason);

  @Override
  public final void abort() {
    if (transport != null) {
      aborted = aborted || !isGone();
      transport.abort();
    }
  }

  @Override
  public long taken() {
    return written - transport().getWriteBufferSize();
  }

  @Override
  public int unsent() {
    return transport().getWriteBufferSize();
  }

  // ---- writing ----------------------------------------------------------------------------------

  final void write(ByteBuffer bytes) {
    written += bytes.remaining();
    if (!transport().isClosing()) { // else connectionLost is about to come
      transport().write(bytes);
    }
  }

  /// Waits while the client does not take what was written. Suspends.
  final void awaitTaking() {
    while (isWritingPaused() && !isLost()) {
      if (draining == null) {
        draining =
            new WaitList(
                this,
                () ->
                    new WaitInfo(
                        WaitInfo.Kind.IO, remoteAddress() + " to take more of the response"));
      }
      var place = draining.enter();
      try {
        place.await();
      } finally {
        place.leave();
      }
    }
  }

  private void wakeDraining() {
    if (draining != null) {
      draining.wakeAll();
    }
  }

  final boolean isWritingPaused() {
    return writingPaused;
  }

  @Override
  public void pauseWriting() {
    writingPaused = true;
    if (!isUpgraded()) {
      limits.awaitTaking();
    }
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    if (!finishing) { // else the rest has to be taken, too
      limits.taken();
    }
    wakeDraining();
  }

  // ---- for requests -----------------------------------------------------------------------------

  @Override
  public final EventLoop loop() {
    return loop;
  }

  @Override
  public final void failed(Throwable e) {
    server.failed(e);
  }

  @Override
  public final @Nullable OpenFiles openFiles() {
    return server.files.isUseful() ? server.files : null;
  }

  @Override
  public final Event shuttingDown() {
    return server.shuttingDown();
  }

  @Override
  public final @Nullable SocketAddress remoteAddress() {
    return proxied != null && proxied.source() != null
        ? proxied.source()
        : transport().getExtraInfo(ExtraInfo.PEERNAME);
  }

  @Override
  public final boolean isSecure() {
    return isTls() || (proxied != null && proxied.secure());
  }

  /// Whether the connection itself is under TLS.
  final boolean isTls() {
    return transport().getExtraInfo(ExtraInfo.SSL_CONTEXT) != null;
  }

  @Override
  public String toString() {
    return "<Connection of " + (transport == null ? "nobody" : remoteAddress()) + ">";
  }
}
