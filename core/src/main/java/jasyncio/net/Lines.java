package jasyncio.net;

import jasyncio.internal.base.Sneaky;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The lines of a stream. `hasNext` reads ahead, one line and not more.
final class Lines<T> implements Iterator<T> {
  private final Source<T> source;
  private @Nullable T ahead;

  /// Where lines come from.
  interface Source<T> {
    /// The next line, or `null` at the end.
    @Nullable T next() throws IOException;
  }

  Lines(Source<T> source) {
    this.source = source;
  }

  @Override
  public boolean hasNext() {
    if (ahead == null) {
      try {
        ahead = source.next();
      } catch (IOException e) {
        throw Sneaky.sneak(e);
      }
    }
    return ahead != null;
  }

  @Override
  public T next() {
    if (!hasNext() || ahead == null) {
      throw new NoSuchElementException("the stream has ended");
    }
    var line = ahead;
    ahead = null;
    return line;
  }
}
