package jasyncio.internal.net;

import jasyncio.BlockingPolicy;
import jasyncio.Context;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.TimerHandle;
import jasyncio.internal.base.Durations;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Overrides;
import jasyncio.net.BufferedProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.ReadBufferLimits;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// TLS between a transport, whose protocol it is, and the application's protocol.
public final class TlsLayer implements BufferedProtocol {
  /* Overview
   *   NEW        -> HANDSHAKE   the transport beneath is there
   *   HANDSHAKE  -> OPEN        the handshake is done: the application hears of the connection, then `waiter`
   *   OPEN       -> FLUSHING    close(), or the peer's end: nothing is received and written any more
   *   FLUSHING   -> SHUTDOWN    `unsent` is empty: our close_notify is on its way; the peer's is awaited
   *   SHUTDOWN   -> ENDING      the peer's close_notify or end of stream is here, or not awaited: the transport is closed
   *   any        -> LOST        an error, abort(), a time limit, or the transport beneath is lost
   *
   * Received bytes: the loop's buffer -> engine -> the loop's other buffer -> application. Only what cannot go on is kept:
   * `received`, which is not decrypted, because a record is not complete or the application has paused; `undelivered`,
   * which is decrypted, because the application has paused in the middle of it.
   * Written bytes: application -> engine -> its output -> transport. Only what cannot go on is kept: `unsent`, which is not
   * encrypted, because the handshake is not done or the transport beneath has paused us. While pump() is at work,
   * output collects, so that all answers to what has been received go out in one piece.
   *
   * Records without data (key updates, tickets, empty ones) are work that the peer gives us, and may want an answer.
   * So only a few are dealt with in an iteration, with data between them or not; not many more in a row are admitted;
   * and a peer that does not read what we write is not read from after that many: its answers would only pile up.
   *
   * Under blocking policy SWITCH, a callback of the application, or a trust manager, may be stopped in the middle of
   * pump(), and other callbacks come meanwhile: `pumping` keeps them out of the engine's and the application's way.
   *
   * What is no state: facts that hold in several (`established`, `peerClosed`, `ended`, `abandoned`), and work that is
   * under way or will be done soon (`pumping`, `flushing`, `resting`). What the application knows is a second, small
   * machine: it hears of the peer's end also after it has closed itself, and of the loss after everything else.
   *
   * The order of the callbacks is asyncio's: sslproto.py.
   */
  enum State {
    NEW,
    HANDSHAKE,
    OPEN,
    FLUSHING,
    SHUTDOWN,
    ENDING,
    LOST;

    boolean leadsTo(State next) {
      return switch (next) {
        case NEW -> false;
        case HANDSHAKE -> this == NEW;
        case OPEN -> this == HANDSHAKE;
        case FLUSHING -> this == OPEN;
        case SHUTDOWN -> this == FLUSHING;
        case ENDING -> this == SHUTDOWN;
        case LOST -> this != LOST;
      };
    }
  }

  /// What the application knows of the connection: one after the other, but that it need not hear
  /// of the end before it is lost.
  private enum Told {
    NOTHING,
    CONNECTION,
    END,
    LOSS
  }

  private static final int MOST_CHORES = 32; // as BoringSSL; Go has 16
  private static final int CHORES_AT_ONCE = 16; // each costs as much as a thousand bytes of data
  private static final WriteBufferLimits WRITE_LIMITS =
      new WriteBufferLimits(128 * 1024, 512 * 1024);

  // All of the loop's logical thread.
  private final EventLoop loop;
  private final TlsOptions options;
  private final SSLContext keys; // the options' when the connection began
  private final TlsEngine engine;
  private final TlsBuffers buffers;
  private final TlsAppTransport appTransport;
  private Protocol app;
  private @Nullable BufferedProtocol bufferedApp; // the same, if it is one
  private @Nullable Future<@Nullable Void> waiter;
  private @Nullable Upgradable upgradable; // until TLS is established
  private @Nullable Transport transport; // beneath; once it is there
  private @Nullable Context context; // of all callbacks: that of the transport beneath
  private State state = State.NEW;
  private Told told;
  private boolean established; // it was OPEN once
  private @Nullable Throwable reason; // of the end, if it is ours
  private @Nullable TimerHandle timer; // of the handshake, then of the shutdown
  private double started; // the handshake; debug mode only

  private final PendingBytes received = new PendingBytes();
  private final PendingBytes undelivered = new PendingBytes();
  private int front; // how much of `received` is in front of what is being read now
  private boolean pumping;
  private boolean paused; // by the application
  private boolean transportReadPaused; // by us
  private ReadBufferLimits readLimits = ReadBufferLimits.DEFAULT;
  private boolean peerClosed; // close_notify has come
  private boolean ended; // the transport's end of stream has come
  private boolean abandoned; // closed without having read everything

  private int chores; // records without data in a row, in both directions
  private int unheard; // records without data since writePaused
  private boolean resting; // until the next iteration

  private final Plaintext unsent;
  private boolean writePaused; // by the transport beneath
  private boolean flushing; // soon

  public TlsLayer(
      EventLoop loop,
      Protocol app,
      TlsOptions options,
      boolean serverSide,
      @Nullable String peerHost,
      int peerPort,
      @Nullable Future<@Nullable Void> waiter,
      boolean callConnectionMade) {
    this.loop = loop;
    this.options = options;
    this.keys = options.context();
    this.buffers = LoopIo.of(loop).tlsBuffers();
    this.engine =
        new TlsEngine(
            serverSide
                ? TlsEngines.server(options, keys)
                : TlsEngines.client(options, keys, peerHost, peerPort),
            buffers);
    this.waiter = waiter;
    this.told = callConnectionMade ? Told.NOTHING : Told.CONNECTION;
    this.appTransport = new TlsAppTransport(this);
    this.unsent = new Plaintext();
    unsent.setLimits(WRITE_LIMITS);
    this.app = app;
    standIn(app);
  }

  /// The one place where the state changes.
  ///
  /// @throws IllegalStateException if there is no such arrow
  void transition(State next) {
    if (!state.leadsTo(next)) {
      throw new IllegalStateException(state + " does not lead to " + next + ": " + appTransport);
    }
    state = next;
  }

  public Transport transport() {
    return appTransport;
  }

  Context context() {
    return Objects.requireNonNull(context); // once it is connected
  }

  Protocol app() {
    return app;
  }

  void setApp(Protocol newApp) {
    if (newApp != app) {
      standIn(newApp);
      unsent.protocolReplaced();
    }
  }

  void standIn(Protocol newApp) {
    if (app == NullProtocol.INSTANCE) {
      return; // it is over
    }
    if (loop.getDebug()) {
      Overrides.check(newApp);
    }
    app = newApp;
    bufferedApp = newApp instanceof BufferedProtocol b ? b : null;
  }

  // ---- handshake --------------------------------------------------------------------------------

  /// A protocol that has something to do when its connection goes on over TLS.
  public interface Upgradable {
    /// Gives back what it has received, and nobody has read: the other side was fast.
    byte[] takeBuffered();

    /// Goes on with another transport.
    void replaceTransport(Transport newTransport);
  }

  /// Takes over a connection that the application knows already.
  ///
  /// @param beneath the transport so far, whose protocol this becomes
  /// @param protocol the application, if it has something to do
  public void takeOver(Transport beneath, @Nullable Upgradable protocol) {
    upgradable = protocol;
    if (protocol != null) {
      received.add(ByteBuffer.wrap(protocol.takeBuffered()));
    }
    if (app == beneath.getProtocol() && Outgoing.isPaused(beneath)) {
      unsent.adoptPause(); // it has been told to pause, and nobody else will tell it to resume
    }
    context = contextOf(beneath);
    beneath.pauseReading();
    beneath.setProtocol(this);
    callSoon(() -> connectionMade(beneath));
    callSoon(beneath::resumeReading);
  }

  private static Context contextOf(Transport beneath) {
    return switch (beneath) {
      case LoopTransport loops -> loops.context;
      case TlsAppTransport tls -> tls.context();
      default -> Context.copyContext();
    };
  }

  private TimerHandle callLater(Duration delay, Runnable callback) {
    return loop.callLater(Durations.seconds(delay), callback, context);
  }

  private void callSoon(Runnable callback) {
    loop.callSoon(callback, context);
  }

  @Override
  public void connectionMade(Transport beneath) {
    transport = beneath;
    context = contextOf(beneath);
    if (state == State.LOST) { // aborted before it began
      beneath.abort();
      return;
    }
    if (loop.getDebug()) {
      Log.log(Level.DEBUG, "{0} starts SSL handshake", appTransport);
      started = loop.time();
    }
    transition(State.HANDSHAKE);
    timer = callLater(options.handshakeTimeout(), this::handshakeTimedOut);
    beginHandshake();
    pump(received.take(), true);
  }

  private void beginHandshake() {
    pumping = true;
    try {
      engine.begin();
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e);
    } finally {
      pumping = false;
    }
  }

  private void handshakeTimedOut() {
    if (state == State.HANDSHAKE) {
      var error =
          new SSLException(
              "SSL handshake is taking longer than "
                  + seconds(options.handshakeTimeout())
                  + " seconds: aborting the connection");
      LoopTransport.note(loop, appTransport, error, "SSL handshake timed out");
      lose(error);
    }
  }

  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(Durations.seconds(duration)).stripTrailingZeros().toPlainString();
  }

  private void established() {
    cancelTimer();
    transition(State.OPEN);
    established = true;
    if (loop.getDebug()) {
      Log.log(
          Level.DEBUG,
          "{0}: SSL handshake took {1} ms",
          appTransport,
          String.format(Locale.ROOT, "%.1f", (loop.time() - started) * 1e3));
    }
    if (told == Told.NOTHING) {
      told = Told.CONNECTION;
      app.connectionMade(appTransport);
    } else if (upgradable != null) {
      upgradable.replaceTransport(appTransport);
    }
    upgradable = null;
    wakeWaiter(null);
    unsent.goOn();
  }

  private void wakeWaiter(@Nullable Throwable error) {
    var w = waiter;
    waiter = null;
    if (w == null || w.done()) {
      return;
    }
    if (error != null) {
      w.setException(error);
      var _ = w.exception(); // read: others learn of it, too, if the waiting task is cancelled now
    } else {
      w.setResult(null);
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  public ByteBuffer getBuffer(int sizeHint) {
    var buffer = buffers.received.peek().clear();
    front = 0;
    if (mayDecrypt() && received.size() < buffer.capacity() / 2) {
      front = received.size();
      received.copyTo(buffer);
    }
    return buffer;
  }

  @Override
  public void bufferUpdated(int bytes) {
    var buffer = buffers.received.take(); // what getBuffer gave: nothing else has run meanwhile
    try {
      buffer.flip();
      if (mayDecrypt() && front == received.size()) {
        received.clear();
        pump(buffer, false);
      } else {
        received.add(buffer.position(front));
        pumpReceived();
      }
    } finally {
      buffers.received.give(buffer);
    }
  }

  @Override
  public boolean eofReceived() {
    ended = true;
    if (state == State.SHUTDOWN) {
      finish();
    } else {
      pumpReceived();
    }
    // We close the transport, and may have something to send before; one of TLS is closed already.
    return state != State.LOST && !(transport instanceof TlsAppTransport);
  }

  private boolean mayDecrypt() {
    return !pumping && wantsPlaintext();
  }

  private boolean wantsPlaintext() {
    return switch (state) {
      case HANDSHAKE -> true;
      case FLUSHING, SHUTDOWN -> !mustWait();
      case OPEN -> isCaughtUp() && !mustWait();
      case NEW, ENDING, LOST -> false;
    };
  }

  /// Whether the application has had everything that is decrypted, and wants more.
  private boolean isCaughtUp() {
    return !paused && undelivered.isEmpty();
  }

  /// Whether what the peer wants of us is to wait.
  private boolean mustWait() {
    return resting || (unheard >= MOST_CHORES && !ended);
  }

  private void pumpReceived() {
    if (!pumping) {
      pump(received.take(), true);
    }
  }

  /// Brings received bytes as far as they get, and sends the answers.
  ///
  /// @param own whether what is left of the buffer may be kept as it is
  private void pump(ByteBuffer input, boolean own) {
    pumping = true;
    try {
      deliverKept();
      decrypt(input, own);
      endIfDue();
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e);
    } finally {
      pumping = false;
    }
    flush();
    if (state == State.FLUSHING) {
      goOnClosing();
    }
    controlReading();
  }

  private void decrypt(ByteBuffer input, boolean own) throws SSLException {
    var rest = input;
    boolean mine = own;
    decryptRecords(rest);
    while (!received.isEmpty()) { // under policy SWITCH it can come meanwhile
      received.putBack(mine ? rest : copy(rest));
      rest = received.take();
      mine = true;
      decryptRecords(rest);
    }
    received.putBack(mine || !rest.hasRemaining() ? rest : copy(rest));
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }

  private void decryptRecords(ByteBuffer input) throws SSLException {
    int atOnce = 0;
    while (wantsPlaintext()) {
      switch (decryptSome(input)) {
        case NEEDS_INPUT -> {
          return;
        }
        case ESTABLISHED -> {
          if (state == State.HANDSHAKE) { // under policy SWITCH it may be lost by now
            established();
          }
        }
        case PLAIN_FULL -> {}
        case NO_DATA -> {
          noteChore();
          if (++atOnce == CHORES_AT_ONCE) {
            rest();
          }
        }
        case CLOSED -> {
          peerClosed = true;
          if (state == State.SHUTDOWN) {
            finish();
          }
          return;
        }
      }
    }
  }

  /// The peer has sent a record that is none of the application's business.
  private void noteChore() throws SSLException {
    if (++chores > MOST_CHORES) {
      throw new SSLException("the peer sends TLS records without data, one after the other");
    }
    if (writePaused) {
      unheard++;
    }
  }

  private void rest() {
    resting = true;
    callSoon(() -> {
      resting = false;
      pumpReceived();
    });
  }

  private TlsEngine.Progress decryptSome(ByteBuffer input) throws SSLException {
    var plain = buffers.plain.take();
    try {
      TlsEngine.Progress progress;
      try {
        progress = engine.decrypt(input, plain);
      } catch (SSLException e) {
        deliver(plain.flip()); // what came before the fault
        throw e;
      }
      if (plain.position() > 0) {
        chores = 0;
      }
      deliver(plain.flip());
      return progress;
    } finally {
      buffers.plain.give(plain);
    }
  }

  /// Gives the application what is decrypted; nothing once it has closed.
  private void deliver(ByteBuffer plain) {
    while (plain.hasRemaining() && state == State.OPEN) {
      var target = bufferedApp;
      if (paused) {
        undelivered.add(plain);
      } else if (target == null) {
        app.dataReceived(plain);
        return;
      } else {
        BufferedInput.give(target, plain);
      }
    }
  }

  private void deliverKept() {
    if (!paused && !undelivered.isEmpty()) {
      deliver(undelivered.take());
    }
  }

  /// The application hears of the end once it has everything that came before.
  private void endIfDue() throws SSLException {
    if (!peerClosed && !ended) {
      return;
    }
    if (state == State.HANDSHAKE) {
      throw new SSLHandshakeException("the peer closed the connection during the TLS handshake");
    }
    if (state != State.OPEN || !isCaughtUp() || mustWait()) {
      return;
    }
    if (!peerClosed && !options.suppressRaggedEofs()) {
      throw new SSLException(
          "the connection was closed without close_notify: what was received may be cut off");
    }
    tellEnd();
    if (state == State.OPEN) {
      beginClosing();
    }
  }

  /// The application hears of the peer's end, also if it has closed itself before: as in asyncio.
  private void tellEnd() {
    if (told != Told.CONNECTION) {
      return;
    }
    told = Told.END;
    try {
      if (app.eofReceived()) {
        Log.log(Level.WARNING, "returning true from eofReceived() has no effect when using TLS");
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e);
    }
  }

  boolean isReading() {
    return !paused && !isClosing();
  }

  void pauseReading() {
    paused = true;
  }

  void resumeReading() {
    if (paused) {
      paused = false;
      callSoon(() -> {
        if (!paused) {
          pumpReceived();
        }
      });
    }
  }

  int readBufferSize() {
    return received.size() + undelivered.size();
  }

  ReadBufferLimits readLimits() {
    return readLimits;
  }

  void setReadLimits(ReadBufferLimits limits) {
    readLimits = limits;
    controlReading();
  }

  /// Pauses the transport beneath while the application has paused and enough is there for it, and
  /// while the peer has to wait.
  private void controlReading() {
    if (transport == null || state == State.LOST) {
      return;
    }
    int mark = transportReadPaused ? readLimits.low() : readLimits.high();
    boolean full = paused && state == State.OPEN && readBufferSize() > mark;
    boolean pause = full || mustWait();
    if (pause != transportReadPaused) {
      transportReadPaused = pause;
      if (pause) {
        transport.pauseReading();
      } else {
        transport.resumeReading();
      }
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  void write(ByteBuffer data) {
    unsent.write(data);
  }

  void writelines(List<byte[]> pieces) {
    unsent.write(WriteQueue.join(pieces)); // fewer and fuller records
  }

  /// What the application has written, into the engine.
  private final class Plaintext extends Outgoing {
    private final PendingBytes bytes = new PendingBytes();

    Plaintext() {
      super(loop, appTransport);
    }

    void write(ByteBuffer data) {
      if (!data.hasRemaining() || dropIfTooLate(data)) {
        return;
      }
      if (bytes.isEmpty()) {
        encrypt(data);
      }
      if (data.hasRemaining()) {
        bytes.add(data);
        grown();
      }
    }

    @Override
    int size() {
      return bytes.size();
    }

    @Override
    boolean sendWaiting() {
      var data = bytes.take();
      encrypt(data);
      bytes.putBack(data);
      return true;
    }

    @Override
    void clear() {
      bytes.clear();
    }

    @Override
    boolean isTooLate() {
      return isClosing();
    }
  }

  /// Encrypts and sends what can be now; leaves the rest in `data`, unless the connection is lost.
  private void encrypt(ByteBuffer data) {
    try {
      while (data.hasRemaining()
          && !writePaused
          && (state == State.OPEN || state == State.FLUSHING)) {
        engine.encrypt(data);
        chores = 0;
        if (data.hasRemaining()) {
          if (engine.outputSize() == 0) { // the peer has closed both directions
            data.position(data.limit());
          }
          flush();
        }
      }
      if (!pumping) {
        flush();
      } else if (loop.getBlockingPolicy() == BlockingPolicy.SWITCH) {
        flushSoon(); // pump() may be stopped for long
      }
    } catch (SSLException e) {
      fail(e);
    }
    if (state == State.LOST) {
      data.position(data.limit());
    }
  }

  private void flushSoon() {
    if (!flushing) {
      flushing = true;
      callSoon(() -> {
        flushing = false;
        flush();
      });
    }
  }

  private void flush() {
    var output = engine.output();
    if (output == null) {
      return;
    }
    try {
      if (transport != null && state != State.LOST) {
        transport.write(output);
      }
    } finally {
      engine.outputSent();
    }
  }

  @Override
  public void pauseWriting() {
    writePaused = true;
  }

  @Override
  public void resumeWriting() {
    writePaused = false;
    boolean waited = mustWait();
    unheard = 0;
    if (state == State.OPEN) {
      unsent.goOn();
    } else if (state == State.FLUSHING && !pumping) {
      goOnClosing();
    }
    if (waited) {
      pumpReceived();
    }
  }

  Outgoing outgoing() {
    return unsent;
  }

  // ---- the end ----------------------------------------------------------------------------------

  boolean isClosing() {
    return switch (state) {
      case NEW, HANDSHAKE, OPEN -> false;
      case FLUSHING, SHUTDOWN, ENDING, LOST -> true;
    };
  }

  void close() {
    switch (state) {
      case NEW, HANDSHAKE -> abort();
      case OPEN -> {
        abandoned = paused && readBufferSize() > 0;
        beginClosing();
      }
      case FLUSHING, SHUTDOWN, ENDING, LOST -> {}
    }
  }

  void closeFromTop() {
    if (app instanceof TlsLayer upper) {
      upper.closeFromTop();
    } else {
      close();
    }
  }

  private void beginClosing() {
    transition(State.FLUSHING);
    undelivered.clear();
    if (abandoned) {
      received.clear();
    }
    timer = callLater(options.shutdownTimeout(), this::shutdownTimedOut);
    if (!pumping) {
      goOnClosing();
    }
  }

  private void goOnClosing() {
    if (!unsent.goOn() || state != State.FLUSHING) {
      return;
    }
    transition(State.SHUTDOWN);
    if (peerClosed || !ended) { // else the peer is gone, or reads no TLS any more
      engine.close();
      flush();
    }
    if (peerClosed || ended || abandoned) {
      finish();
    } else {
      controlReading();
    }
  }

  private void finish() {
    if (peerClosed || ended) {
      tellEnd();
    }
    if (transport != null && state == State.SHUTDOWN) { // still
      transition(State.ENDING);
      flush();
      callSoon(transport::close);
    }
  }

  private void shutdownTimedOut() {
    if (state != State.LOST) {
      lose(new SSLException("SSL shutdown timed out"));
    }
  }

  void abort() {
    if (state != State.LOST) {
      lose(null);
    }
  }

  private void fail(Throwable e) {
    var message = established ? "Fatal error on SSL protocol" : "SSL handshake failed";
    LoopTransport.note(loop, appTransport, e, message);
    if (state == State.LOST) {
      return;
    }
    if (e instanceof SSLException) {
      engine.alert();
      flush(); // which may lose it
    }
    if (state != State.LOST) {
      lose(e);
    }
  }

  private void lose(@Nullable Throwable why) {
    transition(State.LOST);
    reason = why;
    cancelTimer();
    dropQueues();
    if (why != null) {
      wakeWaiter(why);
    }
    if (transport != null) {
      transport.abort();
    }
  }

  private void dropQueues() {
    received.clear();
    undelivered.clear();
    unsent.clear();
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    // A peer that has closed need not wait for our end, and may be gone before it arrives.
    boolean regular = state == State.ENDING && peerClosed;
    var why = reason != null || regular ? reason : exception;
    if (state != State.LOST) {
      transition(State.LOST);
    }
    cancelTimer();
    dropQueues();
    if (told == Told.CONNECTION || told == Told.END) {
      told = Told.LOSS;
      callSoon(() -> {
        try {
          app.connectionLost(why); // whichever it is by then
        } finally {
          forget();
        }
      });
    } else {
      forget();
    }
    wakeWaiter(
        why != null
            ? why
            : new SSLHandshakeException(
                "the connection was closed before the TLS handshake was done"));
  }

  /// It is over: keeps nothing of the application.
  private void forget() {
    app = NullProtocol.INSTANCE;
    bufferedApp = null;
    upgradable = null;
    context = new Context();
  }

  // ---- what it is -------------------------------------------------------------------------------

  <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    if (info == ExtraInfo.SSL_CONTEXT) {
      return info.type().cast(keys);
    } else if (info == ExtraInfo.SSL_OBJECT) {
      return established ? info.type().cast(engine.engine()) : null;
    } else if (info == ExtraInfo.SSL_SESSION) {
      return established ? info.type().cast(engine.engine().getSession()) : null;
    }
    return transport == null ? null : transport.getExtraInfo(info);
  }

  @Override
  public String toString() {
    return state.name().toLowerCase(Locale.ROOT) + " on " + transport;
  }
}
