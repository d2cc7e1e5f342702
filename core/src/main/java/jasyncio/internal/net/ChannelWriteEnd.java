package jasyncio.internal.net;

import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// A channel on the loop's selector.
public final class ChannelWriteEnd implements WriteEnd {
  private final LoopIo io;
  private final SelectableChannel channel;
  private final GatheringByteChannel sink;
  private final Watch watch;

  /// The end that is `channel`; closing it with the loop is up to its transport.
  ///
  /// @param channel one that is writable, too
  public ChannelWriteEnd(LoopIo io, SelectableChannel channel) throws IOException {
    this.io = io;
    this.channel = channel;
    this.sink = (GatheringByteChannel) channel;
    this.watch = io.watch(channel);
    watch.setOwner(this);
  }

  @Override
  public void watch(@Nullable CancellableEntry writer) {
    watch.setWriter(writer);
  }

  @Override
  public int write(ByteBuffer data) throws IOException {
    return sink.write(data);
  }

  @Override
  public long write(ByteBuffer[] data) throws IOException {
    return sink.write(data);
  }

  @Override
  public long write(ByteBuffer[] data, int offset, int length) throws IOException {
    return sink.write(data, offset, length);
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    watch.end();
    try {
      channel.close();
    } finally {
      io.letGo(); // the other side is to see the end
    }
  }
}
