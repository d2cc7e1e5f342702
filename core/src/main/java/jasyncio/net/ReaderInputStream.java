package jasyncio.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// A [StreamReader] for code that reads `InputStream`s.
final class ReaderInputStream extends InputStream {
  private final StreamReader reader;
  private boolean closed;

  ReaderInputStream(StreamReader reader) {
    this.reader = reader;
  }

  @Override
  public int read() throws IOException {
    checkOpen();
    int b = reader.pollByte();
    if (b >= 0) {
      return b;
    }
    var one = ByteBuffer.allocate(1);
    return reader.read(one) < 0 ? -1 : one.get(0) & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    checkOpen();
    return reader.read(ByteBuffer.wrap(target, offset, length));
  }

  @Override
  public int available() throws IOException {
    checkOpen();
    return reader.buffered();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("Stream closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
