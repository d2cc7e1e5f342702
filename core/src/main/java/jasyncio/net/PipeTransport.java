package jasyncio.net;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.internal.net.LoopIo;
import jasyncio.internal.net.LoopOwned;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What both directions of pipes have in common. A pipe has one direction only: the methods of the
/// other one say so.
abstract class PipeTransport implements Transport, LoopOwned {
  /* Overview
   *   OPEN     -> CLOSING   close(), writing only: what is in the buffer is still sent
   *   OPEN     -> LOST      close(), abort(), the end of the stream, or an error
   *   CLOSING  -> LOST      everything is sent; abort(), or an error
   *   LOST     -> CLOSED    the loop has called connectionLost; the pipe is closed
   * The order of the callbacks is asyncio's: unix_events.py, _UnixReadPipeTransport, _UnixWritePipeTransport.
   */
  enum State {
    OPEN,
    CLOSING,
    LOST,
    CLOSED
  }

  final EventLoop loop;
  final LoopIo io;
  final FlowControl flow;
  Protocol protocol;
  State state = State.OPEN;
  boolean begun;
  private final @Nullable SelectableChannel channel; // what getExtraInfo tells

  PipeTransport(EventLoop loop, Protocol protocol, @Nullable SelectableChannel channel) {
    this.loop = loop;
    this.io = LoopIo.of(loop);
    this.protocol = protocol;
    this.channel = channel;
    this.flow = new FlowControl(loop, this);
    io.own(this);
  }

  /// Has the loop begin: the protocol hears of the pipe, then reading starts, then `waiter` is
  /// done.
  void start(Future<@Nullable Void> waiter) {
    loop.callSoon(() -> {
      try {
        protocol.connectionMade(this);
      } finally {
        begun = true;
        begin();
        if (!waiter.done()) {
          waiter.setResult(null);
        }
      }
    });
  }

  /// The protocol has heard of the pipe.
  void begin() {}

  /// Closes the pipe itself.
  abstract void closeEnd() throws IOException;

  /// Stops reading and writing.
  abstract void stop();

  @Override
  public boolean isClosing() {
    return state != State.OPEN;
  }

  @Override
  public void abort() {
    lose(null);
  }

  /// An error ends the transport. One of the pipe is expected now and then; others are reported.
  final void fail(Throwable e, String message) {
    if (e instanceof IOException) {
      if (loop.getDebug()) {
        NetLog.LOGGER.log(Level.DEBUG, this + ": " + message, e);
      }
    } else {
      loop.callExceptionHandler(
          ErrorContext.of(message)
              .exception(e)
              .detail("transport", this)
              .detail("protocol", protocol));
    }
    lose(e);
  }

  final boolean isLost() {
    return state == State.LOST || state == State.CLOSED;
  }

  final void lose(@Nullable Throwable reason) {
    if (!isLost()) {
      state = State.LOST;
      stop();
      loop.callSoon(() -> connectionLost(reason));
    }
  }

  final void connectionLost(@Nullable Throwable reason) {
    try {
      protocol.connectionLost(reason);
    } finally {
      closeAll();
    }
  }

  private void closeAll() {
    state = State.CLOSED;
    io.disown(this);
    try {
      closeEnd();
    } catch (IOException e) {
      NetLog.LOGGER.log(Level.DEBUG, "cannot close a pipe", e);
    }
  }

  @Override
  public void loopCloses() {
    if (state != State.CLOSED) {
      NetLog.LOGGER.log(Level.DEBUG, "unclosed transport {0}", this);
      closeAll();
    }
  }

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof Protocol p)) {
      throw new IllegalArgumentException("a pipe needs a Protocol, got " + newProtocol);
    }
    protocol = p;
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return info == ExtraInfo.PIPE ? info.type().cast(channel) : null;
  }

  /// {@return `<ReadPipeTransport open reading>` and so on}
  @Override
  public String toString() {
    return "<"
        + getClass().getSimpleName()
        + " "
        + state.name().toLowerCase(Locale.ROOT)
        + details()
        + ">";
  }

  abstract String details();
}
