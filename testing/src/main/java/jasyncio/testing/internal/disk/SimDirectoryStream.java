package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The names that a directory had when it was opened.
final class SimDirectoryStream implements DirectoryStream<Path> {
  private final Path directory;
  private final Iterator<String> names;
  private final Filter<? super Path> filter;
  private boolean begun;
  private volatile boolean closed;

  SimDirectoryStream(Path directory, List<String> names, Filter<? super Path> filter) {
    this.directory = directory;
    this.names = names.iterator();
    this.filter = filter;
  }

  @Override
  public Iterator<Path> iterator() {
    if (closed) {
      throw new IllegalStateException("Directory stream is closed");
    } else if (begun) {
      throw new IllegalStateException("Iterator already obtained");
    }
    begun = true;
    return new Entries();
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Entries implements Iterator<Path> {
    private @Nullable Path next;

    @Override
    public boolean hasNext() {
      while (next == null && !closed && names.hasNext()) {
        var entry = directory.resolve(names.next());
        next = accepts(entry) ? entry : null;
      }
      return next != null;
    }

    private boolean accepts(Path entry) {
      try {
        return filter.accept(entry);
      } catch (IOException e) {
        throw new DirectoryIteratorException(e);
      }
    }

    @Override
    public Path next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      var entry = next;
      next = null;
      return entry;
    }

    @Override
    public void remove() {
      throw new UnsupportedOperationException();
    }
  }
}
