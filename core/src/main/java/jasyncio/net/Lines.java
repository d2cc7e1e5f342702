package jasyncio.net;

import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The lines of a stream. `hasNext` reads ahead, one line and not more.
final class Lines implements Iterator<byte[]> {
  private final StreamReader reader;
  private byte @Nullable [] ahead;

  Lines(StreamReader reader) {
    this.reader = reader;
  }

  @Override
  public boolean hasNext() {
    if (ahead == null) {
      try {
        ahead = reader.readline();
      } catch (IOException e) {
        throw Raise.sneak(e);
      }
    }
    return ahead.length > 0;
  }

  @Override
  public byte[] next() {
    if (!hasNext() || ahead == null) {
      throw new NoSuchElementException("the stream has ended");
    }
    var line = ahead;
    ahead = null;
    return line;
  }
}
