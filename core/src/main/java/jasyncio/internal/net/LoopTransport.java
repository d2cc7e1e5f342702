package jasyncio.internal.net;

import jasyncio.Context;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.internal.base.Functions;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Overrides;
import jasyncio.internal.jfr.ConnectionEvent;
import jasyncio.internal.jfr.FlightRecording;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.net.BaseProtocol;
import jasyncio.net.BaseTransport;
import jasyncio.net.ReadTransport;
import jasyncio.net.WriteBufferLimits;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What transports over a channel of the loop have in common: their life, when they read and write,
/// and that nothing is received while a protocol has not dealt with what came before.
///
/// The transport itself is the callback for reading: an object less to touch for each message.
public abstract class LoopTransport implements ReadTransport, LoopOwned, Runnable {
  /* Overview
   *   OPEN     -> CLOSING   close()
   *   OPEN     -> LOST      abort(), an error, or the end of a pipe; what is unsent is dropped
   *   CLOSING  -> LOST      everything is sent, perhaps at once; abort(), or an error
   *   LOST     -> CLOSED    the protocol has heard of it; the channel is closed
   *   any      -> CLOSED    the loop is closed; the protocol hears nothing
   * Nothing is read from CLOSING on, and what is written from LOST on is dropped (to a pipe, from CLOSING on). In CLOSED
   * nothing is kept of the protocol, the callbacks and their context.
   *
   * All that the loop calls back runs in one `context`, a copy of that in which the transport was made: not of whoever
   * wrote, resumed reading or closed it.
   *
   * `paused` is the user's wish. `held` is ours: under policy SWITCH a callback may block while the loop goes on
   * and finds the channel ready again; then nothing is watched for until the callback has returned.
   */
  enum State {
    OPEN,
    CLOSING,
    LOST,
    CLOSED;

    boolean leadsTo(State next) {
      return switch (next) {
        case OPEN -> false;
        case CLOSING -> this == OPEN;
        case LOST -> this == OPEN || this == CLOSING;
        case CLOSED -> this != CLOSED;
      };
    }
  }

  // All of the loop's logical thread.
  final EventLoop loop;
  final LoopIo io;
  Context context = Context.copyContext(); // an empty one once it is closed
  private State state = State.OPEN;
  private @Nullable CancellableEntry reader; // from the first time on that something is watched for
  private @Nullable CancellableEntry writer;
  private boolean begun;
  private boolean paused;
  private boolean delivering;
  private boolean held;
  private @Nullable ConnectionEvent event; // if somebody records

  LoopTransport(EventLoop loop) {
    this.loop = loop;
    this.io = LoopIo.of(loop);
  }

  /// The one place where the state changes.
  ///
  /// @throws IllegalStateException if there is no such arrow
  final void transition(State next) {
    if (!state.leadsTo(next)) {
      throw new IllegalStateException(state + " does not lead to " + next + ": " + this);
    }
    state = next;
    if (next == State.CLOSED && event != null) {
      event.tell();
      event = null;
    }
  }

  /// A protocol that is going to be called. In debug mode its class is looked through for methods
  /// that nobody will call.
  final <P extends BaseProtocol> P checked(P protocol) {
    if (loop.getDebug()) {
      Overrides.check(protocol);
    }
    return protocol;
  }

  /// Tells the protocol that there is a connection.
  abstract void connectionMade();

  /// What waits to be sent.
  abstract Outgoing outgoing();

  /// Has the loop run `entry` when there is something to read, `null` for nothing. For who reads.
  void watchReading(@Nullable CancellableEntry entry) {}

  /// Has the loop run `entry` when more can be written, `null` for nothing. For who writes.
  void watchWriting(@Nullable CancellableEntry entry) {}

  /// There may be something to read: reads it and calls the protocol. For who reads.
  void receive() {}

  /// Something cannot be sent. For who writes.
  void sendingFailed(IOException e) {
    lose(e);
  }

  /// Everything is sent that was to be sent before the end of the stream: ends it. For who can.
  void endOutput() {}

  /// It has been lost just now.
  void stopped(@Nullable Throwable reason) {}

  /// Closes the channel.
  abstract void release() throws IOException;

  /// Lets go of the protocol: it is closed.
  abstract void forget();

  /// What [#toString] says beside class and state.
  abstract String details();

  // ---- the beginning ----------------------------------------------------------------------------

  /// Has the loop begin: the protocol hears of the connection, then reading starts, then `waiter`
  /// is done.
  public final void start(@Nullable Future<@Nullable Void> waiter) {
    callSoon(() -> {
      if (FlightRecording.isOn()) {
        event = ConnectionEvent.start(Functions.name(getClass()), Peers.name(this));
      }
      try {
        connectionMade();
      } finally {
        begun = true;
        updateReading();
        if (waiter != null && !waiter.done()) {
          waiter.setResult(null);
        }
      }
    });
  }

  final void callSoon(Runnable callback) {
    loop.callSoon(callback, context);
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Override
  public boolean isReading() {
    return state == State.OPEN && !paused;
  }

  @Override
  public void pauseReading() {
    if (isReading()) {
      paused = true;
      updateReading();
    }
  }

  @Override
  public void resumeReading() {
    if (state == State.OPEN && paused) {
      paused = false;
      updateReading();
    }
  }

  /// Whether what comes is to be read now.
  boolean wantsToReceive() {
    return isReading();
  }

  final void updateReading() {
    boolean wanted = begun && !held && wantsToReceive();
    if (wanted && reader == null) {
      reader = io.callback(this, context);
    }
    watchReading(wanted ? reader : null);
  }

  @Override
  public final void run() {
    if (delivering) {
      held = true;
      updateReading();
    } else if (wantsToReceive()) { // still
      delivering = true;
      try {
        receive();
      } finally {
        delivering = false;
        if (held) {
          held = false;
          updateReading();
        }
      }
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  public int getWriteBufferSize() {
    return outgoing().size();
  }

  public WriteBufferLimits getWriteBufferLimits() {
    return outgoing().limits();
  }

  public void setWriteBufferLimits(int high, int low) {
    outgoing().setLimits(new WriteBufferLimits(low, high));
  }

  /// Whether it is too late to write something.
  boolean dropsWrites() {
    return isLost();
  }

  /// Has more be sent as soon as that is possible.
  final void watchWriting() {
    if (writer == null) {
      writer = io.callback(this::writeReady, context);
    }
    watchWriting(writer);
  }

  private void writeReady() {
    if (!isLost() && outgoing().goOn() && !isLost()) { // still
      watchWriting(null);
      drained();
    }
  }

  /// Everything is sent.
  void drained() {
    if (state == State.CLOSING) {
      stop(null);
      connectionLost(null);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public final boolean isClosing() {
    return state != State.OPEN;
  }

  final boolean isLost() {
    return state == State.LOST || state == State.CLOSED;
  }

  final boolean isClosed() {
    return state == State.CLOSED;
  }

  /// Closes the channel once everything is sent.
  @Override
  public void close() {
    if (state == State.OPEN) {
      transition(State.CLOSING);
      updateReading();
      if (outgoing().size() == 0) {
        lose(null);
      }
    }
  }

  /// Drops what is unsent and closes the channel, soon.
  public void abort() {
    lose(null);
  }

  final void lose(@Nullable Throwable reason) {
    if (!isLost()) {
      stop(reason);
      callSoon(() -> connectionLost(reason));
    }
  }

  /// Stops reading and writing for good, and drops what is unsent.
  final void stop(@Nullable Throwable reason) {
    transition(State.LOST);
    outgoing().clear();
    watchWriting(null);
    updateReading();
    stopped(reason);
  }

  /// An error ends the connection.
  final void fail(Throwable e, String message) {
    note(loop, this, e, message);
    lose(e);
  }

  /// Tells of an error that ends a connection. Those of the network, of the system and of peers are
  /// expected now and then; others are reported.
  static void note(EventLoop loop, BaseTransport transport, Throwable e, String message) {
    if (e instanceof IOException) {
      if (loop.getDebug()) {
        Log.log(Level.DEBUG, transport + ": " + message, e);
      }
    } else {
      loop.callExceptionHandler(
          ErrorContext.of(message)
              .exception(e)
              .detail("transport", transport)
              .detail("protocol", transport.getProtocol()));
    }
  }

  /// The protocol hears that it is over. From LOST.
  final void connectionLost(@Nullable Throwable reason) {
    try {
      getProtocol().connectionLost(reason);
    } finally {
      closeNow();
    }
  }

  private void closeNow() {
    if (state == State.CLOSED) {
      return; // the loop was closed while the protocol was called
    }
    transition(State.CLOSED);
    try {
      release();
    } catch (IOException e) {
      Log.log(Level.DEBUG, "cannot close what is beneath " + this, e);
    } finally {
      outgoing().clear();
      forget();
      cancel(reader);
      cancel(writer);
      context = new Context();
    }
  }

  private void cancel(@Nullable CancellableEntry callback) {
    if (callback != null) {
      io.cancel(callback);
    }
  }

  @Override
  public final void loopCloses() {
    if (!isClosed()) {
      Log.log(Level.DEBUG, "unclosed transport {0}", this);
      closeNow();
    }
  }

  /// {@return `<SocketTransport open peername=… reading bufsize=0>` and so on}
  @Override
  public String toString() {
    return "<"
        + kind()
        + " "
        + state.name().toLowerCase(Locale.ROOT)
        + details()
        + (isReading() ? " reading" : "")
        + buffered()
        + ">";
  }

  String kind() {
    return getClass().getSimpleName();
  }

  /// How [#toString] tells of what is unsent.
  String buffered() {
    return "";
  }
}
