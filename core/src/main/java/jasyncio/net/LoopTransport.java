package jasyncio.net;

import jasyncio.Context;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Overrides;
import jasyncio.internal.net.LoopIo;
import jasyncio.internal.net.LoopOwned;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What transports over a channel of the loop have in common: their life, when they read, and that
/// nothing is received while a protocol has not dealt with what came before.
///
/// The transport itself is the callback for reading: an object less to touch for each message.
abstract class LoopTransport implements ReadTransport, LoopOwned, Runnable {
  /* Overview
   *   OPEN     -> CLOSING   close() with something unsent
   *   OPEN     -> LOST      close() with nothing unsent; abort(), or an error; what is unsent is dropped
   *   CLOSING  -> LOST      everything is sent; abort(), or an error
   *   LOST     -> CLOSED    the protocol has heard of it, soon; the channel is closed
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
    CLOSED
  }

  final EventLoop loop;
  final LoopIo io;
  Context context = Context.copyContext(); // an empty one once it is closed
  final FlowControl flow;
  State state = State.OPEN;
  private boolean begun;
  private boolean paused;
  private boolean delivering;
  private boolean held;

  @SuppressWarnings("this-escape") // FlowControl only keeps it
  LoopTransport(EventLoop loop) {
    this.loop = loop;
    this.io = LoopIo.of(loop);
    this.flow = new FlowControl(loop, this);
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

  /// Has the loop look out for something to read, or not. For who reads.
  void watchReading(boolean on) {}

  /// There may be something to read: reads it and calls the protocol. For who reads.
  void receive() {}

  /// Stops reading and writing for good, and drops what is unsent.
  abstract void stop(@Nullable Throwable reason);

  /// Closes the channel.
  abstract void release() throws IOException;

  /// Lets go of the protocol and the callbacks: it is closed.
  abstract void forget();

  /// What [#toString] says beside class and state.
  abstract String details();

  // ---- the beginning ----------------------------------------------------------------------------

  /// Has the loop begin: the protocol hears of the connection, then reading starts, then `waiter`
  /// is done.
  final void start(@Nullable Future<@Nullable Void> waiter) {
    callSoon(() -> {
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
    watchReading(begun && !held && wantsToReceive());
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

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public final boolean isClosing() {
    return state != State.OPEN;
  }

  final boolean isLost() {
    return state == State.LOST || state == State.CLOSED;
  }

  /// Drops what is unsent and closes the channel, soon.
  public void abort() {
    lose(null);
  }

  final void lose(@Nullable Throwable reason) {
    if (!isLost()) {
      state = State.LOST;
      stop(reason);
      callSoon(() -> connectionLost(reason));
    }
  }

  /// An error ends the connection. One of the system's is expected now and then; others are
  /// reported.
  final void fail(Throwable e, String message) {
    if (e instanceof IOException) {
      if (loop.getDebug()) {
        Log.log(Level.DEBUG, this + ": " + message, e);
      }
    } else {
      loop.callExceptionHandler(
          ErrorContext.of(message)
              .exception(e)
              .detail("transport", this)
              .detail("protocol", getProtocol()));
    }
    lose(e);
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
    state = State.CLOSED;
    try {
      release();
    } catch (IOException e) {
      Log.log(Level.DEBUG, "cannot close what is beneath " + this, e);
    } finally {
      forget();
      context = new Context();
    }
  }

  @Override
  public final void loopCloses() {
    if (state != State.CLOSED) {
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
