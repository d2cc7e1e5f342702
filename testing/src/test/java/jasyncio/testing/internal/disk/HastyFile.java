package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file with a buffer, and a mistake: the buffer is emptied before it is written. What a failed
/// write should have written is forgotten, and a hole is left.
final class HastyFile implements BufferedFile {
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1000);
  private long position;

  HastyFile(Path path) throws IOException {
    channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public void write(byte[] data) {
    buffer.put(data);
  }

  @Override
  public void flush() throws IOException {
    buffer.flip();
    var data = ByteBuffer.wrap(buffer.array().clone(), 0, buffer.limit());
    long at = position;
    position += data.remaining(); // the mistake
    buffer.clear();
    while (data.hasRemaining()) {
      at += channel.write(data, at);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      flush();
    }
  }
}
