package jasyncio.testing.internal.disk;

import java.io.Closeable;
import java.io.IOException;

/// What the programs of a test use of a file.
interface BufferedFile extends Closeable {
  void write(byte[] data) throws IOException;

  void flush() throws IOException;
}
