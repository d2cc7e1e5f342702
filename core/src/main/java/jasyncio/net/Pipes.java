package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import jasyncio.internal.net.BareChannel;
import jasyncio.internal.net.ChannelReadEnd;
import jasyncio.internal.net.ChannelWriteEnd;
import jasyncio.internal.net.LoopIo;
import jasyncio.internal.net.PipeTransport;
import jasyncio.internal.net.ReadEnd;
import jasyncio.internal.net.ReadPipeTransport;
import jasyncio.internal.net.StandardInput;
import jasyncio.internal.net.ThreadReadEnd;
import jasyncio.internal.net.ThreadWriteEnd;
import jasyncio.internal.net.WriteEnd;
import jasyncio.internal.net.WritePipeTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Pipes and other streams of one direction, for protocols written as callbacks, on the running
/// loop.
///
/// What a selector can watch, such as the ends of a [java.nio.channels.Pipe], goes onto the loop's
/// own. Everything else (`System.in`, named pipes, files) gets a daemon thread that makes the
/// blocking calls, one at a time: it reads no more than one buffer of 64 KiB ahead, and only while
/// reading is not paused.
///
/// Called in a coroutine; suspends until the protocol has heard of the transport. If that fails or
/// is cancelled, the pipe is closed. Python: `loop.connect_read_pipe` and
/// `loop.connect_write_pipe`.
public final class Pipes {
  private Pipes() {}

  // ---- reading ----------------------------------------------------------------------------------

  /// Reads from a channel: a [java.nio.channels.Pipe.SourceChannel], or another one in blocking
  /// mode. The protocol's `eofReceived` is called at the end, and then `connectionLost`, whatever
  /// it answers.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel what to read from; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException if the channel is closed
  /// @throws IllegalStateException if the channel is used by a transport already, or a coroutine
  ///   waits for it
  public static <P extends Protocol> Connection<ReadTransport, P> connectReadPipe(
      Supplier<? extends P> factory, ReadableByteChannel channel) throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(channel, "channel");
    var loop = Current.loop();
    if (channel instanceof SelectableChannel selectable) {
      BareChannel.free(loop, selectable);
      return reading(loop, factory, selectable, new ChannelReadEnd(LoopIo.of(loop), selectable));
    }
    checkOpen(channel);
    return reading(loop, factory, null, ThreadReadEnd.of(loop, channel));
  }

  /// Reads from a stream, such as `System.in`. Where a thread waits in a read when the transport is
  /// closed, the stream is closed when that returns.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param in what to read from; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException if it is `System.in`, and the program was started without a standard input
  public static <P extends Protocol> Connection<ReadTransport, P> connectReadPipe(
      Supplier<? extends P> factory, InputStream in) throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(in, "in");
    StandardInput.check(in);
    var loop = Current.loop();
    return reading(loop, factory, null, ThreadReadEnd.of(loop, in));
  }

  private static <P extends Protocol> Connection<ReadTransport, P> reading(
      EventLoop loop,
      Supplier<? extends P> factory,
      @Nullable SelectableChannel channel,
      ReadEnd end)
      throws IOException {
    P protocol = make(factory, end::close);
    return connect(loop, new ReadPipeTransport(loop, protocol, channel, end), protocol);
  }

  // ---- writing ----------------------------------------------------------------------------------

  /// Writes to a channel: a [java.nio.channels.Pipe.SinkChannel], or another one in blocking mode.
  /// That the other side has closed the pipe is noticed by the next write.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel what to write to; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException if the channel is closed
  /// @throws IllegalStateException if the channel is used by a transport already, or a coroutine
  ///   waits for it
  public static <P extends Protocol> Connection<WriteTransport, P> connectWritePipe(
      Supplier<? extends P> factory, WritableByteChannel channel) throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(channel, "channel");
    var loop = Current.loop();
    if (channel instanceof SelectableChannel selectable
        && channel instanceof GatheringByteChannel) {
      BareChannel.free(loop, selectable);
      return writing(loop, factory, selectable, new ChannelWriteEnd(LoopIo.of(loop), selectable));
    }
    checkOpen(channel);
    return writing(loop, factory, null, ThreadWriteEnd.of(loop, channel));
  }

  /// Writes to a stream, such as `System.out`, which is flushed each time. Where a thread waits in
  /// a write when the transport is aborted, the stream is closed when that returns.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param out what to write to; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException of channels alone
  public static <P extends Protocol> Connection<WriteTransport, P> connectWritePipe(
      Supplier<? extends P> factory, OutputStream out) throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(out, "out");
    var loop = Current.loop();
    return writing(loop, factory, null, ThreadWriteEnd.of(loop, out));
  }

  private static <P extends Protocol> Connection<WriteTransport, P> writing(
      EventLoop loop,
      Supplier<? extends P> factory,
      @Nullable SelectableChannel channel,
      WriteEnd end)
      throws IOException {
    P protocol = make(factory, end::close);
    return connect(loop, new WritePipeTransport(loop, protocol, channel, end), protocol);
  }

  private static void checkOpen(Channel channel) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private static <P> P make(Supplier<? extends P> factory, CloseCall close) throws IOException {
    try {
      return Objects.requireNonNull(factory.get(), "the factory gave no protocol");
    } catch (Throwable e) {
      close.close();
      throw e;
    }
  }

  private interface CloseCall {
    void close() throws IOException;
  }

  private static <T extends BaseTransport, P extends Protocol> Connection<T, P> connect(
      EventLoop loop, PipeTransport transport, P protocol) throws IOException {
    var waiter =
        loop.<@Nullable Void>createFuture(
            () -> new WaitInfo(WaitInfo.Kind.IO, "the pipe to be set up"));
    transport.start(waiter);
    try {
      waiter.await(IOException.class);
    } catch (Throwable e) {
      transport.abort();
      throw e;
    }
    @SuppressWarnings("unchecked") // it has both sides
    var typed = (T) transport;
    return new Connection<>(typed, protocol);
  }
}
