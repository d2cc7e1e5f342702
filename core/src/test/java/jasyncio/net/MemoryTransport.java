package jasyncio.net;

import jasyncio.EventLoop;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A transport without a connection: keeps what is written, and notes what it is told.
class MemoryTransport implements Transport {
  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  final List<String> calls = new ArrayList<>();
  private final EventLoop loop;
  private BaseProtocol protocol;
  private boolean reading = true;
  private boolean closing;

  MemoryTransport(EventLoop loop, BaseProtocol protocol) {
    this.loop = loop;
    this.protocol = protocol;
  }

  String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isReading() {
    return reading;
  }

  @Override
  public void pauseReading() {
    calls.add("pause");
    reading = false;
  }

  @Override
  public void resumeReading() {
    calls.add("resume");
    reading = true;
  }

  @Override
  public void write(ByteBuffer data) {
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    written.writeBytes(bytes);
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    pieces.forEach(written::writeBytes);
  }

  @Override
  public void writeEof() {
    calls.add("eof");
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public void close() {
    if (!closing) {
      closing = true;
      calls.add("close");
      loop.callSoon(() -> protocol.connectionLost(null));
    }
  }

  @Override
  public void abort() {
    close();
  }

  @Override
  public boolean isClosing() {
    return closing;
  }

  @Override
  public int getWriteBufferSize() {
    return 0;
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return WriteBufferLimits.DEFAULT;
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    throw new AssertionError("nothing here is buffered");
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return null;
  }

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    protocol = newProtocol;
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }
}
