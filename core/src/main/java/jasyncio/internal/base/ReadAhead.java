package jasyncio.internal.base;

import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Iterates over what is read piece by piece: the lines of a stream or a file. `hasNext` reads
/// ahead, one piece and not more; what fails is thrown as it is.
public final class ReadAhead<T> implements Iterator<T> {
  private final String ended;
  private final Source<T> source;
  private @Nullable T ahead;

  /// Where the pieces come from.
  @FunctionalInterface
  public interface Source<T> {
    /// The next piece, or `null` at the end.
    @Nullable T next() throws IOException;
  }

  /// Iterates over what a source gives, up to its end.
  ///
  /// @param ended what to say to who asks for more than that
  public ReadAhead(String ended, Source<T> source) {
    this.ended = ended;
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
      throw new NoSuchElementException(ended);
    }
    var piece = ahead;
    ahead = null;
    return piece;
  }
}
