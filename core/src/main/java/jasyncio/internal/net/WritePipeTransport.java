package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.net.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is written to. See [PipeTransport].
public final class WritePipeTransport extends PipeTransport {
  private final WriteEnd end;
  private final OutgoingBytes outgoing;

  public WritePipeTransport(
      EventLoop loop, Protocol protocol, @Nullable SelectableChannel channel, WriteEnd end) {
    super(loop, protocol, channel);
    this.end = end;
    this.outgoing = new OutgoingBytes(this, end);
  }

  @Override
  Outgoing outgoing() {
    return outgoing;
  }

  @Override
  public void write(ByteBuffer data) {
    outgoing.write(data);
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    outgoing.writelines(pieces);
  }

  @Override
  boolean dropsWrites() {
    return isClosing();
  }

  @Override
  void watchWriting(@Nullable CancellableEntry entry) {
    end.watch(entry);
  }

  @Override
  void sendingFailed(IOException e) {
    fail(ConnectionErrors.ofSocketOrFile(e), "Fatal write error on pipe transport");
  }

  /// Closes the pipe behind what is in the buffer: that is how a pipe ends.
  @Override
  public void writeEof() {
    close();
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  void closeEnd() throws IOException {
    end.close();
  }

  @Override
  String buffered() {
    return " bufsize=" + outgoing.size();
  }

  // ---- what only the other direction has --------------------------------------------------------

  private static UnsupportedOperationException writesOnly() {
    return new UnsupportedOperationException("this transport writes to a pipe; it cannot read");
  }

  @Override
  public boolean isReading() {
    return false;
  }

  @Override
  public void pauseReading() {
    throw writesOnly();
  }

  @Override
  public void resumeReading() {
    throw writesOnly();
  }
}
