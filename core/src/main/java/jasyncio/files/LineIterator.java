package jasyncio.files;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The lines of a file. `hasNext` reads ahead, one line and not more; what fails is thrown as it
/// is.
final class LineIterator<T> implements Iterator<T> {
  private final Awaitable<@Nullable T, ?> source;
  private @Nullable T ahead;

  /// @param source gives the next line, or `null` at the end
  LineIterator(Awaitable<@Nullable T, ?> source) {
    this.source = source;
  }

  @Override
  public boolean hasNext() {
    if (ahead == null) {
      ahead = Asyncio.<@Nullable T, RuntimeException>await(source, RuntimeException.class);
    }
    return ahead != null;
  }

  @Override
  public T next() {
    if (!hasNext() || ahead == null) {
      throw new NoSuchElementException("the file has ended");
    }
    var line = ahead;
    ahead = null;
    return line;
  }
}
