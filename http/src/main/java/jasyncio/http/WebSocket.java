package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.WebSocketCodec;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connection over which both sides send messages whenever they want: RFC 6455.
///
/// On a server [Router#webSocket] makes them; a client connects by itself:
///
/// ```java fragment
/// try (var ws = WebSocket.connect(URI.create("wss://example.org/chat"))) {
///   ws.send("hello");
///   for (var message : ws) {
///     print(message.text());
///   }
/// }
/// ```
///
/// Iteration takes messages as they come, and ends when the socket is closed in the regular way:
/// with code 1000 or 1001, or 1005, which stands for a close without a code. Any other end, such as
/// 1006 for a connection that was lost, throws what [#receive()] throws, so that a part is not
/// taken for the whole. On a server it also ends when the server begins to shut down; what is sent
/// then still goes out. Pings are answered, and sent to see whether the other side is there,
/// without anything to be done.
///
/// Any number of tasks of its loop may send, and receive: each message goes to one of them.
///
/// Python: the library `websockets`, and `aiohttp.ClientWebSocketResponse`.
public final class WebSocket implements AutoCloseable, Iterable<WebSocketMessage> {
  /* Overview
   * Everything but waiting happens in callbacks of the transport and of timers; there is no task.
   *
   *   closeSent       close(), an error, or the answer to the other side's close: nothing is sent any more
   *   closeReceived   nothing comes any more
   *   lost            the transport has gone
   * All of them, in whatever order, are the end of receiving and of sending; `lost` is what close() waits for. The server
   * closes the transport when both sides have closed; a client waits for that. A timer makes sure of it.
   *
   * A server tells the client that it agrees (`agree`) when the handler first sends or wants something, or after a while:
   * what it throws before is the answer to the client's request, and there was no socket: refuse().
   *
   * A server's handler is cancelled when it cannot have seen the end: see leave().
   */
  private static final int MANY = 16; // messages, or
  private static final int MUCH = 64 * 1024; // bytes that wait before no more is read
  private static final int SLICE = 4 * 1024; // bytes of compressed messages that are taken at once
  private static final double LINGER = 2; // seconds for who has broken the rules to read why
  private static final int LONGEST_REASON = 123; // bytes
  private static final int LOST = 1006;
  private static final int OPEN = -1;

  private final EventLoop loop;
  private final Transport transport;
  private final WebSocketOptions options;
  private final @Nullable Request request; // of a server's
  private final @Nullable String subprotocol;
  private final boolean compressed;
  private final WebSocketCodec codec;

  private final ArrayDeque<WebSocketMessage> queue = new ArrayDeque<>(2);
  private int queued; // bytes
  private boolean readingPaused;
  private @Nullable ByteBuffer rest; // of what has come, when reading was paused
  private final WaitList receivers;
  private final WaitList senders;
  private final WaitList closers;
  private final WaitList pings;
  private boolean writingPaused;
  private long written; // bytes
  private long takenBefore; // of them, when it was looked at last
  private @Nullable TimerHandle taking;
  private byte @Nullable [] pong; // to be sent when there is room

  private @Nullable LocalConnector connector; // of a test

  private @Nullable Runnable agree; // null: that was done
  private @Nullable TimerHandle agreeing;

  private boolean closeSent;
  private boolean closeReceived;
  private boolean goingAway;
  private boolean lost;
  private int code = OPEN;
  private String reason = "";

  private long pingsSent;
  private long pingsAnswered;
  private boolean received; // since the last ping
  private @Nullable TimerHandle pinging;
  private @Nullable TimerHandle closing;

  private @Nullable Task<?> handler; // to be cancelled if it does not see the end
  private @Nullable TimerHandle leaving;
  private boolean active; // it has taken something since that was looked at

  WebSocket(
      EventLoop loop,
      Transport transport,
      WebSocketOptions options,
      @Nullable Request request,
      @Nullable String subprotocol,
      @Nullable WebSocketExtension compression) {
    this.loop = loop;
    this.transport = transport;
    this.options = options;
    this.request = request;
    this.subprotocol = subprotocol;
    this.compressed = compression != null;
    this.codec =
        new WebSocketCodec(
            request == null, options.maxMessage(), compression, new Received(), this::write);
    this.receivers = new WaitList(this, () -> info("a message from "));
    this.senders = receivers.sibling(() -> info("room to send to "));
    this.closers = receivers.sibling(() -> info("the close of "));
    this.pings = receivers.sibling(() -> info("a pong from "));
    schedulePing();
  }

  private WaitInfo info(String what) {
    return new WaitInfo(WaitInfo.Kind.IO, what + remoteAddress());
  }

  // ---- making -----------------------------------------------------------------------------------

  /// Connects as [#connect(URI, WebSocketOptions)] with [WebSocketOptions#defaults()].
  ///
  /// @param uri where to
  /// @return the socket, open
  /// @throws WebSocketHandshakeException if the server does not agree
  /// @throws IOException if it cannot be reached
  public static WebSocket connect(URI uri) throws IOException {
    return connect(uri, WebSocketOptions.defaults());
  }

  /// Connects to a server. Suspends until it has agreed, [WebSocketOptions#openTime()] at most.
  /// Redirects are not followed.
  ///
  /// **Cancellation** closes what was opened.
  ///
  /// @param uri where to: `ws://host:port/path?query`, or `wss` for TLS
  /// @param options how
  /// @return the socket, open; to be closed
  /// @throws IllegalArgumentException if the URI is none of that kind
  /// @throws WebSocketHandshakeException if the server does not agree
  /// @throws IOException if it cannot be reached, or takes too long
  public static WebSocket connect(URI uri, WebSocketOptions options) throws IOException {
    return new WebSocketClient(uri, options).connect();
  }

  /// {@return the response that makes a WebSocket of a request, or says why that cannot be} What
  /// [Router#webSocket] does, for other handlers: a WebSocket behind a decision, say.
  ///
  /// Refused are: what does not ask for a WebSocket, 426; another version than 13, 426; a wrong
  /// key, 400; an origin that is not allowed, 403.
  ///
  /// @param request the request
  /// @param options how
  /// @param handler what talks with the client, in the task that answers the request
  public static Response accept(
      Request request, WebSocketOptions options, WebSocketHandler handler) {
    return WebSocketServer.accept(request, options, Objects.requireNonNull(handler, "handler"));
  }

  /// Tells the client later that it has its socket.
  void agreeLater(Runnable action) {
    agree = action;
    agreeing = loop.callLater(ServerExchange.HELD_BACK, this::agreeNow);
  }

  private void agreeNow() {
    var action = agree;
    if (action != null) {
      forgetAgreeing();
      action.run();
    }
  }

  private void forgetAgreeing() {
    agree = null;
    if (agreeing != null) {
      agreeing.cancel();
      agreeing = null;
    }
  }

  /// Whether there is, or was, a socket as far as the client knows.
  boolean hasAgreed() {
    return agree == null;
  }

  /// The client is answered something else: there is no socket.
  void refuse() {
    forgetAgreeing();
    vanish();
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// Takes the next message. Suspends until there is one.
  ///
  /// **Cancellation** loses no message.
  ///
  /// @return the message
  /// @throws WebSocketClosedException if the socket has ended, or the server shuts down, and all
  ///   that came before was taken
  public WebSocketMessage receive() throws WebSocketClosedException {
    var message = next();
    if (message == null) {
      throw hasEnded() ? closed() : new WebSocketClosedException(1001, "the server shuts down");
    }
    return message;
  }

  /// The next message, or `null` at the end.
  private @Nullable WebSocketMessage next() {
    agreeNow();
    while (true) {
      active = true;
      var message = queue.poll();
      if (message != null) {
        queued -= message.length();
        updateReading();
        return message;
      } else if (hasEnded() || goingAway) {
        return null;
      }
      waitFor(receivers);
    }
  }

  private static void waitFor(WaitList list) {
    var place = list.enter();
    try {
      place.await();
    } catch (Throwable e) {
      if (place.woken()) {
        list.wakeFirst(); // woken in vain
      }
      throw e;
    } finally {
      place.leave();
    }
  }

  /// {@return the messages that are still to come} `hasNext` suspends until there is one. It is
  /// false when the socket was closed with code 1000, 1001 or 1005, or the server shuts down, and
  /// throws a [WebSocketClosedException], of which the compiler does not know here, at any other
  /// end. Python: iteration in `websockets`, which raises `ConnectionClosedError` then.
  @Override
  public Iterator<WebSocketMessage> iterator() {
    return new Iterator<>() {
      private @Nullable WebSocketMessage next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          next = WebSocket.this.next();
        }
        if (next == null && hasEnded() && !isRegular(code)) {
          throw Sneaky.sneak(closed());
        }
        return next != null;
      }

      @Override
      public WebSocketMessage next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the WebSocket has ended");
        }
        var message = Objects.requireNonNull(next);
        next = null;
        return message;
      }
    };
  }

  private void add(WebSocketMessage message) {
    if (closeSent || goingAway) {
      return; // nobody will take it
    }
    queue.add(message);
    queued += message.length();
    updateReading();
    receivers.wakeFirst();
  }

  /// How many bytes wait to be received.
  int queued() {
    return queued;
  }

  private void updateReading() {
    boolean full = queue.size() >= MANY || queued >= MUCH;
    if (full && !readingPaused && !lost) {
      readingPaused = true;
      transport.pauseReading();
    } else if (readingPaused && (queue.isEmpty() || closeSent)) {
      readingPaused = false;
      received = true; // what comes now may have come in time
      var before = rest;
      rest = null;
      if (before != null && !lost) {
        take(before);
      }
      if (!readingPaused && !lost) {
        transport.resumeReading();
      }
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends a text. Suspends while the other side does not take what was sent before.
  ///
  /// **Cancellation** ends the waiting; the message is sent.
  ///
  /// @param text the text
  /// @throws WebSocketClosedException if the socket has ended
  public void send(String text) throws WebSocketClosedException {
    checkOpen();
    codec.sendText(text.getBytes(UTF_8));
    drain();
  }

  /// Sends bytes, as [#send(String)] does a text.
  ///
  /// @param data the bytes, not kept
  /// @throws WebSocketClosedException if the socket has ended
  public void send(byte[] data) throws WebSocketClosedException {
    send(ByteBuffer.wrap(data));
  }

  /// Sends bytes, as [#send(String)] does a text.
  ///
  /// @param data the bytes, which are taken; the buffer is not kept
  /// @throws WebSocketClosedException if the socket has ended
  public void send(ByteBuffer data) throws WebSocketClosedException {
    checkOpen();
    codec.sendBinary(data);
    drain();
  }

  private void checkOpen() throws WebSocketClosedException {
    active = true;
    if (hasEnded()) {
      throw closed();
    }
  }

  private void write(ByteBuffer bytes) {
    agreeNow();
    written += bytes.remaining();
    if (!transport.isClosing()) { // else connectionLost is about to come
      transport.write(bytes);
    }
  }

  /// The other side has to take something of what was sent, within each `takeTime`: no ping gets
  /// there.
  private void awaitTaking() {
    takenBefore = taken();
    taking = loop.callLater(Checks.seconds(options.takeTime()), this::checkTaking);
  }

  private void checkTaking() {
    if (taken() > takenBefore) {
      awaitTaking();
    } else {
      ended(LOST, "nothing of what was sent is taken");
      transport.abort();
    }
  }

  private long taken() {
    return written - transport.getWriteBufferSize();
  }

  private void stopTaking() {
    if (taking != null) {
      taking.cancel();
      taking = null;
    }
  }

  private void drain() throws WebSocketClosedException {
    while (writingPaused && !lost) {
      waitFor(senders);
    }
    if (lost) {
      throw closed();
    }
  }

  /// Asks the other side for an answer. Suspends until that has come.
  ///
  /// @return how long it took
  /// @throws WebSocketClosedException if the socket ends before
  public Duration ping() throws WebSocketClosedException {
    checkOpen();
    double began = loop.time();
    long number = sendPing();
    while (pingsAnswered < number) {
      if (hasEnded()) {
        throw closed();
      }
      waitFor(pings);
    }
    return Duration.ofNanos(Math.round((loop.time() - began) * 1e9));
  }

  private long sendPing() {
    codec.sendPing(ByteBuffer.allocate(Long.BYTES).putLong(++pingsSent).array());
    return pingsSent;
  }

  // ---- closing ----------------------------------------------------------------------------------

  /// Closes with code 1000, as [#close(int, String)].
  @Override
  public void close() {
    close(1000, "");
  }

  /// Closes. What was sent before goes out; what comes from now on, or has come and was not taken,
  /// is dropped. Suspends until the other side has closed, too, [WebSocketOptions#closeTime()] at
  /// most. Does nothing but wait if the socket is closed already.
  ///
  /// **Cancellation** ends the waiting; the connection is aborted.
  ///
  /// @param code the code: 1000 to 1014 as in RFC 6455, 3000 to 4999 for programs
  /// @param reason the reason in words, at most 123 bytes of UTF-8
  /// @throws IllegalArgumentException if the code cannot be sent, or the reason is too long
  public void close(int code, String reason) {
    if (!(code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != LOST)
        && !(code >= 3000 && code <= 4999)) {
      throw new IllegalArgumentException(
          "a WebSocket is closed with a code from 1000 to 1003, 1007 to 1014, or 3000 to 4999, not "
              + code);
    }
    if (reason.getBytes(UTF_8).length > LONGEST_REASON) {
      throw new IllegalArgumentException(
          "the reason of a close has at most " + LONGEST_REASON + " bytes");
    }
    startClosing(code, reason);
    try {
      while (!lost) {
        waitFor(closers);
      }
    } catch (CancelledError e) {
      transport.abort();
      throw e;
    }
  }

  private void startClosing(int newCode, String newReason) {
    active = true;
    if (closeSent || lost) {
      return;
    }
    sendClose(newCode, newReason);
    ended(newCode, newReason);
    abortAfter(Checks.seconds(options.closeTime()));
  }

  private void sendClose(int newCode, String newReason) {
    closeSent = true;
    codec.sendClose(newCode, newReason);
    if (!closeReceived) {
      queue.clear();
      queued = 0;
    }
    updateReading();
  }

  /// Nothing is received, or sent, any more.
  private void ended(int newCode, String newReason) {
    if (code == OPEN) {
      code = newCode;
      reason = newReason;
    }
    if (pinging != null) {
      pinging.cancel();
    }
    receivers.wakeAll();
    pings.wakeAll();
  }

  private void abortAfter(double seconds) {
    if (closing == null && !lost) {
      closing = loop.callLater(seconds, transport::abort);
    }
  }

  private boolean hasEnded() {
    return code != OPEN;
  }

  /// Whether a code says that the side which has closed had nothing more to say.
  private static boolean isRegular(int code) {
    return code == 1000 || code == 1001 || code == 1005;
  }

  private WebSocketClosedException closed() {
    var error = new WebSocketClosedException(code, reason);
    return connector == null ? error : connector.explained(error);
  }

  /// Has errors tell what the handler has thrown, in a test.
  WebSocket explainedBy(LocalConnector newConnector) {
    connector = newConnector;
    return this;
  }

  // ---- asking -----------------------------------------------------------------------------------

  /// {@return whether messages can be sent}
  public boolean isOpen() {
    return !hasEnded();
  }

  /// {@return the code with which the socket has ended: that of the side that closed first; 1005 if
  /// it gave none, 1006 if the connection was lost; -1 while it is open}
  public int closeCode() {
    return code;
  }

  /// {@return what was said beside [#closeCode()]; empty if nothing was}
  public String closeReason() {
    return reason;
  }

  /// {@return the subprotocol that was agreed on, or `null` if none was}
  public @Nullable String subprotocol() {
    return subprotocol;
  }

  /// {@return whether messages are compressed, if they are long enough}
  public boolean isCompressed() {
    return compressed;
  }

  /// {@return the request with which the client has asked for the socket}
  ///
  /// @throws IllegalStateException if this is the client
  public Request request() {
    if (request == null) {
      throw new IllegalStateException("the request of a WebSocket is known on the server alone");
    }
    return request;
  }

  /// {@return the address of the other side, or `null` if it has none}
  public @Nullable SocketAddress remoteAddress() {
    return request == null ? transport.getExtraInfo(ExtraInfo.PEERNAME) : request.remoteAddress();
  }

  /// {@return such as `<WebSocket to /127.0.0.1:8080, open>`}
  @Override
  public String toString() {
    return "<WebSocket to "
        + remoteAddress()
        + (hasEnded() ? ", closed with code " + code : ", open")
        + ">";
  }

  // ---- what comes -------------------------------------------------------------------------------

  /// {@return what is told of the connection}
  Protocol protocol() {
    return new Bytes();
  }

  private final class Bytes implements Protocol {
    @Override
    public void dataReceived(byte[] data) {
      dataReceived(ByteBuffer.wrap(data));
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      received = true;
      take(data);
    }

    @Override
    public void pauseWriting() {
      writingPaused = true;
      awaitTaking();
    }

    @Override
    public void resumeWriting() {
      writingPaused = false;
      stopTaking();
      var kept = pong;
      pong = null;
      if (kept != null && !closeSent) {
        codec.sendPong(kept);
      }
      senders.wakeAll();
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      boolean abrupt = !hasEnded();
      boolean seen = !receivers.isIdle();
      forgetAgreeing();
      vanish();
      leave(abrupt && !seen);
    }
  }

  /// Nothing comes any more, and nothing gets anywhere.
  private void vanish() {
    lost = true;
    codec.close();
    stopTaking();
    ended(LOST, "");
    if (closing != null) {
      closing.cancel();
    }
    senders.wakeAll();
    closers.wakeAll();
  }

  /// Takes what has come: all of it, or, as long messages may be compressed to very little, bit by
  /// bit until there is enough.
  private void take(ByteBuffer data) {
    int end = data.limit();
    while (data.position() < end && !(compressed && readingPaused)) {
      data.limit(compressed ? Math.min(end, data.position() + SLICE) : end);
      codec.receive(data);
      data.limit(end);
    }
    if (data.hasRemaining()) {
      rest = ByteBuffer.allocate(data.remaining()).put(data).flip();
    }
  }

  private final class Received implements WebSocketCodec.Events {
    @Override
    public void text(String text, byte[] encoded) {
      add(WebSocketMessage.text(text, encoded));
    }

    @Override
    public void binary(byte[] data) {
      add(WebSocketMessage.binary(data));
    }

    @Override
    public void ping(byte[] data) {
      if (closeSent) {
        return;
      } else if (writingPaused) {
        pong = data; // the last one counts
      } else {
        codec.sendPong(data);
      }
    }

    @Override
    public void pong(byte[] data) {
      if (data.length == Long.BYTES) {
        long number = ByteBuffer.wrap(data).getLong();
        if (number > pingsAnswered && number <= pingsSent) {
          pingsAnswered = number;
          pings.wakeAll();
        }
      }
    }

    @Override
    public void close(int newCode, String newReason) {
      closeReceived = true;
      if (!closeSent) {
        sendClose(newCode, "");
      }
      ended(newCode, newReason);
      if (request != null) {
        transport.close();
      }
      abortAfter(Checks.seconds(options.closeTime()));
      leave(false);
    }

    @Override
    public void failed(int newCode, String why) {
      boolean seen = !receivers.isIdle();
      if (!closeSent) {
        sendClose(newCode, why);
      }
      ended(newCode, why);
      if (transport.canWriteEof()) { // a close now might be a reset that overtakes the reason
        transport.writeEof();
        abortAfter(LINGER);
      } else {
        transport.close();
      }
      leave(!seen);
    }
  }

  // ---- keeping alive ----------------------------------------------------------------------------

  private void schedulePing() {
    if (!options.pingInterval().isZero() && !hasEnded()) {
      pinging = loop.callLater(Checks.seconds(options.pingInterval()), this::keepAlive);
    }
  }

  private void keepAlive() {
    if (writingPaused) {
      schedulePing(); // it would not get there
      return;
    }
    received = false;
    sendPing();
    pinging = loop.callLater(Checks.seconds(options.pingTime()), this::checkAlive);
  }

  private void checkAlive() {
    if (received || readingPaused) {
      schedulePing();
    } else {
      ended(LOST, "no answer to a ping");
      transport.abort();
    }
  }

  // ---- the handler of a server ------------------------------------------------------------------

  /// Has the handler, whose task this is, cancelled when it does not see the end.
  void handler(Task<?> task) {
    handler = task;
    if (lost) {
      leave(true);
    }
  }

  /// The handler has ended.
  void handlerEnded() {
    handler = null;
    if (leaving != null) {
      leaving.cancel();
    }
  }

  /// The socket has ended: has the handler end, too. Now, if it did not wait for messages, and may
  /// wait for something that never comes; else after some time without it taking a message.
  private void leave(boolean now) {
    if (handler == null) {
      return;
    } else if (now) {
      cancelHandler();
    } else if (leaving == null) {
      active = false;
      leaving = loop.callLater(Checks.seconds(options.closeTime()), this::checkLeft);
    }
  }

  private void checkLeft() {
    leaving = null;
    if (active) {
      leave(false);
    } else {
      cancelHandler();
    }
  }

  private void cancelHandler() {
    if (handler != null && handler.cancelling() == 0) {
      handler.cancel("the client has gone");
    }
  }

  /// Closes without waiting, at the handler's end.
  void finish(int newCode, String newReason) {
    if (!lost && !transport.isClosing()) {
      startClosing(newCode, newReason);
    }
  }

  /// Whether the side that has ended the socket could tell the other one.
  boolean isClosedInOrder() {
    return hasEnded() && code != LOST;
  }

  /// The server shuts down: no message is taken any more.
  void goAway() {
    goingAway = true;
    receivers.wakeAll();
    updateReading();
  }
}
