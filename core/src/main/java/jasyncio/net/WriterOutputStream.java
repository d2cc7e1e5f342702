package jasyncio.net;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// A [StreamWriter] for code that writes `OutputStream`s.
final class WriterOutputStream extends OutputStream {
  private final StreamWriter writer;
  private boolean closed;

  WriterOutputStream(StreamWriter writer) {
    this.writer = writer;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] data, int offset, int length) throws IOException {
    checkOpen();
    writer.write(ByteBuffer.wrap(data, offset, length));
    writer.drain();
  }

  @Override
  public void flush() throws IOException {
    checkOpen();
    writer.drain();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("Stream closed");
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      flush();
      closed = true;
    }
  }
}
