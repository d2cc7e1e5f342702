package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What both directions of pipes have in common. A pipe has one direction only: the methods of the
/// other one say so.
public abstract class PipeTransport extends LoopTransport implements Transport {
  /* The order of the callbacks is asyncio's: unix_events.py,
   * _UnixReadPipeTransport, _UnixWritePipeTransport.
   */
  Protocol protocol;
  private final @Nullable SelectableChannel channel; // what getExtraInfo tells

  PipeTransport(EventLoop loop, Protocol protocol, @Nullable SelectableChannel channel) {
    super(loop);
    this.protocol = checked(protocol);
    this.channel = channel;
    io.own(this);
  }

  /// Closes the pipe itself.
  abstract void closeEnd() throws IOException;

  @Override
  final void connectionMade() {
    protocol.connectionMade(this);
  }

  @Override
  final void release() throws IOException {
    io.disown(this);
    closeEnd();
  }

  @Override
  final void forget() {
    protocol = NullProtocol.INSTANCE;
  }

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof Protocol p)) {
      throw new IllegalArgumentException("a pipe needs a Protocol, got " + newProtocol);
    }
    if (p != protocol) {
      standIn(p);
      outgoing().protocolReplaced();
    }
  }

  /// Has another protocol called, which knows what the one before was told.
  void standIn(Protocol p) {
    if (!isClosed()) {
      protocol = checked(p);
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return info == ExtraInfo.PIPE ? info.type().cast(channel) : null;
  }

  @Override
  String details() {
    return "";
  }
}
