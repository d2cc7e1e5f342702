package jasyncio.internal.net;

import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// A channel on the loop's selector.
public final class ChannelReadEnd implements ReadEnd {
  private final LoopIo io;
  private final SelectableChannel channel;
  private final Watch watch;

  /// The end that is `channel`; closing it with the loop is up to its transport.
  ///
  /// @param channel one that is readable, too
  public ChannelReadEnd(LoopIo io, SelectableChannel channel) throws IOException {
    this.io = io;
    this.channel = channel;
    this.watch = io.watch(channel);
    watch.setOwner(this);
  }

  @Override
  public void watch(@Nullable CancellableEntry reader) {
    watch.setReader(reader);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return ((ReadableByteChannel) channel).read(target);
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
