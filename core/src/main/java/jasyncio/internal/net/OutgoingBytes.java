package jasyncio.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A stream of bytes, into a channel.
final class OutgoingBytes extends Outgoing {
  private final LoopTransport transport;
  private final GatheringByteChannel channel;
  private @Nullable WriteQueue queue; // from the first piece on that had to wait
  private boolean ended;

  OutgoingBytes(LoopTransport transport, GatheringByteChannel channel) {
    super(transport.loop, transport);
    this.transport = transport;
    this.channel = channel;
  }

  /// Sends bytes, or has them wait: those that remain in `data`, whose position is then at the
  /// limit.
  void write(ByteBuffer data) {
    if (!data.hasRemaining() || dropIfTooLate(data)) {
      return;
    }
    boolean idle = size() == 0;
    if (idle) {
      try {
        WriteQueue.send(channel, data);
      } catch (IOException e) {
        drop(data);
        transport.sendingFailed(e);
        return;
      }
      if (!data.hasRemaining()) {
        return;
      }
    }
    queue().add(data);
    added(idle);
  }

  /// Sends several pieces with as few calls of the system as possible.
  void writelines(List<byte[]> pieces) {
    for (var piece : pieces) {
      Objects.requireNonNull(piece, "piece"); // before anything is queued
    }
    if (isTooLate()) {
      noteLateWrite();
      return;
    }
    int size = size();
    boolean idle = size == 0;
    for (var piece : pieces) {
      size = WriteQueue.sum(size, piece.length); // all of them or none
    }
    pieces.forEach(piece -> queue().add(ByteBuffer.wrap(piece)));
    if (!idle || sendWaiting()) {
      added(idle);
    }
  }

  private void added(boolean wasIdle) {
    if (wasIdle && size() > 0) {
      transport.watchWriting();
    }
    grown();
  }

  /// Ends the stream behind what waits.
  void end() {
    if (!ended) {
      ended = true;
      if (size() == 0) {
        transport.endOutput();
      }
    }
  }

  /// Whether the stream has ended, or will behind what waits.
  boolean hasEnded() {
    return ended;
  }

  private WriteQueue queue() {
    if (queue == null) {
      queue = new WriteQueue();
    }
    return queue;
  }

  @Override
  int size() {
    return queue == null ? 0 : queue.size();
  }

  @Override
  boolean sendWaiting() {
    try {
      queue().writeTo(channel);
      return true;
    } catch (IOException e) {
      transport.sendingFailed(e);
      return false;
    }
  }

  @Override
  void clear() {
    if (queue != null) {
      queue.clear();
    }
  }

  @Override
  boolean isTooLate() {
    return transport.dropsWrites();
  }
}
